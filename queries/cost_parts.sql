-- name: cost_parts
-- doc: One row a run of the focus and part of its wall-clock time, in minutes.
select b.*
from cost_bars b
join scope s on s.run_id = b.run_id
where s.group_id = (select group_id from focus)
order by b.run_id, b.place
