-- name: calibration_errors
-- doc: One row a simulated run, phase with both limits and latency: median signed error before and after dividing by the
--   level that the same method shows on all other workloads of the same deployment (rule 37). Fractions; null where
--   there is no other workload, or fewer than 3 mappings or 4 points in the group.
with logs as (
  select e.run_id, e.run, e.group_id, e.phase, e.metric, s.method, s.deployment_name, e.value, ln(e.p / e.m) as log_ratio, e.p / e.m as ratio
  from candidate_errors e join scope s on s.run_id = e.run_id
  where e.both_limits
),
summed as (
  select run_id, run, group_id, phase, metric, method, deployment_name, sum(log_ratio) as log_sum, count(*) as n, median(value) as before
  from logs
  group by run_id, phase, metric
),
held_out as (
  select
    s.*,
    sum(log_sum) over (partition by method, deployment_name, phase, metric) as all_sum,
    sum(n) over (partition by method, deployment_name, phase, metric) as all_n,
    sum(log_sum) over (partition by method, deployment_name, phase, metric, group_id) as own_sum,
    sum(n) over (partition by method, deployment_name, phase, metric, group_id) as own_n
  from summed s
),
leveled as (
  select h.*, case when all_n > own_n then exp((all_sum - own_sum) / (all_n - own_n)) end as level,
    all_n - own_n as learnt_from
  from held_out h
),
small as (
  select group_id, phase, max(too_few) as too_few from measured_points group by group_id, phase
),
corrected as (
  select l.run_id, l.phase, l.metric, median(g.ratio / l.level - 1) as after, median(abs(g.value)) as abs_before, median(abs(g.ratio / l.level - 1)) as abs_after
  from leveled l join logs g on g.run_id = l.run_id and g.phase = l.phase and g.metric = l.metric
  group by l.run_id, l.phase, l.metric
)
select
  l.run_id, l.run, l.method, l.deployment_name, l.group_id, l.phase, l.metric,
  l.phase || ' ' || l.metric as key,
  l.n, l.learnt_from,
  case when z.too_few then null else l.level end as level,
  l.before,
  case when z.too_few then null else c.after end as after,
  c.abs_before,
  case when z.too_few then null else c.abs_after end as abs_after,
  case when z.too_few then 'fewer than 3 mappings or 4 points in the group'
    when l.level is null then 'no other workload to learn the level from'
    else printf('divided by %.3f, learnt on %d points of other workloads; %+.1f %% before', l.level, l.learnt_from, 100 * l.before)
  end as note
from leveled l
join corrected c on c.run_id = l.run_id and c.phase = l.phase and c.metric = l.metric
join small z on z.group_id = l.group_id and z.phase = l.phase
order by l.run_id, l.phase, l.metric desc
