-- name: bottleneck_shown
-- doc: One row a run of the focus whose load tests show where they queue (rule 28).
select
  b.method,
  b.throughput_ceiling,
  b.saturation_concurrency,
  b.serial_demand,
  b.ttft_share,
  printf('%.2f to %.2f s', b.ttft_slope_low, b.ttft_slope_high) as ttft_slope,
  replace(printf('%.2f to %.2f s', b.rest_slope_low, b.rest_slope_high), '-', '−') as rest_slope,
  printf('%.2f to %.2f', b.ratio_low, b.ratio_high) as quality,
  b.note
from bottlenecks b
where b.holds and b.group_id = (select group_id from focus)
order by b.run_id
