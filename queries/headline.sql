-- name: headline
-- doc: One row: the finding of each section of the report as a column, null when it can't be computed.
select
  max(case when section = 'comparable' then finding end) as comparable,
  max(case when section = 'coverage' then finding end) as coverage,
  max(case when section = 'cost' then finding end) as cost,
  max(case when section = 'choices' then finding end) as choices,
  max(case when section = 'accuracy' then finding end) as accuracy,
  max(case when section = 'sweep' then finding end) as sweep,
  max(case when section = 'load' then finding end) as load,
  max(case when section = 'curves' then finding end) as curves,
  max(case when section = 'decision' then finding end) as decision,
  max(case when section = 'ranks' then finding end) as ranks,
  max(case when section = 'feasibility' then finding end) as feasibility,
  max(case when section = 'pareto' then finding end) as pareto,
  max(case when section = 'attainment' then finding end) as attainment,
  max(case when section = 'pooled' then finding end) as pooled,
  max(case when section = 'calibration' then finding end) as calibration
from findings
