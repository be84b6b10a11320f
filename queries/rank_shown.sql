-- name: rank_shown
-- doc: One row a simulated run of the focus, phase, mapping and side: its place.
select *
from rank_lines
where group_id = (select group_id from focus) and run_id = (select min(run_id) from rank_lines where group_id = (select group_id from focus))
order by phase desc, mapping, x
