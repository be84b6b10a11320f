-- name: feasible_map
-- doc: One row a simulated run and measured point it was asked about: mapping by concurrency, with the outcome of rule 33
--   (both, predicted only, measured only, neither) and both sides in ms.
select p.run_id, p.run, s.method, p.group_id, p.phase, p.mapping, p.gpus, p.concurrency, p.p_ttft_ms, p.m_ttft_ms, p.p_itl_ms, p.m_itl_ms, p.p_throughput, p.m_throughput, p.refused,
  case
    when j.feasible is null then null
    when j.feasible and p.refused is null and (p.phase = 'decode' or p.p_ttft_ms <= s.sla_ttft_ms) and (p.phase = 'prefill' or p.p_itl_ms <= s.sla_itl_ms) then 'both'
    when j.feasible then 'measured only'
    when p.refused is null and (p.phase = 'decode' or p.p_ttft_ms <= s.sla_ttft_ms) and (p.phase = 'prefill' or p.p_itl_ms <= s.sla_itl_ms) then 'predicted only'
    else 'neither'
  end as outcome
from predictions p join scope s on s.run_id = p.run_id
join judged j on j.sla_id = s.sla_id and j.phase = p.phase and j.mapping = p.mapping and j.concurrency is p.concurrency and j.gpus is p.gpus
order by p.run_id, p.phase, p.gpus, p.mapping, p.concurrency
