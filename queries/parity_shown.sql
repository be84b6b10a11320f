-- name: parity_shown
-- doc: One row a point of the focus that was both predicted and measured: the rows of parity_points.
select *
from parity_points
where group_id = (select group_id from focus)
order by run_id, metric, source, label
