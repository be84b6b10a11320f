-- name: pareto
-- doc: One row a run and point of its plane of speed for a user (x, tokens/s/user = 1000 / ITL) against throughput (y,
--   tokens/s/GPU): the predicted points of a simulated run, the measured points of its group, and realised, what a point
--   of the predicted front gives when measured. on_front is 1 for the points no other one beats on both axes.
with predicted as (
  select p.run_id, p.run, p.group_id, p.phase, p.mapping, p.gpus, p.concurrency, p.ttft_ms, p.itl_ms, 1000.0 / p.itl_ms as x, p.throughput as y, 'predicted' as side
  from points p
  where p.kind = 'simulated' and p.phase <> 'prefill' and p.itl_ms > 0 and p.throughput is not null
),
measured as (
  select s.run_id, s.run, m.group_id, m.phase, m.mapping, m.gpus, m.concurrency, m.ttft_ms, m.itl_ms, 1000.0 / m.itl_ms as x, m.throughput as y, 'measured' as side
  from measured_points m join scope s on s.group_id = m.group_id
  where m.phase <> 'prefill' and m.itl_ms > 0 and m.throughput is not null
    and (s.kind = 'simulated' or s.is_reference and not exists (select 1 from scope o where o.group_id = s.group_id and o.kind = 'simulated'))
),
sides as (
  select * from predicted union all select * from measured
),
fronts as (
  select *,
    y > coalesce(max(y) over (partition by run_id, phase, side order by x desc, y desc rows between unbounded preceding and 1 preceding), -1) as on_front
  from sides
),
realised as (
  select f.run_id, f.run, f.group_id, f.phase, f.mapping, f.gpus, f.concurrency, m.ttft_ms, m.itl_ms, m.x, m.y, 'realised' as side, 0 as on_front
  from fronts f join measured m on m.run_id = f.run_id and m.phase = f.phase and m.mapping = f.mapping and m.concurrency = f.concurrency
  where f.side = 'predicted' and f.on_front
)
select a.run_id, a.run, s.method, a.group_id, a.phase, a.side, a.side as series, a.mapping, a.gpus, a.concurrency, a.ttft_ms, a.itl_ms, a.x, a.y, a.on_front,
  case when a.side = 'predicted' then 'predicted' when a.side = 'measured' and not a.on_front then 'dominated' else 'measured' end as style,
  coalesce(a.ttft_ms <= s.sla_ttft_ms, 1) and coalesce(a.itl_ms <= s.sla_itl_ms, 1) as feasible,
  a.mapping || coalesce(' @' || a.concurrency, '') as label
from (select * from fronts union all select * from realised) a join scope s on s.run_id = a.run_id
order by a.run_id, a.phase, a.side, a.x, a.y, a.mapping, a.concurrency
