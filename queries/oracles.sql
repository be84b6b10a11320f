-- name: oracles
-- doc: One row a SLA in force and phase: the feasible measured point with the highest throughput per GPU (rule 11), the
--   second best, and lead = 1 - second / best (rule 36). noise is the share below which two figures are a tie: from
--   true repeats (median of max/min - 1) where there are any, else noise_floor, else tie_floor. Where nothing
--   is feasible, how close the closest point comes, in ms.
-- param: noise_floor number 0 -- share of the larger value below which two figures are a tie
-- param: tie_floor number 0.02 -- noise of throughput where nothing was repeated and noise_floor is 0
with ranked as (
  select *, row_number() over (partition by sla_id, phase order by preference) as place
  from judged
  where feasible = 1 and throughput is not null
),
repeats as (
  -- rows listed twice with the same figures are one run, no repeat
  select group_id, phase, median(throughput_spread) as spread, count(*) as n
  from measured_points
  where n > 1 and (ttft_spread > 0 or itl_spread > 0 or throughput_spread > 0)
  group by group_id, phase
),
measured as (
  select sla_id, group_id, phase, both_limits, count(*) as points, count(distinct mapping) as mappings, sum(feasible) as feasible_points,
    sum(feasible is null) as unjudged_points, max(too_few) as too_few, min(over_ms) as closest_ms
  from judged
  group by sla_id, group_id, phase
),
closest as (
  select sla_id, phase, min(over_ms) as over_ms, over_by, mapping, concurrency
  from (select * from judged order by sla_id, phase, preference)
  where over_ms is not null
  group by sla_id, phase
)
select
  m.sla_id, m.group_id, m.phase, m.both_limits, m.points, m.mappings, m.feasible_points, m.unjudged_points, m.too_few,
  a.mapping, a.gpus, a.concurrency, a.ttft_ms, a.itl_ms, a.throughput, a.preference,
  a.mapping || coalesce(' @' || a.concurrency, '') as point,
  b.mapping || coalesce(' @' || b.concurrency, '') as second_point,
  b.throughput as second_throughput,
  1 - b.throughput / a.throughput as lead,
  coalesce(r.spread, nullif(:noise_floor, 0), :tie_floor) as noise,
  case when r.n is not null then r.n || ' repeated points' when :noise_floor > 0 then 'parameter noise_floor' else 'parameter tie_floor' end as noise_source,
  1 - b.throughput / a.throughput < coalesce(r.spread, nullif(:noise_floor, 0), :tie_floor) as tie,
  case when a.mapping is null then c.over_ms end as closest_ms,
  case when a.mapping is null then c.over_by end as closest_by,
  case when a.mapping is null then c.mapping || coalesce(' @' || c.concurrency, '') end as closest_point
from measured m
left join ranked a on a.sla_id = m.sla_id and a.phase = m.phase and a.place = 1
left join ranked b on b.sla_id = m.sla_id and b.phase = m.phase and b.place = 2
left join repeats r on r.group_id = m.group_id and r.phase = m.phase
left join closest c on c.sla_id = m.sla_id and c.phase = m.phase
order by m.sla_id, m.phase
