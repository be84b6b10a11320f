-- name: calibration
-- doc: One row a simulated run and phase with both limits: feasibility and the chosen operating point before and after
--   calibration with the levels of calibration_errors, predicted throughput after it by the formula of rule 32
--   (rule 37). offered is 1 when, over all workloads of the method, held-out errors of both latencies and held-out
--   choices improve. Counts; regret a fraction, overshoot in ms.
with levels as (
  select run_id, phase, max(case when metric = 'ttft' then level end) as ttft_level, max(case when metric = 'itl' then level end) as itl_level,
    min(note) as note
  from calibration_errors
  group by run_id, phase
),
limits as (
  select s.run_id, s.run, s.method, s.deployment_name, s.group_id, s.sla_id, s.sla_ttft_ms, s.sla_itl_ms, s.osl_tokens, l.phase, l.ttft_level, l.itl_level, l.note
  from levels l join scope s on s.run_id = l.run_id
),
-- points: what would be chosen after calibration
corrected as (
  select p.run_id, p.phase, p.mapping, p.gpus, p.concurrency,
    row_number() over (partition by p.run_id, p.phase
      order by p.concurrency * l.osl_tokens / (p.ttft_ms / l.ttft_level + (l.osl_tokens - 1) * p.itl_ms / l.itl_level) / p.gpus desc, p.gpus, p.mapping, p.concurrency) as place
  from points p join limits l on l.run_id = p.run_id and l.phase = p.phase
  where p.ttft_ms / l.ttft_level <= l.sla_ttft_ms and p.itl_ms / l.itl_level <= l.sla_itl_ms
),
pairs as (
  select p.run_id, p.phase,
    p.m_ttft_ms <= l.sla_ttft_ms and p.m_itl_ms <= l.sla_itl_ms as measured_ok,
    case when p.refused is not null then 0 else p.p_ttft_ms / l.ttft_level <= l.sla_ttft_ms and p.p_itl_ms / l.itl_level <= l.sla_itl_ms end as predicted_ok
  from predictions p join limits l on l.run_id = p.run_id and l.phase = p.phase
  where l.ttft_level is not null and l.itl_level is not null
),
counted as (
  select run_id, phase, sum(predicted_ok and not measured_ok) as predicted_only, sum(measured_ok and not predicted_ok) as measured_only,
    sum(predicted_ok and measured_ok) as both_feasible, sum(not predicted_ok and not measured_ok) as neither
  from pairs
  group by run_id, phase
),
decided as (
  select
    l.*, r.point as point_before, r.point_state as state_before, r.point_regret as regret_before, r.point_overshoot as overshoot_before,
    f.predicted_only as predicted_only_before, f.measured_only as measured_only_before,
    n.predicted_only, n.measured_only, n.both_feasible, n.neither,
    c.mapping || coalesce(' @' || c.concurrency, '') as point,
    o.point as oracle_point,
    case when l.ttft_level is null or l.itl_level is null then null
      when c.mapping is null then 'prediction finds nothing feasible'
      when o.mapping is null then 'nothing feasible'
      when j.sla_id is null then 'not measured'
      when c.mapping = o.mapping and c.concurrency is o.concurrency then 'same choice'
      when j.feasible = 0 then 'infeasible'
      when 1 - j.throughput / o.throughput < 0.1 then 'other within 10 %'
      else 'regret'
    end as state,
    1 - j.throughput / o.throughput as point_loss, j.over_ms
  from limits l
  join regrets r on r.run_id = l.run_id and r.phase = l.phase
  left join feasibility f on f.run_id = l.run_id and f.phase = l.phase
  left join counted n on n.run_id = l.run_id and n.phase = l.phase
  left join corrected c on c.run_id = l.run_id and c.phase = l.phase and c.place = 1
  left join oracles o on o.sla_id = l.sla_id and o.phase = l.phase
  left join judged j on j.sla_id = l.sla_id and j.phase = l.phase and j.mapping = c.mapping and j.concurrency is c.concurrency and j.gpus is c.gpus
),
errors as (
  -- rule 38: medians of workload medians
  select method, deployment_name, phase, metric, median(abs_before) as abs_before, median(abs_after) as abs_after, count(abs_after) as workloads
  from calibration_errors
  group by method, deployment_name, phase, metric
),
improved as (
  select method, deployment_name, phase, min(coalesce(abs_after < abs_before, 0)) as errors_improve, max(workloads) as workloads
  from errors
  group by method, deployment_name, phase
),
choices_improve as (
  select method, deployment_name, phase,
    sum(state in ('same choice', 'other within 10 %')) as good_after,
    sum(case when state is not null then state_before in ('same choice', 'other within 10 %') end) as good_before
  from decided
  group by method, deployment_name, phase
)
select
  d.run_id, d.run, d.method, d.deployment_name, d.group_id, d.phase as key, d.ttft_level, d.itl_level,
  d.predicted_only_before, d.predicted_only, d.measured_only_before, d.measured_only, d.both_feasible, d.neither,
  d.point_before, d.state_before, d.regret_before, d.overshoot_before,
  d.point, d.state,
  case when d.state in ('same choice', 'other within 10 %', 'regret') then d.point_loss end as regret,
  case when d.state = 'infeasible' then d.over_ms end as overshoot,
  d.oracle_point,
  i.workloads, i.errors_improve, c.good_before, c.good_after,
  i.errors_improve and c.good_after > c.good_before as offered,
  case when d.state is null then d.note
    else d.state || ': chosen ' || coalesce(d.point, 'nothing') || coalesce(', oracle ' || d.oracle_point, '') || iif(d.state = 'infeasible', printf(', over by %.1f ms', d.over_ms), '')
      || '; before: ' || d.state_before || coalesce(' ' || d.point_before, '')
      || iif(i.errors_improve and c.good_after > c.good_before, '', '; not offered: held-out errors and choices do not both improve')
  end as note
from decided d
join improved i on i.method = d.method and i.deployment_name = d.deployment_name and i.phase = d.phase
join choices_improve c on c.method = d.method and c.deployment_name = d.deployment_name and c.phase = d.phase
order by d.run_id, d.phase
