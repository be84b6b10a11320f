-- name: findings
-- doc: One row a section of the report: the finding that stands as its heading, null when it can't be computed. Where several
--   groups are compared, sections but the pooled ones speak of the focus.
-- param: judged_level text medium -- the load level at which accuracy is judged
with subjects as (select distinct run_id, run, method, group_id from answer where group_id = (select group_id from focus)),
sole as (select count(*) = 1 as one, min(run_id) as run_id, min(method) as method from subjects),
rows_ as (
  select 'comparable' as section, 1 as place,
    (select case when sum(severity = 'blocks') > 0 then printf('%d difference%s block%s a verdict', sum(severity = 'blocks'), iif(sum(severity = 'blocks') = 1, '', 's'), iif(sum(severity = 'blocks') = 1, 's', ''))
      when sum(severity = 'warns') > 0 then printf('Nothing blocks a verdict; %d difference%s to know', sum(severity = 'warns'), iif(sum(severity = 'warns') = 1, '', 's'))
      when (select max(group_runs) from scope) < 2 then null
      else 'No difference that matters was recorded' end from differences where group_id = (select group_id from focus)) as finding
  union all
  select 'coverage', 2, (select group_concat(printf('%s: %d of %d measured points have a prediction', family, on_both_sides, measured), '; ') from coverage
    where measured > 0 and family like '% sweep' and (select one from sole) and run_id = (select run_id from sole))
  union all
  select 'cost', 3, (select case when c.duration_saved is null then null
      else printf('%s took %s%s; %s took ', c.method, iif(c.duration_s < 60, c.duration_s || ' s', printf('%d min', (c.duration_s + 30) / 60)), iif(c.gpu_hours = 0, ' and no GPU', ''), (select r.method from scope r where r.run = c.reference))
        || iif(c.reference_duration_s < 60, c.reference_duration_s || ' s', printf('%d min', (c.reference_duration_s + 30) / 60))
        || case when p.wait_s > 0 and p.duration_s > 0 then printf(', %.0f %% of it waiting', 100 * p.wait_s / p.duration_s) else '' end end
    from cost c left join cost_phases p on p.run = c.reference where (select one from sole) and c.run_id = (select run_id from sole))
  union all
  select 'choices', 4, (select group_concat(said, '; ') from (
      select iif(count(distinct mapping) = 1, 'all choose ' || max(mapping) || ' for ' || phase, phase || ': ' || group_concat(method || ' ' || point, ' against ')) as said
      from (select c.*, s.method as m from choices c join scope s on s.run_id = c.run_id where c.mapping is not null and c.group_id = (select group_id from focus) order by c.run_id)
      group by phase, group_id having count(*) between 2 and 4 order by case phase when 'prefill' then 1 else 2 end)
    )
  union all
  select 'accuracy', 5, (select group_concat(printf('%s is %.0f %% %s', metric, 100 * abs(e), reads), '; ') || ' at ' || :judged_level || ' load' from accuracy_table
    where judged and e is not null and (select one from sole) and run_id = (select run_id from sole))
  union all
  select 'sweep', 6, (select case when count(*) = 2 then
        printf('TTFT is %.0f %% %s, ITL %.0f %% %s, by level over %d points', abs(max(case when metric = 'ttft' then 100 * level end)), iif(max(case when metric = 'ttft' then level end) < 0, 'too low', 'too high'),
          abs(max(case when metric = 'itl' then 100 * level end)), iif(max(case when metric = 'itl' then level end) < 0, 'too low', 'too high'), max(n)) end
    from sweep_errors where both_limits and (select one from sole) and run_id = (select run_id from sole))
  union all
  select 'load', 7, (select case when count(*) > 0 then group_concat(method || ': ' || finding, '. ') end from (select * from bottlenecks where finding is not null and group_id = (select group_id from focus) order by run_id))
  union all
  select 'curves', 8, (select case when c.prefill_level is not null then printf('Prefill curves: %.0f %% %s, shape within %.0f %% (median)', 100 * abs(c.prefill_level), iif(c.prefill_level < 0, 'too low', 'too high'), 100 * c.prefill_shape)
        || case when c.decode_level is not null then printf('; decode surface %.0f %% %s', 100 * abs(c.decode_level), iif(c.decode_level < 0, 'too low', 'too high')) when c.decode_n > 0 then '; decode surfaces belong to different mappings' else '' end
      when c.decode_level is not null then printf('Decode surface: %.0f %% %s', 100 * abs(c.decode_level), iif(c.decode_level < 0, 'too low', 'too high')) end
    from curve_errors c where (select one from sole) and c.run_id = (select run_id from sole))
  union all
  select 'decision', 9, (select case
        when p.overshoot is not null then printf('The mapping is %s, the operating point %s breaks the SLA by %.1f ms', iif(r.state = 'same choice', 'right', r.state), p.point, p.overshoot)
        when p.state is not null and p.regret is not null then printf('The operating point is %s, regret %.1f %%', p.state, 100 * p.regret)
        when r.regret is not null then printf('Regret of the choice is %.1f %%%s', 100 * r.regret, iif(r.load_covered = 0, ', at low load only', '')) end
    from regret_rows r left join point_regret_rows p on p.run_id = r.run_id and p.key = r.key
    where (select one from sole) and r.run_id = (select run_id from sole) and r.key in ('combined', 'aggregated', 'disaggregated') limit 1)
  union all
  select 'ranks', 10, (select group_concat(said, '; ') from (
      select printf('%s: %d of %d pairs right, %d by concurrency per GPU alone', phase, pairs_right, pairs, baseline_right) as said
      from ranks where basis <> 'as selected' and pairs > 0 and (select one from sole) and run_id = (select run_id from sole) order by case phase when 'prefill' then 1 else 2 end))
  union all
  select 'feasibility', 10, (select printf('%d of %d points that it calls feasible miss the SLA, %d feasible ones are missed', sum(predicted_only), sum(both_feasible + predicted_only), sum(measured_only))
    from feasibility where (select one from sole) and run_id = (select run_id from sole) having count(predicted_only) > 0)
  union all
  select 'pareto', 11, (select case when sum(side = 'realised') > 0 then printf('%d of %d points of the predicted front were measured', sum(side = 'realised'), sum(side = 'predicted')) end
    from pareto_fronts where (select one from sole) and run_id = (select run_id from sole))
  union all
  select 'attainment', 12, (select case when sum(request_count) > 0 then iif(sum(good_count) = 0, 'None', printf('%d', sum(good_count))) || printf(' of %d requests met the SLA', sum(request_count)) end
    from attainment where tested and good_count is not null and group_id = (select group_id from focus))
  union all
  select 'pooled', 13, (select case when max(workloads) > 1 then group_concat(printf('%s: the operating point breaks the SLA in %d of %d workloads, the mapping is right or within 10 %% in %d', method, point_infeasible, workloads, mapping_same + mapping_within), '. ') end
    from (select * from pooled order by workloads desc, method limit 3))
  union all
  select 'calibration', 14, (select case when max(workloads) > 1 then iif(max(offered) = 1, 'Dividing by the level of other workloads improves held-out errors and choices', 'A correction is not offered: held-out errors and choices do not both improve') end from calibration)
)
select section, upper(substr(finding, 1, 1)) || substr(finding, 2) as finding from rows_ order by place
