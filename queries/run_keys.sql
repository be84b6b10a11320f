-- name: run_keys
-- doc: One row a selected run: the fields that rule 1 compares, in lower case, and a serving mode taken from the candidates
--   where the run states none.
-- param: isl int null -- input tokens of runs that do not state them
-- param: osl int null -- output tokens of runs that do not state them
select
  r.run_id,
  r.run,
  lower(r.model) as model,
  lower(r.backend) as backend,
  lower(r.backend_version) as version,
  lower(r.gpu_type) as gpu,
  lower(r.precision) as precision,
  coalesce(r.serving_mode, case when sum(c.phase = 'aggregated') then 'aggregated' when count(c.phase) then 'disaggregated' end) as mode,
  coalesce(r.isl_tokens, :isl) as isl,
  coalesce(r.osl_tokens, :osl) as osl,
  count(c.phase) - count(c.refused) as candidate_count
from runs r left join candidates c on c.run_id = r.run_id
where r.run in selected
group by r.run_id
order by r.run_id
