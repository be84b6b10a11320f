-- name: deployment_timeline
-- doc: One row a deployment of a selected run: start, ready and end in minutes after the start of the run, GPUs, GPU-hours.
select s.run_id, s.run, s.method, d.ordinal, concat_ws(' ', d.phase, d.mapping, case when d.purpose is not 'sweep' then d.purpose end) as label, d.phase, d.mapping, d.purpose, d.gpus,
  (julianday(d.started_at) - julianday(s.started_at)) * 1440 as from_min,
  (julianday(d.ready_at) - julianday(s.started_at)) * 1440 as ready_min,
  (julianday(d.started_at) - julianday(s.started_at)) * 1440 + d.duration_s / 60.0 as to_min,
  d.wait_s, d.measure_s, d.duration_s, d.gpu_hours, d.outcome, d.error
from scope s cross join deployments d on d.run_id = s.run_id
order by s.run_id, d.ordinal
