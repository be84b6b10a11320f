-- name: choices
-- doc: One row a run and phase: what it chose (rule 9). The recommendation it states, with the figures it prints;
--   a sweep table states none, so its best feasible point at the SLA in force is chosen, and nothing where none is
--   feasible by prediction (rule 34). feasible says whether its own figures meet that SLA. Latencies in ms,
--   throughput in tokens/s/GPU.
with stated as (
  select r.run_id, r.phase, r.mapping, r.gpus, r.concurrency, r.ttft_ms, r.itl_ms, r.throughput_per_gpu as throughput, r.source,
    row_number() over (partition by r.run_id, r.phase order by case r.source when 'log' then 1 when 'config' then 2 else 3 end, r.mapping, r.gpus) as place
  from scope s cross join recommendations r on r.run_id = s.run_id
),
table_points as (
  select p.run_id, p.phase, p.mapping, p.gpus, p.concurrency, p.ttft_ms, p.itl_ms, p.throughput, p.preference,
    case p.phase
      when 'prefill' then p.ttft_ms <= s.sla_ttft_ms
      when 'decode' then p.itl_ms <= s.sla_itl_ms
      else p.ttft_ms <= s.sla_ttft_ms and p.itl_ms <= s.sla_itl_ms
    end as feasible
  from points p join scope s on s.run_id = p.run_id
  where p.source = 'table'
),
from_table as (
  select run_id, phase, min(case when feasible = 1 and throughput is not null then preference end) as preference, max(feasible is not null) as judged
  from table_points
  group by run_id, phase
),
chosen as (
  select
    h.*,
    coalesce(t.mapping, p.mapping) as mapping,
    coalesce(t.gpus, p.gpus) as gpus,
    coalesce(t.concurrency, p.concurrency) as concurrency,
    coalesce(t.ttft_ms, p.ttft_ms) as ttft_ms,
    coalesce(t.itl_ms, p.itl_ms) as itl_ms,
    coalesce(t.throughput, p.throughput) as throughput,
    case when t.run_id is not null then t.source when p.run_id is not null then 'rule' end as source,
    case when t.run_id is not null or p.run_id is not null then null
      when f.judged = 0 then 'no SLA to choose by'
      when f.run_id is not null then 'prediction finds nothing feasible'
      else 'the run states no choice'
    end as reason
  from run_phases h
  left join stated t on t.run_id = h.run_id and t.phase = h.phase and t.place = 1
  left join from_table f on f.run_id = h.run_id and f.phase = h.phase
  left join table_points p on t.run_id is null and p.run_id = h.run_id and p.phase = h.phase and p.preference = f.preference
)
select
  c.run_id, c.run, c.method, c.kind, c.group_id, c.sla_id, c.phase, c.both_limits,
  c.mapping, c.gpus, c.concurrency, c.ttft_ms, c.itl_ms, c.throughput, c.source, c.reason,
  c.mapping || coalesce(' @' || c.concurrency, '') as point,
  case c.phase
    when 'prefill' then c.ttft_ms <= s.sla_ttft_ms
    when 'decode' then c.itl_ms <= s.sla_itl_ms
    else c.ttft_ms <= s.sla_ttft_ms and c.itl_ms <= s.sla_itl_ms
  end as feasible
from chosen c join scope s on s.run_id = c.run_id
order by c.run_id, c.phase
