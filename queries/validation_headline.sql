-- name: validation_headline
-- doc: One row: the finding of each section about the shown validation as a column, null when it can't be computed.
-- param: judged_level text medium -- the load level at which accuracy is judged
select
  (select iif(sum(a.good_count) = 0, 'None', cast(sum(a.good_count) as text)) || printf(' of %d requests met the SLA', sum(a.request_count))
    from attainment a join validation_shown s on s.run_id = a.run_id where a.tested and a.good_count is not null having sum(a.request_count) > 0) as attainment,
  (select group_concat(printf('%s is %.0f %% %s', a.metric, 100 * abs(a.e), a.reads), '; ' order by a.metric desc) || ' at ' || :judged_level || ' load'
    from accuracy_table a join validation_shown s on s.run_id = a.run_id where a.judged and a.e is not null) as accuracy,
  (select printf('The slowest of a hundred requests wait %.1f times the median TTFT at %s load', t.value / m.value, t.level)
    from validation_percentiles t join validation_percentiles m on m.level = t.level and m.metric = 'TTFT' and m.p = 50
    where t.metric = 'TTFT' and t.p = 99 and m.value > 0 and exists (select 1 from validation_ecdf)
    order by t.value / m.value desc, t.level limit 1) as distributions,
  (select case when coalesce(sum(p = 99), 0) = 0 then null
      when sum(p = 99 and not carried) = 0 then 'n is large enough for every percentile'
      else printf('n is too small to bound p99 in %d of %d cases', sum(p = 99 and not carried), sum(p = 99)) end from validation_percentiles) as percentiles,
  (select upper(substr(b.finding, 1, 1)) || substr(b.finding, 2) from bottlenecks b join validation_shown s on s.run_id = b.run_id) as bottleneck
