-- name: cost
-- doc: One row a run: what profiling cost, and how much less than the reference run of its group (rules 5 to 7). Durations
--   in s, +-1 s because log lines carry whole seconds; saved are fractions, 0 for the reference itself. A failed run
--   and a run of another SLA keep their values and get no verdict.
with compared as (
  select
    s.*, r.duration_s as reference_duration_s, r.gpu_hours as reference_gpu_hours, r.deployments as reference_deployments,
    case when s.is_reference then 0.0 else 1 - s.duration_s * 1.0 / r.duration_s end as duration_saved,
    case when s.is_reference then null when r.duration_s > 1 then 1 - (s.duration_s + 1.0) / (r.duration_s - 1) end as saved_low,
    case when s.is_reference then null else 1 - max(0, s.duration_s - 1.0) / (r.duration_s + 1) end as saved_high,
    case when s.is_reference then 0.0 when r.gpu_hours > 0 then 1 - s.gpu_hours / r.gpu_hours end as gpu_hours_saved
  from scope s left join scope r on r.run_id = s.reference_id
)
select
  run_id, run, method, kind, status, group_id, is_reference, own_sla, reference,
  duration_s,
  max(0, duration_s - 1.0) as duration_low,
  duration_s + 1.0 as duration_high,
  deployments, failed_deployments, gpu_hours,
  reference_duration_s, reference_gpu_hours,
  case when is_reference and duration_s is null then null else duration_saved end as duration_saved,
  saved_low, saved_high,
  case when is_reference and gpu_hours is null then null else gpu_hours_saved end as gpu_hours_saved,
  coalesce(not is_reference and status <> 'failed' and not own_sla, 0) as judged,
  case when duration_s is null then iif(has_log, 'not measured: the log has no time stamps', 'not measured: no profiler log')
    when status = 'partial' then 'the end of the run is missing: at least this long'
    when status = 'failed' then 'the run failed'
  end as duration_note,
  case when gpu_hours is null then iif(has_log, 'not measured: the log tells no GPUs or times of deployments', 'not measured: no profiler log') 
    when gpu_hours = 0 and kind = 'simulated' then 'simulated: nothing was deployed'
    when failed_deployments > 0 then failed_deployments || ' failed deployments included'
  end as gpu_hours_note,
  case when deployments is null then iif(has_log, 'not measured: the log tells no deployments', 'not measured: no profiler log')
    when failed_deployments > 0 then failed_deployments || ' of them failed'
  end as deployments_note,
  case when duration_s is null then iif(has_log, 'not measured: the log has no time stamps', 'not measured: no profiler log')
    when is_reference then 'the reference'
    when reference is null then 'no reference: no complete measured run at this SLA in the group'
    when reference_duration_s is null then 'the duration of the reference ' || reference || ' is not known'
    else concat_ws('; ', 'against ' || reference, case when status = 'failed' then 'the run failed: no verdict' end,
      case when own_sla then 'the run has another SLA: no verdict' end, case when status = 'partial' then 'the end of the run is missing' end)
  end as saved_note,
  case when gpu_hours is null then iif(has_log, 'not measured: the log tells no GPUs or times of deployments', 'not measured: no profiler log')
    when is_reference then 'the reference'
    when reference is null then 'no reference: no complete measured run at this SLA in the group'
    when reference_gpu_hours is null then 'the GPU-hours of the reference ' || reference || ' are not known'
    when reference_gpu_hours = 0 then 'the reference ' || reference || ' used none'
    else 'against ' || reference
  end as gpu_hours_saved_note
from compared
order by run_id
