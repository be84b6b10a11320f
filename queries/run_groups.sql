-- name: run_groups
-- doc: One row a selected run: the key of the group it may be compared in (rule 1). A field that is unknown for a run
--   takes the value that the best known compatible runs have, and is listed in unknown_fields; it does not split a group.
with keys as (
  -- one row a combination that occurs
  select *,
    json_array(model, backend, version, gpu, precision, mode, isl, osl) as key,
    (model is not null) + (backend is not null) + (version is not null) + (gpu is not null)
      + (precision is not null) + (mode is not null) + (isl is not null) + (osl is not null) as known,
    count(*) as n
  from run_keys
  group by model, backend, version, gpu, precision, mode, isl, osl
),
others as (
  -- for each incomplete key the keys that contradict it nowhere, the best known first
  select
    k.key,
    printf('%06d', row_number() over (partition by k.key order by o.known desc, o.n desc, o.key)) as place,
    o.model, o.backend, o.version, o.gpu, o.precision, o.mode, o.isl, o.osl
  from keys k join keys o
    on coalesce(k.model = o.model, 1) and coalesce(k.backend = o.backend, 1) and coalesce(k.version = o.version, 1)
    and coalesce(k.gpu = o.gpu, 1) and coalesce(k.precision = o.precision, 1) and coalesce(k.mode = o.mode, 1)
    and coalesce(k.isl = o.isl, 1) and coalesce(k.osl = o.osl, 1)
  where k.known < 8
),
filled as (
  -- the first known value of each field
  select
    key,
    substr(min(place || model), 7) as model,
    substr(min(place || backend), 7) as backend,
    substr(min(place || version), 7) as version,
    substr(min(place || gpu), 7) as gpu,
    substr(min(place || precision), 7) as precision,
    substr(min(place || mode), 7) as mode,
    cast(substr(min(place || isl), 7) as integer) as isl,
    cast(substr(min(place || osl), 7) as integer) as osl
  from others
  group by key
)
select
  k.run_id,
  k.run,
  k.candidate_count,
  coalesce(k.version, f.version) as version,
  coalesce(k.gpu, f.gpu) as gpu,
  coalesce(k.precision, f.precision) as precision,
  coalesce(k.mode, f.mode) as mode,
  coalesce(k.isl, f.isl) as isl,
  coalesce(k.osl, f.osl) as osl,
  json_array(
    coalesce(k.model, f.model), coalesce(k.backend, f.backend), coalesce(k.version, f.version), coalesce(k.gpu, f.gpu),
    coalesce(k.precision, f.precision), coalesce(k.mode, f.mode), coalesce(k.isl, f.isl), coalesce(k.osl, f.osl)) as group_key,
  nullif(concat_ws(', ',
    case when k.model is null and f.model is not null then 'model' end,
    case when k.backend is null and f.backend is not null then 'backend' end,
    case when k.version is null and f.version is not null then 'backend version' end,
    case when k.gpu is null and f.gpu is not null then 'GPU type' end,
    case when k.precision is null and f.precision is not null then 'precision' end,
    case when k.mode is null and f.mode is not null then 'serving mode' end,
    case when k.isl is null and f.isl is not null then 'ISL' end,
    case when k.osl is null and f.osl is not null then 'OSL' end), '') as unknown_fields
from run_keys k left join filled f on f.key = json_array(k.model, k.backend, k.version, k.gpu, k.precision, k.mode, k.isl, k.osl)
order by k.run_id
