-- name: curve_pairs
-- doc: One row a simulated run and curve (prefill, decode): the measured run whose curve it is compared with, inside the
--   group. One with the same mapping before others, then the reference run, then the one with most points, then the
--   latest. comparable is 0 where the mappings differ (rule 1); reason says why there is no figure.
with curves as (
  select s.run_id, s.run, s.kind, s.group_id, s.is_reference, s.started_at, 'prefill' as phase, p.mapping, count(*) as points
  from scope s cross join prefill_points p on p.run_id = s.run_id
  where p.ttft_ms > 0
  group by s.run_id, p.mapping
  union all
  select s.run_id, s.run, s.kind, s.group_id, s.is_reference, s.started_at, 'decode', p.mapping, count(*)
  from scope s cross join decode_points p on p.run_id = s.run_id
  where p.itl_ms > 0 and p.concurrency is not null
  group by s.run_id, p.mapping
),
wanted as (
  select s.run_id, s.run, s.group_id, f.phase
  from scope s cross join (select 'prefill' as phase union all select 'decode') f
  where s.kind = 'simulated'
    and (s.serving_mode is not 'aggregated' or s.run_id in (select run_id from curves))
),
pairs as (
  select
    w.run_id, w.run, w.group_id, w.phase, p.mapping as p_mapping, p.points as p_points,
    m.run_id as m_run_id, m.run as m_run, m.mapping as m_mapping, m.points as m_points,
    row_number() over (partition by w.run_id, w.phase
      order by p.mapping is not m.mapping, m.is_reference desc, m.points desc, m.started_at desc, m.run_id, p.points desc, p.mapping, m.mapping) as place
  from wanted w
  left join curves p on p.run_id = w.run_id and p.phase = w.phase
  left join curves m on m.kind = 'measured' and m.group_id = w.group_id and m.phase = w.phase
)
select
  run_id, run, group_id, phase, p_mapping, p_points, m_run_id, m_run, m_mapping, m_points,
  coalesce(p_mapping = m_mapping, 0) as comparable,
  case when p_mapping is null then 'not measured: the run has no ' || phase || ' curve'
    when m_mapping is null then 'not measured: no measured ' || phase || ' curve in the group'
    when p_mapping <> m_mapping then 'mapping ' || p_mapping || ' against ' || m_mapping
  end as reason
from pairs
where place = 1
order by run_id, phase
