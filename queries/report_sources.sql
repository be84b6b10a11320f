-- name: report_sources
-- doc: One row a source file of the selected runs, with its SHA-256.
select run, path, kind, bytes, sha256
from sources
where run in selected
order by run_id, path
