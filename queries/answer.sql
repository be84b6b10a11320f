-- name: answer
-- doc: One row a judged run and verdict: cost, accuracy of TTFT and of ITL at the judged level, and optimization, the
--   regret of the choice. Judged are the simulated runs, else all but the reference. Values are fractions, except an
--   overshoot in ms where the chosen operating point breaks the SLA as measured: that fails whatever the regret.
--   Where no load test was made at the judged level, an accuracy row shows the median over the sweep, without a verdict.
-- param: judged_level text medium -- the load level at which accuracy is judged
-- param: cost_saving number 0.5 -- least share of the reference's time that must be saved
-- param: accuracy_tolerance number 0.2 -- largest abs(e) that passes
-- param: regret_limit number 0.1 -- regret below this passes
with subjects as (
  select run_id, run, method, group_id, kind
  from scope
  where kind = 'simulated' or not exists (select 1 from scope where kind = 'simulated') and not is_reference
),
spoken as (
  select c.run_id, c.duration_s, c.reference_duration_s, c.gpu_hours, c.reference_gpu_hours, c.saved_note, c.reference,
    case when c.duration_s >= 3600 then printf('%d h %02d min', c.duration_s / 3600, c.duration_s % 3600 / 60)
      when c.duration_s >= 60 then printf('%d min %02d s', c.duration_s / 60, c.duration_s % 60) else c.duration_s || ' s' end as own_time,
    case when c.reference_duration_s >= 3600 then printf('%d h %02d min', c.reference_duration_s / 3600, c.reference_duration_s % 3600 / 60)
      when c.reference_duration_s >= 60 then printf('%d min %02d s', c.reference_duration_s / 60, c.reference_duration_s % 60) else c.reference_duration_s || ' s' end as reference_time
  from cost c
),
wanted as (
  select run_id, metric, key, value, low, high, n, verdict, note
  from metric_values
  where metric in ('duration_saved', 'ttft_error', 'itl_error', 'regret', 'point_regret')
),
-- sweeps: what a sweep table says of accuracy where no load test does
sweeps as (
  select run_id, metric, median_error, n, replace(printf('median of n = %d points, worst %+.1f %% at %s', n, 100 * worst_error, worst_at), '-', '−') as words
  from sweep_errors
  where both_limits
  ),
choice as (
  -- the phase that stands for the whole: both limits at once, else both phases in balance
  select run_id, key, state, point, overshoot, note from point_regret_rows
),
tiles as (
  select s.run_id, 1 as place, 'cost' as verdict_of, 'Profiling cost' as label, m.value, m.low, m.high, m.verdict, null as unit, 'percent' as format,
    :cost_saving as limit_low, null as limit_high,
    case when p.own_time is not null and p.reference_time is not null then p.own_time || ' against ' || p.reference_time
        || case when p.gpu_hours is not null and p.reference_gpu_hours is not null then printf('; %.3g against %.3g GPU-hours', p.gpu_hours, p.reference_gpu_hours) else '' end
      else m.note end as note
  from subjects s join spoken p on p.run_id = s.run_id
  left join wanted m on m.run_id = s.run_id and m.metric = 'duration_saved'
  union all
  select s.run_id, 2, 'accuracy ttft', iif(m.value is null and w.run_id is not null, 'TTFT error over the sweep', 'TTFT error, ' || :judged_level || ' load'), coalesce(m.value, w.median_error), m.low, m.high, m.verdict, null, 'signed_percent',
    -:accuracy_tolerance, :accuracy_tolerance,
    case when m.value is not null then concat_ws('; ', m.note, 'n = ' || m.n) when w.run_id is not null then w.words || '. No verdict: no load test at ' || :judged_level || ' load' else m.note end
  from subjects s left join wanted m on m.run_id = s.run_id and m.metric = 'ttft_error' and m.key = :judged_level
  left join sweeps w on w.run_id = s.run_id and w.metric = 'ttft'
  union all
  select s.run_id, 3, 'accuracy itl', iif(m.value is null and w.run_id is not null, 'ITL error over the sweep', 'ITL error, ' || :judged_level || ' load'), coalesce(m.value, w.median_error), m.low, m.high, m.verdict, null, 'signed_percent',
    -:accuracy_tolerance, :accuracy_tolerance,
    case when m.value is not null then concat_ws('; ', m.note, 'n = ' || m.n) when w.run_id is not null then w.words || '. No verdict: no load test at ' || :judged_level || ' load' else m.note end
  from subjects s left join wanted m on m.run_id = s.run_id and m.metric = 'itl_error' and m.key = :judged_level
  left join sweeps w on w.run_id = s.run_id and w.metric = 'itl'
  union all
  select s.run_id, 4, 'optimization',
    case when c.overshoot is not null then 'Choice breaks the SLA by' else 'Regret of the choice' end,
    case when c.overshoot is not null then c.overshoot else m.value end, m.low, m.high,
    case when c.overshoot is not null then 'fail' else coalesce(m.verdict, case when m.note like '%supplies the oracle%' then null else 'unknown' end) end,
    case when c.overshoot is not null then 'ms' end,
    case when c.overshoot is not null then '3g' else 'percent' end,
    case when c.overshoot is not null then null else 0 end,
    case when c.overshoot is not null then 0 else :regret_limit end,
    m.note
  from subjects s
  left join choice c on c.run_id = s.run_id
  left join wanted m on m.run_id = s.run_id
    and (m.metric = 'point_regret' and m.key = c.key or c.key is null and m.metric = 'regret' and m.key = 'combined')
)
select
  s.run_id, s.run, s.method, s.group_id, t.place, t.verdict_of,
  t.label || iif(count(*) over (partition by s.group_id) > 4, ' · ' || s.method, '') as label,
  t.value, t.unit, t.format, coalesce(t.verdict, 'unknown') as verdict, t.low, t.high, t.limit_low, t.limit_high, t.note
from tiles t join subjects s on s.run_id = t.run_id
order by s.run_id, t.place
