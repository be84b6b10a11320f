-- name: history_runs
-- doc: One row a selected run in the order of time: when it began, by its log, else by its first load test (basis
--   says which); null where neither is known, such runs come last. days are since the first of them; previous is the run before it of the same method, kind and model.
with timed as (
  select r.run_id, r.run, r.method, r.kind, r.status, r.model, r.backend, r.backend_version, r.duration_s, r.gpu_hours, r.baseline, r.tags, r.note,
    coalesce(r.started_at, min(l.started_at)) as at,
    case when r.started_at is not null then 'log' when min(l.started_at) is not null then 'load test' end as basis
  from runs r
  left join load_levels l on l.run_id = r.run_id
  where r.run in selected
  group by r.run_id
)
select
  *,
  nullif(concat_ws(' ', backend, backend_version), '') as version,
  substr(at, 1, 10) as date,
  julianday(at) - julianday(min(at) over ()) as days,
  min(substr(at, 1, 10)) over () as first_date,
  lag(run_id) over line as previous_id,
  lag(run) over line as previous
from timed
window line as (partition by coalesce(method, ''), coalesce(kind, ''), coalesce(model, '') order by at is null, at, run_id)
order by at is null, at, run_id
