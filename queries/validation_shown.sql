-- name: validation_shown
-- doc: One row: the run whose load tests the notebook `validation` shows, the one tested last among the selected runs; tested
--   counts those with load tests. Where there is none, no row. SLA in ms.
select
  s.run_id, s.run, s.method, s.kind, s.group_id, s.model, s.backend, s.isl_tokens, s.osl_tokens,
  s.sla_ttft_ms, s.sla_itl_ms,
  count(*) as levels,
  sum(l.request_count) as requests,
  min(l.started_at) as started_at,
  count(*) over () as tested,
  exists (select 1 from requests q where q.run_id = s.run_id) as has_requests
from scope s
cross join load_levels l on l.run_id = s.run_id
group by s.run_id
order by max(l.started_at) is null, max(l.started_at) desc, s.run_id desc
limit 1
