-- name: top_points
-- doc: One row a simulated run, phase with both limits and N: regret of the best feasible measured point among the first N
--   points that the run predicts feasible, best first, beside N points taken at random from the same list, where
--   nothing feasible counts as regret 1 (rules 16, 35). oracle_at is the N at which the oracle is among them.
with listed as (
  select p.run_id, p.run, p.group_id, p.phase, p.mapping, p.gpus, p.concurrency,
    row_number() over (partition by p.run_id, p.phase order by p.preference) as n,
    r.sla_id
  from points p join scope s on s.run_id = p.run_id join run_phases r on r.run_id = p.run_id and r.phase = p.phase
  where p.kind = 'simulated' and p.both_limits and p.throughput is not null and p.ttft_ms <= s.sla_ttft_ms and p.itl_ms <= s.sla_itl_ms
),
worth as (
  select l.*, case when j.feasible = 1 then j.throughput end as measured, j.sla_id is not null as was_measured,
    o.throughput as oracle, o.point as oracle_point, l.mapping || coalesce(' @' || l.concurrency, '') as added
  from listed l
  join oracles o on o.sla_id = l.sla_id and o.phase = l.phase and not o.too_few
  left join judged j on j.sla_id = l.sla_id and j.phase = l.phase and j.mapping = l.mapping and j.concurrency is l.concurrency and j.gpus is l.gpus
),
counted as (
  select *,
    max(measured) over (partition by run_id, phase order by n) as best,
    count(*) over (partition by run_id, phase) as points,
    min(case when added = oracle_point then n end) over (partition by run_id, phase) as oracle_at,
    row_number() over (partition by run_id, phase order by coalesce(measured, 0), n) as ascending
  from worth
),
random as (
  select a.run_id, a.phase, a.n,
    sum(choose(i.ascending - 1, a.n - 1) * 1.0 / choose(a.points, a.n) * (1 - coalesce(i.measured, 0) / i.oracle)) as regret
  from counted a join counted i on i.run_id = a.run_id and i.phase = a.phase
  where a.n <= 20
  group by a.run_id, a.phase, a.n
)
select c.run_id, c.run, c.group_id, c.phase, c.n, c.added, c.points, c.oracle_at,
  1 - c.best / c.oracle as regret,
  r.regret as random_regret,
  case when not c.was_measured then 'not measured' when c.measured is null then 'infeasible as measured' else 'feasible' end as state
from counted c join random r on r.run_id = c.run_id and r.phase = c.phase and r.n = c.n
order by c.run_id, c.phase, c.n
