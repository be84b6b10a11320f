-- name: history_values
-- doc: One row a metric of :metrics, its key and selected run that did not fail, in the order of time. base is the value of the pinned baseline,
--   base_low and base_high its noise: the interval that the metric has for it. change is value / base - 1 (a difference
--   in percentage points has no ratio); reads says whether the two can be told apart. series is the method.
-- param: metrics list ["ttft_measured","itl_measured","sla_hit_rate","duration","gpu_hours"] -- metrics to follow
-- param: judged_level text medium -- the load level at which accuracy is judged
with wanted as (
  select value as metric, key as place from json_each(:metrics)
),
followed as (
  select w.place, r.run_id, r.run, coalesce(nullif(r.method, ''), r.kind, r.run) as series, r.status, r.at, r.date, r.days, r.first_date, r.baseline,
    concat_ws('/', coalesce(r.method, ''), coalesce(r.kind, ''), coalesce(r.model, '')) as line,
    v.metric, v.key, v.value, v.low, v.high, v.unit, v.n, v.note
  from wanted w
  join metric_values v on v.metric = w.metric
  join history_runs r on r.run_id = v.run_id
  where v.value is not null and r.status <> 'failed' and v.key in ('', :judged_level, 'combined', 'aggregated', 'disaggregated')
),
pinned as (
  select metric, key, run, line, value, low, high from followed where baseline
)
select
  f.*,
  b.run as base_run, b.value as base, b.low as base_low, b.high as base_high,
  case when b.value <> 0 then f.value / b.value - 1 end as change,
  case
    when b.value is null then null
    when f.baseline then 'the baseline'
    when f.line <> b.line then 'of another method, kind or model'
    when b.low is null or b.high is null then iif(f.value = b.value, 'equal', 'noise not known')
    when coalesce(f.low, f.value) > b.high then 'above its noise'
    when coalesce(f.high, f.value) < b.low then 'below its noise'
    else 'within its noise'
  end as reads
from followed f
left join pinned b on b.metric = f.metric and b.key = f.key
order by f.place, f.key, f.at is null, f.at, f.run_id
