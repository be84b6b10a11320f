-- name: cost_shown
-- doc: One row a run of the focus: where its time went and what it cost. Durations in s.
select c.*
from cost_phases c
join scope s on s.run_id = c.run_id
where s.group_id = (select group_id from focus)
order by c.run_id
