-- name: load_series
-- doc: One row a run, latency, load level and side: load_lines in long form for plots, latency in ms. Measured is the p50
--   with the spread p10 to p90, predicted has none.
select run_id, run, method, group_id, metric, level, concurrency, 'measured' as style, method || ', measured' as series, p50 as latency_ms, p10 as low, p90 as high, saturated
from load_lines
where p50 is not null
union all
select run_id, run, method, group_id, metric, level, concurrency, 'predicted', method || ', predicted', predicted, null, null, saturated
from load_lines
where predicted is not null
order by metric desc, run_id, style, concurrency, level
