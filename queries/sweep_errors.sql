-- name: sweep_errors
-- doc: One row a simulated run, phase with both limits and latency: candidate errors in one figure each. level is the
--   geometric mean of P/M less 1; shape is abs((P/M)/level - 1), median and maximum; median and worst are of the
--   signed error e (rules 20, 31). Fractions; n counts points with a prediction.
with leveled as (
  select
    e.*,
    geomean(p / m) over (partition by run_id, phase, metric) as ratio,
    row_number() over (partition by run_id, phase, metric order by abs(value) desc, gpus, mapping, concurrency) as badness
  from candidate_errors e
),
shaped as (
  select *, abs(p / m / ratio - 1) as shape,
    row_number() over (partition by run_id, phase, metric order by abs(p / m / ratio - 1) desc, gpus, mapping, concurrency) as oddness
  from leveled
)
select
  run_id, run, group_id, phase, both_limits, metric,
  phase || iif(both_limits, ' ' || metric, '') as key,
  max(ratio) - 1 as level,
  median(shape) as shape,
  max(shape) as shape_max,
  max(case when oddness = 1 then point end) as shape_max_at,
  median(value) as median_error,
  max(case when badness = 1 then value end) as worst_error,
  max(case when badness = 1 then point end) as worst_at,
  avg(abs(value)) as mean_abs_error,
  min(value) as least,
  max(value) as most,
  count(*) as n
from shaped
group by run_id, phase, metric
order by run_id, phase, metric desc
