-- name: curve_factors
-- doc: One row a run of the focus and ISL knot of its prediction inside the measured range: the factor P/M of TTFT (rule 20).
select s.method, c.isl_tokens, c.ratio as factor, 'predicted' as style
from prefill_curve c
join scope s on s.run_id = c.run_id
where s.group_id = (select group_id from focus) and c.ratio is not null
order by c.run_id, c.isl_tokens
