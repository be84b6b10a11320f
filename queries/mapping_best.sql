-- name: mapping_best
-- doc: One row a SLA in force, phase and measured mapping: its best feasible measured point by throughput, its closest
--   point where none is feasible, and the largest concurrency it was measured at. Latencies in ms, throughput
--   in tokens/s/GPU (rules 11, 12).
with best as (
  select sla_id, phase, mapping, min(preference) as preference, concurrency, gpus, throughput, ttft_ms, itl_ms
  from judged
  where feasible = 1 and throughput is not null
  group by sla_id, phase, mapping
),
closest as (
  select sla_id, phase, mapping, min(over_ms) as over_ms, over_by, concurrency
  from (select * from judged order by sla_id, phase, mapping, preference)
  where over_ms is not null
  group by sla_id, phase, mapping
),
measured as (
  select sla_id, group_id, phase, mapping, min(gpus) as gpus, count(*) as points, sum(feasible) as feasible_points, max(concurrency) as largest_concurrency
  from judged
  group by sla_id, phase, mapping
)
select
  m.sla_id, m.group_id, m.phase, m.mapping, coalesce(b.gpus, m.gpus) as gpus, m.points, m.feasible_points, m.largest_concurrency,
  b.preference, b.concurrency, b.throughput, b.ttft_ms, b.itl_ms,
  case when b.preference is null then c.over_ms end as over_ms,
  case when b.preference is null then c.over_by end as over_by,
  case when b.preference is null then c.concurrency end as closest_concurrency
from measured m
left join best b on b.sla_id = m.sla_id and b.phase = m.phase and b.mapping = m.mapping
left join closest c on c.sla_id = m.sla_id and c.phase = m.phase and c.mapping = m.mapping
order by m.sla_id, m.phase, m.mapping
