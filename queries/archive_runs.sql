-- name: archive_runs
-- doc: One row a selected run, for the command `profreport runs`: what it is, how it ended and what it cost. Durations in s.
select run, method, kind, status, model, backend, gpu_type, isl_tokens, osl_tokens, duration_s, gpu_hours, tags, note
from runs
where run in selected
order by run_id
