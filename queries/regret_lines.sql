-- name: regret_lines
-- doc: One row a simulated run of the focus, phase, N and way of choosing mappings: regret in percent (rules 16 and 35).
select method, phase, n, way, style, 100 * regret as regret_percent
from regret_curve
where group_id = (select group_id from focus)
order by run_id, phase desc, way, n
