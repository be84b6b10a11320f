-- name: workload_errors
-- doc: One row a workload and latency of a simulated run with both limits: median error of its points and their range, in percent.
select
  s.isl_tokens || '/' || s.osl_tokens as workload,
  e.run,
  s.method,
  upper(e.metric) as latency,
  100 * e.median_error as median_error,
  100 * e.least as least,
  100 * e.most as most,
  e.n
from sweep_errors e
join scope s on s.run_id = e.run_id
where e.both_limits
order by s.isl_tokens, s.osl_tokens, e.metric desc, e.run_id
