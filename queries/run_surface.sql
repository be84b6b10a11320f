-- name: run_surface
-- doc: One row a knot of the decode surface of the shown run, of its shortest, middle and longest context: ITL in ms over
--   concurrency. series is the context.
with placed as (
  select d.*,
    dense_rank() over (partition by d.mapping order by d.context_tokens) as place,
    dense_rank() over (partition by d.mapping order by d.context_tokens desc) as from_end
  from run_shown s
  cross join decode_points d on d.run_id = s.run_id
  where d.itl_ms > 0 and d.concurrency is not null
)
select run_id, run, mapping, context_tokens, concurrency, kv_usage, itl_ms, throughput_per_gpu,
  printf('%s, context %d', mapping, context_tokens) as series
from placed
where place = 1 or from_end = 1 or place = (place + from_end) / 2
order by mapping, context_tokens, concurrency, kv_usage
