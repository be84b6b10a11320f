-- name: prefill_curve
-- doc: One row a simulated run and ISL knot of its prefill curve inside the range of the measured curve: predicted and
--   measured TTFT in ms, M linear between its knots, no extrapolation; e = P/M - 1 (rule 20). comparable is 0
--   where the two curves belong to different mappings.
with measured as (
  select c.m_run_id, c.m_mapping, m.isl_tokens, avg(m.ttft_ms) as ttft_ms
  from (select distinct m_run_id, m_mapping from curve_pairs where phase = 'prefill' and m_run_id is not null) c
  cross join prefill_points m on m.run_id = c.m_run_id and m.mapping = c.m_mapping
  where m.ttft_ms > 0
  group by c.m_run_id, c.m_mapping, m.isl_tokens
),
segments as (
  select m_run_id, m_mapping, isl_tokens as x0, ttft_ms as y0,
    lead(isl_tokens, 1, isl_tokens) over line as x1,
    lead(ttft_ms, 1, ttft_ms) over line as y1,
    row_number() over line = count(*) over (partition by m_run_id, m_mapping) as last
  from measured
  window line as (partition by m_run_id, m_mapping order by isl_tokens)
),
predicted as (
  select c.run_id, c.run, c.group_id, c.m_run_id, c.m_run, c.p_mapping, c.m_mapping, c.comparable, c.reason, p.isl_tokens, avg(p.ttft_ms) as p
  from curve_pairs c cross join prefill_points p on p.run_id = c.run_id and p.mapping = c.p_mapping
  where c.phase = 'prefill' and p.ttft_ms > 0
  group by c.run_id, p.isl_tokens
),
paired as (
  select
    p.run_id, p.run, p.group_id, p.m_run, p.p_mapping, p.m_mapping, p.comparable, p.reason, p.isl_tokens, p.p,
    case when p.isl_tokens = s.x0 then s.y0 else s.y0 + (s.y1 - s.y0) * (p.isl_tokens - s.x0) / (s.x1 - s.x0) end as m,
    p.isl_tokens = s.x0 as m_exact
  from predicted p
  join segments s on s.m_run_id = p.m_run_id and s.m_mapping = p.m_mapping
    and p.isl_tokens >= s.x0 and (p.isl_tokens < s.x1 or p.isl_tokens = s.x0 and s.last)
)
select *, p / m as ratio, p / m - 1 as value,
  case when p < m then 'optimistic' when p > m then 'pessimistic' else 'equal' end as reads
from paired
order by run_id, isl_tokens
