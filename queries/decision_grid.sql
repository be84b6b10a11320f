-- name: decision_grid
-- doc: One row a simulated run and pair of bounds (TTFT, ITL) in ms: the decision there. Where prefill and decode are
--   served apart it is the worse of both strips of decision_map (rule 17); else the operating point (rule 34).
with prefill as (select * from decision_map where phase = 'prefill'),
decode as (select * from decision_map where phase = 'decode'),
cells as (
  select p.run_id, p.run, p.group_id, p.ttft_limit, d.itl_limit,
    iif(p.severity >= d.severity, p.state, d.state) as state,
    max(p.severity, d.severity) as severity,
    p.predicted_feasible and d.predicted_feasible as predicted_feasible,
    'prefill ' || p.state || ' (' || coalesce(p.chosen, 'nothing') || '), decode ' || d.state || ' (' || coalesce(d.chosen, 'nothing') || ')' as title
  from prefill p join decode d on d.run_id = p.run_id
  union all
  select run_id, run, group_id, ttft_limit, itl_limit, point_state, severity, predicted_feasible,
    point_state || ': chosen ' || coalesce(chosen, 'nothing') || ', oracle ' || coalesce(oracle, 'none') || '; mapping ' || state
  from decision_map
  where both_limits
)
select *, iif(predicted_feasible, '', 'prediction finds nothing feasible') as mark
from cells
order by run_id, ttft_limit, itl_limit
