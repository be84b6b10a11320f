-- name: break_even_known
-- doc: One row a run of the focus with a break-even (rule 18), in hours.
select s.method, b.extra_gpu_hours, b.regret, b.value, b.bracketed
from break_evens b
join scope s on s.run_id = b.run_id
where b.value is not null and s.group_id = (select group_id from focus)
order by b.run_id
