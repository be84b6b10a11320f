-- name: timeline_shown
-- doc: One row a deployment of a run of the focus, in minutes after the start of the run.
select t.*
from deployment_timeline t
join scope s on s.run_id = t.run_id
where s.group_id = (select group_id from focus)
order by t.run_id, t.ordinal
