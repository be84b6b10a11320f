package store

import (
	"fmt"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// insert writes a row of one table, always with the same columns. They are
// named, so that a table may grow others; the statement is prepared once a
// load.
func (l *loader) insert(table, columns string, values ...any) error {
	s := l.inserts[table]
	if s == nil {
		marks := strings.Repeat("?, ", len(values)-1) + "?"
		var err error
		if s, err = l.get("insert into " + table + " (" + columns + ") values (" + marks + ")"); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
		l.inserts[table] = s
	}
	if err := s.Exec(values...); err != nil {
		return fmt.Errorf("%s: %w", table, err)
	}
	return nil
}

// known is a text for the archive: null when empty.
func known(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// line is a line number for the archive: null when 0.
func line(n int) any {
	if n <= 0 {
		return nil
	}
	return int64(n)
}

func (l *loader) insertRun(name string) error {
	r := l.run
	var none []string
	for _, p := range r.NoneFeasible {
		none = append(none, string(p))
	}
	all, failed := deploymentCounts(r)
	err := l.insert("stored_runs", "run, method, kind, status, error, none_feasible, model, backend, backend_version, "+
		"gpu_type, precision, serving_mode, profiler, started_at, finished_at, duration_s, has_log, deployments, "+
		"failed_deployments, gpu_hours, isl_tokens, osl_tokens, sla_ttft_ms, sla_itl_ms, max_kv_tokens, "+
		"prefill_replicas, decode_replicas, has_planner, ingested_at, sha256",
		name, r.Method, known(string(r.Kind)), string(r.Status), known(r.Err), known(strings.Join(none, ",")),
		known(r.Model), known(r.Backend), known(r.BackendVersion), known(r.GPUType), known(r.Precision),
		known(r.ServingMode), known(r.Profiler), stamp(r.StartedAt), stamp(r.FinishedAt), duration(r).Any(), r.HasLog,
		all.Any(), failed.Any(), gpuHours(r).Any(), r.ISL.Any(), r.OSL.Any(), r.SLA.TTFT.Any(), r.SLA.ITL.Any(),
		r.MaxKVTokens.Any(), r.PrefillReplicas.Any(), r.DecodeReplicas.Any(), r.HasPlanner,
		stamp(profile.Some(l.options.Now)), "")
	l.id = l.conn.LastInsertID()
	l.result.RunID = l.id
	return err
}

// insertRecords writes all that ingest read already.
func (l *loader) insertRecords() error {
	for _, f := range []func() error{l.insertSweep, l.insertCurves, l.insertDeployments, l.insertLevels, l.insertTexts} {
		if err := f(); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) insertSweep() error {
	r := l.run
	for i := range r.Candidates {
		c := &r.Candidates[i]
		if err := l.insert("stored_candidates", "run_id, ordinal, phase, mapping, gpus, concurrency, refused, ttft_ms, itl_ms, "+
			"throughput_per_gpu, meets_sla, recommended, throughput_source, source, requests, path, line",
			l.id, i+1, string(c.Phase), c.Mapping, c.GPUs.Any(), c.Concurrency.Any(), known(c.Refused), c.TTFT.Any(),
			c.ITL.Any(), c.Throughput.Any(), meetsSLA(c.Phase, c.Refused, c.TTFT, c.ITL, r.SLA).Any(), recommended(r, c),
			known(c.ThroughputSource), known(c.Source), c.Requests.Any(), known(c.Path), line(c.Line)); err != nil {
			return err
		}
	}
	for i := range r.Recommendations {
		c := &r.Recommendations[i]
		if err := l.insert("stored_recommendations", "run_id, ordinal, phase, mapping, gpus, concurrency, ttft_ms, itl_ms, "+
			"throughput_per_gpu, meets_sla, source, path, line",
			l.id, i+1, string(c.Phase), c.Mapping, c.GPUs.Any(), c.Concurrency.Any(), c.TTFT.Any(), c.ITL.Any(),
			c.Throughput.Any(), meetsSLA(c.Phase, "", c.TTFT, c.ITL, r.SLA).Any(), known(c.Source), known(c.Path),
			line(c.Line)); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) insertCurves() error {
	for i := range l.run.PrefillPoints {
		p := &l.run.PrefillPoints[i]
		if err := l.insert("stored_prefill_points", "run_id, ordinal, mapping, gpus, isl_tokens, ttft_ms, throughput_per_gpu",
			l.id, i+1, p.Mapping, p.GPUs.Any(), p.ISL, p.TTFT.Any(), p.Throughput.Any()); err != nil {
			return err
		}
	}
	for i := range l.run.DecodePoints {
		p := &l.run.DecodePoints[i]
		if err := l.insert("stored_decode_points", "run_id, ordinal, mapping, gpus, kv_usage, context_tokens, concurrency, itl_ms, "+
			"throughput_per_gpu", l.id, i+1, p.Mapping, p.GPUs.Any(), p.KVUsage.Any(), p.Context, p.Concurrency.Any(),
			p.ITL.Any(), p.Throughput.Any()); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) insertDeployments() error {
	r := l.run
	for i := range r.Deployments {
		d := &r.Deployments[i]
		outcome := "ok"
		if d.Failed {
			outcome = "failed"
		}
		end := deploymentEnd(r, d)
		if err := l.insert("stored_deployments", "run_id, ordinal, phase, mapping, gpus, purpose, started_at, ready_at, "+
			"ended_at, wait_s, measure_s, duration_s, gpu_hours, outcome, error, line",
			l.id, i+1, known(string(d.Phase)), known(d.Mapping), d.GPUs.Any(), known(d.Purpose), stamp(d.StartedAt),
			stamp(d.ReadyAt), stamp(end), between(d.StartedAt, d.ReadyAt).Any(), between(d.ReadyAt, end).Any(),
			between(d.StartedAt, end).Any(), deploymentHours(r, d).Any(), outcome, known(d.Error), line(d.Line)); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) insertLevels() error {
	l.levels = map[string]int64{}
	for i := range l.run.Levels {
		v := &l.run.Levels[i]
		name := l.freeLevel(v)
		inFlight, basis := obtained(l.run, v)
		if err := l.insert("stored_levels", "run_id, level, concurrency, concurrency_obtained, concurrency_basis, "+
			"request_rate, closed, partial, started_at, request_count, good_count, error_count, excluded_count, duration_s, "+
			"request_throughput, output_token_throughput, goodput, sla_hit_rate, isl_tokens, osl_tokens, sla_ttft_ms, "+
			"sla_itl_ms, path",
			l.id, name, v.Concurrency.Any(), inFlight.Any(), known(basis), v.RequestRate.Any(), v.Closed, v.Partial,
			stamp(v.StartedAt), v.RequestCount.Any(), v.GoodCount.Any(), v.ErrorCount.Any(), v.ExcludedCount.Any(),
			v.Duration.Any(), v.RequestThroughput.Any(), v.OutputThroughput.Any(), v.Goodput.Any(), hitRate(v).Any(),
			v.ISL.Any(), v.OSL.Any(), v.SLA.TTFT.Any(), v.SLA.ITL.Any(), known(v.Path)); err != nil {
			return err
		}
		id := l.conn.LastInsertID()
		l.levels[name] = id
		for j, s := range v.Statistics {
			if err := l.insert("stored_statistics", "level_id, ordinal, metric, statistic, value, unit",
				id, j+1, s.Metric, s.Statistic, s.Value, known(s.Unit)); err != nil {
				return err
			}
		}
	}
	return nil
}

// freeLevel returns the name of a level, with ~2 and so on behind it when the
// run has one of that name, as two folders of load tests may give.
func (l *loader) freeLevel(v *profile.LoadLevel) string {
	name := v.Level
	for n := 2; l.levels[name] != 0; n++ {
		name = fmt.Sprintf("%s~%d", v.Level, n)
	}
	return name
}

func (l *loader) insertTexts() error {
	for i := range l.run.Settings {
		s := &l.run.Settings[i]
		if err := l.insert("stored_settings", "run_id, ordinal, key, value, path", l.id, i+1, s.Key, s.Value, known(s.Path)); err != nil {
			return err
		}
	}
	for i := range l.run.Problems {
		if err := l.insertProblem(&l.run.Problems[i]); err != nil {
			return err
		}
	}
	for i := range l.run.Messages {
		m := &l.run.Messages[i]
		if err := l.insert("stored_messages", "run_id, ordinal, at, level, message, path, line",
			l.id, i+1, stamp(m.At), m.Level, m.Message, known(m.Path), line(m.Line)); err != nil {
			return err
		}
	}
	return nil
}

func (l *loader) insertProblem(p *profile.Problem) error {
	l.result.Problems[p.Severity]++
	l.problems++
	return l.insert("stored_problems", "run_id, ordinal, path, line, severity, reason, message",
		l.id, l.problems, known(p.Path), line(p.Line), p.Severity, known(p.Reason), p.Message)
}
