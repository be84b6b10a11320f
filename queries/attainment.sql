-- name: attainment
-- doc: One row a run and load level: requests that met the SLA of the test's goodput definition of all requests, failed
--   ones included, with its Wilson interval (rule 26). Rates from 0 to 1, goodput in good requests/s. Levels without a
--   goodput definition have no rate; tested is 0 in the row of a run that has no test at the judged level.
-- param: judged_level text medium -- the load level at which accuracy is judged
with levels as (
  select l.run_id, l.run, l.method, l.group_id, l.level, l.nominal, l.good_count, l.request_count, l.error_count, l.excluded_count, l.goodput,
    l.sla_ttft_ms, l.sla_itl_ms, s.sla_ttft_ms as force_ttft, s.sla_itl_ms as force_itl, 1 as tested
  from level_loads l join scope s on s.run_id = l.run_id
  union all
  select s.run_id, s.run, s.method, s.group_id, :judged_level, null, null, null, null, null, null, null, null, s.sla_ttft_ms, s.sla_itl_ms, 0
  from scope s
  where s.run_id not in (select run_id from level_loads where level = :judged_level)
)
select
  *,
  good_count * 1.0 / nullif(request_count, 0) as rate,
  wilson_low(good_count, nullif(request_count, 0)) as low,
  wilson_high(good_count, nullif(request_count, 0)) as high,
  concat_ws('; ',
    case when not tested then 'not measured: no load test named ' || level when good_count is null then 'not measured: no goodput definition' end,
    case when tested and good_count is not null and (sla_ttft_ms is not force_ttft or sla_itl_ms is not force_itl) then
      printf('counted at TTFT %s, ITL %s ms', coalesce(cast(sla_ttft_ms as text), 'none'), coalesce(cast(sla_itl_ms as text), 'none')) end,
    case when error_count > 0 then error_count || ' failed requests count as missed' end,
    case when excluded_count > 0 then excluded_count || ' cut off by the end of the test, left out' end) as note
from levels
order by run_id, nominal is null, nominal, level
