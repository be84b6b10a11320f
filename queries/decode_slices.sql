-- name: decode_slices
-- doc: One row a run, mapping and knot (context, concurrency) of its decode surface: the piece of the line from this knot
--   to the next one of the same context, ITL in ms; last is 1 where the slice ends, next_context is the neighbouring
--   slice. Knots that round to one concurrency are averaged; latencies of 0 or less are left out (rules 8, 21).
with knots as (
  select s.run_id, p.mapping, p.context_tokens as context, p.concurrency as c0, avg(p.itl_ms) as itl0
  from scope s cross join decode_points p on p.run_id = s.run_id
  where p.itl_ms > 0 and p.concurrency is not null
  group by s.run_id, p.mapping, p.context_tokens, p.concurrency
)
select
  run_id, mapping, context, c0, itl0,
  lead(c0, 1, c0) over slice as c1,
  lead(itl0, 1, itl0) over slice as itl1,
  lead(c0) over slice is null as last,
  min(context) over (partition by run_id, mapping order by context groups between 1 following and 1 following) as next_context
from knots
window slice as (partition by run_id, mapping, context order by c0)
order by run_id, mapping, context, c0
