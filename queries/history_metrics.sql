-- name: history_metrics
-- doc: One row a metric and key of history_values: how many runs have it, the finding that heads it, and the baseline with its
--   noise for the plot.
select
  place, metric, key, trim(metric || ' ' || key) as label, max(unit) as unit, count(*) as runs, count(days) as dated,
  trim(metric || ' ' || key) || iif(max(unit) is null, '', printf(' [%s]', max(unit))) as axis,
  max(first_date) as first_date,
  max(base) as base, max(base_low) as base_low, max(base_high) as base_high, max(base_run) as base_run,
  case
    when max(base) is null then printf('%d run%s, no baseline', count(*), iif(count(*) = 1, '', 's'))
    when sum(reads not in ('the baseline', 'of another method, kind or model')) = 0 then printf('Nothing to compare with %s', max(base_run))
    when max(base_low) is null or max(base_high) is null then printf('The noise of %s is not known', max(base_run))
    else printf('%d of %d other values lie outside the noise of %s', sum(reads in ('above its noise', 'below its noise')),
      sum(reads in ('above its noise', 'below its noise', 'within its noise')), max(base_run))
  end as finding
from history_values
group by place, metric, key
order by place, key
