-- name: level_accuracy
-- doc: One row a run and load level: predicted at that load against the measured p50 (rules 22 to 24), in ms;
--   e = P/M - 1, its interval from that of M alone. Headline errors stand beside it and are judged only near their
--   load. judged is 1 at the level that the verdict is about.
-- param: judged_level text medium -- the load level at which accuracy is judged
with errors as (
  select
    p.*,
    t.m as ttft_m, t.low as ttft_m_low, t.high as ttft_m_high, t.n as ttft_n, t.interval_basis as ttft_basis, t.p99 as ttft_p99,
    i.m as itl_m, i.low as itl_m_low, i.high as itl_m_high, i.n as itl_n, i.interval_basis as itl_basis, i.p99 as itl_p99,
    p.ttft / t.m - 1 as ttft_error, p.ttft / t.high - 1 as ttft_low, p.ttft / t.low - 1 as ttft_high,
    p.itl / i.m - 1 as itl_error, p.itl / i.high - 1 as itl_low, p.itl / i.low - 1 as itl_high,
    p.ttft_headline / t.m - 1 as ttft_headline_error, p.ttft_headline / t.high - 1 as ttft_headline_low, p.ttft_headline / t.low - 1 as ttft_headline_high,
    p.itl_headline / i.m - 1 as itl_headline_error, p.itl_headline / i.high - 1 as itl_headline_low, p.itl_headline / i.low - 1 as itl_headline_high,
    coalesce(p.level = :judged_level, 0) as judged
  from level_predictions p
  left join level_measured t on t.run_id = p.run_id and t.level = p.level and t.metric = 'ttft'
  left join level_measured i on i.run_id = p.run_id and i.level = p.level and i.metric = 'itl'
)
select
  *,
  coalesce(case when tested = 0 then load_note end, ttft_reason, case when ttft_m is null then 'not measured: no p50 of TTFT at this level' end,
    concat_ws('; ', case when ttft_error < 0 then 'optimistic' when ttft_error > 0 then 'pessimistic' end, ttft_source,
      case ttft_basis when 'outer bound' then 'interval is an outer bound' end)) as ttft_note,
  coalesce(case when tested = 0 then load_note end, itl_reason, case when itl_m is null then 'not measured: no p50 of ITL at this level' end,
    concat_ws('; ', case when itl_error < 0 then 'optimistic' when itl_error > 0 then 'pessimistic' end, itl_source,
      printf('at %.3g requests%s', obtained, iif(basis = 'nominal', ', nominal', '')),
      case itl_basis when 'outer bound' then 'interval is an outer bound' end)) as itl_note,
  coalesce(case when tested = 0 then load_note end, case when ttft_headline is null then 'not predicted: the run prints no TTFT' end,
    'printed for one request' || case when obtained is not null then printf(', the level ran at %.3g', obtained) else '' end || iif(ttft_headline_near, '', ': not judged')) as ttft_headline_note,
  coalesce(case when tested = 0 then load_note end, case when itl_headline is null then 'not predicted: the run prints no ITL' end,
    case when headline_concurrency is null then 'the concurrency of the printed figure is not known: not judged' end,
    'printed for ' || headline_concurrency || ' requests' || case when obtained is not null then printf(', the level ran at %.3g', obtained) else '' end || iif(itl_headline_near, '', ': not judged')) as itl_headline_note,
  coalesce(ttft_headline_near, 0) as ttft_headline_judged,
  coalesce(itl_headline_near, 0) as itl_headline_judged
from errors
order by run_id, nominal is null, nominal, level
