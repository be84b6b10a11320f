-- name: kv_capacity
-- doc: One row a run: KV capacity of a decode engine in tokens, own / smallest of the group, 1 when alone (rule 3). More
--   than 2 is a finding: the sweeps cover different loads, so regret and rank are conditional on the smaller.
with known as (
  select run_id, run, group_id, method, max_kv_tokens,
    min(max_kv_tokens) over (partition by group_id) as smallest,
    max(max_kv_tokens) over (partition by group_id) as largest,
    count(max_kv_tokens) over (partition by group_id) as n
  from scope
)
select *, max_kv_tokens * 1.0 / nullif(smallest, 0) as value,
  largest > 2 * smallest as apart,
  case when max_kv_tokens is null then 'not measured: the run states no KV capacity'
    when n = 1 then 'alone in its group'
    when largest > 2 * smallest then printf('capacities of %d and %d tokens: the sweeps cover different loads, so regret and rank hold for the smaller', smallest, largest)
    else printf('capacities of %d to %d tokens', smallest, largest)
  end as note
from known
order by run_id
