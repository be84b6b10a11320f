-- name: report_problems
-- doc: One row a record of the selected runs that ingest refused or doubts, the refused ones first.
select run, path, line, severity, message
from problems
where run in selected
order by run_id, case severity when 'error' then 1 when 'warning' then 2 else 3 end, path, line, message
