package ingest

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/profreport/profreport/internal/profile"
)

// Profilers whose logs ReadLog tells apart.
const (
	ProfilerClassic = "classic" // python -m benchmarks.profiler.profile_sla
	ProfilerCurrent = "current" // python -m dynamo.profiler
)

// Log is what the log of one profiling run states. Nothing in it is inferred
// from other files: ISL and OSL are unknown in a classic log, and so is the
// mapping of a candidate that the log tells only by its GPU count (see
// NameCandidates). Times are UTC in whole seconds, as the file handler of the
// profiler writes them, so that file and console agree.
type Log struct {
	Path      string
	FirstLine int // 1-based line of the run's first and last record
	LastLine  int
	NoHead    bool // the line that begins a run is missing

	Profiler string       // classic or current
	Kind     profile.Kind // by the log's own statements; "" when it has none
	DryRun   bool
	Naive    bool // current: no database for this model, a placeholder was deployed
	Status   profile.Status
	Err      string // what the profiler said when it failed

	StartedAt, FinishedAt profile.Opt[time.Time] // DEFINITIONS 5

	Model, Backend, System string
	Strategy, Picking      string
	TotalGPUs              profile.Opt[int64]
	GPUCounts              []int64
	MaxContext             profile.Opt[int64] // tokens
	ISL, OSL               profile.Opt[int64]
	SLA                    profile.SLA
	NoneFeasible           []profile.Phase
	// MaxKVTokens is the KV capacity of the decode engine that the run chose
	// (console and current logs only).
	MaxKVTokens profile.Opt[int64]

	// Candidates holds the estimates of a simulated run. TTFT is as printed;
	// throughput of prefill needs the ISL and is left unknown.
	Candidates      []profile.Candidate
	Recommendations []profile.Recommendation
	Deployments     []profile.Deployment
	// HasDeployments says that Deployments is complete: the log was read from
	// the run's first line.
	HasDeployments bool
	// Artifacts lists the candidate folders named by the log, by base name,
	// such as prefill_1gpus_TP1.
	Artifacts []string
	Messages  []profile.Message
	Settings  []profile.Setting
}

// ReadLog reads a profiler log of any shape (the file handler's, the console
// with or without colours, JSON lines, `kubectl logs --timestamps`) and gives
// one Log per run in it, in order. A text without any line of the profiler's
// own logger gives none. The error is an I/O error or a *SyntaxError when the
// input is no UTF-8 text.
func ReadLog(r io.Reader, path string) ([]*Log, []profile.Problem, error) {
	rd := newRecordReader(r, path)
	p := &logParser{path: path}
	for {
		rec, err := rd.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		p.record(rec)
	}
	p.finish()
	probs := append(rd.problems(), p.problems...)
	return p.logs, probs, nil
}

// logParser hands the records of a log to the run they belong to.
type logParser struct {
	path     string
	logs     []*Log
	cur      *logRun
	between  []logRecord // after the end of a run: its tail, or the next run's head
	problems []profile.Problem
}

// Bounds on what a log may make us keep: records while it is open which run
// they belong to, runs of a file, items of one kind of a run, and lines that
// recommend.
const (
	maxBetween  = 1000
	maxLogRuns  = 10_000
	maxLogItems = 10_000
	maxChoices  = 16
)

func (p *logParser) record(rec logRecord) {
	profiler, starts := startsRun(rec)
	switch {
	case starts:
		head := p.between
		if p.cur == nil || !p.cur.ended {
			head = p.takeHead()
		}
		p.between = nil
		p.close()
		p.cur = newLogRun(p.path, profiler, rec.line)
		for _, h := range head {
			p.cur.record(h)
		}
		p.cur.record(rec)
	case p.cur == nil && !rec.own():
		p.keep(rec)
	case p.cur == nil:
		head := p.takeHead()
		p.cur = newLogRun(p.path, guessProfiler(rec), rec.line)
		p.cur.log.NoHead = true
		for _, h := range head {
			p.cur.record(h)
		}
		p.cur.record(rec)
	case p.cur.ended:
		p.keep(rec)
	default:
		p.cur.record(rec)
	}
}

func (p *logParser) keep(rec logRecord) {
	if len(p.between) < maxBetween {
		rec.msg = cutText(rec.msg)
		if len(rec.more) > 0 {
			rec.more = []string{cutText(plainLines(rec.more))}
		}
		p.between = append(p.between, rec)
	}
}

func (p *logParser) takeHead() []logRecord {
	if p.cur != nil {
		return nil
	}
	head := p.between
	p.between = nil
	return head
}

// close ends the current run, if any.
func (p *logParser) close() {
	if p.cur == nil {
		return
	}
	log, problems := p.cur.finish()
	if len(p.logs) < maxLogRuns {
		p.logs = append(p.logs, log)
		p.problems = append(p.problems, problems...)
	}
	p.cur = nil
}

func (p *logParser) finish() {
	if p.cur != nil {
		for _, rec := range p.between {
			p.cur.record(rec)
		}
	}
	p.close()
}

// startsRun says whether rec is the first record of a run, and of which
// profiler.
func startsRun(rec logRecord) (string, bool) {
	if !rec.own() {
		return "", false
	}
	switch {
	case strings.HasPrefix(rec.msg, "Profiler config: "):
		return ProfilerCurrent, true
	case strings.HasPrefix(rec.msg, "Profiling GPU counts: "), strings.HasPrefix(rec.msg, "Profiling TP sizes: "):
		return ProfilerClassic, true
	}
	return "", false
}

// guessProfiler names the profiler of a log whose head is missing, by the
// logger of its first record.
func guessProfiler(rec logRecord) string {
	if strings.HasPrefix(rec.logger, "dynamo.profiler") {
		return ProfilerCurrent
	}
	return ProfilerClassic
}

// setting adds a flattened statement of the log.
func (l *Log) setting(key, value string) {
	if len(l.Settings) >= maxLogItems {
		return
	}
	l.Settings = append(l.Settings, profile.Setting{Key: key, Value: value, Path: l.Path})
}

func (l *Log) problem(line int, severity, reason, format string, args ...any) profile.Problem {
	return profile.Problem{Path: l.Path, Line: line, Severity: severity, Reason: reason, Message: fmt.Sprintf(format, args...)}
}
