-- name: header
-- doc: One row: what the text of the default report says of the comparison as a whole. SLA bounds as numbers in ms and as words.
select
  max(model) as model,
  count(distinct group_id) as groups,
  max(comparison_ttft_ms) as ttft_ms,
  max(comparison_itl_ms) as itl_ms,
  coalesce(printf('%g ms', max(comparison_ttft_ms)), 'not stated') as ttft,
  coalesce(printf('%g ms', max(comparison_itl_ms)), 'not stated') as itl
from scope
