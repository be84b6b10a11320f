-- name: regret_shown
-- doc: One row a run of the focus and phase: state, choice, oracle, regret and its verdict (rules 12 and 34).
select
  s.method,
  'operating point' as key,
  p.state,
  p.point as chosen,
  p.oracle_point as oracle,
  p.regret,
  p.overshoot,
  o.value as lead,
  m.verdict,
  p.note,
  p.run_id,
  1 as place
from point_regret_rows p
join scope s on s.run_id = p.run_id
left join oracle_leads o on o.run_id = p.run_id and o.key = p.key
left join metric_values m on m.run_id = p.run_id and m.metric = 'point_regret' and m.key = p.key
where s.group_id = (select group_id from focus) and p.state <> 'no SLA to choose by'
union all
select
  s.method,
  case when r.key in ('aggregated', 'disaggregated') then 'mapping' else r.key end,
  r.state,
  r.mapping,
  o.point,
  r.regret,
  r.overshoot,
  o.lead,
  m.verdict,
  r.note,
  r.run_id,
  case r.key when 'prefill' then 2 when 'decode' then 3 else 4 end
from regret_rows r
join scope s on s.run_id = r.run_id
left join oracles o on o.sla_id = s.sla_id and o.group_id = s.group_id and o.phase = r.key
left join metric_values m on m.run_id = r.run_id and m.metric = 'regret' and m.key = r.key
where s.group_id = (select group_id from focus) and (r.regret is not null or r.state is not null) and coalesce(r.state, '') <> 'no SLA to choose by'
order by 11, 12, 2
