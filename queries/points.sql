-- name: points
-- doc: One row a usable candidate of a selected run: what it tried and what came out, latencies in ms, throughput in
--   tokens/s/GPU (rules 8, 31, 32). Refused points and latencies of 0 or less are left out. throughput is the
--   run's own figure where it has one, formula_throughput the one of rule 32 from the two latencies. preference numbers
--   the candidates of a run and phase by throughput (ties: fewer GPUs, label, lower concurrency), nearness by latency.
with usable as (
  select
    s.run_id, s.run, s.kind, s.group_id,
    c.phase, c.mapping, c.gpus, c.concurrency, c.ttft_ms, c.itl_ms, c.source, c.throughput_source,
    c.throughput_per_gpu,
    c.phase in ('aggregated', 'disaggregated') as both_limits,
    case when c.phase = 'prefill' then s.isl_tokens * 1000.0 / c.ttft_ms / c.gpus
        * case when c.mapping like 'DEP=%' then cast(substr(c.mapping, 5) as integer) else 1 end
      when c.phase = 'decode' then c.concurrency * 1000.0 / c.itl_ms / c.gpus
      else c.concurrency * s.osl_tokens * 1000.0 / (c.ttft_ms + (s.osl_tokens - 1) * c.itl_ms) / c.gpus
    end as formula_throughput
  from scope s cross join candidates c on c.run_id = s.run_id
  where c.refused is null
    and coalesce(c.ttft_ms > 0, 1) and coalesce(c.itl_ms > 0, 1)
    and (c.phase <> 'prefill' or c.ttft_ms is not null)
    and (c.phase <> 'decode' or c.itl_ms is not null)
),
valued as (
  select *, coalesce(throughput_per_gpu, formula_throughput) as throughput from usable
)
select
  run_id, run, kind, group_id, phase, both_limits, mapping, gpus, concurrency, ttft_ms, itl_ms,
  throughput, formula_throughput, throughput_source, source,
  row_number() over (partition by run_id, phase order by throughput is null, throughput desc, gpus, mapping, concurrency, ttft_ms, itl_ms) as preference,
  row_number() over (partition by run_id, phase order by case when phase = 'decode' then itl_ms else ttft_ms end, gpus, mapping, concurrency, itl_ms) as nearness
from valued
order by run_id, phase, preference
