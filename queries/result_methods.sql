-- name: result_methods
-- doc: One row a selected run: what comparison_results.json says of a method. Latency ms, throughput tokens/s/GPU, fractions; null is unknown.
select
  r.run_id,
  r.run,
  r.method,
  r.kind,
  r.status,
  r.model,
  r.backend,
  r.isl_tokens,
  r.osl_tokens,
  r.duration_s,
  r.deployments,
  r.failed_deployments,
  r.gpu_hours,
  r.sha256,
  (select count(distinct c.mapping) from candidates c where c.run_id = r.run_id and c.phase = 'prefill') as prefill_configs,
  (select count(distinct c.mapping) from candidates c where c.run_id = r.run_id and c.phase = 'decode') as decode_configs,
  p.gpus as prefill_gpus,
  p.mapping as prefill_mapping,
  p.ttft_ms as predicted_ttft_ms,
  p.throughput_per_gpu as prefill_throughput_per_gpu,
  p.meets_sla as prefill_meets_sla,
  d.gpus as decode_gpus,
  d.mapping as decode_mapping,
  d.itl_ms as predicted_itl_ms,
  d.throughput_per_gpu as decode_throughput_per_gpu,
  d.meets_sla as decode_meets_sla,
  o.goodput as goodput,
  o.sla_hit_rate as sla_hit_rate,
  o.level is not null as optimization_validated
from runs r
left join recommendations p on p.run_id = r.run_id and p.phase = 'prefill'
left join recommendations d on d.run_id = r.run_id and d.phase = 'decode'
left join load_levels o on o.run_id = r.run_id and o.level = 'optimization'
where r.run in selected
order by r.run_id
