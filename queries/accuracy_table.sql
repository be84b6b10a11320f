-- name: accuracy_table
-- doc: One row a run, load level and latency: predicted and measured in ms, e = P/M - 1 with its interval, f = P/M and
--   whether the prediction was optimistic. Only the judged level has a verdict.
with both_metrics as (
  select run_id, run, method, kind, group_id, level, nominal, obtained, tested, judged, 'TTFT' as metric, 'ttft_error' as named, ttft as p, ttft_m as m, ttft_m_low as m_low, ttft_m_high as m_high,
    ttft_error as e, ttft_low as e_low, ttft_high as e_high, ttft_n as n, ttft_source as p_source, ttft_note as note
  from level_accuracy
  union all
  select run_id, run, method, kind, group_id, level, nominal, obtained, tested, judged, 'ITL', 'itl_error', itl, itl_m, itl_m_low, itl_m_high,
    itl_error, itl_low, itl_high, itl_n, itl_source, itl_note
  from level_accuracy
)
select b.run_id, b.run, b.method, b.kind, b.group_id, b.metric, b.level, b.nominal, b.obtained, b.n, b.p, b.m, b.m_low, b.m_high, b.e, b.e_low, b.e_high, 1 + b.e as f,
  case when b.e < 0 then 'optimistic' when b.e > 0 then 'pessimistic' end as reads,
  v.verdict, b.judged, b.p_source, b.note
from both_metrics b
left join metric_values v on v.run_id = b.run_id and v.metric = b.named and v.key = b.level
where b.tested or b.judged and exists (select 1 from level_loads)
order by b.metric, b.run_id, b.nominal is null, b.nominal, b.level
