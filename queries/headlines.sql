-- name: headlines
-- doc: One row a run: the mappings it chose, and the TTFT and ITL that the profiler prints for its recommendation, in ms,
--   with the concurrency that the printed ITL belongs to; that of TTFT is one request (rule 23).
with filled as (
  -- recommendations whose figures are those of the candidate, because the log prints none
  select s.run_id, t.key from scope s cross join settings t on t.run_id = s.run_id where t.key glob 'recommendation.*.figures'
)
select
  s.run_id, s.run, s.group_id,
  max(case when c.phase = 'prefill' then c.mapping end) as prefill_mapping,
  max(case when c.phase = 'decode' then c.mapping end) as decode_mapping,
  max(case when c.phase = 'aggregated' then c.mapping end) as aggregated_mapping,
  max(case when c.source = 'log' and f.key is null and c.phase in ('prefill', 'aggregated') then c.ttft_ms end) as ttft_ms,
  max(case when c.source = 'log' and f.key is null and c.phase in ('decode', 'aggregated') then c.itl_ms end) as itl_ms,
  max(case when c.source = 'log' and f.key is null and c.phase in ('decode', 'aggregated') then c.concurrency end) as concurrency,
  case when coalesce(max(c.source <> 'rule'), 0) = 0 then 'not measured: the run states no recommendation'
    when max(c.source = 'log' and f.key is null and coalesce(c.ttft_ms, c.itl_ms) is not null) then 'as printed'
    when max(c.source = 'log') then 'not measured: the log prints no figures of the recommendation'
    else 'not measured: only the log prints it'
  end as note
from scope s
left join choices c on c.run_id = s.run_id
left join filled f on f.run_id = c.run_id and f.key = 'recommendation.' || c.phase || '.figures'
group by s.run_id
order by s.run_id
