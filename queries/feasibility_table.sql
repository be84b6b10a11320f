-- name: feasibility_table
-- doc: Two rows a simulated run and phase, the two by two of rule 33: points by whether they meet the SLA by prediction
--   (rows) and as measured (columns). Counts.
select f.run_id as run_id, f.run as run, s.method, f.group_id, f.phase as phase, 1 as place, 'predicted feasible' as prediction, f.both_feasible as measured_feasible, f.predicted_only as measured_infeasible,
  f.predicted_only_at as wrong_at, f.points, f.refused
from feasibility f join scope s on s.run_id = f.run_id
union all
select f.run_id as run_id, f.run as run, s.method, f.group_id, f.phase, 2, 'predicted infeasible', f.measured_only, f.neither, f.measured_only_at, f.points, f.refused
from feasibility f join scope s on s.run_id = f.run_id
order by run_id, phase, place
