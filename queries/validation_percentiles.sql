-- name: validation_percentiles
-- doc: One row a load level of the shown validation, latency (TTFT, ITL) and percentile: its value in ms, from the requests
--   where they are stored, else as exported. low and high are order statistics of the requests (rule 30), n the valid
--   requests, needed the n from which on a percentile has an upper end: 0.975 or more of a sample hold one above it.
with counted as (
  select q.level,
    count(q.ttft_ms) as ttft_n, count(q.itl_ms) as itl_n,
    percentile(q.ttft_ms, 50) as t50, percentile_low(q.ttft_ms, 50) as t50l, percentile_high(q.ttft_ms, 50) as t50h,
    percentile(q.ttft_ms, 90) as t90, percentile_low(q.ttft_ms, 90) as t90l, percentile_high(q.ttft_ms, 90) as t90h,
    percentile(q.ttft_ms, 99) as t99, percentile_low(q.ttft_ms, 99) as t99l, percentile_high(q.ttft_ms, 99) as t99h,
    percentile(q.itl_ms, 50) as i50, percentile_low(q.itl_ms, 50) as i50l, percentile_high(q.itl_ms, 50) as i50h,
    percentile(q.itl_ms, 90) as i90, percentile_low(q.itl_ms, 90) as i90l, percentile_high(q.itl_ms, 90) as i90h,
    percentile(q.itl_ms, 99) as i99, percentile_low(q.itl_ms, 99) as i99l, percentile_high(q.itl_ms, 99) as i99h
  from validation_shown s
  cross join requests q on q.run_id = s.run_id
  where q.status = 'ok'
  group by q.level
),
from_requests as (
  select level, 'TTFT' as metric, 50 as p, t50 as value, t50l as low, t50h as high, ttft_n as n from counted
  union all select level, 'TTFT', 90, t90, t90l, t90h, ttft_n from counted
  union all select level, 'TTFT', 99, t99, t99l, t99h, ttft_n from counted
  union all select level, 'ITL', 50, i50, i50l, i50h, itl_n from counted
  union all select level, 'ITL', 90, i90, i90l, i90h, itl_n from counted
  union all select level, 'ITL', 99, i99, i99l, i99h, itl_n from counted
),
exported as (
  select t.level, upper(t.metric) as metric, cast(substr(t.statistic, 2) as integer) as p, t.value
  from validation_shown s
  cross join load_statistics t on t.run_id = s.run_id
  where t.metric in ('ttft', 'itl') and t.statistic in ('p50', 'p90', 'p99')
),
both_sides as (
  select l.level, l.nominal, l.place, k.metric, k.p,
    coalesce(f.value, e.value) as value, f.low, f.high,
    coalesce(f.n, l.valid_count) as n,
    f.value is not null as by_requests
  from validation_shown s
  join level_loads l on l.run_id = s.run_id
  cross join (select m.metric, p.p from (select 'TTFT' as metric union all select 'ITL') m, (select 50 as p union all select 90 union all select 99) p) k
  left join from_requests f on f.level = l.level and f.metric = k.metric and f.p = k.p
  left join exported e on e.level = l.level and e.metric = k.metric and e.p = k.p
)
select
  level, nominal, metric, p, 'p' || p as percentile, value, low, high, n,
  cast(ceil(ln(0.025) / ln(p / 100.0)) as integer) as needed,
  n >= ceil(ln(0.025) / ln(p / 100.0)) as carried,
  concat_ws('; ',
    case when n < ceil(ln(0.025) / ln(p / 100.0)) then printf('%d requests give p%d no upper end; %d would', n, p, ceil(ln(0.025) / ln(p / 100.0))) end,
    case when not by_requests then 'as exported, requests not stored: no interval' end) as remark
from both_sides
where value is not null
order by metric desc, nominal is null, nominal, place, level, p
