-- name: pooled_shown
-- doc: One row a simulated method and phase over more than one workload: the rows of pooled.
select *
from pooled
where workloads > 1
order by method, deployment_name, phase
