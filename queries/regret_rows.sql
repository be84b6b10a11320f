-- name: regret_rows
-- doc: One row a run and key (prefill, decode, combined, aggregated): regret of the chosen mapping, its load coverage and
--   overshoot (rules 12, 13, 27). combined is GPU-seconds a request, both phases in balance: 1 - (isl/p* + osl/d*)
--   / (isl/p + osl/d). Fractions; overshoot in ms. covered is 0 where the
--   chosen load was not measured or is not known: then nothing can be said; supplies is 1 for a run that supplies the
--   oracle: then nothing is judged.
with combined as (
  select
    p.run_id, p.run, p.method, p.kind, p.group_id,
    case when p.regret is not null and d.regret is not null then
      case when p.supplies and d.supplies then 0.0
        else 1 - (s.isl_tokens / p.oracle_throughput + s.osl_tokens / d.oracle_throughput)
          / (s.isl_tokens / iif(p.supplies, p.oracle_throughput, p.own_throughput) + s.osl_tokens / iif(d.supplies, d.oracle_throughput, d.own_throughput))
      end
    end as regret,
    case when p.load_covered is null then d.load_covered when d.load_covered is null then p.load_covered else min(p.load_covered, d.load_covered) end as load_covered,
    case when p.overshoot is not null and d.overshoot is not null then max(p.overshoot, d.overshoot) else coalesce(p.overshoot, d.overshoot) end as overshoot,
    p.supplies and d.supplies as supplies,
    d.load_covered as needs_cover,
    case when p.supplies and d.supplies then 'supplies the oracle'
      when p.regret is null then 'prefill: ' || p.note
      when d.regret is null then 'decode: ' || d.note
      when s.isl_tokens is null or s.osl_tokens is null then 'ISL or OSL is not known'
      else printf('%.4g against %.4g GPU-seconds a request',
          s.isl_tokens / iif(p.supplies, p.oracle_throughput, p.own_throughput) + s.osl_tokens / iif(d.supplies, d.oracle_throughput, d.own_throughput),
          s.isl_tokens / p.oracle_throughput + s.osl_tokens / d.oracle_throughput)
        || iif(d.load_covered = 0 or p.load_covered = 0, '; regret at low load', '')
    end as note
  from regrets p
  join regrets d on d.run_id = p.run_id and d.phase = 'decode'
  join scope s on s.run_id = p.run_id
  where p.phase = 'prefill'
),
keyed as (
  select run_id, run, method, kind, group_id, phase as key, phase, state, mapping, regret, load_covered, overshoot, supplies,
    iif(phase = 'prefill', 1, load_covered) as cover, note
  from regrets
  union all
  select run_id, run, method, kind, group_id, 'combined', 'combined', null, null, regret, load_covered, overshoot, supplies, needs_cover, note
  from combined
)
select
  run_id, run, method, kind, group_id, key, state, mapping, regret, load_covered, overshoot, supplies,
  coalesce(cover, 0) as covered,
  note,
  case when load_covered = 0 then 'chosen above the largest measured concurrency of the mapping: regret at low load'
    when load_covered = 1 then 'measured up to the chosen concurrency'
    when key = 'prefill' then 'prefill is one request: no load to cover'
    else note
  end as cover_note
from keyed
order by run_id, key
