-- name: pareto_shown
-- doc: One row a run of the focus and point of its plane of speed for a user against throughput for a GPU.
select p.*, iif(p.side = 'predicted', s.method, coalesce(r.method, 'measured')) as shown_as
from pareto p
join scope s on s.run_id = p.run_id
left join scope r on r.run_id = s.reference_id
where p.group_id = (select group_id from focus)
order by p.run_id, p.phase, p.side, p.x, p.y
