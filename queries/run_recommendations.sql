-- name: run_recommendations
-- doc: One row a selected run and phase: what it recommends. Latency ms, throughput tokens/s/GPU.
select run_id, run, phase, mapping, gpus, concurrency, ttft_ms, itl_ms, throughput_per_gpu, meets_sla, source
from recommendations
where run in selected
order by run_id, phase desc
