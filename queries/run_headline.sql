-- name: run_headline
-- doc: One row: the finding of each section about the shown run as a column, null when it can't be computed.
select
  (select iif(kind <> '', upper(substr(kind, 1, 1)) || substr(kind, 2), 'Kind not known') || ', ' || status || iif(error is null, '', ': ' || error) from run_shown) as facts,
  (select iif(duration_s < 60, duration_s || ' s', ((duration_s + 30) / 60) || ' min') || iif(gpu_hours is null, '', printf(', %.3g GPU-hours', gpu_hours))
      || iif(deployments > 0, printf(', %d deployments', deployments), '') || iif(failed_deployments > 0, printf(', %d of them failed', failed_deployments), '')
    from run_shown where duration_s is not null) as cost,
  (select printf('%d tried', count(*))
      || case when count(meets_sla) > 0 then printf(', %d meet the SLA', sum(coalesce(meets_sla, 0))) else '' end
      || iif(sum(state = 'refused') > 0, printf(', %d refused', sum(state = 'refused')), '')
    from run_candidates having count(*) > 0) as candidates,
  (select group_concat(said, '; ') from (
      select printf('TTFT %.4g to %.4g ms over ISL %d to %d', min(p.ttft_ms), max(p.ttft_ms), min(p.isl_tokens), max(p.isl_tokens)) as said
      from prefill_points p join run_shown s on s.run_id = p.run_id where p.ttft_ms > 0 having count(*) > 0
      union all
      select printf('ITL %.3g to %.3g ms over %d to %d requests', min(itl_ms), max(itl_ms), min(concurrency), max(concurrency))
      from run_surface having count(*) > 0)) as curves,
  (select group_concat(printf('%s: %s', upper(substr(c.phase, 1, 1)) || substr(c.phase, 2), c.mapping) || coalesce(' at ' || c.concurrency || ' requests', '') || iif(c.latency_ms is null, '', printf(', %.4g ms', c.latency_ms)), '; ' order by c.phase desc)
    from choice_table c join run_shown s on s.run_id = c.run_id where c.mapping is not null) as choice,
  (select iif(sum(a.good_count) = 0, 'None', cast(sum(a.good_count) as text)) || printf(' of %d requests met the SLA', sum(a.request_count))
    from attainment a join run_shown s on s.run_id = a.run_id where a.tested and a.good_count is not null having sum(a.request_count) > 0) as load,
  (select iif(count(*) = 0, 'Every record was read', printf('%d record%s not believed', count(*), iif(count(*) = 1, '', 's')))
    from problems p join run_shown s on s.run_id = p.run_id having (select count(*) from run_shown) > 0) as problems,
  (select printf('%d recorded', count(distinct g.key)) from settings g join run_shown s on s.run_id = g.run_id having count(*) > 0) as settings
