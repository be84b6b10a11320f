-- name: scope
-- doc: One row a selected run: its group (rule 1), the SLA in force for it (rule 2) and the run its cost is measured against
--   (rule 7). own_sla is 1 when the run stated another SLA than the comparison's: then it is judged at its own. label
--   is the method where only one run of the group has it, else the run. Durations in s, SLA in ms.
-- param: reference text null -- run that cost is compared with; null: rule 7 chooses
with joined as (
  select
    r.*, g.group_id, g.group_name, g.deployment_name, g.runs as group_runs, k.unknown_fields, k.candidate_count,
    g.mode as group_mode, g.model as group_model, g.isl as group_isl, g.osl as group_osl, g.ttft as comparison_ttft, g.itl as comparison_itl,
    r.sla_ttft_ms is not null and r.sla_ttft_ms is not g.ttft or r.sla_itl_ms is not null and r.sla_itl_ms is not g.itl as own_sla,
    iif(g.names_reference, r.run = :reference, coalesce(r.kind = 'measured', 0) and r.status = 'complete') and r.status <> 'failed' as may_be_reference
  from run_groups k
  join comparison_groups g on g.group_key = k.group_key
  join runs r on r.run_id = k.run_id
)
select
  run_id,
  run,
  method,
  kind,
  status,
  error,
  none_feasible,
  group_id,
  group_name,
  deployment_name,
  iif(method <> '' and count(*) over (partition by group_id, method) = 1, method, run) as label,
  group_runs,
  unknown_fields,
  group_mode as serving_mode,
  group_model as model,
  backend,
  backend_version,
  gpu_type,
  group_isl as isl_tokens,
  group_osl as osl_tokens,
  sla_ttft_ms as stated_ttft_ms,
  sla_itl_ms as stated_itl_ms,
  comparison_ttft as comparison_ttft_ms,
  comparison_itl as comparison_itl_ms,
  own_sla,
  iif(own_sla, coalesce(sla_ttft_ms, comparison_ttft), comparison_ttft) as sla_ttft_ms,
  iif(own_sla, coalesce(sla_itl_ms, comparison_itl), comparison_itl) as sla_itl_ms,
  dense_rank() over (order by group_id, iif(own_sla, coalesce(sla_ttft_ms, comparison_ttft), comparison_ttft), iif(own_sla, coalesce(sla_itl_ms, comparison_itl), comparison_itl)) as sla_id,
  candidate_count,
  may_be_reference and not own_sla and row_number() over best = 1 as is_reference,
  first_value(case when may_be_reference and not own_sla then run_id end) over best as reference_id,
  first_value(case when may_be_reference and not own_sla then run end) over best as reference,
  max_kv_tokens,
  duration_s,
  has_log,
  deployments,
  failed_deployments,
  gpu_hours,
  prefill_replicas,
  decode_replicas,
  has_planner,
  started_at
from joined
window best as (partition by group_id order by may_be_reference and not own_sla desc, candidate_count desc, coalesce(finished_at, started_at) desc, run_id desc)
order by run_id
