-- name: focus
-- doc: One row: the group whose details a report shows. Where there are several, the one whose name holds :workload, else the one
--   with the most candidates, the first of equals.
-- param: workload text null -- part of the name of the group to show in detail, such as 2048/256; null: the one with most candidates
select
  group_id,
  group_name,
  deployment_name,
  max(isl_tokens) as isl_tokens,
  max(osl_tokens) as osl_tokens,
  max(comparison_ttft_ms) as ttft_ms,
  max(comparison_itl_ms) as itl_ms,
  count(*) as runs,
  max(serving_mode = 'aggregated') as aggregated,
  (select count(distinct group_id) from scope) as groups
from scope
group by group_id
order by coalesce(instr(group_name, :workload) > 0, 0) desc, sum(candidate_count) desc, group_id
limit 1
