-- name: scope
-- doc: One row a selected run: the group it may be compared in (rule 1), the SLA in force for it (rule 2) and the
--   run its cost is measured against (rule 7). A field that is unknown for a run takes the value that the best
--   known compatible runs have, and is listed in unknown_fields; it does not split a group. own_sla is 1 when the
--   run stated another SLA than the comparison's: then it is judged at its own. Durations in s, SLA in ms.
-- param: ttft_ms number null -- TTFT bound of the comparison; null: the one that all runs of a group share
-- param: itl_ms number null -- ITL bound of the comparison; null: the one that all runs of a group share
-- param: isl int null -- input tokens of runs that do not state them
-- param: osl int null -- output tokens of runs that do not state them
-- param: reference text null -- run that cost is compared with; null: rule 7 chooses
with raw as (
  select
    r.*,
    coalesce(r.isl_tokens, :isl) as isl,
    coalesce(r.osl_tokens, :osl) as osl,
    (select count(*) from candidates c where c.run_id = r.run_id and c.refused is null) as candidate_count,
    (select case when max(c.phase in ('aggregated')) then 'aggregated' when max(c.phase in ('prefill', 'decode', 'disaggregated')) then 'disaggregated' end
       from candidates c where c.run_id = r.run_id) as swept_mode
  from runs r
  where r.run in selected
),
named as (
  select
    run_id,
    lower(model) as f1,
    lower(backend) as f2,
    lower(backend_version) as f3,
    lower(gpu_type) as f4,
    lower(precision) as f5,
    coalesce(serving_mode, swept_mode) as f6,
    isl as f7,
    osl as f8
  from raw
),
-- keys: one row a combination that occurs
keys as (
  select
    json_array(f1, f2, f3, f4, f5, f6, f7, f8) as key,
    (f1 is not null) + (f2 is not null) + (f3 is not null) + (f4 is not null)
      + (f5 is not null) + (f6 is not null) + (f7 is not null) + (f8 is not null) as known,
    count(*) as n,
    f1, f2, f3, f4, f5, f6, f7, f8
  from named
  group by f1, f2, f3, f4, f5, f6, f7, f8
),
-- others: for each incomplete key the keys that contradict it nowhere, the best known first
others as (
  select
    k.key,
    printf('%06d', row_number() over (partition by k.key order by o.known desc, o.n desc, o.key)) as place,
    o.f1, o.f2, o.f3, o.f4, o.f5, o.f6, o.f7, o.f8
  from keys k join keys o on
    coalesce(k.f1 = o.f1, 1) and coalesce(k.f2 = o.f2, 1) and coalesce(k.f3 = o.f3, 1) and coalesce(k.f4 = o.f4, 1)
    and coalesce(k.f5 = o.f5, 1) and coalesce(k.f6 = o.f6, 1) and coalesce(k.f7 = o.f7, 1) and coalesce(k.f8 = o.f8, 1)
  where k.known < 8
),
filled as (
  select
    key,
    substr(min(place || f1), 7) as f1,
    substr(min(place || f2), 7) as f2,
    substr(min(place || f3), 7) as f3,
    substr(min(place || f4), 7) as f4,
    substr(min(place || f5), 7) as f5,
    substr(min(place || f6), 7) as f6,
    cast(substr(min(place || f7), 7) as integer) as f7,
    cast(substr(min(place || f8), 7) as integer) as f8
  from others
  group by key
),
grouped as (
  select
    n.run_id,
    json_array(
      coalesce(n.f1, f.f1), coalesce(n.f2, f.f2), coalesce(n.f3, f.f3), coalesce(n.f4, f.f4),
      coalesce(n.f5, f.f5), coalesce(n.f6, f.f6), coalesce(n.f7, f.f7), coalesce(n.f8, f.f8)) as group_key,
    coalesce(n.f3, f.f3) as group_version,
    coalesce(n.f4, f.f4) as group_gpu,
    coalesce(n.f5, f.f5) as group_precision,
    coalesce(n.f6, f.f6) as mode,
    coalesce(n.f7, f.f7) as isl,
    coalesce(n.f8, f.f8) as osl,
    substr(
      iif(n.f1 is null and f.f1 is not null, ', model', '') || iif(n.f2 is null and f.f2 is not null, ', backend', '')
        || iif(n.f3 is null and f.f3 is not null, ', backend version', '') || iif(n.f4 is null and f.f4 is not null, ', GPU type', '')
        || iif(n.f5 is null and f.f5 is not null, ', precision', '') || iif(n.f6 is null and f.f6 is not null, ', serving mode', '')
        || iif(n.f7 is null and f.f7 is not null, ', ISL', '') || iif(n.f8 is null and f.f8 is not null, ', OSL', ''), 3) as unknown_fields
  from named n left join filled f on f.key = json_array(n.f1, n.f2, n.f3, n.f4, n.f5, n.f6, n.f7, n.f8)
),
stated as (
  select
    r.*,
    g.group_key, g.group_version, g.group_gpu, g.group_precision, g.mode, g.isl as group_isl, g.osl as group_osl,
    nullif(g.unknown_fields, '') as unknown_fields,
    dense_rank() over (order by g.group_key) as group_id,
    count(*) over (partition by g.group_key) as group_runs,
    case when min(r.sla_ttft_ms) over grp = max(r.sla_ttft_ms) over grp then min(r.sla_ttft_ms) over grp end as shared_ttft,
    case when min(r.sla_itl_ms) over grp = max(r.sla_itl_ms) over grp then min(r.sla_itl_ms) over grp end as shared_itl
  from raw r join grouped g on g.run_id = r.run_id
  window grp as (partition by g.group_key)
),
judged as (
  select
    s.*,
    coalesce(:ttft_ms, shared_ttft) as comparison_ttft_ms,
    coalesce(:itl_ms, shared_itl) as comparison_itl_ms,
    coalesce(sla_ttft_ms is not coalesce(:ttft_ms, shared_ttft) and sla_ttft_ms is not null, 0)
      or coalesce(sla_itl_ms is not coalesce(:itl_ms, shared_itl) and sla_itl_ms is not null, 0) as own_sla,
    first_value(model) over (partition by group_key order by model is null, run_id) as group_model,
    first_value(backend) over (partition by group_key order by backend is null, run_id) as group_backend
  from stated s
),
in_force as (
  select
    j.*,
    case when own_sla then coalesce(sla_ttft_ms, comparison_ttft_ms) else comparison_ttft_ms end as force_ttft,
    case when own_sla then coalesce(sla_itl_ms, comparison_itl_ms) else comparison_itl_ms end as force_itl,
    case when max(run = :reference) over (partition by group_key) then run = :reference
      else kind = 'measured' and status = 'complete' end and status <> 'failed' and own_sla = 0 as may_be_reference
  from judged j
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
  concat_ws(' · ', group_model, concat_ws(' ', group_backend, group_version), group_gpu, group_precision, mode,
    group_isl || '/' || group_osl) as group_name,
  concat_ws(' · ', group_model, concat_ws(' ', group_backend, group_version), group_gpu, group_precision, mode) as deployment_name,
  group_runs,
  unknown_fields,
  mode as serving_mode,
  group_model as model,
  backend,
  backend_version,
  gpu_type,
  group_isl as isl_tokens,
  group_osl as osl_tokens,
  sla_ttft_ms as stated_ttft_ms,
  sla_itl_ms as stated_itl_ms,
  comparison_ttft_ms,
  comparison_itl_ms,
  own_sla,
  force_ttft as sla_ttft_ms,
  force_itl as sla_itl_ms,
  dense_rank() over (order by group_id, force_ttft, force_itl) as sla_id,
  candidate_count,
  may_be_reference and row_number() over ref = 1 as is_reference,
  first_value(case when may_be_reference then run_id end) over ref as reference_id,
  first_value(case when may_be_reference then run end) over ref as reference,
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
from in_force
window ref as (partition by group_id order by may_be_reference desc, candidate_count desc, coalesce(finished_at, started_at) desc, run_id desc)
order by run_id
