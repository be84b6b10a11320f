-- name: workload_table
-- doc: One row a simulated run with both limits: levels of its errors, feasibility, the point it chooses and the best measured one.
select
  s.isl_tokens || ' / ' || s.osl_tokens as workload,
  s.method,
  max(e.n) as n,
  max(case when e.metric = 'ttft' then e.level end) as ttft_level,
  max(case when e.metric = 'itl' then e.level end) as itl_level,
  (select printf('%d / %d / %d / %d', f.both_feasible, f.predicted_only, f.measured_only, f.neither) from feasibility f where f.run_id = s.run_id and f.phase = e.phase) as feasible,
  p.point as chosen,
  p.overshoot,
  p.oracle_point as oracle,
  (select o.value from oracle_leads o where o.run_id = s.run_id and o.key = e.phase) as lead,
  (select r.state from regret_rows r where r.run_id = s.run_id and r.key = e.phase) as mapping_state
from sweep_errors e
join scope s on s.run_id = e.run_id
left join point_regret_rows p on p.run_id = e.run_id and p.key = e.phase
where e.both_limits
group by s.run_id, e.phase
order by s.isl_tokens, s.osl_tokens, s.run_id
