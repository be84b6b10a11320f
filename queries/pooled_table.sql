-- name: pooled_table
-- doc: One row a simulated method and phase over several workloads: counts in words, errors as medians of workload medians.
select
  method,
  phase,
  workloads,
  points,
  printf('%d predicted', predicted) as predicted_note,
  ttft_median,
  replace(printf('worst %+.0f %%', 100 * ttft_worst), '-', '−') as ttft_note,
  itl_median,
  replace(printf('worst %+.0f %%', 100 * itl_worst), '-', '−') as itl_note,
  printf('%d both, %d predicted only, %d measured only, %d neither', both_feasible, predicted_only, measured_only, neither) as feasible_note,
  printf('%d break the SLA, %d right or within 10 %%, %d worse', point_infeasible, point_same + point_within, point_regret) as point_note,
  printf('%d right, %d within 10 %%, %d worse, %d infeasible', mapping_same, mapping_within, mapping_regret, mapping_infeasible) as mapping_note
from pooled_shown
order by method, deployment_name, phase
