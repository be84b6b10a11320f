-- name: run_phases
-- doc: One row a selected run and phase that it decides: prefill and decode where the two are served apart, else
--   aggregated; disaggregated for rows of a sweep table that stand for both pools.
with seen as (
  select s.run_id, c.phase from scope s cross join candidates c on c.run_id = s.run_id
  union
  select s.run_id, r.phase from scope s cross join recommendations r on r.run_id = s.run_id
),
completed as (
  select run_id, phase from seen
  union
  select run_id, 'prefill' from seen where phase = 'decode'
  union
  select run_id, 'decode' from seen where phase = 'prefill'
  union
  select run_id, 'aggregated' from scope where serving_mode = 'aggregated' and run_id not in (select run_id from seen)
  union
  select run_id, p.phase
  from scope cross join (select 'prefill' as phase union all select 'decode') p
  where serving_mode is not 'aggregated' and run_id not in (select run_id from seen)
)
select s.run_id, s.run, s.method, s.kind, s.group_id, s.sla_id, c.phase, c.phase in ('aggregated', 'disaggregated') as both_limits
from completed c join scope s on s.run_id = c.run_id
order by s.run_id, c.phase
