-- name: goodput_regrets
-- doc: One row a run: good requests per second per GPU at its `optimization` level against the best of its group (rule 14),
--   a fraction. GPUs are those of the deployed choice, replicas included.
with deployed as (
  select c.run_id, sum(c.gpus * coalesce(case c.phase when 'prefill' then s.prefill_replicas else s.decode_replicas end, 1)) as gpus,
    sum(c.gpus is null) as unknown
  from choices c join scope s on s.run_id = c.run_id
  group by c.run_id
),
own as (
  select s.run_id, s.run, s.group_id, l.level is not null as tested, l.goodput, case when d.unknown = 0 then d.gpus end as gpus,
    l.goodput / case when d.unknown = 0 then d.gpus end as per_gpu
  from scope s
  left join level_loads l on l.run_id = s.run_id and l.level = 'optimization'
  left join deployed d on d.run_id = s.run_id
),
compared as (
  select *, max(per_gpu) over (partition by group_id) as best from own
)
select
  run_id, run, group_id, goodput, gpus, per_gpu, best,
  (best - per_gpu) / nullif(best, 0) as value,
  case when not tested then 'not measured: no optimization level'
    when goodput is null then 'not measured: no goodput at the optimization level'
    when gpus is null then 'not measured: the GPUs of the deployment are not known'
    when best = 0 then 'no method met the SLA'
    else printf('%.4g good requests/s on %d GPUs', goodput, gpus)
  end as note
from compared
order by run_id
