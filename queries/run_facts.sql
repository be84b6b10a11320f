-- name: run_facts
-- doc: One row a selected run and fact that is known of it, for the command `profreport show`.
select r.run_id, r.run, f.place, f.fact, f.value
from runs r
join (
  select run_id, 1 as place, 'method' as fact, method as value from runs
  union all select run_id, 2, 'kind', kind from runs
  union all select run_id, 3, 'status', status from runs
  union all select run_id, 4, 'error', error from runs
  union all select run_id, 5, 'model', model from runs
  union all select run_id, 6, 'backend', concat_ws(' ', backend, backend_version) from runs where backend is not null
  union all select run_id, 7, 'GPU type', gpu_type from runs
  union all select run_id, 8, 'ISL / OSL [tokens]', concat_ws(' / ', isl_tokens, osl_tokens) from runs where isl_tokens is not null
  union all select run_id, 9, 'SLA: TTFT / ITL [ms]', concat_ws(' / ', sla_ttft_ms, sla_itl_ms) from runs where sla_ttft_ms is not null or sla_itl_ms is not null
  union all select run_id, 10, 'KV capacity [tokens]', max_kv_tokens from runs
  union all select run_id, 11, 'started', started_at from runs
  union all select run_id, 12, 'duration [s]', duration_s from runs
  union all select run_id, 13, 'deployments', deployments from runs
  union all select run_id, 14, 'GPU-hours', gpu_hours from runs
  union all select run_id, 15, 'profiler', profiler from runs
  union all select run_id, 16, 'tags', tags from runs
  union all select run_id, 17, 'note', note from runs
  union all select run_id, 18, 'candidates', nullif(count(*), 0) from candidates group by run_id
  union all select run_id, 19, 'curve points', count(*) from (select run_id from prefill_points union all select run_id from decode_points) group by run_id
  union all select run_id, 20, 'load levels', count(*) from load_levels group by run_id
  union all select run_id, 21, 'problems', count(*) from problems group by run_id
  union all select run_id, 22, 'source files', count(*) from sources group by run_id
  union all select run_id, 23, 'SHA-256', sha256 from runs
) f on f.run_id = r.run_id
where r.run in selected and f.value is not null and f.value <> ''
order by r.run_id, f.place
