-- name: rank_table
-- doc: One row a simulated run, phase and mapping: its place by prediction and as measured, each side at its own best
--   feasible concurrency (rule 15), throughput in tokens/s/GPU. Infeasible mappings have no place and say why.
select r.run_id, r.run, s.method, r.group_id, r.phase, r.item as mapping, r.gpus,
  r.p as predicted, r.p_concurrency, iif(r.left_out is null, r.p_rank, null) as predicted_rank,
  r.m as measured, r.m_concurrency, iif(r.left_out is null, r.m_rank, null) as measured_rank,
  r.left_out
from rank_items r join scope s on s.run_id = r.run_id
where r.basis = 'as selected'
order by r.run_id, r.phase, r.left_out is not null, r.m_rank, r.item
