-- name: run_candidates
-- doc: One row a candidate of the shown run, refused ones too: latencies in ms, throughput in tokens/s/GPU. state is chosen,
--   meets the SLA, misses it, refused, or null where no SLA is known; title is the words beside a mark.
select
  c.run_id, c.run, c.phase, c.mapping, c.gpus, c.concurrency, c.ttft_ms, c.itl_ms, c.throughput_per_gpu, c.meets_sla,
  case
    when c.refused is not null then 'refused'
    when h.run_id is not null then 'chosen'
    when c.meets_sla then 'meets the SLA'
    when c.meets_sla = 0 then 'misses the SLA'
    else 'no SLA'
  end as state,
  coalesce(c.refused, c.throughput_source) as remark,
  concat_ws(', ', c.mapping, c.concurrency || ' requests', iif(c.ttft_ms is null, null, printf('TTFT %.4g ms', c.ttft_ms)),
    iif(c.itl_ms is null, null, printf('ITL %.4g ms', c.itl_ms))) as title
from run_shown s
cross join candidates c on c.run_id = s.run_id
left join choices h on h.run_id = c.run_id and h.phase = c.phase and h.mapping = c.mapping
  and coalesce(h.concurrency = c.concurrency, h.phase = 'prefill', 0)
order by case c.phase when 'prefill' then 1 when 'decode' then 2 else 3 end, c.gpus, c.mapping, c.concurrency, c.ordinal
