-- name: predictions
-- doc: One row a measured point that a simulated run was asked about: what the run predicts at exactly that mapping and
--   concurrency (exact 1), or for decode linear in concurrency between its own points (exact 0, rule 15), or why it
--   could not (refused, rule 33). Latencies in ms; p_throughput is the simulator's own figure where it gives one,
--   p_formula and m_formula are tokens/s/GPU by one formula on both sides (rules 15, 32).
with own as (
  -- several rows of one mapping and concurrency in a table: the one that the simulator would pick
  select run_id, phase, mapping, concurrency, min(preference) as preference, ttft_ms, itl_ms, throughput, formula_throughput
  from points
  where kind = 'simulated'
  group by run_id, phase, mapping, concurrency
),
segments as (
  select
    run_id, mapping, concurrency as c0, itl_ms as itl0,
    lead(concurrency) over line as c1,
    lead(itl_ms) over line as itl1
  from own
  where phase = 'decode' and concurrency is not null
  window line as (partition by run_id, mapping order by concurrency)
),
refusals as (
  select s.run_id, c.phase, c.mapping, c.concurrency, min(c.refused) as refused
  from scope s cross join candidates c on c.run_id = s.run_id
  where s.kind = 'simulated' and c.refused is not null
  group by s.run_id, c.phase, c.mapping, c.concurrency
),
asked as (
  select
    s.run_id, s.run, s.group_id, m.phase, m.both_limits, m.mapping, m.gpus, m.concurrency, m.n,
    m.ttft_ms as m_ttft_ms, m.itl_ms as m_itl_ms, m.throughput as m_throughput, m.formula_throughput as m_formula
  from scope s join measured_points m on m.group_id = s.group_id
  where s.kind = 'simulated'
)
select
  a.run_id, a.run, a.group_id, a.phase, a.both_limits, a.mapping, a.gpus, a.concurrency, a.n,
  o.ttft_ms as p_ttft_ms,
  coalesce(o.itl_ms, l.itl0 + (l.itl1 - l.itl0) * (a.concurrency - l.c0) / (l.c1 - l.c0)) as p_itl_ms,
  o.throughput as p_throughput,
  case when a.phase = 'prefill' then o.throughput
    when a.phase = 'decode' then a.concurrency * 1000.0 / coalesce(o.itl_ms, l.itl0 + (l.itl1 - l.itl0) * (a.concurrency - l.c0) / (l.c1 - l.c0)) / a.gpus
    else o.formula_throughput
  end as p_formula,
  case when o.run_id is not null then 1 when l.run_id is not null then 0 end as exact,
  case when o.run_id is null and l.run_id is null then r.refused end as refused,
  a.m_ttft_ms, a.m_itl_ms, a.m_throughput,
  case when a.phase = 'prefill' then a.m_throughput else a.m_formula end as m_formula
from asked a
left join own o on o.run_id = a.run_id and o.phase = a.phase and o.mapping = a.mapping and o.concurrency is a.concurrency
left join segments l on a.phase = 'decode' and o.run_id is null and l.run_id = a.run_id and l.mapping = a.mapping
  and l.c0 < a.concurrency and l.c1 > a.concurrency
left join refusals r on r.run_id = a.run_id and r.phase = a.phase and r.mapping = a.mapping and r.concurrency is a.concurrency
where o.run_id is not null or l.run_id is not null or r.run_id is not null
order by a.run_id, a.phase, a.gpus, a.mapping, a.concurrency
