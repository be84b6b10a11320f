-- name: load_shown
-- doc: One row a run of the focus, latency, load level and side (measured, predicted): the rows of load_series.
select *
from load_series
where group_id = (select group_id from focus)
order by run_id, metric, style, concurrency
