-- name: judged
-- doc: One row a measured point and SLA in force in its group: whether it meets the SLA (1, 0, null when a bound or a
--   latency is unknown) and by how many ms it misses it; the larger where it misses both (rules 2, 34). Source of
--   feasible: the sweep (rule 4).
with slas as (
  select distinct sla_id, group_id, sla_ttft_ms, sla_itl_ms from scope
)
select
  s.sla_id, m.*,
  case m.phase
    when 'prefill' then m.ttft_ms <= s.sla_ttft_ms
    when 'decode' then m.itl_ms <= s.sla_itl_ms
    else m.ttft_ms <= s.sla_ttft_ms and m.itl_ms <= s.sla_itl_ms
  end as feasible,
  case m.phase
    when 'prefill' then max(0, m.ttft_ms - s.sla_ttft_ms)
    when 'decode' then max(0, m.itl_ms - s.sla_itl_ms)
    else max(0, m.ttft_ms - s.sla_ttft_ms, m.itl_ms - s.sla_itl_ms)
  end as over_ms,
  case when m.phase <> 'decode' and m.ttft_ms > s.sla_ttft_ms and (m.phase = 'prefill' or m.ttft_ms - s.sla_ttft_ms >= coalesce(m.itl_ms - s.sla_itl_ms, 0)) then 'TTFT'
    when m.phase <> 'prefill' and m.itl_ms > s.sla_itl_ms then 'ITL'
  end as over_by
from slas s join measured_points m on m.group_id = s.group_id
order by s.sla_id, m.phase, m.preference
