-- name: choice_shown
-- doc: One row a run of the focus and phase: what it chose, in words. Latency in ms, throughput in tokens/s/GPU.
select
  c.phase,
  c.method,
  c.mapping,
  c.gpus,
  c.concurrency,
  coalesce(c.latency_ms, c.ttft_ms) as latency_ms,
  case when c.latency_ms is not null then c.latency when c.ttft_ms is not null then printf('TTFT, with ITL %.3g ms', c.itl_ms) end as latency_words,
  c.sla_ms,
  c.throughput,
  case c.feasible when 1 then 'yes, in its sweep' when 0 then 'no' end as feasible_word,
  c.under_load,
  c.binding,
  c.reason
from choice_table c
where c.group_id = (select group_id from focus)
order by case c.phase when 'prefill' then 1 when 'decode' then 2 else 3 end, c.run_id
