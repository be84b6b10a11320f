-- name: curve_rows
-- doc: One row a simulated run of the focus with a curve error.
select run_id
from curve_errors
where group_id = (select group_id from focus) and (prefill_n > 0 or decode_n > 0)
order by run_id
