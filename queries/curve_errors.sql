-- name: curve_errors
-- doc: One row a simulated run: level of P/M (geometric mean, less 1) and shape (abs((P/M)/level - 1), median and
--   maximum) of its prefill curve (rule 20) and decode surface (rule 21). Fractions; null with the reason where the
--   curves belong to different mappings or one is missing. *_any are the same figures whatever the mappings.
with points as (
  select run_id, 'prefill' as phase, ratio, value, 'ISL ' || cast(isl_tokens as integer) as at, isl_tokens as x, 0 as y, m_exact as exact from prefill_curve
  union all
  select run_id, 'decode', ratio, value, 'context ' || cast(context as integer) || ', concurrency ' || concurrency, context, concurrency, exact from decode_surface
),
leveled as (
  select *, geomean(ratio) over (partition by run_id, phase) as level from points
),
shaped as (
  select *, abs(ratio / level - 1) as shape,
    row_number() over (partition by run_id, phase order by abs(ratio / level - 1) desc, x, y) as place
  from leveled
),
summed as (
  select run_id, phase, max(level) - 1 as level, median(shape) as shape, max(shape) as shape_max,
    max(case when place = 1 then at end) as shape_max_at, median(abs(value)) as median_abs_error, avg(abs(value)) as mean_abs_error,
    count(*) as n, sum(exact) as exact
  from shaped
  group by run_id, phase
),
explained as (
  select c.*, s.level, s.shape, s.shape_max, s.shape_max_at, s.median_abs_error, s.mean_abs_error, coalesce(s.n, 0) as n, s.exact,
    coalesce(c.reason, case when s.n is null then 'not measured: the ' || c.phase || ' curves share no range' end) as why
  from curve_pairs c left join summed s on s.run_id = c.run_id and s.phase = c.phase
)
select
  p.run_id, p.run, p.group_id,
  case when p.comparable then p.level end as prefill_level,
  case when p.comparable then p.shape end as prefill_shape,
  case when p.comparable then p.shape_max end as prefill_shape_max,
  case when p.comparable then p.shape_max_at end as prefill_shape_max_at,
  p.n as prefill_n,
  coalesce(p.why, p.p_mapping || ' against ' || p.m_run) as prefill_note,
  p.level as prefill_level_any,
  p.median_abs_error as prefill_median_abs_error,
  case when d.comparable then d.level end as decode_level,
  case when d.comparable then d.shape end as decode_shape,
  case when d.comparable then d.shape_max end as decode_shape_max,
  case when d.comparable then d.shape_max_at end as decode_shape_max_at,
  d.n as decode_n,
  coalesce(d.why, d.p_mapping || ' against ' || d.m_run || ', ' || d.exact || ' of ' || d.n || ' knots exact') as decode_note,
  d.level as decode_level_any,
  d.shape as decode_shape_any,
  d.shape_max as decode_shape_max_any
from explained p join explained d on d.run_id = p.run_id and d.phase = 'decode'
where p.phase = 'prefill'
order by p.run_id
