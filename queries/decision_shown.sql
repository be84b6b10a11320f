-- name: decision_shown
-- doc: One row a pair of bounds (TTFT, ITL): the decision of the first simulated run of the focus there (rule 17).
select ttft_limit, itl_limit, state, title, mark
from decision_grid
where group_id = (select group_id from focus) and run_id = (select min(run_id) from decision_grid where group_id = (select group_id from focus))
order by ttft_limit, itl_limit
