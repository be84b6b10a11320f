-- name: regrets
-- doc: One row a run and phase: regret of the chosen mapping at its own best feasible measured concurrency (rule 12),
--   and of the chosen operating point itself (rule 34). Fractions; overshoot in ms, null unless the choice is infeasible.
--   load_covered is 0 where the run chose a higher concurrency than was measured of its mapping; then regret is
--   regret at low load. too_few: groups of a sweep table with fewer than 3 mappings or 4 points have no regret (rule 37).
with suppliers as (
  select distinct p.run_id, o.sla_id, o.phase
  from oracles o join points p on p.group_id = o.group_id and p.phase = o.phase and p.mapping = o.mapping
    and p.gpus is o.gpus and p.concurrency is o.concurrency
  where p.kind = 'measured'
),
joined as (
  select
    c.*,
    o.mapping as oracle_mapping, o.point as oracle_point, o.throughput as oracle_throughput, o.points as oracle_points,
    o.feasible_points, o.unjudged_points, coalesce(o.too_few, 0) as too_few, o.closest_ms, o.closest_by, o.closest_point, o.tie,
    b.points as own_points, b.throughput as own_throughput, b.concurrency as own_concurrency, b.largest_concurrency,
    b.over_ms, b.over_by, b.closest_concurrency,
    j.feasible as point_feasible, j.over_ms as point_over_ms, j.over_by as point_over_by, j.throughput as point_throughput,
    j.sla_id is not null as point_measured,
    u.run_id is not null as supplies
  from choices c
  left join oracles o on o.sla_id = c.sla_id and o.phase = c.phase
  left join mapping_best b on b.sla_id = c.sla_id and b.phase = c.phase and b.mapping = c.mapping
  left join judged j on j.sla_id = c.sla_id and j.phase = c.phase and j.mapping = c.mapping and j.concurrency is c.concurrency and j.gpus is c.gpus
  left join suppliers u on u.run_id = c.run_id and u.sla_id = c.sla_id and u.phase = c.phase
),
stated as (
  select
    *,
    case
      when too_few then 'too few points'
      when oracle_points is null then 'not measured'
      when oracle_mapping is null and unjudged_points = oracle_points then 'no SLA'
      when oracle_mapping is null then 'nothing feasible'
      when supplies and mapping is not oracle_mapping then 'supplies the oracle'
      when mapping is null then coalesce(reason, 'no choice')
      when own_points is null then 'not measured'
      when own_throughput is null then 'infeasible'
      when mapping = oracle_mapping then 'same choice'
      when 1 - own_throughput / oracle_throughput < 0.1 then 'other within 10 %'
      else 'regret'
    end as state,
    case
      when not both_limits then null
      when too_few then 'too few points'
      when oracle_points is null then 'not measured'
      when mapping is null then coalesce(reason, 'no choice')
      when oracle_mapping is null and unjudged_points = oracle_points then 'no SLA'
      when oracle_mapping is null then 'nothing feasible'
      when not point_measured then 'not measured'
      when point = oracle_point then 'same choice'
      when point_feasible = 0 then 'infeasible'
      when point_feasible is null then 'no SLA'
      when 1 - point_throughput / oracle_throughput < 0.1 then 'other within 10 %'
      else 'regret'
    end as point_state
  from joined
)
select
  run_id, run, method, kind, group_id, sla_id, phase, both_limits, mapping, gpus, concurrency, point, source,
  oracle_mapping, oracle_point, oracle_throughput, own_throughput, own_concurrency, largest_concurrency, point_throughput,
  supplies, tie, state, point_state,
  case when supplies then 0.0 when state in ('same choice', 'other within 10 %', 'regret') then 1 - own_throughput / oracle_throughput end as regret,
  case when phase <> 'prefill' and own_points is not null then concurrency <= largest_concurrency end as load_covered,
  case when state = 'infeasible' then over_ms end as overshoot,
  case when point_state in ('same choice', 'other within 10 %', 'regret') then 1 - point_throughput / oracle_throughput end as point_regret,
  case when point_state = 'infeasible' then point_over_ms end as point_overshoot,
  case
    when supplies then 'supplies the oracle'
    when state = 'too few points' then 'fewer than 3 mappings or 4 points in the group'
    when state = 'not measured' and oracle_points is null then 'not measured: no measured candidates in the group'
    when state = 'not measured' then 'not measured: no measured candidate of ' || mapping
    when state = 'no SLA' then 'no SLA to judge by: set ttft_ms and itl_ms'
    when state = 'nothing feasible' then printf('nothing feasible: the closest, %s, misses by %.1f ms', closest_point, closest_ms)
    when state = 'infeasible' then printf('infeasible: the closest point of %s%s misses %s by %.1f ms', mapping, coalesce(' @' || closest_concurrency, ''), over_by, over_ms)
    when state in ('same choice', 'other within 10 %', 'regret') then
      state || ': ' || mapping || coalesce(', measured at ' || own_concurrency, '') || iif(mapping <> oracle_mapping, ', oracle ' || oracle_point, '')
        || iif(concurrency > largest_concurrency, '; chosen at ' || concurrency || ', measured up to ' || largest_concurrency || ': regret at low load', '')
        || iif(phase <> 'prefill' and concurrency is null, '; its concurrency is not known', '')
    else state
  end as note,
  case
    when point_state is null then null
    when point_state = 'infeasible' then printf('infeasible: %s misses %s by %.1f ms; oracle %s', point, point_over_by, point_over_ms, oracle_point)
    when point_state = 'not measured' then 'not measured: ' || coalesce(point, 'nothing') || '; oracle ' || coalesce(oracle_point, 'none')
    when point_state = 'nothing feasible' then printf('nothing feasible: chosen %s; the closest, %s, misses by %.1f ms', point, closest_point, closest_ms)
    when point_state = 'too few points' then 'fewer than 3 mappings or 4 points in the group'
    when point_state = 'no SLA' then 'no SLA to judge by: set ttft_ms and itl_ms'
    else point_state || ': chosen ' || coalesce(point, 'nothing') || ', oracle ' || coalesce(oracle_point, 'none')
  end as point_note
from stated
order by run_id, phase
