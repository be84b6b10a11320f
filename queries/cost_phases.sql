-- name: cost_phases
-- doc: One row a run: where its wall-clock time went, in s: waiting for deployments, measuring in them, and the rest.
select c.run_id, c.run, c.method, c.status, c.duration_s, c.deployments, c.failed_deployments,
  sum(d.wait_s) as wait_s, sum(d.measure_s) as measure_s,
  c.duration_s - coalesce(sum(d.duration_s), 0) as other_s,
  c.gpu_hours, c.duration_saved, c.reference
from cost c left join deployments d on d.run_id = c.run_id
group by c.run_id
order by c.run_id
