-- name: result_levels
-- doc: One row a selected run and load level: what comparison_results.json says of it. Latency ms; errors are fractions at the level's own load.
with figures as (
  select run_id, key,
    max(case when metric = 'ttft_error' then value end) as ttft_error,
    max(case when metric = 'ttft_predicted' then note end) as ttft_basis,
    max(case when metric = 'itl_error' then value end) as itl_error,
    max(case when metric = 'itl_predicted' then note end) as itl_basis
  from metric_values
  where metric in ('ttft_error', 'ttft_predicted', 'itl_error', 'itl_predicted')
  group by run_id, key
)
select
  l.run_id,
  l.run,
  l.level,
  l.concurrency,
  (select s.value from settings s where s.run_id = l.run_id and s.key = 'validation.max_batch_size' limit 1) as max_batch_size,
  max(case when s.metric = 'ttft' and s.statistic = 'p50' then s.value end) as ttft_p50_ms,
  max(case when s.metric = 'ttft' and s.statistic = 'p99' then s.value end) as ttft_p99_ms,
  max(case when s.metric = 'itl' and s.statistic = 'p50' then s.value end) as itl_p50_ms,
  max(case when s.metric = 'itl' and s.statistic = 'p99' then s.value end) as itl_p99_ms,
  f.ttft_error,
  f.ttft_basis,
  f.itl_error,
  f.itl_basis,
  l.sla_hit_rate
from load_levels l
left join load_statistics s on s.run_id = l.run_id and s.level = l.level and s.metric in ('ttft', 'itl')
left join figures f on f.run_id = l.run_id and f.key = l.level
where l.run in selected and l.level <> 'optimization'
group by l.run_id, l.level
order by l.run_id, l.concurrency, l.level
