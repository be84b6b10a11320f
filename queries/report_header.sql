-- name: report_header
-- doc: One row a part of the strip on top of a report, most important first: model and deployment, SLA and load, dates.
select 1 as place, group_concat(distinct coalesce(model, 'model not stated')) as part
from scope
union all
select 2, group_concat(distinct nullif(concat_ws(' ', backend, backend_version), ''))
from scope
union all
select 3, group_concat(distinct gpu_type)
from scope
union all
select 4, case count(distinct concat_ws(' ', isl_tokens, osl_tokens))
    when 1 then printf('ISL %s, OSL %s', coalesce(max(isl_tokens), '?'), coalesce(max(osl_tokens), '?'))
    when 0 then null
    else printf('%d workloads', count(distinct concat_ws(' ', isl_tokens, osl_tokens))) end
from scope
where isl_tokens is not null or osl_tokens is not null
union all
select 5, case when count(distinct comparison_ttft_ms) = 1 and count(distinct comparison_itl_ms) = 1
    then printf('SLA: TTFT ≤ %g ms, ITL ≤ %g ms', max(comparison_ttft_ms), max(comparison_itl_ms)) end
from scope
union all
select 6, case when min(date(started_at)) = max(date(started_at)) then 'runs of ' || min(date(started_at))
    when min(started_at) is not null then printf('runs of %s to %s', min(date(started_at)), max(date(started_at))) end
from scope
order by place
