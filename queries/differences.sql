-- name: differences
-- doc: One row a property that differs between runs of a group, worst first; what is equal is not listed (rules 1 to 3).
--   severity: blocks (withholds a verdict), warns, unknown (known on one side only), harmless. sides lists each value
--   with the methods that have it; remedy says how to remove the difference.
with facts as (
  select group_id, label, run_id, 'KV capacity of a decode engine [tokens]' as what, cast(max_kv_tokens as text) as value, 10 as kind from scope
  union all
  select group_id, label, run_id, 'SLA stated [ms]', concat_ws(' / ', stated_ttft_ms, stated_itl_ms), 20 from scope where stated_ttft_ms is not null or stated_itl_ms is not null
  union all
  select s.group_id, s.label, s.run_id, 'mapping of the prefill curve', (select min(p.mapping) from prefill_points p where p.run_id = s.run_id), 30 from scope s
  union all
  select s.group_id, s.label, s.run_id, 'mapping of the decode surface', (select min(p.mapping) from decode_points p where p.run_id = s.run_id), 31 from scope s
  union all
  select group_id, label, run_id, 'GPU type', gpu_type, 40 from scope
  union all
  select group_id, label, run_id, 'backend version', backend_version, 41 from scope
  union all
  select p.group_id, s.label, p.run_id, 'decode load swept [requests]', min(p.concurrency) || ' to ' || max(p.concurrency), 50
  from points p join scope s on s.run_id = p.run_id where p.phase = 'decode' and p.concurrency is not null group by p.run_id
  union all
  select c.group_id, s.label, c.run_id, 'GPUs of the deployed choice', cast(sum(c.gpus) as text), 90 from choices c join scope s on s.run_id = c.run_id group by c.run_id having count(c.gpus) = count(*)
  union all
  select l.group_id, s.label, l.run_id, 'load tests', group_concat(l.level || ' at ' || cast(l.nominal as integer), ', '), 60
  from level_loads l join scope s on s.run_id = l.run_id where l.nominal is not null group by l.run_id
  union all
  select s.group_id, s.label, s.run_id, t.key, t.value, 100
  from scope s cross join settings t on t.run_id = s.run_id
  where s.group_runs > 1 and not regexp('(?i)(namespace|\.name$|\.path$|path\.|timestamp|date|time|podname|ports?\b|label|uid|^level\.|^recommendation\.|^table\.|original\.|^aiperf\.|results[-_]dir|cli_command|url|artifact|\.(gpus|mapping)$|engine[-_]num[-_]gpu|replicas|tensor[-_]parallel|_pick\.|selected_|^request_status\.)', t.key)
),
grouped as (
  select group_id, kind, what, value, count(distinct run_id) as runs, group_concat(distinct label) as methods, min(run_id) as first_run
  from facts
  where value is not null
  group by group_id, kind, what, value
),
ranked as (
  select *, count(*) over prop as distinct_values, sum(runs) over prop as known_runs,
    row_number() over (partition by group_id, kind, what order by first_run, value) as place
  from grouped
  window prop as (partition by group_id, kind, what)
),
sizes as (
  select group_id, max(group_name) as group_name, count(*) as group_runs, max(max_kv_tokens) > 2 * min(max_kv_tokens) as kv_apart from scope group by group_id
),
listed as (
  select r.group_id, z.group_name, r.kind, r.what, max(r.distinct_values) as distinct_values, max(r.known_runs) as known_runs, z.group_runs, z.kv_apart,
    group_concat(case when r.place <= 6 then iif(length(r.value) > 80, substr(r.value, 1, 77) || '...', r.value) || ' (' || replace(r.methods, ',', ', ') || ')' end, '; ') as sides
  from (select * from ranked order by group_id, kind, what, place) r join sizes z on z.group_id = r.group_id
  group by r.group_id, r.kind, r.what
)
select
  l.group_id, l.group_name,
  case
    when l.distinct_values = 1 then 'unknown'
    when l.kind = 10 and l.kv_apart then 'blocks'
    when l.kind = 20 then 'blocks'
    when l.kind in (30, 31) then 'blocks'
    when l.kind = 10 then 'warns'
    when l.kind in (41, 50, 60) then 'warns'
    when l.kind = 90 then 'harmless'
    when regexp('(?i)(kv|cache|memory|max[-_](batch|num|seq)|quant|dtype|precision|image|version|database|chunk|graph|engine)', l.what) then 'warns'
    else 'harmless'
  end as severity,
  l.what, l.sides || iif(l.distinct_values > 6, '; and ' || (l.distinct_values - 6) || ' more', '') as sides,
  l.distinct_values, l.known_runs, l.group_runs,
  case l.kind when 10 then 'regret, ranks, Pareto' when 20 then 'cost, regret, feasibility' when 30 then 'level of the prefill curve' when 31 then 'level of the decode surface (not its shape)'
    when 40 then 'all figures' when 41 then 'all figures' when 50 then 'ranks, regret' when 60 then 'accuracy by level' when 90 then 'nothing: figures are per GPU'
    else 'what the setting governs' end as touches,
  case l.kind when 10 then 'the same KV memory fraction in both engine configurations' when 20 then 'one SLA for all runs, or ttft_ms and itl_ms'
    when 30 then 'a curve of the same mapping on both sides' when 31 then 'store the surface of every mapping' when 40 then 'collect node labels with profreport collect' when 41 then 'the same image on both sides'
    when 50 then 'the same KV capacity, or a sweep to the same load' when 60 then 'the same load levels' when 90 then null else 'the same value on both sides' end as remedy,
  case
    when l.distinct_values = 1 then 3
    when l.kind = 10 and l.kv_apart or l.kind in (20, 30, 31) then 1
    when l.kind in (10, 41, 50, 60) then 2
    when l.kind = 90 then 4
    when regexp('(?i)(kv|cache|memory|max[-_](batch|num|seq)|quant|dtype|precision|image|version|database|chunk|graph|engine)', l.what) then 2
    else 4
  end as severity_rank
from listed l
where l.distinct_values > 1
  or l.distinct_values = 1 and l.known_runs < l.group_runs and l.kind in (10, 40, 41) -- known for some runs of the group only
order by l.group_id, severity_rank, l.kind, l.what
