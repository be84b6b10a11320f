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
  select count(*) as subjects, sum(passed = 4) as all_passed, sum(failed > 0) as with_fail from words
)
select
  case
    when n.subjects = 0 then null
    when n.subjects = 1 then (select method || iif(failed > 0, ', not yet: ', iif(unknown > 0, ', undecided: ', ', yes: ')) || said || '.' from clauses)
    else n.all_passed || ' of ' || n.subjects || ' methods pass all four verdicts; ' || n.with_fail || iif(n.with_fail = 1, ' fails', ' fail') || ' at least one.'
  end as sentence,
  (select group_concat(distinct method) from clauses) as methods,
  case when n.subjects = 0 then 'unknown' when n.with_fail > 0 then 'fail' when n.all_passed = n.subjects then 'pass' else 'unknown' end as verdict,
  n.subjects
from counted n
