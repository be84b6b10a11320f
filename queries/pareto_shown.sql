-- name: pareto_shown
-- doc: One row a run of the focus and point of its plane of speed for a user against throughput for a GPU.
select p.*, case when p.side = 'predicted' then s.method else coalesce((select r.method from scope r where r.group_id = p.group_id and r.is_reference), 'measured') end as shown_as
from pareto p
join scope s on s.run_id = p.run_id
where p.group_id = (select group_id from focus)
order by p.run_id, p.phase, p.side, p.x, p.y
