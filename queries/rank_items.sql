-- name: rank_items
-- doc: One row a simulated run and thing that it ranks, by basis: `as selected`, a mapping, each side at its own best
--   feasible concurrency; `same points`, a mapping of prefill or decode, both sides at the measured concurrencies;
--   `all points`, a point of a sweep table, no SLA (rules 15, 32). p and m in tokens/s/GPU; baseline is
--   concurrency per GPU (rule 35), one request for prefill. left_out says why an item is not ranked.
with mappings as (
  select run_id, phase, mapping, min(gpus) as gpus from points where kind = 'simulated' group by run_id, phase, mapping
),
-- as selected
own_best as (
  select p.run_id, p.phase, p.mapping, min(p.preference) as preference, p.throughput, p.concurrency
  from points p join scope s on s.run_id = p.run_id
  where p.kind = 'simulated' and p.throughput is not null
    and (p.phase = 'decode' or p.ttft_ms <= s.sla_ttft_ms)
    and (p.phase = 'prefill' or p.itl_ms <= s.sla_itl_ms)
  group by p.run_id, p.phase, p.mapping
),
-- same points: best of the feasible points on each side, among points that both have
shared as (
  select p.*, coalesce(p.concurrency, 1) * 1.0 / p.gpus as baseline,
    case p.phase when 'prefill' then p.p_ttft_ms <= s.sla_ttft_ms else p.p_itl_ms <= s.sla_itl_ms end as p_ok,
    case p.phase when 'prefill' then p.m_ttft_ms <= s.sla_ttft_ms else p.m_itl_ms <= s.sla_itl_ms end as m_ok
  from predictions p join scope s on s.run_id = p.run_id
  where p.refused is null
),
-- the best of the feasible points; a bare column is that of the row with the maximum
p_best as (
  select run_id, phase, mapping, max(p_formula) as p, concurrency from shared where p_ok and not both_limits group by run_id, phase, mapping
),
m_best as (
  select run_id, phase, mapping, max(m_throughput) as m, concurrency, baseline from shared where m_ok and not both_limits group by run_id, phase, mapping
),
items as (
  select r.run_id, r.run, r.group_id, w.phase, r.both_limits, 'as selected' as basis, w.mapping as item, w.gpus,
    b.throughput as p, k.throughput as m,
    coalesce(k.concurrency, 1) * 1.0 / w.gpus as baseline,
    b.concurrency as p_concurrency, k.concurrency as m_concurrency,
    case when k.mapping is null then 'not measured'
      when k.throughput is null and b.throughput is null then 'infeasible on both sides'
      when k.throughput is null then 'infeasible as measured'
      when b.throughput is null then 'infeasible by prediction'
    end as left_out
  from mappings w
  join run_phases r on r.run_id = w.run_id and r.phase = w.phase
  left join own_best b on b.run_id = w.run_id and b.phase = w.phase and b.mapping = w.mapping
  left join mapping_best k on k.sla_id = r.sla_id and k.phase = w.phase and k.mapping = w.mapping
  union all
  select r.run_id, r.run, r.group_id, w.phase, 0, 'same points', w.mapping, w.gpus, p.p, m.m, m.baseline, p.concurrency, m.concurrency,
    case when p.mapping is null and m.mapping is null then 'infeasible on both sides' when m.mapping is null then 'infeasible as measured'
      when p.mapping is null then 'infeasible by prediction' end
  from mappings w
  join run_phases r on r.run_id = w.run_id and r.phase = w.phase and not r.both_limits
  left join p_best p on p.run_id = w.run_id and p.phase = w.phase and p.mapping = w.mapping
  left join m_best m on m.run_id = w.run_id and m.phase = w.phase and m.mapping = w.mapping
  join (select run_id, phase, mapping from shared group by run_id, phase, mapping) o on o.run_id = w.run_id and o.phase = w.phase and o.mapping = w.mapping
  union all
  select a.run_id, a.run, a.group_id, a.phase, 1, 'all points', a.mapping || coalesce(' @' || a.concurrency, ''), a.gpus,
    a.p_throughput, a.m_throughput, a.baseline, a.concurrency, a.concurrency, null
  from shared a
  where a.both_limits
)
select
  i.run_id, i.run, i.group_id, i.phase, i.both_limits, i.basis, i.item, i.gpus, i.p, i.m, i.baseline, i.p_concurrency, i.m_concurrency, i.left_out,
  row_number() over (partition by i.run_id, i.phase, i.basis order by i.left_out is not null, i.gpus, i.item, i.m desc) as place,
  rank() over (partition by i.run_id, i.phase, i.basis order by i.left_out is not null, i.p desc) as p_rank,
  rank() over (partition by i.run_id, i.phase, i.basis order by i.left_out is not null, i.m desc) as m_rank
from items i
order by i.run_id, i.phase, i.basis, place
