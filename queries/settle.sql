-- name: settle
-- doc: One row a thing that would settle what is open: what to do, and which figures it unblocks, most useful first.
with open_tiles as (select run_id, run, method, verdict_of, verdict, note from answer where verdict = 'unknown'),
steps as (
  select 1 as place, 'Give the profiler''s log of ' || group_concat(run, ', ') || ' (profile_sla.log, or kubectl logs of the job)' as step, 'cost, printed figures, candidates of a simulation' as unblocks
  from (select distinct s.run from scope s where not s.has_log and s.candidate_count = 0 and s.run_id in (select run_id from scope where has_log = 0) order by s.run_id)
  having count(*) > 0
  union all
  select 2, iif(count(*) <= 3, 'Load-test the choice of ' || group_concat(run, ', '), printf('Load-test the choices of the %d runs', count(*))) || ' with profreport validate', 'accuracy, SLA attainment'
  from (select run from open_tiles where verdict_of = 'accuracy ttft' and note like '%no load test%' order by run_id)
  having count(*) > 0
  union all
  select 3, 'Add a measured sweep of the same workload (the folders prefill_*, decode_* of a profiling with real deployments)', 'regret, ranks, candidate errors'
  where exists (select 1 from open_tiles where verdict_of = 'optimization' and note like '%no measured candidates%')
  union all
  select 4, 'Repeat the measured decode sweep with the KV-cache setting that the simulation assumed (' || replace(printf('%,d', max(largest)), ',', ' ') || ' tokens against ' || replace(printf('%,d', min(smallest)), ',', ' ') || ')'
    || coalesce((select printf(': last time %.3g GPU-hours', sum(d.gpu_hours)) from scope s join deployments d on d.run_id = s.run_id
      where s.is_reference and d.phase = 'decode' and d.purpose is not 'interpolation' having sum(d.gpu_hours) > 0), ''), 'regret, ranks, Pareto'
  from kv_capacity where apart
  having count(*) > 0
  union all
  select 5, printf('Measure decode %s up to %d requests (it was measured up to %d)', r.mapping, r.concurrency, r.largest_concurrency), 'regret of ' || r.method
  from regrets r where r.load_covered = 0
  union all
  select 6, 'Repeat the validation from inside the cluster: TTFT at idle is ' || group_concat(printf('%.1f', ratio), ' and ') || ' times the prediction, alike for all methods', 'TTFT error, SLA attainment'
  from (select m.m / p.ttft as ratio from level_predictions p join level_measured m on m.run_id = p.run_id and m.level = p.level and m.metric = 'ttft' where p.level = 'idle' and p.ttft > 0 order by p.run_id)
  having count(*) > 1 and min(ratio) > 2
  union all
  select 7, 'Set load levels from measured capacity: ' || group_concat(method || ' at ' || level, ', ') || ' was already saturated', 'accuracy by level'
  from (select distinct l.method, l.level, l.run_id from load_lines l join level_accuracy a on a.run_id = l.run_id and a.level = l.level and a.judged where l.saturated order by l.run_id)
  having count(*) > 0
  union all
  select 8, 'Store the curve of ' || c.p_mapping || ' in ' || c.m_run || ', or of ' || c.m_mapping || ' in ' || c.run, 'level of the ' || iif(c.phase = 'prefill', 'prefill curve', 'decode surface')
  from curve_pairs c where c.p_mapping <> c.m_mapping
  union all
  select 9, 'State one SLA: ttft_ms and itl_ms', 'feasibility, regret, cost verdict'
  where exists (select 1 from scope where sla_ttft_ms is null or sla_itl_ms is null)
)
select row_number() over (order by place, step) as n, step, unblocks
from steps
where step is not null
order by place, step
