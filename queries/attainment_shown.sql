-- name: attainment_shown
-- doc: One row a run of the focus and load level with a count of requests that met the SLA (rule 26).
select *
from attainment
where group_id = (select group_id from focus) and tested and request_count is not null
order by run_id, nominal, level
