-- name: pareto_fronts
-- doc: One row a run and point of a front of pareto, and what the predicted front gives when measured (realised).
select *
from pareto
where on_front or side = 'realised'
order by run_id, phase, side, x, y
