-- name: comparison_groups
-- doc: One row a group of comparable runs (rule 1): its name, and the SLA of the comparison in ms: the parameters, else the
--   one that all its runs share (rule 2).
-- param: ttft_ms number null -- TTFT bound of the comparison; null: the one that all runs of a group share
-- param: itl_ms number null -- ITL bound of the comparison; null: the one that all runs of a group share
-- param: reference text null -- run that cost is compared with; null: rule 7 chooses
with summed as (
  select
    g.group_key,
    min(g.run_id) as first_run_id,
    count(*) as runs,
    -- of the first run that states it, in its own spelling
    substr(min(printf('%09d', g.run_id) || r.model), 10) as model,
    substr(min(printf('%09d', g.run_id) || r.backend), 10) as backend,
    max(g.version) as version,
    max(g.gpu) as gpu,
    max(g.precision) as precision,
    max(g.mode) as mode,
    max(g.isl) as isl,
    max(g.osl) as osl,
    coalesce(:ttft_ms, case when min(r.sla_ttft_ms) = max(r.sla_ttft_ms) then min(r.sla_ttft_ms) end) as ttft,
    coalesce(:itl_ms, case when min(r.sla_itl_ms) = max(r.sla_itl_ms) then min(r.sla_itl_ms) end) as itl,
    coalesce(max(r.run = :reference), 0) as names_reference
  from run_groups g join runs r on r.run_id = g.run_id
  group by g.group_key
)
select *,
  row_number() over (order by group_key) as group_id,
  concat_ws(' · ', model, concat_ws(' ', backend, version), gpu, precision, mode) as deployment_name,
  concat_ws(' · ', model, concat_ws(' ', backend, version), gpu, precision, mode, isl || '/' || osl) as group_name
from summed
order by group_key
