-- name: level_predictions
-- doc: One row a run and load level, and the judged level of a run that has no such test: what the run itself predicts at
--   that load (rule 23), in ms. ITL from its decode surface at the obtained concurrency and context isl + osl/2, else
--   from its own sweep of the chosen mapping, linear in concurrency; TTFT from its prefill curve at isl. The printed
--   figure of the profiler (headline) and the concurrency it belongs to stand beside it.
with prefill as (
  select k.run_id, count(*) as points, linear_at(p.isl_tokens, p.ttft_ms, s.isl_tokens) as ttft
  from headlines k join scope s on s.run_id = k.run_id
  cross join prefill_points p on p.run_id = k.run_id and p.mapping = coalesce(k.prefill_mapping, p.mapping)
  where p.ttft_ms > 0
  group by k.run_id
),
pieces as (
  select l.run_id, l.level,
    a.itl0 + coalesce((a.itl1 - a.itl0) * (l.obtained - a.c0) / nullif(a.c1 - a.c0, 0), 0) as y0,
    b.itl0 + coalesce((b.itl1 - b.itl0) * (l.obtained - b.c0) / nullif(b.c1 - b.c0, 0), 0) as y1,
    iif(a.context = l.context, 0, (l.context - a.context) / (a.next_context - a.context)) as way
  from judged_levels l join headlines k on k.run_id = l.run_id
  -- a: the piece in the slice at this context or the one below, b: the piece in the one above
  join decode_slices a on a.run_id = l.run_id and a.mapping = coalesce(k.decode_mapping, a.mapping)
    and (a.context = l.context or a.context < l.context and a.next_context > l.context)
    and l.obtained >= a.c0 and (l.obtained < a.c1 or l.obtained = a.c0 and a.last)
  left join decode_slices b on a.context < l.context and b.run_id = a.run_id and b.mapping = a.mapping and b.context = a.next_context
    and l.obtained >= b.c0 and (l.obtained < b.c1 or l.obtained = b.c0 and b.last)
),
surface as (
  -- surfaces of several mappings without a choice between them give no prediction
  select run_id, level, min(iif(way = 0, y0, y0 + (y1 - y0) * way)) as itl
  from pieces
  group by run_id, level
  having count(*) = 1
),
sweep as (
  select l.run_id, l.level,
    linear_at(p.concurrency, p.itl_ms, l.obtained) as itl,
    linear_at(p.concurrency, case when p.phase = 'aggregated' then p.ttft_ms end, l.obtained) as ttft
  from judged_levels l join headlines k on k.run_id = l.run_id
  join points p on p.run_id = l.run_id and p.mapping = iif(p.phase = 'decode', k.decode_mapping, k.aggregated_mapping)
  where l.obtained is not null and p.phase in ('decode', 'aggregated')
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
  k.ttft_ms as ttft_headline,
  k.itl_ms as itl_headline,
  k.concurrency as headline_concurrency,
  abs(1 - l.obtained) <= 0.1 * l.obtained as ttft_headline_near,
  abs(k.concurrency - l.obtained) <= 0.1 * l.obtained as itl_headline_near
from judged_levels l
join headlines k on k.run_id = l.run_id
left join prefill f on f.run_id = l.run_id
left join surface u on u.run_id = l.run_id and u.level = l.level
left join sweep w on w.run_id = l.run_id and w.level = l.level
order by l.run_id, l.nominal is null, l.nominal, l.level
