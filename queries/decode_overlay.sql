-- name: decode_overlay
-- doc: One row a run and knot of its decode surface: ITL in ms over concurrency, a line a context length in tokens.
select s.run_id, s.run, s.method, s.group_id, p.mapping, p.gpus, p.context_tokens, p.concurrency, p.kv_usage, p.itl_ms, p.throughput_per_gpu,
  iif(s.kind = 'simulated', 'predicted', 'measured') as style,
  s.method || ', ' || p.mapping || ', context ' || cast(p.context_tokens as integer) as series
from scope s cross join decode_points p on p.run_id = s.run_id
where p.itl_ms > 0 and p.concurrency is not null
order by s.run_id, p.mapping, p.context_tokens, p.concurrency
