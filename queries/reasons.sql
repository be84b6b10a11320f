-- name: reasons
-- doc: One row a judged run of the focus and side (for it, against it, open): what the figures say.
select w.label, w.text
from why w
join scope s on s.run_id = w.run_id
where s.group_id = (select group_id from focus)
order by w.run_id, case w.side when 'for' then 1 when 'against' then 2 else 3 end
