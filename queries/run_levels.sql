-- name: run_levels
-- doc: One row a selected run and load level: counts, rates and the median latencies. Latency ms, rates per s.
select
  l.run_id,
  l.run,
  l.level,
  l.concurrency,
  l.request_count,
  l.error_count,
  l.request_throughput,
  max(case when s.metric = 'ttft' and s.statistic = 'p50' then s.value end) as ttft_p50_ms,
  max(case when s.metric = 'itl' and s.statistic = 'p50' then s.value end) as itl_p50_ms,
  l.goodput,
  l.sla_hit_rate
from load_levels l
left join load_statistics s on s.run_id = l.run_id and s.level = l.level
where l.run in selected
group by l.run_id, l.level
order by l.run_id, l.concurrency, l.level
