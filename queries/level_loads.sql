-- name: level_loads
-- doc: One row a load level: the concurrency that each decode engine obtained, max(1, X (R - TTFT) / 1000 / replicas)
--   from the mean request rate and latencies; without the means the configured one, `nominal` (rule 22). An
--   aggregated engine holds a request from its arrival on, so there it is X R. Latencies are means in ms, rates
--   requests/s. has_requests is 1 where the requests themselves are stored.
with means as (
  select s.run_id, t.level,
    max(case when t.metric = 'request_latency' and t.statistic = 'avg' then t.value end) as latency_ms,
    max(case when t.metric = 'ttft' and t.statistic = 'avg' then t.value end) as ttft_ms,
    max(case when t.metric = 'itl' and t.statistic = 'avg' then t.value end) as itl_ms,
    max(case when t.metric = 'ttst' and t.statistic = 'avg' then t.value end) as ttst_ms
  from scope s cross join load_statistics t on t.run_id = s.run_id
  where t.statistic = 'avg'
  group by s.run_id, t.level
),
joined as (
  select
    s.run_id, s.run, s.method, s.kind, s.group_id, s.isl_tokens, s.osl_tokens, s.serving_mode, s.decode_replicas, s.has_planner,
    l.level, l.concurrency as nominal, l.closed, l.partial, l.request_rate, l.request_throughput, l.output_token_throughput, l.goodput,
    l.request_count, l.good_count, l.error_count, l.excluded_count, l.isl_tokens as level_isl, l.osl_tokens as level_osl,
    l.sla_ttft_ms, l.sla_itl_ms, l.duration_s,
    m.latency_ms, m.ttft_ms, m.itl_ms, m.ttst_ms,
    l.request_throughput * m.latency_ms / 1000.0 as in_system,
    l.request_throughput * (m.latency_ms - m.ttft_ms) / 1000.0 as in_decode
  from scope s cross join load_levels l on l.run_id = s.run_id
  left join means m on m.run_id = s.run_id and m.level = l.level
)
select
  *,
  request_count - coalesce(error_count, 0) as valid_count,
  exists (select 1 from requests q where q.run_id = joined.run_id and q.level = joined.level) as has_requests,
  coalesce(max(1.0, case when serving_mode = 'aggregated' then in_system else in_decode end / coalesce(nullif(decode_replicas, 0), 1)), nominal) as obtained,
  case when in_decode is not null then 'obtained' when nominal is not null then 'nominal' end as basis,
  concat_ws('; ',
    case when in_decode is null and nominal is not null then 'nominal: the means that give the obtained load are missing' end,
    case when in_decode is null and nominal is null then 'not measured: neither means nor a configured concurrency' end,
    case when in_decode is not null and decode_replicas is null then 'replicas unknown, taken as 1' end,
    case when in_decode is not null and has_planner then 'a planner may have moved replicas' end,
    case when partial then 'the test did not end by itself' end) as note,
  case level when 'idle' then 1 when 'medium' then 2 when 'saturation' then 3 when 'overload' then 4 when 'optimization' then 9 else 5 end as place
from joined
order by run_id, nominal is null, nominal, level
