-- name: candidate_errors
-- doc: One row a simulated run, measured point and latency: e = P/M - 1 (rules 19, 32), the only accuracy figure across
--   mappings. P and M in ms. Points that the simulator refused are not here (rule 33).
with latencies as (
  select run_id, run, group_id, phase, both_limits, mapping, gpus, concurrency, n, exact, 'ttft' as metric, p_ttft_ms as p, m_ttft_ms as m
  from predictions
  where phase <> 'decode'
  union all
  select run_id, run, group_id, phase, both_limits, mapping, gpus, concurrency, n, exact, 'itl', p_itl_ms, m_itl_ms
  from predictions
  where phase <> 'prefill'
),
numbered as (
  select *, row_number() over (partition by run_id, phase, metric, mapping, concurrency order by n desc, gpus) as place
  from latencies
  where p is not null and m is not null
)
select
  run_id, run, group_id, phase, both_limits, mapping, gpus, concurrency, metric,
  phase || ' ' || mapping || coalesce(' @' || concurrency, '') || iif(both_limits, ' ' || metric, '') as key,
  mapping || coalesce(' @' || concurrency, '') as point,
  p, m,
  p / m - 1 as value,
  case when p < m then 'optimistic' when p > m then 'pessimistic' else 'equal' end as reads,
  n, exact,
  case exact when 1 then 'the run has this point' else 'prediction interpolated in concurrency' end as note
from numbered
where place = 1
order by run_id, phase, metric, gpus, mapping, concurrency
