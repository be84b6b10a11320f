-- name: break_evens
-- doc: One row a run: hours after which the reference run's dearer profiling is repaid by its better choice (rule 18):
--   (its GPU-hours - own) / (regret x GPUs of the fleet), regret combined, or aggregated where one engine does both.
-- param: fleet_gpus number 100 -- GPUs of the fleet that runs the choice
with figures as (
  select c.run_id, c.run, c.group_id, c.is_reference, c.reference, c.gpu_hours, c.reference_gpu_hours, c.gpu_hours_note,
    r.key, r.regret, r.load_covered, r.note as regret_note,
    row_number() over (partition by c.run_id order by case r.key when 'combined' then 1 when 'aggregated' then 2 else 3 end) as place
  from cost c left join regret_rows r on r.run_id = c.run_id and r.key in ('combined', 'aggregated', 'disaggregated')
)
select
  run_id, run, group_id, reference_gpu_hours - gpu_hours as extra_gpu_hours, regret, load_covered,
  case when is_reference then null else (reference_gpu_hours - gpu_hours) / nullif(regret * :fleet_gpus, 0) end as value,
  load_covered = 0 as bracketed,
  case when is_reference then 'the reference'
    when gpu_hours is null then gpu_hours_note
    when reference is null then 'no reference: no complete measured run at this SLA in the group'
    when reference_gpu_hours is null then 'the GPU-hours of the reference ' || reference || ' are not known'
    when regret is null then regret_note
    when regret = 0 then 'never'
    when load_covered = 0 then printf('fleet of %g GPUs; in brackets: regret at low load', :fleet_gpus)
    else printf('fleet of %g GPUs', :fleet_gpus)
  end as note
from figures
where place = 1
order by run_id
