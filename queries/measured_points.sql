-- name: measured_points
-- doc: One row a measured operating point of a group: repeats of the same phase, mapping, GPUs and concurrency among its
--   measured runs are reduced to their median, column by column (rule 10); n counts them. Where no throughput was
--   measured it follows from the medians by rule 32. Latencies in ms, throughput in tokens/s/GPU. preference
--   numbers the points of a group and phase by throughput, as points does.
with reduced as (
  select
    p.group_id, p.phase, p.both_limits, p.mapping, p.gpus, p.concurrency,
    count(*) as n,
    count(distinct p.run_id) as runs,
    case when count(*) = 1 then max(p.ttft_ms) else median(p.ttft_ms) end as ttft_ms,
    case when count(*) = 1 then max(p.itl_ms) else median(p.itl_ms) end as itl_ms,
    case when count(*) = 1 then max(p.throughput) else median(p.throughput) end as throughput,
    max(coalesce(p.throughput_source, 'reported') <> 'formula') as throughput_measured,
    max(p.ttft_ms) / min(p.ttft_ms) - 1 as ttft_spread,
    max(p.itl_ms) / min(p.itl_ms) - 1 as itl_spread,
    max(p.throughput) / min(p.throughput) - 1 as throughput_spread
  from points p
  where p.kind = 'measured'
  group by p.group_id, p.phase, p.both_limits, p.mapping, p.gpus, p.concurrency
),
groups as (
  select group_id, max(isl_tokens) as isl_tokens, max(osl_tokens) as osl_tokens from scope group by group_id
),
valued as (
  select
    r.group_id, r.phase, r.both_limits, r.mapping, r.gpus, r.concurrency, r.n, r.runs, r.ttft_ms, r.itl_ms,
    r.ttft_spread, r.itl_spread, r.throughput_spread,
    case when both_limits then r.concurrency * g.osl_tokens * 1000.0 / (r.ttft_ms + (g.osl_tokens - 1) * r.itl_ms) / r.gpus
      when phase = 'decode' then r.concurrency * 1000.0 / r.itl_ms / r.gpus
    end as formula_throughput,
    r.throughput, r.throughput_measured
  from reduced r join groups g on g.group_id = r.group_id
),
chosen as (
  select
    group_id, phase, both_limits, mapping, gpus, concurrency, n, runs, ttft_ms, itl_ms, formula_throughput,
    ttft_spread, itl_spread, throughput_spread,
    case when both_limits and n > 1 and throughput_measured = 0 then formula_throughput else throughput end as throughput
  from valued
)
select
  *,
  row_number() over (partition by group_id, phase order by throughput is null, throughput desc, gpus, mapping, concurrency) as preference,
  -- rule 37: what ranks, regret and calibration of a sweep table need
  both_limits and (
    dense_rank() over (partition by group_id, phase order by mapping) + dense_rank() over (partition by group_id, phase order by mapping desc) - 1 < 3
    or count(*) over (partition by group_id, phase) < 4) as too_few
from chosen
order by group_id, phase, preference
