package ingest

import (
	"time"

	"github.com/profreport/profreport/internal/profile"
)

// Kinds of an AIPerf export.
const (
	ExportRun        = "run"        // one benchmark
	ExportAggregate  = "aggregate"  // several runs of one benchmark, with confidence intervals
	ExportTimeslices = "timeslices" // one benchmark cut into slices of time
)

// Export is what one AIPerf (or genai-perf) summary file says of a benchmark,
// in our units: ms, tokens, tokens/s, requests/s, s. Warm-up is not in it.
//
// Of a timeslices export only Kind and Slices are set: the archive keeps
// whole levels, and the slices of a level can be had from its requests. In an
// aggregate every statistic is the mean over the runs, and STAT_std,
// STAT_ci_low and STAT_ci_high stand beside it; its counts are unknown,
// because they are those of no single test.
type Export struct {
	Path          string
	Kind          string
	SchemaVersion string // "" before 1.1
	Version       string // of AIPerf
	Slices        int    // of a timeslices export
	Runs          int    // of an aggregate

	Model, URL string
	// Statistics are in the order of the metrics' names and of StatisticNames.
	Statistics []profile.Statistic

	ValidCount   profile.Opt[int64] // requests with a valid answer, AIPerf's request_count
	RequestCount profile.Opt[int64] // valid + failed, DEFINITIONS 26
	GoodCount    profile.Opt[int64] // unknown without a goodput definition
	ErrorCount   profile.Opt[int64]
	// ExcludedCount is unknown in exports that do not state it.
	ExcludedCount profile.Opt[int64]

	Concurrency profile.Opt[float64] // asked
	RequestRate profile.Opt[float64] // asked, requests/s
	Closed      bool                 // fixed concurrency
	SLA         profile.SLA          // of the goodput definition
	ISLAsked    profile.Opt[float64]
	OSLAsked    profile.Opt[float64]
	ISL, OSL    profile.Opt[float64] // means obtained

	Duration          profile.Opt[profile.Seconds]
	RequestThroughput profile.Opt[float64]
	OutputThroughput  profile.Opt[float64]
	Goodput           profile.Opt[float64]

	StartedAt, FinishedAt profile.Opt[time.Time] // first request sent, last answer ended, UTC
	WasCancelled          bool                   // the benchmark was stopped
	Errors                []ExportError
	Settings              []profile.Setting // the benchmark's own options, flattened
}

// ExportError is one class of failed requests.
type ExportError struct {
	Text  string // code, type and message
	Count int64
}

// Stat returns one statistic of one metric, by our names: Stat("ttft", "p50").
func (e *Export) Stat(metric, statistic string) profile.Opt[float64] {
	for _, s := range e.Statistics {
		if s.Metric == metric && s.Statistic == statistic {
			return profile.Some(s.Value)
		}
	}
	return profile.Opt[float64]{}
}

// Level returns the export as the load level of that name.
func (e *Export) Level(name string) profile.LoadLevel {
	return profile.LoadLevel{
		Level: name, Concurrency: e.Concurrency, RequestRate: e.RequestRate, Closed: e.Closed,
		RequestCount: e.RequestCount, GoodCount: e.GoodCount, ErrorCount: e.ErrorCount, ExcludedCount: e.ExcludedCount,
		Duration: e.Duration, RequestThroughput: e.RequestThroughput, OutputThroughput: e.OutputThroughput, Goodput: e.Goodput,
		ISL: e.ISL, OSL: e.OSL, SLA: e.SLA, StartedAt: e.StartedAt,
		Partial: e.WasCancelled, Statistics: e.Statistics, Path: e.Path,
	}
}

// metricValue is one metric as an export gives it.
type metricValue struct {
	name  string // AIPerf's
	unit  string
	stats map[string]float64
}

// add takes a metric into the export: its statistics, and what the counts and
// means of the level are read from.
func (e *Export) add(m metricValue) {
	name, unit, factor := ourMetric(m.name, m.unit)
	avg, hasAvg := m.stats["avg"]
	value := func() profile.Opt[float64] {
		if !hasAvg {
			return profile.Opt[float64]{}
		}
		return profile.Some(avg * factor)
	}
	switch m.name {
	case "min_request_timestamp":
		e.StartedAt = nanoTime(avg, hasAvg)
		return
	case "max_response_timestamp":
		e.FinishedAt = nanoTime(avg, hasAvg)
		return
	case "request_count":
		e.ValidCount = wholeNumber(value())
	case "error_request_count":
		e.ErrorCount = wholeNumber(value())
	case "good_request_count":
		e.GoodCount = wholeNumber(value())
	case "excluded_request_count":
		e.ExcludedCount = wholeNumber(value())
	case "benchmark_duration":
		e.Duration = value()
	case "request_throughput":
		e.RequestThroughput = value()
	case "output_token_throughput":
		e.OutputThroughput = value()
	case "goodput":
		e.Goodput = value()
	case "input_sequence_length":
		e.ISL = value()
	case "output_sequence_length":
		e.OSL = value()
	}
	for _, s := range StatisticNames {
		if v, ok := m.stats[s]; ok {
			f := factor
			if s == "count" {
				f = 1
			}
			e.Statistics = append(e.Statistics, profile.Statistic{Metric: name, Statistic: s, Value: v * f, Unit: unit})
		}
	}
}

// settle computes what several metrics tell together.
func (e *Export) settle() {
	if e.ValidCount.OK || e.ErrorCount.OK {
		e.RequestCount = profile.Some(e.ValidCount.V + e.ErrorCount.V)
	}
	if e.ValidCount.OK && !e.ErrorCount.OK {
		e.ErrorCount = profile.Some(int64(0))
	}
	e.Closed = e.Concurrency.OK && !e.RequestRate.OK
}

// nanoTime is a time given as nanoseconds in a float, exact to a microsecond.
func nanoTime(ns float64, ok bool) profile.Opt[time.Time] {
	if !ok || ns <= 0 || ns > 9e18 {
		return profile.Opt[time.Time]{}
	}
	return profile.Some(time.Unix(0, int64(ns)).UTC().Round(time.Microsecond))
}
