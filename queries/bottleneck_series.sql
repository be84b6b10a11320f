-- name: bottleneck_series
-- doc: One row a run of the focus, closed load level and side: requests/s measured, and what the predictions of the run imply.
select method, n, x, 'measured' as style
from bottleneck_levels
where group_id = (select group_id from focus)
union all
select method, n, predicted_x, 'predicted'
from bottleneck_levels
where group_id = (select group_id from focus) and predicted_x is not null
order by 1, 4, 2
