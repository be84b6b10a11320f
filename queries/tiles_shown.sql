-- name: tiles_shown
-- doc: One row a verdict tile of the focus: the rows of answer.
select *
from answer
where group_id = (select group_id from focus)
order by run_id, place
