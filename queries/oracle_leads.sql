-- name: oracle_leads
-- doc: One row a run and phase: how far the best feasible measured point of its group lies ahead of the second best (rule
--   36), a fraction; null with fewer than two. Below the noise the two are a tie and the choice of either is right.
select
  h.run_id, h.run, h.group_id, h.phase as key,
  o.lead as value, o.tie, o.noise, o.feasible_points as n,
  case when o.sla_id is null then 'not measured: no measured candidates in the group'
    when o.lead is null then 'fewer than two feasible points'
    else o.point || ' before ' || o.second_point || iif(o.tie, printf(': a tie, less than the noise of %.2g %% (%s)', 100 * o.noise, o.noise_source), '')
  end as note
from run_phases h left join oracles o on o.sla_id = h.sla_id and o.phase = h.phase
order by h.run_id, h.phase
