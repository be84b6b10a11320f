-- name: run_shown
-- doc: One row: the run that the notebooks `run` shows, the latest of the selected ones; selected counts them. Durations in
--   s, SLA in ms.
select
  s.*,
  r.tags,
  r.note,
  (select count(*) from scope) as selected
from scope s
join runs r on r.run_id = s.run_id
order by s.started_at is null, s.started_at desc, s.run_id desc
limit 1
