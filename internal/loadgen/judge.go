package loadgen

import (
	"fmt"
	"math"
	"slices"

	"github.com/profreport/profreport/internal/profile"
	"github.com/profreport/profreport/internal/stats"
)

// Verdict says whether a limit was kept.
type Verdict string

// The verdicts; Unknown is that it can't be told.
const (
	Pass    Verdict = "pass"
	Fail    Verdict = "fail"
	Unknown Verdict = "unknown"
)

// Attainment is the share of requests that met the SLA with its 95 % interval
// (Wilson), and the verdict on it.
type Attainment struct {
	Good, Requests int64
	Rate           profile.Opt[float64] // 0 to 1
	Low, High      float64              // of Rate, if that is known
	Verdict        Verdict
	Why            string
}

// Judge asks whether at least the share `want` (0 to 1) of a level's requests
// meets the SLA: pass when the whole interval does, fail when none of it does,
// else it can't be told. A level that ended early is judged by what it has,
// but never passes.
func Judge(s *Summary, want float64) Attainment {
	a := Attainment{Good: s.Good.V, Requests: int64(s.Requests()), Verdict: Unknown, Rate: s.HitRate()}
	switch {
	case !s.SLA.TTFT.OK && !s.SLA.ITL.OK:
		a.Why = "no SLA was given"
	case s.Unjudged > 0:
		a.Why = fmt.Sprintf("the server stated no token counts for %d answers, so their ITL is unknown", s.Unjudged)
	case !a.Rate.OK:
		a.Why = "no request was measured"
	}
	if a.Why != "" {
		return a
	}
	a.Low, a.High, _ = stats.Wilson(float64(a.Good), float64(a.Requests))
	share := fmt.Sprintf("%d of %d requests met the SLA: %.1f %% (%.1f to %.1f %%), wanted %.0f %%",
		a.Good, a.Requests, 100*a.Rate.V, 100*a.Low, 100*a.High, 100*want)
	switch {
	case a.High < want:
		a.Verdict = Fail
	case a.Low < want:
		share += fmt.Sprintf("; %d requests would be needed to tell %.0f %% if none missed", needed(want), 100*want)
	case s.Partial:
		share += "; the level ended early"
	default:
		a.Verdict = Pass
	}
	a.Why = share
	return a
}

// needed is the number of requests, all good, whose interval lies above a share.
func needed(want float64) int {
	for n := 1; n < 1_000_000; n++ {
		if low, _, _ := stats.Wilson(float64(n), float64(n)); low >= want {
			return n
		}
	}
	return 0
}

// Error is e = P/M - 1 (DEFINITIONS): the prediction against the measurement.
func Error(predicted, measured profile.Opt[float64]) profile.Opt[float64] {
	if !predicted.OK || !measured.OK || measured.V <= 0 {
		return profile.Opt[float64]{}
	}
	return profile.Some(predicted.V/measured.V - 1)
}

// P50 is a measured median with the ends of its 95 % order-statistic interval,
// ms.
type P50 struct {
	Value, Low, High profile.Opt[float64]
	N                int
}

// MedianOf computes the median of a figure over the valid requests.
func MedianOf(records []Record, of func(*Record) profile.Opt[float64]) P50 {
	var x []float64
	for i := range records {
		if records[i].Status == OK {
			if v := of(&records[i]); v.OK {
				x = append(x, v.V)
			}
		}
	}
	opt := func(v float64, ok bool) profile.Opt[float64] { return profile.Opt[float64]{V: v, OK: ok} }
	return P50{N: len(x), Value: opt(stats.Percentile(slices.Clone(x), 50)), Low: opt(stats.PercentileLow(slices.Clone(x), 50)),
		High: opt(stats.PercentileHigh(slices.Clone(x), 50))}
}

// Plan says which percentiles n requests can carry: those whose 95 % interval
// has an upper end (DEFINITIONS 30).
func Plan(n int) string {
	var can, not string
	for _, p := range []float64{50, 90, 95, 99} {
		name := fmt.Sprintf("p%.0f", p)
		if _, u := stats.PercentileRanks(n, p); u > 0 {
			can = name
		} else if not == "" {
			not = fmt.Sprintf("%s cannot (%d needed)", name, sampleFor(p))
		}
	}
	switch {
	case can == "":
		return fmt.Sprintf("with %d requests no percentile can be stated; %s", n, not)
	case not == "":
		return fmt.Sprintf("with %d requests %s can be stated", n, can)
	}
	return fmt.Sprintf("with %d requests %s can be stated, %s", n, can, not)
}

// sampleFor is the smallest n at which a percentile has an upper end: where
// (p/100)^n <= 0.025.
func sampleFor(p float64) int {
	return int(math.Ceil(math.Log(0.025) / math.Log(p/100)))
}
