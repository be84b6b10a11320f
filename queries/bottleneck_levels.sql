-- name: bottleneck_levels
-- doc: One row a closed load level: requests/s (x) and mean latency in s (r) at n users against the operational bounds
--   x <= min(n/D, 1/Dmax), r >= max(D, n Dmax), with D = r at one user and Dmax = 1/max x (rule 28). Slopes are per
--   extra user from the level before. predicted_x = n / (TTFT + (OSL-1) ITL) from the run's own predictions.
with closed as (
  select l.run_id, l.run, l.method, l.group_id, l.level, l.nominal as n, l.request_throughput as x, l.latency_ms / 1000.0 as r,
    l.ttft_ms / 1000.0 as ttft_s, l.itl_ms, (l.latency_ms - l.ttft_ms) / 1000.0 as rest_s, coalesce(l.error_count, 0) as errors,
    l.nominal / (p.ttft / 1000.0 + (l.osl_tokens - 1) * p.itl / 1000.0) as predicted_x
  from level_loads l left join level_predictions p on p.run_id = l.run_id and p.level = l.level
  where l.closed and l.nominal > 0 and l.request_throughput > 0 and l.latency_ms > 0
),
fitted as (
  select *,
    min(case when n = 1 then r end) over (partition by run_id) as demand,
    max(x) over (partition by run_id) as ceiling
  from closed
)
select
  run_id, run, method, group_id, level, n, x, r, demand, 1 / ceiling as demand_max, demand * ceiling as knee,
  min(n / demand, ceiling) as x_bound,
  max(demand, n / ceiling) as r_bound,
  x * r / n as little_ratio,
  ttft_s, itl_ms, rest_s, ttft_s / r as ttft_share, x * ttft_s as in_front, x * rest_s as in_rest,
  errors, predicted_x, predicted_x / x - 1 as predicted_x_error,
  lag(n) over line as n_before,
  (r - lag(r) over line) / (n - lag(n) over line) as r_slope,
  (ttft_s - lag(ttft_s) over line) / (n - lag(n) over line) as ttft_slope,
  (rest_s - lag(rest_s) over line) / (n - lag(n) over line) as rest_slope,
  x / lag(x) over line - 1 as x_gain
from fitted
window line as (partition by run_id order by n, level)
order by run_id, n, level
