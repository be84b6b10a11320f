package render

import (
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// linearSteps are the steps a reader counts in, per decade.
var linearSteps = []float64{1, 2, 2.5, 5, 10}

// linearTicks returns round values within [lo, hi], at most n of them and
// three where the range allows it.
func linearTicks(lo, hi float64, n int) []float64 {
	span := hi - lo
	if !(span > 0) || math.IsInf(span, 0) {
		return []float64{lo}
	}
	mag := math.Pow(10, math.Floor(math.Log10(span/float64(max(n, 1)))))
	for _, s := range append(linearSteps, 20, 25, 50, 100) {
		step := s * mag
		first, last := math.Ceil(lo/step-1e-9), math.Floor(hi/step+1e-9)
		if k := last - first + 1; k > float64(n) || k < 1 {
			if k < 1 {
				break
			}
			continue
		}
		var ticks []float64
		for i := first; i <= last; i++ {
			ticks = append(ticks, roundTo(i*step, step))
		}
		return ticks
	}
	return []float64{lo, hi}
}

// roundTo removes the noise of i*step: 0.30000000000000004 is 0.3.
func roundTo(v, step float64) float64 {
	digits := int(2 - math.Floor(math.Log10(step)))
	if digits < 0 || digits > 300 {
		return v + 0
	}
	r, err := strconv.ParseFloat(strconv.FormatFloat(v, 'f', digits, 64), 64)
	if err != nil {
		return v
	}
	return r + 0 // no negative zero
}

// logDigits are the first digits that log ticks may have, sparse to dense.
var logDigits = [][]float64{{1}, {1, 3}, {1, 2, 5}, {1, 1.5, 2, 3, 5, 7}}

// logTicks returns ticks for a log axis over [lo, hi], 0 < lo < hi: 1-10 over
// many decades, 1-3-10 over some, denser within one; at most n.
func logTicks(lo, hi float64, n int) []float64 {
	var best []float64
	for _, digits := range logDigits {
		t := logTicksOf(digits, lo, hi)
		if len(t) > n {
			break
		}
		best = t
		if len(t) >= 4 || len(t) >= 3 && len(digits) <= 2 {
			break
		}
	}
	switch {
	case len(best) == 0: // even the decades are too many
		all := logTicksOf(logDigits[0], lo, hi)
		for step := 2; len(all) > 0; step++ {
			best = best[:0]
			for i := 0; i < len(all); i += step {
				best = append(best, all[i])
			}
			if len(best) <= n {
				return best
			}
		}
		return linearTicks(lo, hi, n)
	case len(best) < 3: // less than a decade
		if t := linearTicks(lo, hi, n); len(t) > len(best) {
			return t
		}
	}
	return best
}

func logTicksOf(digits []float64, lo, hi float64) (t []float64) {
	for e := math.Floor(math.Log10(lo)); e <= math.Ceil(math.Log10(hi)) && len(t) < 700; e++ {
		for _, d := range digits {
			v, err := strconv.ParseFloat(strconv.FormatFloat(d, 'f', -1, 64)+"e"+strconv.Itoa(int(e)), 64)
			if err == nil && v >= lo*(1-1e-9) && v <= hi*(1+1e-9) {
				t = append(t, v)
			}
		}
	}
	return t
}

// tickLabels writes the values, all in one way: as numbers, or as powers of
// ten when one of them would be too long. signed puts a plus before positive
// ones, for axes of errors.
func tickLabels(values []float64, signed bool) []plot.Tick {
	long := false
	for _, v := range values {
		if a := math.Abs(v); a >= 1e7 || a > 0 && a < 1e-4 {
			long = true
		}
	}
	ticks := make([]plot.Tick, len(values))
	for i, v := range values {
		s := plain(v)
		if long && v != 0 {
			m, e, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
			s = power(m + "e" + e)
			s = strings.TrimPrefix(s, "1×")
		}
		if signed && v > 0 {
			s = "+" + s
		}
		ticks[i] = plot.Tick{Value: v, Label: s}
	}
	return ticks
}
