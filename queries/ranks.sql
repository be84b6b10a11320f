-- name: ranks
-- doc: One row a simulated run, phase and basis of rank_items: pairs in the right order of how many, and tau-b (rule 15);
--   beside it the order by concurrency per GPU alone, and the pairs that this baseline cannot order (rule 35).
--   Two measured figures closer than noise_floor are a tie and no pair; a predicted tie is not right.
-- param: noise_floor number 0 -- share of the larger value below which two figures are a tie
with ranked as (
  select * from rank_items where left_out is null and p is not null and m is not null
),
pairs as (
  select
    a.run_id, a.phase, a.basis,
    abs(a.m - b.m) <= :noise_floor * max(a.m, b.m) as tied,
    abs(a.p - b.p) > :noise_floor * max(a.p, b.p) and (a.p > b.p) = (a.m > b.m) as p_right,
    a.baseline <> b.baseline and (a.baseline > b.baseline) = (a.m > b.m) as baseline_right,
    a.baseline = b.baseline as baseline_tied,
    a.item as item_a, b.item as item_b, a.m > b.m as a_first
  from ranked a join ranked b on b.run_id = a.run_id and b.phase = a.phase and b.basis = a.basis and b.place > a.place
),
counted as (
  select
    run_id, phase, basis,
    sum(not tied) as pairs,
    sum(tied) as ties,
    sum(not tied and p_right) as pairs_right,
    sum(not tied and baseline_right) as baseline_right,
    sum(not tied and baseline_tied) as tied_pairs,
    sum(not tied and baseline_tied and p_right) as tied_right,
    group_concat(case when not tied and not p_right then iif(a_first, item_a || ' before ' || item_b, item_b || ' before ' || item_a) end, ', ') as wrong
  from pairs
  group by run_id, phase, basis
),
summed as (
  select run_id, phase, basis, kendall_tau(p, m) as tau, kendall_tau(baseline, m) as baseline_tau, count(*) as items
  from ranked
  group by run_id, phase, basis
),
bases as (
  select run_id, run, group_id, phase, both_limits, basis, count(*) as all_items,
    group_concat(case when left_out is not null then item || ' (' || left_out || ')' end, ', ') as left_out
  from rank_items
  group by run_id, phase, basis
),
small as (
  select group_id, phase, max(too_few) as too_few from measured_points group by group_id, phase
)
select
  b.run_id, b.run, b.group_id, b.phase, b.both_limits, b.basis,
  b.phase || ' ' || b.basis as key,
  case when m.too_few then null else c.pairs_right end as pairs_right,
  case when m.too_few then null else c.pairs end as pairs,
  case when m.too_few then null else c.ties end as ties,
  case when m.too_few then null else s.tau end as tau,
  case when m.too_few then null else c.baseline_right end as baseline_right,
  case when m.too_few then null else s.baseline_tau end as baseline_tau,
  case when m.too_few then null else c.tied_pairs end as tied_pairs,
  case when m.too_few then null else c.tied_right end as tied_right,
  coalesce(s.items, 0) as items,
  b.left_out,
  case when m.too_few is null then 'not measured: no measured candidates in the group'
    when m.too_few then 'fewer than 3 mappings or 4 points in the group'
    when c.pairs is null then 'fewer than two feasible on both sides' || coalesce('; left out: ' || b.left_out, '')
    else c.pairs_right || ' of ' || c.pairs || ' pairs'
      || iif(c.ties > 0, ', ' || c.ties || ' ties left out', '')
      || '; by concurrency per GPU alone ' || c.baseline_right
      || coalesce('; wrong: ' || iif(length(c.wrong) > 200, substr(c.wrong, 1, 200) || ' ...', c.wrong), '')
      || coalesce('; left out: ' || b.left_out, '')
  end as note
from bases b
left join counted c on c.run_id = b.run_id and c.phase = b.phase and c.basis = b.basis
left join summed s on s.run_id = b.run_id and s.phase = b.phase and s.basis = b.basis
left join small m on m.group_id = b.group_id and m.phase = b.phase
order by b.run_id, b.phase, b.basis
