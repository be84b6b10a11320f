-- name: parity_points
-- doc: One row a simulated or measured run, latency and point where a prediction meets a measurement: the prefill curve,
--   the decode surface, the sweep, the load levels. P and M in ms. style is blocked where a difference withholds the
--   verdict, predicted for curves and sweeps of the profiler, measured for load tests.
with all_points as (
  select run_id, 'TTFT' as metric, 'prefill curve' as source, 'ISL ' || cast(isl_tokens as integer) as label, p, m, iif(comparable, 'predicted', 'blocked') as style, null as m_low, null as m_high, 1 as place from prefill_curve
  union all
  select run_id, 'ITL', 'decode surface', 'context ' || cast(context as integer) || ' @' || concurrency, p, m, iif(comparable, 'predicted', 'blocked'), null, null, 2 from decode_surface
  union all
  select run_id, upper(metric), phase || ' sweep', point, p, m, 'predicted', null, null, 3 from candidate_errors
  union all
  select run_id, metric, 'load test', level, p, m, 'measured', m_low, m_high, 4 from accuracy_table where p is not null and m is not null
)
select s.run_id, s.run, s.method, s.group_id, a.metric, a.source, a.label, a.p, a.m, a.m_low, a.m_high, a.p / a.m - 1 as e, a.style,
  s.method || ', ' || a.source || ', ' || a.label || printf(': P %.4g, M %.4g ms, ', a.p, a.m) || replace(printf('%+.1f %%', 100 * (a.p / a.m - 1)), '-', '−') as title
from all_points a join scope s on s.run_id = a.run_id
order by a.metric, s.run_id, a.place, a.m, a.label
