package loadgen

import (
	"fmt"
	"slices"
	"time"

	"github.com/profreport/profreport/internal/profile"
	"github.com/profreport/profreport/internal/stats"
)

// percentiles are those that AIPerf states.
var percentiles = [...]float64{1, 5, 10, 25, 50, 75, 90, 95, 99}

// Metric is one line of an export. Deviations divide by n and percentiles are
// linear between order statistics, as NumPy and hence AIPerf do.
type Metric struct {
	Name, Title, Unit string
	Avg               float64
	Full              bool // the rest is known too
	Min, Max, Std     float64
	P                 [len(percentiles)]float64
	Count             int64
	Sum               float64
}

// Summary is what a level comes to. Latencies are in ms.
type Summary struct {
	Level    Level
	SLA      profile.SLA
	Metrics  []Metric // in the order of an export
	Warmup   []Metric // statistics of the warm-up, apart
	Valid    int      // answered in full
	Failed   int
	Excluded int // cut off by the end
	Good     profile.Opt[int64]
	// Unjudged counts valid requests of which can't be told whether they met
	// the SLA: the server stated no token counts. Good is unknown then.
	Unjudged  int
	EarlyStop int     // fewer tokens than asked
	Reused    int     // requests on a connection that was open
	Duration  float64 // s, first request sent to last answer ended
	Started   time.Time
	Finished  time.Time
	Rate      profile.Opt[float64] // obtained, requests/s sent
	RateAsked profile.Opt[float64] // of an open loop: mean of the pacer, requests/s
	Failures  []FailureCount
	Partial   bool
	Reason    string
	Planned   int
}

// FailureCount is one class of failures, with the message of its first.
type FailureCount struct {
	Failure
	Count int
}

// Requests is DEFINITIONS 26: valid and failed ones.
func (s *Summary) Requests() int { return s.Valid + s.Failed }

// Metric returns the metric of that name; ok is false without one.
func (s *Summary) Metric(name string) (Metric, bool) {
	for _, m := range s.Metrics {
		if m.Name == name {
			return m, true
		}
	}
	return Metric{}, false
}

// Percentile returns one percentile of a metric: one of those in an export.
func (s *Summary) Percentile(name string, p float64) profile.Opt[float64] {
	m, ok := s.Metric(name)
	i := slices.Index(percentiles[:], p)
	if !ok || !m.Full || i < 0 {
		return profile.Opt[float64]{}
	}
	return profile.Some(m.P[i])
}

// HitRate is good / requests; unknown without a goodput definition.
func (s *Summary) HitRate() profile.Opt[float64] {
	if !s.Good.OK || s.Requests() == 0 {
		return profile.Opt[float64]{}
	}
	return profile.Some(float64(s.Good.V) / float64(s.Requests()))
}

// column is one figure of a request that has statistics in an export.
type column struct {
	name, title, unit string
	of                func(*Record) profile.Opt[float64]
}

// columns of a valid request, AIPerf's first and then our own.
var columns = []column{
	{"request_latency", "Request Latency", "ms", (*Record).Latency},
	{"time_to_first_token", "Time to First Token", "ms", (*Record).TTFT},
	{"time_to_second_token", "Time to Second Token", "ms", (*Record).SecondToken},
	{"time_to_first_output_token", "Time to First Output Token", "ms", (*Record).TTFT},
	{"inter_token_latency", "Inter Token Latency", "ms", (*Record).ITL},
	{"output_token_throughput_per_user", "Output Token Throughput Per User", "tokens/sec/user", perUser},
	{"output_sequence_length", "Output Sequence Length", "tokens", func(r *Record) profile.Opt[float64] { return tokens(r.OSL) }},
	{"input_sequence_length", "Input Sequence Length", "tokens", func(r *Record) profile.Opt[float64] { return tokens(r.ISL) }},
	{"output_token_count", "Output Token Count", "tokens", outputTokens},
	{"reasoning_token_count", "Reasoning Token Count", "tokens", func(r *Record) profile.Opt[float64] { return tokens(r.Reasoning) }},
	{"prefill_throughput_per_user", "Prefill Throughput Per User", "tokens/sec/user", prefillThroughput},
	{"e2e_output_token_throughput", "E2E Output Token Throughput", "tokens/sec/user", endToEnd},
	{"send_lateness", "Send Lateness", "ms", (*Record).Lateness},
	{"connection_time", "Connection Time", "ms", func(r *Record) profile.Opt[float64] { return opened(r, r.Connect+r.TLS) }},
	{"dns_time", "DNS Time", "ms", func(r *Record) profile.Opt[float64] { return opened(r, r.DNS) }},
}

