-- name: top_n
-- doc: One row a simulated run, phase and N: regret of the measured best among the first N mappings of the run's own
--   ranking (feasible by prediction first, by throughput; then by latency), the GPU-hours of their sweep deployments
--   in the reference run, and what N mappings taken at random from the same list give in the mean, nothing feasible
--   counting as regret 1 (rules 16, 35). Fractions; GPU-hours, null from the first mapping without a deployment.
with feasible as (
  select p.run_id, p.phase, p.mapping, min(p.preference) as preference
  from points p join scope s on s.run_id = p.run_id
  where p.kind = 'simulated' and p.throughput is not null
    and (p.phase = 'decode' or p.ttft_ms <= s.sla_ttft_ms)
    and (p.phase = 'prefill' or p.itl_ms <= s.sla_itl_ms)
  group by p.run_id, p.phase, p.mapping
),
listed as (
  select p.run_id, p.phase, p.mapping, p.both_limits, f.preference, min(p.nearness) as nearness
  from points p left join feasible f on f.run_id = p.run_id and f.phase = p.phase and f.mapping = p.mapping
  where p.kind = 'simulated'
  group by p.run_id, p.phase, p.mapping
),
hours as (
  select s.run_id as reference_id, d.phase, d.mapping, sum(d.gpu_hours) as gpu_hours, sum(d.gpu_hours is null) as unknown
  from scope s cross join deployments d on d.run_id = s.run_id
  where s.is_reference and d.purpose is not 'interpolation'
  group by s.run_id, d.phase, d.mapping
),
ranked as (
  select
    l.run_id, r.run, r.group_id, l.phase, l.both_limits, l.mapping,
    row_number() over (partition by l.run_id, l.phase order by l.preference is null, l.preference, l.nearness) as n,
    b.throughput as measured,
    case when h.unknown = 0 then h.gpu_hours end as gpu_hours,
    o.throughput as oracle, coalesce(o.too_few, 0) as too_few, o.sla_id is not null as judged
  from listed l
  join run_phases r on r.run_id = l.run_id and r.phase = l.phase
  join scope s on s.run_id = l.run_id
  left join mapping_best b on b.sla_id = r.sla_id and b.phase = l.phase and b.mapping = l.mapping
  left join oracles o on o.sla_id = r.sla_id and o.phase = l.phase
  left join hours h on h.reference_id = s.reference_id and h.phase = l.phase and h.mapping = l.mapping
),
counted as (
  select
    *,
    max(measured) over first_n as best,
    sum(gpu_hours) over first_n as sum_hours,
    count(gpu_hours) over first_n as known_hours,
    count(*) over (partition by run_id, phase) as mappings,
    row_number() over (partition by run_id, phase order by coalesce(measured, 0), mapping) as ascending
  from ranked
  window first_n as (partition by run_id, phase order by n)
),
-- the best of N mappings drawn at random is the i-th smallest in choose(i-1, N-1) of choose(mappings, N) draws
random as (
  select a.run_id, a.phase, a.n,
    sum(choose(i.ascending - 1, a.n - 1) * 1.0 / choose(a.mappings, a.n) * (1 - coalesce(i.measured, 0) / i.oracle)) as regret
  from counted a join counted i on i.run_id = a.run_id and i.phase = a.phase
  group by a.run_id, a.phase, a.n
)
select
  c.run_id, c.run, c.group_id, c.phase, c.both_limits,
  c.phase || ' ' || c.n as key,
  c.n, c.mapping as added, c.mappings,
  case when c.too_few then null else 1 - c.best / c.oracle end as regret,
  case when c.known_hours = c.n then c.sum_hours end as gpu_hours,
  case when c.too_few then null else r.regret end as random_regret,
  case when not c.judged then 'not measured: no measured candidates in the group'
    when c.too_few then 'fewer than 3 mappings or 4 points in the group'
    when c.oracle is null then 'nothing feasible'
    when c.best is null then 'none of the first ' || c.n || ' is feasible as measured'
    else 'adds ' || c.mapping
  end as note,
  case when c.known_hours < c.n then 'no sweep deployment in the reference run for all of the first ' || c.n else 'adds ' || c.mapping end as hours_note
from counted c join random r on r.run_id = c.run_id and r.phase = c.phase and r.n = c.n
order by c.run_id, c.phase, c.n
