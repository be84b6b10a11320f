-- name: run_settings
-- doc: One row a selected run and setting, flattened: what `profreport diff` compares.
select run_id, run, key, value, path
from settings
where run in selected
order by key, run_id, path
