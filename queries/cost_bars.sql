-- name: cost_bars
-- doc: One row a run and part of its wall-clock time, in minutes: deploying and waiting, measuring, the rest.
with parts as (
  select run_id, run, method, 1 as place, 'waiting for the deployment' as part, wait_s / 60.0 as minutes from cost_phases
  union all
  select run_id, run, method, 2, 'measuring', measure_s / 60.0 from cost_phases
  union all
  select run_id, run, method, 3, 'everything else', other_s / 60.0 from cost_phases
)
select * from parts
where minutes is not null
order by run_id, place
