package loadgen

import (
	"time"

	"github.com/profreport/profreport/internal/profile"
)

// totals adds the figures that have one value a level.
func (s *Summary) totals(records []Record) {
	var first, last, lastSent int64
	var isl, osl, reasoning, errISL int64
	var hasISL, hasOSL, hasReasoning bool
	sent := 0
	for i := range records {
		r := &records[i]
		if r.Sent != 0 {
			sent++
			lastSent = max(lastSent, r.Sent)
		}
		if r.Status == Cancelled {
			continue
		}
		if from := max(r.Sent, 0); from != 0 && (first == 0 || from < first) {
			first = from
		}
		last = max(last, r.Ended)
		if r.Status == Failed {
			errISL += r.ISL.V
			continue
		}
		isl, osl, reasoning = isl+r.ISL.V, osl+r.OSL.V, reasoning+r.Reasoning.V
		hasISL, hasOSL, hasReasoning = hasISL || r.ISL.OK, hasOSL || r.OSL.OK, hasReasoning || r.Reasoning.OK
	}
	if first == 0 {
		return
	}
	s.Started, s.Finished = time.Unix(0, first).UTC(), time.Unix(0, last).UTC()
	s.Duration = float64(last-first) / 1e9
	if span := float64(lastSent-first) / 1e9; sent > 1 && span > 0 {
		s.Rate = profile.Some(float64(sent-1) / span)
	}
	s.add("request_count", "Request Count", "requests", float64(s.Valid))
	s.add("error_request_count", "Error Request Count", "requests", float64(s.Failed))
	s.add("excluded_request_count", "Excluded Request Count", "requests", float64(s.Excluded))
	s.add("min_request_timestamp", "Minimum Request Timestamp", "ns", float64(first))
	s.add("max_response_timestamp", "Maximum Response Timestamp", "ns", float64(last))
	s.add("benchmark_duration", "Benchmark Duration", "sec", s.Duration)
	if hasISL {
		s.add("total_isl", "Total Input Sequence Length", "tokens", float64(isl))
	}
	if hasOSL {
		s.add("total_osl", "Total Output Sequence Length", "tokens", float64(osl))
		s.add("total_output_tokens", "Total Output Tokens", "tokens", float64(osl-reasoning))
	}
	if hasReasoning {
		s.add("total_reasoning_tokens", "Total Reasoning Tokens", "tokens", float64(reasoning))
	}
	if errISL > 0 {
		s.add("total_error_isl", "Total Error Input Sequence Length", "tokens", float64(errISL))
	}
}

// rates adds the figures per second. The rate of a level of which nothing was
// answered is 0: that is measured, not missing.
func (s *Summary) rates() {
	s.RateAsked = asked(s.Level)
	if s.Duration <= 0 {
		return
	}
	s.add("request_throughput", "Request Throughput", "requests/sec", float64(s.Valid)/s.Duration)
	if m, ok := s.Metric("total_osl"); ok {
		s.add("output_token_throughput", "Output Token Throughput", "tokens/sec", m.Avg/s.Duration)
		if in, ok := s.Metric("total_isl"); ok {
			s.add("total_token_throughput", "Total Token Throughput", "tokens/sec", (m.Avg+in.Avg)/s.Duration)
		}
	}
	if s.Good.OK {
		s.add("good_request_count", "Good Request Count", "requests", float64(s.Good.V))
		s.add("goodput", "Goodput", "requests/sec", float64(s.Good.V)/s.Duration)
		if r := s.HitRate(); r.OK {
			s.add("good_request_fraction", "Good Request Fraction", "ratio", r.V)
		}
	}
}

func (s *Summary) add(name, title, unit string, v float64) {
	s.Metrics = append(s.Metrics, Metric{Name: name, Title: title, Unit: unit, Avg: v})
}

// asked is the mean rate that an open loop was to have over its duration.
func asked(l Level) profile.Opt[float64] {
	if l.Pacer == nil {
		return profile.Opt[float64]{}
	}
	if l.Duration <= 0 {
		return profile.Some(l.Pacer.Rate(0))
	}
	const parts = 1000
	sum := 0.0
	for i := range parts {
		sum += l.Pacer.Rate(l.Duration * time.Duration(2*i+1) / (2 * parts))
	}
	return profile.Some(sum / parts)
}
