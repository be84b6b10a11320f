-- name: level_predictions
-- doc: One row a run and load level, and the judged level of a run that has no such test: what the run itself predicts at
--   that load (rule 23), in ms. ITL from its decode surface at the obtained concurrency and context isl + osl/2, else
--   from its own sweep of the chosen mapping, linear in concurrency; TTFT from its prefill curve at isl. The printed
--   figure of the profiler (headline) and the concurrency it belongs to stand beside it.
-- param: judged_level text medium -- the load level at which accuracy is judged
with levels as (
  select run_id, run, method, kind, group_id, serving_mode, isl_tokens, osl_tokens, level, nominal, obtained, basis, note as load_note, 1 as tested
  from level_loads
  union all
  select run_id, run, method, kind, group_id, serving_mode, isl_tokens, osl_tokens, :judged_level, null, null, null,
    'not measured: no load test named ' || :judged_level, 0
  from scope
  where run_id not in (select run_id from level_loads where level = :judged_level)
),
picks as (
  select s.run_id,
    max(case when c.phase = 'prefill' then c.mapping end) as prefill_mapping,
    max(case when c.phase = 'decode' then c.mapping end) as decode_mapping,
    max(case when c.phase = 'aggregated' then c.mapping end) as aggregated_mapping,
    max(case when c.phase in ('prefill', 'aggregated') and c.source = 'log' then c.ttft_ms end) as ttft_headline,
    max(case when c.phase in ('decode', 'aggregated') and c.source = 'log' then c.itl_ms end) as itl_headline,
    max(case when c.phase in ('decode', 'aggregated') and c.source = 'log' then c.concurrency end) as headline_concurrency
  from scope s left join choices c on c.run_id = s.run_id
  group by s.run_id
),
prefill as (
  select s.run_id, count(*) as points, linear_at(p.isl_tokens, p.ttft_ms, s.isl_tokens) as ttft
  from scope s join picks k on k.run_id = s.run_id
  cross join prefill_points p on p.run_id = s.run_id and p.mapping = coalesce(k.prefill_mapping, p.mapping)
  where p.ttft_ms > 0
  group by s.run_id
),
grid as (
  select s.run_id, p.context_tokens as context, p.concurrency, avg(p.itl_ms) as itl
  from scope s join picks k on k.run_id = s.run_id
  cross join decode_points p on p.run_id = s.run_id and p.mapping = coalesce(k.decode_mapping, p.mapping)
  where p.itl_ms > 0 and p.concurrency is not null
  group by s.run_id, p.context_tokens, p.concurrency
),
slices as (
  select run_id, context, lead(context) over (partition by run_id order by context) as next_context
  from grid
  group by run_id, context
),
around as (
  select l.run_id, l.level, l.obtained, l.isl_tokens + l.osl_tokens / 2.0 as at_context, s.context as lower,
    case when s.context = l.isl_tokens + l.osl_tokens / 2.0 then s.context else s.next_context end as upper
  from levels l join slices s on s.run_id = l.run_id
    and s.context <= l.isl_tokens + l.osl_tokens / 2.0
    and (s.next_context > l.isl_tokens + l.osl_tokens / 2.0 or s.context = l.isl_tokens + l.osl_tokens / 2.0)
  where l.obtained is not null
),
ends as (
  select a.*,
    (select linear_at(g.concurrency, g.itl, a.obtained) from grid g where g.run_id = a.run_id and g.context = a.lower) as y0,
    (select linear_at(g.concurrency, g.itl, a.obtained) from grid g where g.run_id = a.run_id and g.context = a.upper) as y1
  from around a
),
surface as (
  select run_id, level, case when lower = upper then y0 else y0 + (y1 - y0) * (at_context - lower) / (upper - lower) end as itl
  from ends
),
sweep as (
  select l.run_id, l.level,
    linear_at(p.concurrency, p.itl_ms, l.obtained) as itl,
    linear_at(p.concurrency, case when p.phase = 'aggregated' then p.ttft_ms end, l.obtained) as ttft
  from levels l join picks k on k.run_id = l.run_id
  join points p on p.run_id = l.run_id and (p.phase = 'decode' and p.mapping = k.decode_mapping or p.phase = 'aggregated' and p.mapping = k.aggregated_mapping)
  where l.obtained is not null
  group by l.run_id, l.level
)
select
  l.run_id, l.run, l.method, l.kind, l.group_id, l.isl_tokens, l.osl_tokens, l.level, l.tested, l.nominal, l.obtained, l.basis, l.load_note,
  coalesce(f.ttft, w.ttft) as ttft,
  case when f.ttft is not null then 'prefill curve' when w.ttft is not null then 'sweep of the chosen mapping' end as ttft_source,
  case when coalesce(f.ttft, w.ttft) is null then
    case when l.serving_mode = 'aggregated' then 'not predicted: the sweep of the chosen mapping has no figure at this load'
      when f.points is null then 'not predicted: the run has no prefill curve'
      when l.isl_tokens is null then 'not predicted: the ISL is not known'
      else 'not predicted: ISL ' || l.isl_tokens || ' lies outside the prefill curve'
    end
  end as ttft_reason,
  coalesce(u.itl, w.itl) as itl,
  case when u.itl is not null then 'surface' when w.itl is not null then 'sweep of the chosen mapping' end as itl_source,
  case when coalesce(u.itl, w.itl) is null then
    case when l.obtained is null then l.load_note
      else printf('not predicted: neither the decode surface nor the sweep of the chosen mapping reaches %.3g requests', l.obtained)
    end
  end as itl_reason,
  k.ttft_headline,
  k.itl_headline,
  k.headline_concurrency,
  abs(1 - l.obtained) <= 0.1 * l.obtained as ttft_headline_near,
  abs(k.headline_concurrency - l.obtained) <= 0.1 * l.obtained as itl_headline_near
from levels l
join picks k on k.run_id = l.run_id
left join prefill f on f.run_id = l.run_id
left join surface u on u.run_id = l.run_id and u.level = l.level
left join sweep w on w.run_id = l.run_id and w.level = l.level
order by l.run_id, l.nominal is null, l.nominal, l.level
