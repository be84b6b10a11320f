-- name: decision_map
-- doc: One row a simulated run, phase and SLA cell: what it would choose there and what that choice is worth as measured
--   (rules 17, 34). TTFT decides prefill and ITL decode, so those are strips (the other bound is null); phases with
--   both limits have a grid. State of the mapping, point_state of the operating point; predicted_feasible 0 where the
--   prediction found nothing feasible. Bounds and overshoot in ms, regret a fraction.
-- param: ttft_grid list 40,60,100,200,250,300,400,500,750,1000,2000,5000 -- TTFT bounds of the map, ms
-- param: itl_grid list 5,8,10,15,20,25,30,40,50,75,100 -- ITL bounds of the map, ms
with bounds as (
  select 'prefill' as phase, cast(t.value as real) as ttft_limit, null as itl_limit from json_each(:ttft_grid) t
  union all
  select 'decode', null, cast(i.value as real) from json_each(:itl_grid) i
  union all
  select p.phase, cast(t.value as real), cast(i.value as real)
  from (select 'aggregated' as phase union all select 'disaggregated') p cross join json_each(:ttft_grid) t cross join json_each(:itl_grid) i
),
cells as materialized (
  select row_number() over (order by phase, ttft_limit, itl_limit) as cell, phase, ttft_limit, itl_limit,
    coalesce(ttft_limit, 1e300) as ttft, coalesce(itl_limit, 1e300) as itl
  from bounds
  where phase in (select phase from points where kind = 'simulated')
),
-- measured: best feasible point of a mapping in a cell, or how far its closest one is
measured as materialized (
  select m.group_id, c.cell, m.mapping,
    min(case when coalesce(m.ttft_ms, 0) <= c.ttft and coalesce(m.itl_ms, 0) <= c.itl then m.preference end) as preference,
    min(max(0, coalesce(m.ttft_ms, 0) - c.ttft, coalesce(m.itl_ms, 0) - c.itl)) as over_ms
  from measured_points m cross join cells c on c.phase = m.phase
  where m.throughput is not null and not m.too_few
  group by m.group_id, c.cell, m.mapping
),
best as materialized (
  select group_id, cell, min(preference) as preference, min(over_ms) as closest_ms
  from measured
  group by group_id, cell
),
picked as materialized (
  select p.run_id, p.group_id, c.cell, c.phase, c.ttft_limit, c.itl_limit, c.ttft, c.itl,
    min(case when coalesce(p.ttft_ms, 0) <= c.ttft and coalesce(p.itl_ms, 0) <= c.itl then p.preference end) as preference,
    min(case when p.nearness = 1 then p.preference end) as nearest
  from points p cross join cells c on c.phase = p.phase
  where p.kind = 'simulated' and p.throughput is not null
  group by p.run_id, c.cell
),
joined as (
  select
    k.run_id, p.run, k.group_id, k.phase, p.both_limits, k.ttft_limit, k.itl_limit,
    k.preference is not null as predicted_feasible,
    case when k.preference is not null or not p.both_limits then p.mapping end as chosen,
    case when k.preference is not null or not p.both_limits then p.concurrency end as chosen_concurrency,
    o.mapping as oracle, o.concurrency as oracle_concurrency, o.throughput as oracle_throughput, b.closest_ms,
    m.mapping is not null as mapping_measured, w.throughput as own_throughput, m.over_ms,
    x.throughput as point_throughput,
    x.preference is not null as point_measured,
    coalesce(x.ttft_ms, 0) <= k.ttft and coalesce(x.itl_ms, 0) <= k.itl as point_ok
  from picked k
  join points p on p.run_id = k.run_id and p.phase = k.phase and p.preference = coalesce(k.preference, k.nearest)
  join best b on b.group_id = k.group_id and b.cell = k.cell
  left join measured_points o on o.group_id = k.group_id and o.phase = k.phase and o.preference = b.preference
  left join measured m on m.group_id = k.group_id and m.cell = k.cell and m.mapping = p.mapping
  left join measured_points w on w.group_id = k.group_id and w.phase = k.phase and w.preference = m.preference
  left join measured_points x on p.both_limits and x.group_id = k.group_id and x.phase = k.phase and x.mapping = p.mapping and x.concurrency is p.concurrency and x.gpus is p.gpus
),
stated as (
  select *,
    case
      when oracle is null then 'nothing feasible'
      when chosen is null then 'prediction finds nothing feasible'
      when not mapping_measured then 'not measured'
      when own_throughput is null then 'infeasible'
      when chosen = oracle then 'same choice'
      when 1 - own_throughput / oracle_throughput < 0.1 then 'other within 10 %'
      else 'regret'
    end as state,
    case when not both_limits then null
      when oracle is null then 'nothing feasible'
      when chosen is null then 'prediction finds nothing feasible'
      when not point_measured then 'not measured'
      when chosen = oracle and chosen_concurrency is oracle_concurrency then 'same choice'
      when not point_ok then 'infeasible'
      when 1 - point_throughput / oracle_throughput < 0.1 then 'other within 10 %'
      else 'regret'
    end as point_state
  from joined
)
select
  run_id, run, group_id, phase, both_limits, ttft_limit, itl_limit, predicted_feasible,
  chosen || coalesce(' @' || chosen_concurrency, '') as chosen,
  oracle || coalesce(' @' || oracle_concurrency, '') as oracle,
  state, point_state,
  case when state in ('same choice', 'other within 10 %', 'regret') then 1 - own_throughput / oracle_throughput end as regret,
  case when state = 'infeasible' then over_ms end as overshoot,
  case when state = 'nothing feasible' then closest_ms end as closest_ms,
  case coalesce(point_state, state) when 'nothing feasible' then 7 when 'prediction finds nothing feasible' then 6 when 'not measured' then 5 when 'infeasible' then 4 when 'regret' then 3
    when 'other within 10 %' then 2 else 1 end as severity
from stated
order by run_id, phase, ttft_limit, itl_limit
