-- name: decode_surface
-- doc: One row a simulated run and measured knot (context, concurrency) of the decode surface where the predicted
--   surface is defined: linear in concurrency inside a slice, linear in context between its two neighbouring slices,
--   both defined there (rule 21). ITL in ms, e = P/M - 1. exact 1: both sides have the knot. comparable is 0 where
--   the surfaces belong to different mappings.
with knots as (
  select c.run_id, c.run, c.group_id, c.m_run, c.p_mapping, c.m_mapping, c.comparable, c.reason,
    m.context_tokens as context, m.concurrency, avg(m.itl_ms) as m
  from curve_pairs c cross join decode_points m on m.run_id = c.m_run_id and m.mapping = c.m_mapping
  where c.phase = 'decode' and c.p_mapping is not null and m.itl_ms > 0 and m.concurrency is not null
  group by c.run_id, m.context_tokens, m.concurrency
),
grid as (
  select c.run_id, p.context_tokens as context, p.concurrency, avg(p.itl_ms) as itl
  from curve_pairs c cross join decode_points p on p.run_id = c.run_id and p.mapping = c.p_mapping
  where c.phase = 'decode' and c.m_run_id is not null and p.itl_ms > 0 and p.concurrency is not null
  group by c.run_id, p.context_tokens, p.concurrency
),
slices as (
  select run_id, context, lead(context) over (partition by run_id order by context) as next_context
  from grid
  group by run_id, context
),
-- around: the slice at the knot's context, or its two neighbours
around as (
  select k.run_id, k.context as at_context, k.concurrency as at, s.context as lower, case when s.context = k.context then s.context else s.next_context end as upper
  from knots k join slices s on s.run_id = k.run_id and s.context <= k.context and (s.next_context > k.context or s.context = k.context)
),
ends as (
  select a.run_id, a.at_context, a.at, a.lower, a.upper,
    (select linear_at(g.concurrency, g.itl, a.at) from grid g where g.run_id = a.run_id and g.context = a.lower) as y0,
    (select linear_at(g.concurrency, g.itl, a.at) from grid g where g.run_id = a.run_id and g.context = a.upper) as y1
  from around a
),
paired as (
  select
    k.*,
    case when e.lower = e.upper then e.y0 else e.y0 + (e.y1 - e.y0) * (k.context - e.lower) / (e.upper - e.lower) end as p,
    g.run_id is not null as exact,
    e.lower = k.context as same_slice
  from knots k
  join ends e on e.run_id = k.run_id and e.at_context = k.context and e.at = k.concurrency
  left join grid g on g.run_id = k.run_id and g.context = k.context and g.concurrency = k.concurrency
)
select
  run_id, run, group_id, m_run, p_mapping, m_mapping, comparable, reason, context, concurrency, p, m, exact, same_slice,
  iif(exact, 'exact', 'interpolated') as basis,
  p / m as ratio, p / m - 1 as value, ln(p / m) as log_ratio
from paired
where p is not null
order by run_id, context, concurrency
