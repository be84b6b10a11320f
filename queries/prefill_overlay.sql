-- name: prefill_overlay
-- doc: One row a run and ISL knot of its prefill curve: TTFT of one request in ms. style is predicted for a simulated run,
--   measured for a measured one.
select s.run_id, s.run, s.method, s.group_id, p.mapping, p.gpus, p.isl_tokens, p.ttft_ms,
  iif(s.kind = 'simulated', 'predicted', 'measured') as style,
  s.method || ', ' || p.mapping as series
from scope s cross join prefill_points p on p.run_id = s.run_id
where p.ttft_ms > 0
order by s.run_id, p.mapping, p.isl_tokens
