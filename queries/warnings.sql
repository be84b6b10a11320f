-- name: warnings
-- doc: One row a thing to know before any figure is believed: fields that a run leaves unknown, failed and partial runs,
--   another SLA, capacities far apart, nothing feasible.
with listed as (
  select run_id, run, group_id, 1 as place, 'failed' as class, run || ' failed' || coalesce(': ' || error, '') || '; what it measured before counts' as message from scope where status = 'failed'
  union all
  select run_id, run, group_id, 2, 'partial', run || ' is incomplete: its end or some of its files are missing' from scope where status = 'partial'
  union all
  select run_id, run, group_id, 3, 'unknown', unknown_fields || ' not stated by ' || run || ': taken as in the rest of its group' from scope where unknown_fields is not null
  union all
  select run_id, run, group_id, 4, 'SLA', printf('%s stated TTFT %s, ITL %s ms: it is judged at that, apart from the others', run, coalesce(cast(stated_ttft_ms as text), 'none'), coalesce(cast(stated_itl_ms as text), 'none')) from scope where own_sla
  union all
  select min(run_id), null, group_id, 5, 'capacity', max(note) from kv_capacity where apart group by group_id
  union all
  select run_id, run, group_id, 6, 'none feasible', run || ' found no configuration that meets the SLA for ' || none_feasible from scope where none_feasible is not null and none_feasible <> ''
  union all
  select min(run_id), null, group_id, 7, 'kind', group_concat(run, ', ') || ': neither simulated nor measured by its own words; it enters no comparison' from scope where kind is null or kind not in ('simulated', 'measured') group by group_id
)
select run_id, run, group_id, class, message
from listed
order by place, group_id, run_id
