-- name: result_levels
-- doc: One row a selected run and load level: what comparison_results.json says of it. Latency ms; errors are fractions at the level's own load.
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
  (select m.value from metric_values m where m.run_id = l.run_id and m.metric = 'ttft_error' and m.key = l.level) as ttft_error,
  (select m.note from metric_values m where m.run_id = l.run_id and m.metric = 'ttft_predicted' and m.key = l.level) as ttft_basis,
  (select m.value from metric_values m where m.run_id = l.run_id and m.metric = 'itl_error' and m.key = l.level) as itl_error,
  (select m.note from metric_values m where m.run_id = l.run_id and m.metric = 'itl_predicted' and m.key = l.level) as itl_basis,
  l.sla_hit_rate
from load_levels l
left join load_statistics s on s.run_id = l.run_id and s.level = l.level and s.metric in ('ttft', 'itl')
where l.run in selected and l.level <> 'optimization'
group by l.run_id, l.level
order by l.run_id, l.concurrency, l.level
