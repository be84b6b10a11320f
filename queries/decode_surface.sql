-- name: decode_surface
-- doc: One row a simulated run and measured knot (context, concurrency) of the decode surface where the predicted
--   surface is defined: linear in concurrency inside a slice, linear in context between its two neighbouring slices,
--   both defined there (rule 21). ITL in ms, e = P/M - 1. exact 1: both sides have the knot. comparable is 0 where
--   the surfaces belong to different mappings.
with paired as (
  select
    c.run_id, c.run, c.group_id, c.m_run, c.p_mapping, c.m_mapping, c.comparable, c.reason,
    m.context, m.c0 as concurrency, m.itl0 as m,
    a.context = m.context as same_slice,
    a.context = m.context and a.c0 = m.c0 as exact,
    a.itl0 + coalesce((a.itl1 - a.itl0) * (m.c0 - a.c0) / nullif(a.c1 - a.c0, 0), 0) as y0,
    b.itl0 + coalesce((b.itl1 - b.itl0) * (m.c0 - b.c0) / nullif(b.c1 - b.c0, 0), 0) as y1,
    (m.context - a.context) / nullif(a.next_context - a.context, 0) as way
  from curve_pairs c
  join decode_slices m on m.run_id = c.m_run_id and m.mapping = c.m_mapping
  -- a: the piece in the slice at this context or the one below, b: the piece in the one above
  join decode_slices a on a.run_id = c.run_id and a.mapping = c.p_mapping
    and (a.context = m.context or a.context < m.context and a.next_context > m.context)
    and m.c0 >= a.c0 and (m.c0 < a.c1 or m.c0 = a.c0 and a.last)
  left join decode_slices b on a.context < m.context and b.run_id = a.run_id and b.mapping = a.mapping and b.context = a.next_context
    and m.c0 >= b.c0 and (m.c0 < b.c1 or m.c0 = b.c0 and b.last)
  where c.phase = 'decode'
),
valued as (
  select *, iif(same_slice, y0, y0 + (y1 - y0) * way) as p from paired
)
select
  run_id, run, group_id, m_run, p_mapping, m_mapping, comparable, reason, context, concurrency, p, m, exact, same_slice,
  iif(exact, 'exact', 'interpolated') as basis,
  p / m as ratio, p / m - 1 as value, ln(p / m) as log_ratio
from valued
where p is not null
order by run_id, context, concurrency
