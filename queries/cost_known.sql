-- name: cost_known
-- doc: One row a run of the focus whose duration is known.
select run, duration_s
from cost
where duration_s is not null and group_id = (select group_id from focus)
order by run_id
