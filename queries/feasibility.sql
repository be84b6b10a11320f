-- name: feasibility
-- doc: One row a simulated run and phase: measured points that the run was asked about, by whether prediction and
--   measurement meet the SLA in force (rule 33). A refused point is not feasible by prediction. Counts.
with judged_pairs as (
  select
    p.*,
    case p.phase
      when 'prefill' then p.m_ttft_ms <= s.sla_ttft_ms
      when 'decode' then p.m_itl_ms <= s.sla_itl_ms
      else p.m_ttft_ms <= s.sla_ttft_ms and p.m_itl_ms <= s.sla_itl_ms
    end as measured_ok,
    case when p.refused is not null then 0
      when p.phase = 'prefill' then p.p_ttft_ms <= s.sla_ttft_ms
      when p.phase = 'decode' then p.p_itl_ms <= s.sla_itl_ms
      else p.p_ttft_ms <= s.sla_ttft_ms and p.p_itl_ms <= s.sla_itl_ms
    end as predicted_ok
  from predictions p join scope s on s.run_id = p.run_id
)
select
  run_id, run, group_id, phase,
  count(*) as points,
  sum(refused is null) as predicted,
  sum(refused is not null) as refused,
  iif(count(predicted_ok and measured_ok) = 0, null, coalesce(sum(predicted_ok and measured_ok), 0)) as both_feasible,
  iif(count(predicted_ok and measured_ok) = 0, null, coalesce(sum(predicted_ok and not measured_ok), 0)) as predicted_only,
  iif(count(predicted_ok and measured_ok) = 0, null, coalesce(sum(measured_ok and not predicted_ok), 0)) as measured_only,
  iif(count(predicted_ok and measured_ok) = 0, null, coalesce(sum(not measured_ok and not predicted_ok), 0)) as neither,
  group_concat(case when predicted_ok and not measured_ok then mapping || coalesce(' @' || concurrency, '') end, ', ') as predicted_only_at,
  group_concat(case when measured_ok and not predicted_ok then mapping || coalesce(' @' || concurrency, '') end, ', ') as measured_only_at
from judged_pairs
group by run_id, phase
order by run_id, phase
