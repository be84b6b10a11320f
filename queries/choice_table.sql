-- name: choice_table
-- doc: One row a run and phase: what it chose, the latency it promises against the SLA in force, and which limit binds:
--   the SLA (within 5 %), the KV capacity (one more request of isl + osl tokens would not fit), the end of its
--   sweep, or none. Latency
--   in ms, throughput in tokens/s/GPU. under_load says when every request of a load level missed the SLA (rule 4).
with swept as (
  select run_id, phase, mapping, max(concurrency) as most from points group by run_id, phase, mapping
),
missed as (
  select run_id, group_concat(level, ', ') as levels from attainment where tested and good_count = 0 and request_count > 0 group by run_id
)
select
  c.run_id, c.run, c.method, c.kind, c.group_id, c.phase, c.mapping, c.gpus, c.concurrency,
  iif(c.phase = 'decode', c.itl_ms, c.ttft_ms) as latency_ms,
  iif(c.phase = 'decode', 'ITL', 'TTFT') as latency,
  iif(c.phase = 'decode', s.sla_itl_ms, s.sla_ttft_ms) as sla_ms,
  c.ttft_ms, c.itl_ms, c.throughput, c.feasible, c.source,
  case
    when c.mapping is null then c.reason
    when c.feasible = 0 then 'none feasible: the lowest latency'
    when c.ttft_ms > 0.95 * s.sla_ttft_ms then 'SLA: TTFT'
    when c.itl_ms > 0.95 * s.sla_itl_ms then 'SLA: ITL'
    when c.phase <> 'prefill' and (c.concurrency + 1) * (s.isl_tokens + s.osl_tokens) > s.max_kv_tokens then
      printf('KV capacity: %d × %d of %d tokens', c.concurrency, s.isl_tokens + s.osl_tokens, s.max_kv_tokens)
    when c.phase <> 'prefill' and c.concurrency >= w.most then 'end of its sweep'
    when c.ttft_ms is null and c.itl_ms is null then null
    else 'none'
  end as binding,
  case when m.run_id is not null and c.feasible = 1 then 'feasible in the sweep, missed under load: ' || m.levels end as under_load,
  c.reason
from choices c join scope s on s.run_id = c.run_id
left join swept w on w.run_id = c.run_id and w.phase = c.phase and w.mapping = c.mapping
left join missed m on m.run_id = c.run_id
order by c.group_id, case c.phase when 'prefill' then 1 when 'decode' then 2 else 3 end, c.run_id
