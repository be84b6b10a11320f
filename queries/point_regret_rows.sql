-- name: point_regret_rows
-- doc: One row a run and phase with both limits: regret and overshoot of the chosen operating point itself (rule 34);
--   chosen point, oracle and state are in the note. A fraction; overshoot in ms.
select
  run_id, run, method, kind, group_id, phase as key, point_state as state, point, oracle_point, oracle_throughput, point_throughput,
  point_regret as regret, point_overshoot as overshoot, supplies,
  iif(supplies, 'supplies the oracle; ', '') || point_note || iif(tie, '; the oracle and the second best are a tie', '') as note
from regrets
where both_limits
order by run_id, key
