-- name: why
-- doc: One row a judged run and side (for it, against it, open): what the figures say, in one paragraph each. A side with
--   nothing to say has no row.
-- param: judged_level text medium -- the load level at which accuracy is judged
with subjects as (select distinct run_id, run, method, group_id from answer),
tiles as (select run_id, verdict_of, label, value, low, high, verdict, unit, note from answer),
totals as (
  select group_id, run_id, method, sum(good_count) as good, sum(request_count) as asked, sum(good_count is null) as uncounted
  from attainment where tested group by run_id
),
group_totals as (
  select group_id, sum(good) as good, sum(asked) as asked, count(*) as methods from totals where uncounted = 0 and asked > 0 group by group_id
),
lines as (
  -- cost
  select s.run_id, 'for' as side, 1 as place, printf('It took %.1f %% of the time of %s', 100 * (1 - t.value), coalesce((select method from scope r where r.run = c.reference), c.reference))
      || case when c.gpu_hours = 0 then ' and no GPU.' when c.gpu_hours is not null then printf(' and %.3g GPU-hours.', c.gpu_hours) else '.' end as line
  from subjects s join tiles t on t.run_id = s.run_id and t.verdict_of = 'cost' join cost c on c.run_id = s.run_id
  where t.verdict = 'pass'
  union all
  select s.run_id, 'against', 1, printf('It saved only %.1f %% of the time of %s.', 100 * t.value, c.reference)
  from subjects s join tiles t on t.run_id = s.run_id and t.verdict_of = 'cost' join cost c on c.run_id = s.run_id
  where t.verdict = 'fail'
  union all
  select s.run_id, 'open', 1, 'Cost: ' || coalesce(t.note, 'not known') || '.'
  from subjects s join tiles t on t.run_id = s.run_id and t.verdict_of = 'cost'
  where t.verdict = 'unknown'
  union all
  -- accuracy at the judged level
  select s.run_id, case t.verdict when 'pass' then 'for' when 'fail' then 'against' else 'open' end, iif(t.verdict_of = 'accuracy itl', 2, 3),
    case when t.value is null then iif(t.verdict_of = 'accuracy itl', 'ITL', 'TTFT') || ' at ' || :judged_level || ' load: ' || t.note || '.'
      when t.label like '%over the sweep%' then printf('Over the sweep its %s is %.1f %% %s (median); at %s load it was not tested.', iif(t.verdict_of = 'accuracy itl', 'ITL', 'TTFT'), 100 * abs(t.value),
        iif(t.value < 0, 'optimistic', 'pessimistic'), :judged_level)
      else printf('At %s load its %s is %.1f %% %s, %s the tolerance.', :judged_level, iif(t.verdict_of = 'accuracy itl', 'ITL', 'TTFT'), 100 * abs(t.value),
        iif(t.value < 0, 'optimistic', 'pessimistic'), case t.verdict when 'pass' then 'inside' when 'fail' then 'outside' else 'across' end)
    end
  from subjects s join tiles t on t.run_id = s.run_id and t.verdict_of in ('accuracy ttft', 'accuracy itl')
  union all
  -- optimization
  select s.run_id, case t.verdict when 'pass' then 'for' when 'fail' then 'against' else 'open' end, 4,
    case when t.unit = 'ms' then printf('The operating point that it chooses breaks the SLA as measured by %.1f ms (%s).', t.value, r.point) || iif(m.state = 'same choice', ' The mapping is the best measured one.', '')
      when t.value is null then 'Regret: ' || t.note || '.'
      when t.verdict = 'unknown' then printf('Regret is %.1f %%, but only at the load that was measured.', 100 * t.value)
      when t.value = 0 then 'Its choice is the best of what was measured.'
      else printf('Its choice gives %.1f %% less than the best that was measured.', 100 * t.value)
    end
  from subjects s join tiles t on t.run_id = s.run_id and t.verdict_of = 'optimization'
  left join point_regret_rows r on r.run_id = s.run_id
  left join regret_rows m on m.run_id = s.run_id and m.key = r.key
  where t.verdict is not null
  union all
  -- under load
  select s.run_id, 'against', 5, iif(n.good = 0, 'None', printf('Only %d', n.good)) || printf(' of %d requests met the SLA that it predicted to hold.', n.asked)
      || iif(g.good = 0 and g.methods > 1, ' None met it with the other choices either, so the cause is mostly outside of what the methods model: the client path is the first suspect.', '')
  from subjects s join totals n on n.run_id = s.run_id join group_totals g on g.group_id = s.group_id
  where n.uncounted = 0 and n.asked > 0 and n.good < 0.5 * n.asked
  union all
  -- feasibility
  select s.run_id, 'against', 6, printf('%d of %d points that it calls feasible miss the SLA as measured.', f.predicted_only, f.both_feasible + f.predicted_only)
  from subjects s join feasibility f on f.run_id = s.run_id
  where f.predicted_only > 0
  union all
  select s.run_id, 'for', 6, printf('All %d points that it calls feasible are.', f.both_feasible) 
  from subjects s join feasibility f on f.run_id = s.run_id join run_phases h on h.run_id = f.run_id and h.phase = f.phase and h.both_limits
  where f.predicted_only = 0 and f.both_feasible > 0
  union all
  select s.run_id, iif(k.pairs_right >= 0.9 * k.pairs, 'for', 'against'), 7,
    printf('It orders %d of %d pairs of points right; concurrency per GPU alone orders %d without a simulator.', k.pairs_right, k.pairs, k.baseline_right)
  from subjects s join ranks k on k.run_id = s.run_id and k.basis = 'all points'
  where k.pairs > 0
  union all
  -- comparability
  select s.run_id, 'open', 8, printf('KV caches hold %s and %s tokens, so throughput and regret are not comparable.', replace(printf('%,d', v.smallest), ',', ' '), replace(printf('%,d', v.largest), ',', ' '))
  from subjects s join kv_capacity v on v.run_id = s.run_id
  where v.apart
)
select s.run_id, s.run, s.method, l.side, iif(l.side = 'for', 'For it', iif(l.side = 'against', 'Against it', 'Open')) as label,
  group_concat(l.line, ' ') as text, count(*) as lines
from (select * from lines where line is not null order by run_id, side, place) l join subjects s on s.run_id = l.run_id
group by s.run_id, l.side
order by s.run_id, case l.side when 'for' then 1 when 'against' then 2 else 3 end
