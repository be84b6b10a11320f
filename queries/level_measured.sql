-- name: level_measured
-- doc: One row a load level and latency (ttft, itl): what was measured, in ms. m is the stored p50; low and high bound
--   it at 95 %: order statistics of the requests where they are stored (as the archive keeps them, p50_low and p50_high of
--   load_statistics, else from the requests), otherwise the innermost stored percentiles that enclose those ranks, an
--   outer bound (rules 24, 30). n counts valid requests.
with summaries as (
  select s.run_id, t.level, t.metric, t.statistic, t.value
  from scope s cross join load_statistics t on t.run_id = s.run_id
  where t.metric in ('ttft', 'itl')
),
wide as (
  select run_id, level, metric,
    max(case when statistic = 'avg' then value end) as avg,
    max(case when statistic = 'min' then value end) as min,
    max(case when statistic = 'p10' then value end) as p10,
    max(case when statistic = 'p25' then value end) as p25,
    max(case when statistic = 'p50' then value end) as p50,
    max(case when statistic = 'p75' then value end) as p75,
    max(case when statistic = 'p90' then value end) as p90,
    max(case when statistic = 'p95' then value end) as p95,
    max(case when statistic = 'p99' then value end) as p99,
    max(case when statistic = 'max' then value end) as max,
    max(case when statistic = 'p50_low' then value end) as p50_low,
    max(case when statistic = 'p50_high' then value end) as p50_high,
    max(case when statistic = 'count' then value end) as n
  from summaries
  group by run_id, level, metric
),
kept as (
  -- levels whose order statistics the archive keeps
  select run_id, level from wide where p50_low is not null or p50_high is not null group by run_id, level
),
from_requests as materialized (
  select l.run_id, l.level,
    count(q.ttft_ms) as ttft_n, percentile_low(q.ttft_ms, 50) as ttft_low, percentile_high(q.ttft_ms, 50) as ttft_high, median(q.ttft_ms) as ttft_p50,
    count(q.itl_ms) as itl_n, percentile_low(q.itl_ms, 50) as itl_low, percentile_high(q.itl_ms, 50) as itl_high, median(q.itl_ms) as itl_p50
  from level_loads l
  left join kept k on k.run_id = l.run_id and k.level = l.level
  cross join requests q on q.run_id = l.run_id and q.level = l.level
  where l.has_requests and k.run_id is null and q.status = 'ok'
  group by l.run_id, l.level
),
-- the ranks of rule 30 for each sample size: the interval of the median of 1, 2, ..., n
sizes as (select distinct valid_count as n from level_loads where not has_requests and valid_count between 1 and 200000),
series(k) as (
  select 1 where exists (select 1 from sizes)
  union all
  select k + 1 from series where k < (select max(n) from sizes)
),
ranks as (
  select z.n, percentile_low(s.k, 50) as low_rank, percentile_high(s.k, 50) as high_rank
  from sizes z join series s on s.k <= z.n
  group by z.n
),
placed as (
  select l.run_id, l.level, s.metric, s.value, 1 + s.q * (l.valid_count - 1) / 100.0 as position, r.low_rank, r.high_rank
  from level_loads l
  join ranks r on r.n = l.valid_count
  join (
    select run_id, level, metric, value,
      case statistic when 'min' then 0 when 'max' then 100 else cast(substr(statistic, 2) as integer) end as q
    from summaries
    where statistic in ('min', 'max') or statistic glob 'p[0-9]' or statistic glob 'p[0-9][0-9]'
  ) s on s.run_id = l.run_id and s.level = l.level
  where not l.has_requests
),
bounds as (
  select run_id, level, metric,
    max(case when position <= low_rank then value end) as low,
    min(case when position >= high_rank then value end) as high
  from placed
  group by run_id, level, metric
)
select
  l.run_id, l.run, l.level, k.metric,
  coalesce(w.p50, iif(k.metric = 'ttft', f.ttft_p50, f.itl_p50)) as m,
  case when not l.has_requests then b.low else coalesce(w.p50_low, iif(k.metric = 'ttft', f.ttft_low, f.itl_low)) end as low,
  case when not l.has_requests then b.high else coalesce(w.p50_high, iif(k.metric = 'ttft', f.ttft_high, f.itl_high)) end as high,
  case when not l.has_requests then l.valid_count else coalesce(iif(k.metric = 'ttft', f.ttft_n, f.itl_n), w.n, l.valid_count) end as n,
  case when l.has_requests then 'order statistics' when b.low is not null or b.high is not null then 'outer bound' end as interval_basis,
  w.avg, w.min, w.p10, w.p25, coalesce(w.p50, iif(k.metric = 'ttft', f.ttft_p50, f.itl_p50)) as p50, w.p75, w.p90, w.p95, w.p99, w.max
from level_loads l
cross join (select 'ttft' as metric union all select 'itl') k
left join wide w on w.run_id = l.run_id and w.level = l.level and w.metric = k.metric
left join from_requests f on f.run_id = l.run_id and f.level = l.level
left join bounds b on b.run_id = l.run_id and b.level = l.level and b.metric = k.metric
order by l.run_id, l.level, k.metric
