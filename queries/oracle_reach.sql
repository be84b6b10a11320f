-- name: oracle_reach
-- doc: One row a method, N and way of choosing: mean regret over workloads when the first N points are measured, in percent; a run that has fewer points keeps its last value out.
with counted as (
  select s.method, t.n, t.regret, t.random_regret, count(*) over (partition by s.method, t.n) as runs
  from top_points t
  join scope s on s.run_id = t.run_id
  where t.n <= 10
),
most as (select method, max(runs) as runs from counted group by method)
select c.method, c.n, c.method || ' ranking' as way, 'predicted' as style, 100 * avg(coalesce(c.regret, 1)) as regret_percent
from counted c join most m on m.method = c.method and m.runs = c.runs
group by c.method, c.n
union all
select c.method, c.n, 'random', 'baseline', 100 * avg(c.random_regret)
from counted c join most m on m.method = c.method and m.runs = c.runs
group by c.method, c.n
order by 1, 3, 2
