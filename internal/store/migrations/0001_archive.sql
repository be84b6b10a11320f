-- The archive: tables of what was read, all strict, and over them the views
-- that are the public schema. Times are UTC ISO 8601 text, latencies ms,
-- throughput tokens/s; what is unknown is null. The ordinal of a record is its
-- place in the input, from 1; it orders the rows of a run on disk, so that
-- they need no index.

create table stored_runs (
  run_id integer primary key,
  run text not null unique,
  method text not null,
  kind text,
  status text not null,
  error text,
  none_feasible text,
  model text,
  backend text,
  backend_version text,
  gpu_type text,
  precision text,
  serving_mode text,
  profiler text,
  started_at text,
  finished_at text,
  duration_s integer,
  has_log integer not null,
  deployments integer,
  failed_deployments integer,
  gpu_hours real,
  isl_tokens integer,
  osl_tokens integer,
  sla_ttft_ms real,
  sla_itl_ms real,
  max_kv_tokens integer,
  prefill_replicas integer,
  decode_replicas integer,
  has_planner integer not null,
  baseline integer not null default 0,
  ingested_at text not null,
  sha256 text not null, -- of all sources, by path; the same bytes give the same run
  tags text,            -- sorted, joined by commas
  note text
) strict;

create table stored_candidates (
  run_id integer not null references stored_runs on delete cascade,
  ordinal integer not null,
  phase text not null,
  mapping text not null,
  gpus integer,
  concurrency integer,
  refused text,
  ttft_ms real,
  itl_ms real,
  throughput_per_gpu real,
  meets_sla integer,
  recommended integer not null,
  throughput_source text,
  source text,
  requests integer,
  path text,
  line integer,
  primary key (run_id, ordinal)
) strict, without rowid;

create table stored_recommendations (
  run_id integer not null references stored_runs on delete cascade,
  ordinal integer not null,
  phase text not null,
  mapping text not null,
  gpus integer,
  concurrency integer,
  ttft_ms real,
  itl_ms real,
  throughput_per_gpu real,
  meets_sla integer,
  source text,
  path text,
  line integer,
  primary key (run_id, ordinal)
) strict, without rowid;

create table stored_prefill_points (
  run_id integer not null references stored_runs on delete cascade,
  ordinal integer not null,
  mapping text not null,
  gpus integer,
  isl_tokens real not null,
  ttft_ms real,
  throughput_per_gpu real,
  primary key (run_id, ordinal)
) strict, without rowid;

create table stored_decode_points (
  run_id integer not null references stored_runs on delete cascade,
  ordinal integer not null,
  mapping text not null,
  gpus integer,
  kv_usage real,
  context_tokens real not null,
  concurrency integer,
  itl_ms real,
  throughput_per_gpu real,
  primary key (run_id, ordinal)
) strict, without rowid;

create table stored_deployments (
  run_id integer not null references stored_runs on delete cascade,
  ordinal integer not null,
  phase text,
  mapping text,
  gpus integer,
  purpose text,
  started_at text,
  ready_at text,
  ended_at text,
  wait_s real,
  measure_s real,
  duration_s real,
  gpu_hours real,
  outcome text not null,
  error text,
  line integer,
  primary key (run_id, ordinal)
) strict, without rowid;

create table stored_levels (
  level_id integer primary key,
  run_id integer not null references stored_runs on delete cascade,
  level text not null,
  concurrency real,
  concurrency_obtained real,
  concurrency_basis text, -- obtained, or nominal: the configured one for want of means
  request_rate real,
  closed integer not null,
  partial integer not null,
  started_at text,
  request_count integer,
  good_count integer,
  error_count integer,
  excluded_count integer,
  duration_s real,
  request_throughput real,
  output_token_throughput real,
  goodput real,
  sla_hit_rate real,
  isl_tokens real,
  osl_tokens real,
  sla_ttft_ms real,
  sla_itl_ms real,
  path text
) strict;

create table stored_statistics (
  level_id integer not null references stored_levels on delete cascade,
  ordinal integer not null,
  metric text not null,
  statistic text not null,
  value real,
  unit text,
  primary key (level_id, ordinal)
) strict, without rowid;

-- The requests of one log lie in one range of request_id, so that millions of
-- them need no index: they are appended, and found by the range.
create table stored_request_ranges (
  range_id integer primary key,
  level_id integer not null references stored_levels on delete cascade,
  first_id integer not null,
  last_id integer not null
) strict;