// opened is a time that only a request on a new connection has.
func opened(r *Record, d time.Duration) profile.Opt[float64] {
	if r.Reused {
		return profile.Opt[float64]{}
	}
	return profile.Some(float64(d) / 1e6)
}

func tokens(n profile.Opt[int64]) profile.Opt[float64] {
	return profile.Opt[float64]{V: float64(n.V), OK: n.OK}
}

// outputTokens are the tokens that are not reasoning.
func outputTokens(r *Record) profile.Opt[float64] {
	n := tokens(r.OSL)
	n.V -= float64(r.Reasoning.V)
	return n
}

func ratio(a, b profile.Opt[float64]) profile.Opt[float64] {
	if !a.OK || !b.OK || b.V <= 0 {
		return profile.Opt[float64]{}
	}
	return profile.Some(a.V / b.V)
}

func perUser(r *Record) profile.Opt[float64] { return ratio(profile.Some(1000.0), r.ITL()) }
func prefillThroughput(r *Record) profile.Opt[float64] {
	isl := tokens(r.ISL)
	isl.V *= 1000
	return ratio(isl, r.TTFT())
}
func endToEnd(r *Record) profile.Opt[float64] {
	osl := tokens(r.OSL)
	osl.V *= 1000
	return ratio(osl, r.Latency())
}

// Summarize computes the figures of a level. Requests that were cut off enter
// none of them; failed ones count.
func Summarize(res *Result, sla profile.SLA) *Summary {
	s := &Summary{Level: res.Level, SLA: sla, Partial: res.Partial, Reason: res.Reason, Planned: res.Planned}
	s.count(res.Records)
	s.Metrics = statistics(res.Records)
	s.Warmup = statistics(res.Warmup)
	if m, ok := res.Chunks.metric(); ok {
		m.Name, m.Title = "inter_chunk_latency", "Inter Chunk Latency"
		s.Metrics = append(s.Metrics, m)
	}
	s.totals(res.Records)
	s.rates()
	return s
}

// count sorts the requests into their classes.
func (s *Summary) count(records []Record) {
	good := int64(0)
	classes := map[string]int{}
	for i := range records {
		r := &records[i]
		ok, judged := r.Good(s.SLA)
		switch r.Status {
		case Cancelled:
			s.Excluded++
		case Failed:
			s.Failed++
			s.class(r.Failure, classes)
		case OK:
			s.Valid++
			if !judged {
				s.Unjudged++
			}
		}
		if ok {
			good++
		}
		if r.Reused {
			s.Reused++
		}
		if r.EarlyStop() {
			s.EarlyStop++
		}
	}
	if s.SLA.TTFT.OK || s.SLA.ITL.OK {
		s.Good = profile.Opt[int64]{V: good, OK: s.Unjudged == 0}
	}
	slices.SortStableFunc(s.Failures, func(a, b FailureCount) int { return b.Count - a.Count })
}

func (s *Summary) class(f *Failure, classes map[string]int) {
	key := fmt.Sprint(f.Code, f.Type)
	i, ok := classes[key]
	if !ok {
		i = len(s.Failures)
		classes[key] = i
		s.Failures = append(s.Failures, FailureCount{Failure: *f})
	}
	s.Failures[i].Count++
}

// statistics computes the columns over the valid requests.
func statistics(records []Record) []Metric {
	var out []Metric
	values := make([]float64, 0, len(records))
	for _, c := range columns {
		values = values[:0]
		for i := range records {
			if r := &records[i]; r.Status == OK {
				if v := c.of(r); v.OK {
					values = append(values, v.V)
				}
			}
		}
		if m, ok := describe(values); ok {
			m.Name, m.Title, m.Unit = c.name, c.title, c.unit
			out = append(out, m)
		}
	}
	return out
}

// describe computes the statistics of values, which it reorders.
func describe(values []float64) (m Metric, ok bool) {
	if len(values) == 0 {
		return m, false
	}
	m = Metric{Full: true, Count: int64(len(values))}
	m.Avg, _ = stats.Mean(values)
	m.Std, _ = stats.StddevPop(values)
	m.Min, m.Max = slices.Min(values), slices.Max(values)
	for _, v := range values {
		m.Sum += v
	}
	for i, p := range percentiles {
		m.P[i], _ = stats.PercentileInPlace(values, p)
	}
	return m, true
}
