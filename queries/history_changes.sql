-- name: history_changes
-- doc: One row a setting that differs between a selected run and the one before it of the same method, kind and model.
--   Values found in several files stand one after another.
with said as materialized (
  select run_id, key, group_concat(value, ' | ' order by path, value) as value
  from (select distinct run_id, key, value, path from run_settings)
  group by run_id, key
),
changed as (
  select r.run_id, n.key, o.value as before, n.value as after
  from history_runs r
  join said n on n.run_id = r.run_id
  left join said o on o.run_id = r.previous_id and o.key = n.key
  where r.previous_id is not null and o.value is not n.value
  union all
  select r.run_id, o.key, o.value, null
  from history_runs r
  join said o on o.run_id = r.previous_id
  left join said n on n.run_id = r.run_id and n.key = o.key
  where n.run_id is null
)
select r.run_id, r.run, r.previous, r.previous || ' → ' || r.run as step, r.date, c.key, c.before, c.after
from changed c
join history_runs r on r.run_id = c.run_id
order by r.at is null, r.at, r.run_id, c.key
