-- name: prefill_shown
-- doc: One row a run of the focus and knot of its prefill curve: the rows of prefill_overlay.
select *
from prefill_overlay
where group_id = (select group_id from focus)
order by run_id, isl_tokens
