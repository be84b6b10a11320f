-- name: surface_shown
-- doc: One row a knot of a decode surface of the focus, of the shortest, middle and longest context of each run.
with contexts as (
  select run_id, context_tokens, row_number() over (partition by run_id order by context_tokens) as place, count(*) over (partition by run_id) as n
  from (select distinct run_id, context_tokens from decode_overlay where group_id = (select group_id from focus))
)
select d.*, d.mapping || ', context ' || cast(d.context_tokens as integer) as line
from decode_overlay d
join contexts c on c.run_id = d.run_id and c.context_tokens = d.context_tokens
where c.place in (1, (c.n + 1) / 2, c.n)
order by d.run_id, d.context_tokens, d.concurrency