create table stored_requests (
  request_id integer primary key,
  request integer not null,
  started_at_ns integer,
  ended_at_ns integer,
  ttft_ms real,
  itl_ms real,
  latency_ms real,
  isl_tokens integer,
  osl_tokens integer,
  status text not null,
  error text
) strict;

create table stored_settings (
  run_id integer not null references stored_runs on delete cascade,
  ordinal integer not null,
  key text not null,
  value text,
  path text,
  primary key (run_id, ordinal)
) strict, without rowid;

-- The bytes of a source, once, however many runs share them.
create table stored_contents (
  content_id integer primary key,
  sha256 text not null unique,
  bytes integer not null,
  kept integer not null -- 0 when only the hash was wanted
) strict;

-- Pieces of at most 1 MiB, each one zstd frame. chunk_id is
-- content_id * 2^24 + ordinal, so that the pieces of a content need no index.
create table stored_chunks (
  chunk_id integer primary key,
  frame blob not null
) strict;

create table stored_sources (
  source_id integer primary key,
  run_id integer not null references stored_runs on delete cascade,
  content_id integer not null references stored_contents,
  path text not null,
  kind text not null
) strict;

create table stored_problems (
  run_id integer not null references stored_runs on delete cascade,
  ordinal integer not null,
  path text,
  line integer,
  severity text not null,
  reason text,
  message text not null,
  primary key (run_id, ordinal)
) strict, without rowid;

create table stored_messages (
  run_id integer not null references stored_runs on delete cascade,
  ordinal integer not null,
  at text,
  level text not null,
  message text not null,
  path text,
  line integer,
  primary key (run_id, ordinal)
) strict, without rowid;

create table stored_metric_values (
  run_id integer not null references stored_runs on delete cascade,
  metric text not null,
  key text not null,
  value real,
  unit text,
  low real,
  high real,
  n integer,
  verdict text check (verdict in ('pass', 'fail', 'unknown')),
  note text,
  definition_sha256 text,
  primary key (run_id, metric, key)
) strict, without rowid;

-- Tables that a user loaded from a file of her own.
create table user_tables (
  name text primary key,
  path text,
  sha256 text,
  row_count integer not null,
  ingested_at text not null
) strict;

create unique index stored_levels_run_level on stored_levels (run_id, level);
create index stored_request_ranges_level on stored_request_ranges (level_id);
create index stored_sources_run on stored_sources (run_id);
create index stored_sources_content on stored_sources (content_id);

create view runs as
-- What was profiled, how, and at what cost. One row per run. duration_s is
-- from the first to the last line of the profiler's own logger; gpu_hours is
-- over all deployments, 0 for a simulation with a log, null without a log.
select run_id, run, method, kind, model, backend, backend_version, gpu_type, precision, serving_mode, status, error,
  none_feasible, started_at, finished_at, duration_s, has_log, deployments, failed_deployments, gpu_hours,
  isl_tokens, osl_tokens, sla_ttft_ms, sla_itl_ms, max_kv_tokens, prefill_replicas, decode_replicas, has_planner,
  profiler, baseline, ingested_at, sha256, tags, note
from stored_runs;

create view candidates as
-- What a sweep tried. One row per run, phase, mapping and concurrency (more
-- where a sweep table repeats them). Latencies in ms, throughput_per_gpu in
-- tokens/s; meets_sla is judged at the run's own SLA: 1, 0 or null.
select r.run_id, r.run, c.ordinal, c.phase, c.mapping, c.gpus, c.concurrency, c.refused, c.ttft_ms, c.itl_ms,
  c.throughput_per_gpu, c.meets_sla, c.recommended, c.throughput_source, c.source, c.requests, c.path, c.line
from stored_candidates c join stored_runs r on r.run_id = c.run_id;

create view recommendations as
-- What a run proposes to deploy. One row per run and phase. Latencies in ms,
-- throughput_per_gpu in tokens/s.
select r.run_id, r.run, c.phase, c.mapping, c.gpus, c.concurrency, c.ttft_ms, c.itl_ms, c.throughput_per_gpu,
  c.meets_sla, c.source, c.path, c.line
from stored_recommendations c join stored_runs r on r.run_id = c.run_id;

