-- name: validation_ecdf
-- doc: One row a drawn step of the distribution of a latency (TTFT, ITL; ms) over the valid requests of a load level of the
--   shown validation. Of n > 400 requests 400 order statistics at equal distances, so that the curve is exact at each step.
with asked as (
  select q.level, q.ttft_ms, q.itl_ms
  from validation_shown s
  cross join requests q on q.run_id = s.run_id
  where q.status = 'ok'
),
latencies as (
  select level, 'TTFT' as metric, ttft_ms as latency_ms from asked where ttft_ms is not null
  union all
  select level, 'ITL', itl_ms from asked where itl_ms is not null
),
ranked as (
  select *, row_number() over (partition by metric, level order by latency_ms) as place, count(*) over (partition by metric, level) as n
  from latencies
)
select metric, level, latency_ms, place, n, place * 1.0 / n as share
from ranked
where place * 400 / n <> (place - 1) * 400 / n
order by metric desc, level, place
