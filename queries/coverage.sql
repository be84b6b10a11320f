-- name: coverage
-- doc: One row a simulated run and family of points: how many it predicts, how many its group measured, how many are on
--   both sides, exactly or inside the predicted range, and how many it refused, with the first reason (rule 33).
with families as (
  select p.run_id, p.run, p.group_id, p.phase, p.phase || ' sweep' as family, count(*) as predicted, 0 as place
  from points p where p.kind = 'simulated' group by p.run_id, p.phase
  union all
  select run_id, run, group_id, phase, phase || iif(phase = 'prefill', ' curve', ' surface'), p_points, 1
  from curve_pairs where p_points is not null
),
measured as (
  select s.run_id, m.phase, count(*) as n from scope s join measured_points m on m.group_id = s.group_id group by s.run_id, m.phase
),
refusals as (
  select s.run_id, c.phase, count(*) as n, min(c.refused) as reason, count(distinct c.refused) as reasons
  from scope s cross join candidates c on c.run_id = s.run_id where c.refused is not null group by s.run_id, c.phase
),
shared as (
  select run_id, phase, sum(exact) as exact, sum(exact is not null) as both from predictions group by run_id, phase
),
curves as (
  select run_id, 'prefill' as phase, count(*) as n, sum(m_exact) as exact from prefill_curve group by run_id
  union all
  select run_id, 'decode', count(*), sum(exact) from decode_surface group by run_id
)
select
  f.run_id, f.run, f.group_id, f.family, f.predicted,
  case f.place when 0 then coalesce(m.n, 0) else coalesce(c.m_points, 0) end as measured,
  case f.place when 0 then coalesce(h.both, 0) else coalesce(k.n, 0) end as on_both_sides,
  case f.place when 0 then coalesce(h.exact, 0) else coalesce(k.exact, 0) end as at_equal_points,
  case f.place when 0 then coalesce(r.n, 0) else 0 end as refused,
  concat_ws('; ',
    case when f.place = 0 and r.n > 0 then substr(r.reason, 1, 90) || iif(length(r.reason) > 90, '...', '') || iif(r.reasons > 1, ' and ' || (r.reasons - 1) || ' other reasons', '') end,
    case when f.place = 1 and c.reason is not null then c.reason end,
    case when f.place = 0 and coalesce(m.n, 0) = 0 then 'no measured sweep in the group' end) as note
from families f
left join measured m on m.run_id = f.run_id and m.phase = f.phase
left join refusals r on r.run_id = f.run_id and r.phase = f.phase
left join shared h on h.run_id = f.run_id and h.phase = f.phase
left join curve_pairs c on c.run_id = f.run_id and c.phase = f.phase
left join curves k on k.run_id = f.run_id and k.phase = f.phase
order by f.run_id, f.place, f.family
