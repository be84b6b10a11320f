-- name: calibration_shown
-- doc: One row: how many choices hold before and after calibration, over all workloads (rule 37), where it is offered or refused.
select
  max(offered) as offered,
  max(workloads) as workloads,
  max(good_before) as good_before,
  max(good_after) as good_after
from calibration
where workloads > 1
having count(*) > 0
