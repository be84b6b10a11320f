-- name: rank_lines
-- doc: One row a simulated run, phase, mapping and side (predicted, measured): the place of the mapping on that side, for a
--   plot whose crossing lines are wrong pairs.
select run_id, run, method, group_id, phase, mapping, 1 as x, 'predicted' as side, predicted_rank as place, predicted as throughput
from rank_table
where predicted_rank is not null
union all
select run_id, run, method, group_id, phase, mapping, 2, 'measured', measured_rank, measured
from rank_table
where measured_rank is not null
order by run_id, phase, mapping, x
