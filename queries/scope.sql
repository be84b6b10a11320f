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
with raw as materialized (
  select
    r.run_id, r.run, r.kind, r.status, r.model, r.backend, r.backend_version, r.gpu_type, r.precision, r.sla_ttft_ms, r.sla_itl_ms,
    coalesce(r.finished_at, r.started_at) as ended_at,
    coalesce(r.isl_tokens, :isl) as isl,
    coalesce(r.osl_tokens, :osl) as osl,
    coalesce(r.serving_mode, case when sum(c.phase = 'aggregated') then 'aggregated' when sum(c.phase in ('prefill', 'decode', 'disaggregated')) then 'disaggregated' end) as mode,
    count(c.phase) - count(c.refused) as candidate_count
  from runs r left join candidates c on c.run_id = r.run_id
  where r.run in selected
  group by r.run_id
),
named as materialized (
  select
    run_id,
    lower(model) as f1,
    lower(backend) as f2,
    lower(backend_version) as f3,
    lower(gpu_type) as f4,
    lower(precision) as f5,
    mode as f6,
    isl as f7,
    osl as f8
  from raw
),
-- keys: one row a combination that occurs
keys as materialized (
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
grouped as materialized (
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
    nullif(substr(
      iif(n.f1 is null and f.f1 is not null, ', model', '') || iif(n.f2 is null and f.f2 is not null, ', backend', '')
        || iif(n.f3 is null and f.f3 is not null, ', backend version', '') || iif(n.f4 is null and f.f4 is not null, ', GPU type', '')
        || iif(n.f5 is null and f.f5 is not null, ', precision', '') || iif(n.f6 is null and f.f6 is not null, ', serving mode', '')
        || iif(n.f7 is null and f.f7 is not null, ', ISL', '') || iif(n.f8 is null and f.f8 is not null, ', OSL', ''), 3), '') as unknown_fields
  from named n left join filled f on f.key = json_array(n.f1, n.f2, n.f3, n.f4, n.f5, n.f6, n.f7, n.f8)
),
groups as materialized (
  select
    g.group_key,
    row_number() over (order by g.group_key) as group_id,
    count(*) as runs,
    substr(min(case when r.model is not null then printf('%09d', r.run_id) || r.model end), 10) as model,
    substr(min(case when r.backend is not null then printf('%09d', r.run_id) || r.backend end), 10) as backend,
    max(g.group_version) as version, max(g.group_gpu) as gpu, max(g.group_precision) as precision, max(g.mode) as mode, max(g.isl) as isl, max(g.osl) as osl,
    coalesce(:ttft_ms, case when min(r.sla_ttft_ms) = max(r.sla_ttft_ms) then min(r.sla_ttft_ms) end) as ttft,
    coalesce(:itl_ms, case when min(r.sla_itl_ms) = max(r.sla_itl_ms) then min(r.sla_itl_ms) end) as itl,
    max(r.run = :reference) as names_reference
  from grouped g join raw r on r.run_id = g.run_id
  group by g.group_key
),
judged as materialized (
  select
    r.run_id, g.group_key, g.unknown_fields, p.group_id, r.candidate_count,
    r.sla_ttft_ms is not null and r.sla_ttft_ms is not p.ttft or r.sla_itl_ms is not null and r.sla_itl_ms is not p.itl as own_sla,
    case when p.names_reference then r.run = :reference else r.kind = 'measured' and r.status = 'complete' end and r.status <> 'failed' as may_be_reference,
    r.ended_at
  from grouped g join raw r on r.run_id = g.run_id join groups p on p.group_key = g.group_key
),
chosen as materialized (
  select group_id, run_id as reference_id,
    row_number() over (partition by group_id order by candidate_count desc, ended_at desc, run_id desc) as place
  from judged
  where may_be_reference and not own_sla
),
in_force as materialized (
  select j.run_id, j.own_sla, j.group_id, j.unknown_fields, j.candidate_count,
    case when j.own_sla then coalesce(r.sla_ttft_ms, p.ttft) else p.ttft end as force_ttft,
    case when j.own_sla then coalesce(r.sla_itl_ms, p.itl) else p.itl end as force_itl
  from judged j join raw r on r.run_id = j.run_id join groups p on p.group_id = j.group_id
),
slas as materialized (
  select row_number() over (order by group_id, force_ttft, force_itl) as sla_id, group_id, force_ttft, force_itl
  from in_force
  group by group_id, force_ttft, force_itl
)
select
  r.run_id,
  r.run,
  r.method,
  r.kind,
  r.status,
  r.error,
  r.none_feasible,
  f.group_id,
  concat_ws(' · ', p.model, concat_ws(' ', p.backend, p.version), p.gpu, p.precision, p.mode, p.isl || '/' || p.osl) as group_name,
  concat_ws(' · ', p.model, concat_ws(' ', p.backend, p.version), p.gpu, p.precision, p.mode) as deployment_name,
  p.runs as group_runs,
  f.unknown_fields,
  p.mode as serving_mode,
  p.model,
  r.backend,
  r.backend_version,
  r.gpu_type,
  p.isl as isl_tokens,
  p.osl as osl_tokens,
  r.sla_ttft_ms as stated_ttft_ms,
  r.sla_itl_ms as stated_itl_ms,
  p.ttft as comparison_ttft_ms,
  p.itl as comparison_itl_ms,
  f.own_sla,
  f.force_ttft as sla_ttft_ms,
  f.force_itl as sla_itl_ms,
  s.sla_id,
  f.candidate_count,
  coalesce(c.reference_id = r.run_id, 0) as is_reference,
  c.reference_id,
  (select b.run from raw b where b.run_id = c.reference_id) as reference,
  r.max_kv_tokens,
  r.duration_s,
  r.has_log,
  r.deployments,
  r.failed_deployments,
  r.gpu_hours,
  r.prefill_replicas,
  r.decode_replicas,
  r.has_planner,
  r.started_at
from in_force f
join runs r on r.run_id = f.run_id
join groups p on p.group_id = f.group_id
join slas s on s.group_id = f.group_id and s.force_ttft is f.force_ttft and s.force_itl is f.force_itl
left join chosen c on c.group_id = f.group_id and c.place = 1
order by r.run_id
