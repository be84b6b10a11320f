-- name: regret_curve
-- doc: One row a simulated run, phase, N and way of choosing: regret of the best among N mappings, by the run's ranking
--   and at random (rules 16, 35). A fraction; style is predicted for the ranking, baseline for random.
select t.run_id as run_id, t.run as run, s.method, t.group_id, t.phase as phase, t.n as n, s.method || ' ranking' as way, 'predicted' as style, t.regret, t.gpu_hours, t.added
from top_n t join scope s on s.run_id = t.run_id
where t.regret is not null
union all
select t.run_id as run_id, t.run as run, s.method, t.group_id, t.phase, t.n, 'random', 'baseline', t.random_regret, null, null
from top_n t join scope s on s.run_id = t.run_id
where t.random_regret is not null
order by run_id, phase, way, n
