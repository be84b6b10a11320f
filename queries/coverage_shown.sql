-- name: coverage_shown
-- doc: One row a simulated run of the focus and family of points: the rows of coverage.
select s.method, c.*
from coverage c
join scope s on s.run_id = c.run_id
where c.group_id = (select group_id from focus)
order by c.run_id, c.family desc