create view prefill_points as
-- The prefill curve: TTFT of a single request. One row per run, mapping and
-- ISL. ttft_ms in ms, throughput_per_gpu in tokens/s.
select r.run_id, r.run, p.mapping, p.gpus, p.isl_tokens, p.ttft_ms, p.throughput_per_gpu
from stored_prefill_points p join stored_runs r on r.run_id = p.run_id;

create view decode_points as
-- The decode surface. One row per run, mapping, context length and
-- concurrency. kv_usage from 0 to 1, itl_ms in ms, throughput_per_gpu in
-- tokens/s.
select r.run_id, r.run, p.mapping, p.gpus, p.kv_usage, p.context_tokens, p.concurrency, p.itl_ms, p.throughput_per_gpu
from stored_decode_points p join stored_runs r on r.run_id = p.run_id;

create view deployments as
-- What a run deployed while it profiled. One row per deployment, failed ones
-- too. wait_s until it was ready, measure_s from then on, duration_s both,
-- in seconds; gpu_hours = duration_s * gpus / 3600.
select r.run_id, r.run, d.ordinal, d.phase, d.mapping, d.gpus, d.purpose, d.started_at, d.ready_at, d.ended_at, d.wait_s,
  d.measure_s, d.duration_s, d.gpu_hours, d.outcome, d.error, d.line
from stored_deployments d join stored_runs r on r.run_id = d.run_id;

create view load_levels as
-- Load tests of a deployed recommendation. One row per run and level.
-- concurrency is as configured, concurrency_obtained per decode engine
-- (DEFINITIONS 22) or, where concurrency_basis is nominal, the configured one;
-- throughputs and goodput are per second, sla_hit_rate is from 0 to 1.
select r.run_id, r.run, l.level_id, l.level, l.concurrency, l.concurrency_obtained, l.concurrency_basis, l.request_rate, l.closed, l.partial, l.started_at, l.request_count, l.good_count, l.error_count, l.excluded_count,
  l.duration_s, l.request_throughput, l.output_token_throughput, l.goodput, l.sla_hit_rate, l.isl_tokens, l.osl_tokens,
  l.sla_ttft_ms, l.sla_itl_ms, l.path
from stored_levels l join stored_runs r on r.run_id = l.run_id;

create view load_statistics as
-- Summary figures of a load test as exported. One row per run, level, metric
-- and statistic; the unit is a column.
select r.run_id, r.run, l.level, s.metric, s.statistic, s.value, s.unit
from stored_statistics s join stored_levels l on l.level_id = s.level_id join stored_runs r on r.run_id = l.run_id;

create view requests as
-- The requests of a load test. One row per request. Times in ns since 1970,
-- latencies in ms.
select r.run_id, r.run, l.level, q.request, q.started_at_ns, q.ended_at_ns, q.ttft_ms, q.itl_ms, q.latency_ms,
  q.isl_tokens, q.osl_tokens, q.status, q.error
from stored_runs r cross join stored_levels l on l.run_id = r.run_id
  cross join stored_request_ranges g on g.level_id = l.level_id
  cross join stored_requests q on q.request_id between g.first_id and g.last_id;

create view settings as
-- Engine arguments, images, mappings, hardware, SLA and sweep options,
-- flattened, for diffs. One row per run, key and path.
select r.run_id, r.run, s.key, s.value, s.path
from stored_settings s join stored_runs r on r.run_id = s.run_id;

create view sources as
-- The files a run was read from. One row per file. bytes is its size; kept
-- is 1 when the bytes themselves are in the archive.
select r.run_id, r.run, s.source_id, s.path, s.kind, c.bytes, c.sha256, c.kept
from stored_sources s join stored_runs r on r.run_id = s.run_id join stored_contents c on c.content_id = s.content_id;

create view problems as
-- What ingest could not, or would not, believe. One row per record.
select r.run_id, r.run, p.path, p.line, p.severity, p.reason, p.message
from stored_problems p join stored_runs r on r.run_id = p.run_id;

create view messages as
-- Warnings and errors of the profiler itself. One row per message.
select r.run_id, r.run, m.at, m.level, m.message, m.path, m.line
from stored_messages m join stored_runs r on r.run_id = m.run_id;

create view metric_values as
-- Metrics as last computed. One row per run, metric and key; the unit is a
-- column, low and high bound the value, verdict is pass, fail or unknown.
select r.run_id, r.run, v.metric, v.key, v.value, v.unit, v.low, v.high, v.n, v.verdict, v.note, v.definition_sha256
from stored_metric_values v join stored_runs r on r.run_id = v.run_id;
