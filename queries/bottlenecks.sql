-- name: bottlenecks
-- doc: One row a run: where its load tests queue, as a hypothesis (rule 28). serial_demand = 1/max X in s, an upper
--   estimate; saturation_concurrency = D max X, the knee; throughput_ceiling = max X in requests/s. Null with the
--   reason unless there are three closed levels, one of them at one user, a plateau, and no errors.
with top as (
  select run_id, level, n, x, row_number() over (partition by run_id order by x desc, n desc) as place from bottleneck_levels
),
summed as (
  select b.run_id, count(*) as levels, max(b.demand) as demand, max(b.demand_max) as demand_max, max(b.knee) as knee, sum(b.errors) as errors,
    max(b.little_ratio) as ratio_high, min(b.little_ratio) as ratio_low,
    max(case when t.place = 1 then b.ttft_share end) as ttft_share,
    max(case when t.place = 1 then t.x end) as x1, max(case when t.place = 2 then t.x end) as x2,
    max(case when t.place = 1 then t.n end) as n1, max(case when t.place = 2 then t.n end) as n2,
    -- slopes of the segments that begin at the knee or beyond
    min(case when b.n_before >= b.knee then b.ttft_slope end) as ttft_slope_low, max(case when b.n_before >= b.knee then b.ttft_slope end) as ttft_slope_high,
    min(case when b.n_before >= b.knee then b.rest_slope end) as rest_slope_low, max(case when b.n_before >= b.knee then b.rest_slope end) as rest_slope_high
  from bottleneck_levels b join top t on t.run_id = b.run_id and t.level = b.level
  group by b.run_id
),
explained as (
  select s.run_id, s.run, s.method, s.group_id, s.has_planner, m.*,
    case when m.run_id is null then 'not measured: no load tests with a fixed number of users'
      when m.levels < 3 then 'fewer than three closed load levels'
      when m.demand is null then 'no load level at one user'
      when m.errors > 0 then m.errors || ' failed requests void the laws'
      when m.x2 < 0.95 * m.x1 or abs(m.n1 - m.n2) < 0.1 * max(m.n1, m.n2) then 'no plateau: the two highest throughputs differ by more than 5 %, or their loads by less than 10 %'
    end as why
  from scope s left join summed m on m.run_id = s.run_id
)
select
  run_id, run, method, group_id, levels, why is null as holds,
  case when why is null then demand end as demand,
  case when why is null then demand_max end as serial_demand,
  case when why is null then knee end as saturation_concurrency,
  case when why is null then x1 end as throughput_ceiling,
  ttft_share, ttft_slope_low, ttft_slope_high, rest_slope_low, rest_slope_high, ratio_low, ratio_high,
  coalesce(why, printf('hypothesis; X R / N is %.2f to %.2f', ratio_low, ratio_high) || iif(has_planner, '; a planner may have moved replicas, which would void it', '')) as note,
  case when why is null then printf('throughput stops at %.2f requests/s', x1) || case when ttft_slope_low is null then ''
    else printf('; each user beyond %.1f adds %.1f', knee, ttft_slope_low) || iif(printf('%.1f', ttft_slope_low) <> printf('%.1f', ttft_slope_high), printf(' to %.1f', ttft_slope_high), '')
      || printf(' s before the first token and %.1f s after it', max(abs(rest_slope_low), abs(rest_slope_high)))
  end end as finding
from explained
order by run_id
