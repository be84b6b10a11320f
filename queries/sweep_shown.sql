-- name: sweep_shown
-- doc: One row a simulated run of the focus with both limits, and latency: errors over its sweep.
select s.method, upper(e.metric) as metric, e.n, e.level, e.shape, e.shape_max, e.median_error, e.worst_error, e.worst_at
from sweep_errors e
join scope s on s.run_id = e.run_id
where e.both_limits and s.group_id = (select group_id from focus)
order by e.run_id, e.metric desc
