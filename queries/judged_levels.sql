-- name: judged_levels
-- doc: One row a run and load level, and the judged level of a run that has no such test (tested 0): level_loads, so that
--   what could be judged has a row.
-- param: judged_level text medium -- the load level at which accuracy is judged
select run_id, run, method, kind, group_id, serving_mode, isl_tokens, osl_tokens, level, nominal, obtained, basis, note as load_note, 1 as tested,
  isl_tokens + osl_tokens / 2.0 as context
from level_loads
union all
select run_id, run, method, kind, group_id, serving_mode, isl_tokens, osl_tokens, :judged_level, null, null, null,
  'not measured: no load test named ' || :judged_level, 0, null
from scope
where run_id not in (select run_id from level_loads where level = :judged_level)
order by run_id, tested desc, nominal, level
