-- name: feasible_shown
-- doc: One row a measured point of the focus that the simulator was asked about, with the outcome of rule 33 in words.
select
  run_id,
  method,
  phase,
  mapping,
  concurrency,
  outcome,
  case when coalesce(m_ttft_ms, m_itl_ms) >= 100 then printf('%.0f', coalesce(m_ttft_ms, m_itl_ms)) else printf('%.3g', coalesce(m_ttft_ms, m_itl_ms)) end as label
from feasible_map
where group_id = (select group_id from focus) and concurrency is not null
  and run_id = (select min(run_id) from feasible_map where group_id = (select group_id from focus))
order by gpus desc, mapping desc, concurrency
