-- name: load_lines
-- doc: One row a run, latency and load level: predicted and measured in ms over the number of users, with the spread of the
--   requests (p10 to p90) and the percentiles a reader may choose. saturated is 1 from 95 % of the highest throughput on.
with peaks as (
  select run_id, max(request_throughput) as peak from level_loads group by run_id
)
select
  l.run_id, l.run, l.method, l.group_id, upper(m.metric) as metric, l.level, l.nominal as concurrency, l.obtained, l.request_throughput,
  l.request_throughput >= 0.95 * k.peak as saturated,
  case m.metric when 'ttft' then p.ttft else p.itl end as predicted,
  case m.metric when 'ttft' then p.ttft_source else p.itl_source end as source,
  m.avg, m.p10, m.p50, m.p90, m.p95, m.p99, m.low, m.high, m.n,
  case m.metric when 'ttft' then s.sla_ttft_ms else s.sla_itl_ms end as sla_ms
from level_loads l
join scope s on s.run_id = l.run_id
join peaks k on k.run_id = l.run_id
join level_measured m on m.run_id = l.run_id and m.level = l.level
join level_predictions p on p.run_id = l.run_id and p.level = l.level
order by metric desc, l.run_id, l.nominal is null, l.nominal, l.level
