-- name: feasibility_shown
-- doc: Two rows a simulated run of the focus and phase: the two by two of rule 33.
select *
from feasibility_table
where group_id = (select group_id from focus)
order by run_id, phase desc, place
