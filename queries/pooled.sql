-- name: pooled
-- doc: One row a simulated method, deployment and phase with both limits, over its workloads (rule 38): counts of points,
--   states and pairs are summed, errors are medians of workload medians. workloads is their number.
with per_run as (
  select
    s.run_id, s.method, s.deployment_name, r.phase, s.group_id, r.point_state, r.state,
    f.points, f.predicted, f.both_feasible, f.predicted_only, f.measured_only, f.neither,
    k.pairs, k.pairs_right, k.baseline_right, k.tied_pairs, k.tied_right,
    t.median_error as ttft_median, t.worst_error as ttft_worst, i.median_error as itl_median, i.worst_error as itl_worst,
    max(abs(t.worst_error)) over line as worst_ttft, max(abs(i.worst_error)) over line as worst_itl
  from scope s
  join regrets r on r.run_id = s.run_id and r.both_limits
  left join feasibility f on f.run_id = s.run_id and f.phase = r.phase
  left join ranks k on k.run_id = s.run_id and k.phase = r.phase and k.basis = 'all points'
  left join sweep_errors t on t.run_id = s.run_id and t.phase = r.phase and t.metric = 'ttft'
  left join sweep_errors i on i.run_id = s.run_id and i.phase = r.phase and i.metric = 'itl'
  where s.kind = 'simulated'
  window line as (partition by s.method, s.deployment_name, r.phase)
)
select
  method, deployment_name, phase,
  count(distinct group_id) as workloads,
  sum(points) as points, sum(predicted) as predicted,
  sum(both_feasible) as both_feasible, sum(predicted_only) as predicted_only, sum(measured_only) as measured_only, sum(neither) as neither,
  sum(pairs_right) as pairs_right, sum(pairs) as pairs, sum(baseline_right) as baseline_right, sum(tied_right) as tied_right, sum(tied_pairs) as tied_pairs,
  sum(point_state = 'same choice') as point_same, sum(point_state = 'other within 10 %') as point_within, sum(point_state = 'regret') as point_regret,
  sum(point_state = 'infeasible') as point_infeasible,
  sum(point_state in ('nothing feasible', 'prediction finds nothing feasible', 'not measured')) as point_other,
  sum(state = 'same choice') as mapping_same, sum(state = 'other within 10 %') as mapping_within, sum(state = 'regret') as mapping_regret,
  sum(state = 'infeasible') as mapping_infeasible,
  median(ttft_median) as ttft_median, max(case when abs(ttft_worst) = worst_ttft then ttft_worst end) as ttft_worst, median(itl_median) as itl_median, max(case when abs(itl_worst) = worst_itl then itl_worst end) as itl_worst
from per_run
group by method, deployment_name, phase
order by deployment_name, method, phase
