-- name: verdict_sentence
-- doc: One row: the answer to the comparison in one sentence, from the four verdicts of answer.
with words as (
  select run_id, method,
    max(case when verdict_of = 'cost' then verdict end) as cost,
    max(case when verdict_of = 'accuracy ttft' then verdict end) as ttft,
    max(case when verdict_of = 'accuracy itl' then verdict end) as itl,
    max(case when verdict_of = 'optimization' then verdict end) as choice,
    max(case when verdict_of = 'optimization' then unit end) as choice_unit,
    sum(verdict = 'pass') as passed, sum(verdict = 'fail') as failed, sum(verdict = 'unknown') as unknown
  from answer
  group by run_id
),
clauses as (
  select *,
    substr(case cost when 'pass' then ', it is cheap' when 'fail' then ', it saves too little time' else '' end
      || case when ttft = 'pass' and itl = 'pass' then ', its latencies are close enough'
        when ttft = 'fail' and itl = 'fail' then ', its latencies are outside the tolerance'
        else case itl when 'pass' then ', its ITL is close enough' when 'fail' then ', its ITL is outside the tolerance' else '' end
          || case ttft when 'pass' then ', its TTFT is close enough' when 'fail' then ', its TTFT is outside the tolerance' else '' end
      end
      || case choice when 'pass' then ', its choice holds as measured' when 'fail' then iif(choice_unit = 'ms', ', the operating point it chooses breaks the SLA', ', its choice costs too much throughput')
        else ', and these runs cannot show that it picks the right configuration' end, 3) as said
  from words
),
counted as (
  select count(*) as subjects, sum(passed = 4) as all_passed, sum(failed > 0) as with_fail, iif(count(distinct method) = count(*), 'methods', 'runs') as what from words
),
-- pooled_words: one method over several workloads is judged by its choices, and by what makes them fail
pooled_words as (
  select
    method,
    case when point_infeasible > 0 then
        printf(', not as it is: %d of the %d operating points it chooses break the SLA', point_infeasible, point_infeasible + point_same + point_within + point_regret)
        || case when predicted_only > 0 and ttft_median < 0 then printf(', because TTFT is predicted too low (median %.0f %%)', 100 * -ttft_median) else '' end
        || printf('; its mapping is right, or within 10 %%, in %d of %d workloads.', mapping_same + mapping_within, workloads)
      else printf(': %d of %d operating points it chooses are right or within 10 %%, and none breaks the SLA.', point_same + point_within, workloads)
    end as said
  from pooled
  where workloads > 1 and point_infeasible + point_same + point_within + point_regret > 0
    and (select count(distinct method || deployment_name || phase) from pooled where workloads > 1) = 1
)
select
  case
    when n.subjects = 0 then null
    when n.subjects = 1 then (select method || iif(failed > 0, ', not yet: ', iif(unknown > 0, ', undecided: ', ', yes: ')) || said || '.' from clauses)
    when w.method is not null then w.method || w.said
    else iif(n.all_passed = 0, 'None', n.all_passed) || ' of ' || n.subjects || ' ' || n.what || iif(n.all_passed > 1, ' pass', ' passes') || ' all four verdicts; '
      || iif(n.with_fail = 0, 'none', n.with_fail) || iif(n.with_fail > 1, ' fail', ' fails') || ' at least one.'
  end as sentence,
  (select group_concat(distinct method) from clauses) as methods,
  case when n.subjects = 0 then 'unknown' when n.with_fail > 0 then 'fail' when n.all_passed = n.subjects then 'pass' else 'unknown' end as verdict,
  n.subjects
from counted n left join pooled_words w
