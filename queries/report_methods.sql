-- name: report_methods
-- doc: One row a method of the selected runs, simulated ones first, then by their first run: the order that gives a method its colour and shape.
select method
from runs
where run in selected and method is not null
group by method
order by max(kind is not 'simulated'), min(run_id)
