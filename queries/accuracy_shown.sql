-- name: accuracy_shown
-- doc: One row a run of the focus, load level and latency: the rows of accuracy_table, errors also in percent.
select a.*, 100 * e as e_percent, 100 * e_low as e_low_percent, 100 * e_high as e_high_percent
from accuracy_table a
where group_id = (select group_id from focus)
order by metric desc, nominal, level, run_id
