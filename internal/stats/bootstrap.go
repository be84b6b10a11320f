package stats

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// BootSeed is the seed of every bootstrap: the same input gives the same
// interval on every machine. The page prints it beside such an interval.
const BootSeed = 20260101

// BootResamples is how many resamples an interval is read from.
const BootResamples = 2000

// BootMaxN is the largest sample that is resampled; a larger one has no
// bootstrap interval. It bounds the work to 4e7 draws.
const BootMaxN = 20_000

// newRand returns the generator (PCG, 128 bits of state) for a seed.
func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// BootLow is the lower end of the 95 % bootstrap interval of a statistic: with
// BootResamples samples of the same size drawn with replacement, the 2.5th
// percentile of the statistic over them (percentile interval: Efron and
// Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13). It assumes
// independent values, and is too narrow below about 20 of them. statistic is
// one that IsStatistic knows. ok is false for fewer than 2 or more than
// BootMaxN values, and where a resample has no such statistic.
func BootLow(x []float64, statistic string) (float64, bool) {
	return bootQuantile(x, statistic, 2.5)
}

// BootHigh is the upper end, the 97.5th percentile; see BootLow.
func BootHigh(x []float64, statistic string) (float64, bool) {
	return bootQuantile(x, statistic, 97.5)
}

func bootQuantile(x []float64, statistic string, p float64) (float64, bool) {
	x = known(x)
	f := byName(statistic)
	if len(x) < 2 || len(x) > BootMaxN || f == nil {
		return 0, false
	}
	r := newRand(BootSeed)
	resample, values := make([]float64, len(x)), make([]float64, BootResamples)
	for i := range values {
		for j := range resample {
			resample[j] = x[r.IntN(len(x))]
		}
		v, ok := f(resample)
		if !ok {
			return 0, false
		}
		values[i] = v
	}
	return PercentileInPlace(values, p)
}

// IsStatistic holds for the names that BootLow and BootHigh know: mean,
// median, stddev_pop, geomean, min, max and p0 to p100.
func IsStatistic(name string) bool { return byName(name) != nil }

// byName returns the statistic of a name; it may reorder its argument.
func byName(name string) func([]float64) (float64, bool) {
	switch name {
	case "mean":
		return Mean
	case "median":
		return func(x []float64) (float64, bool) { return PercentileInPlace(x, 50) }
	case "stddev_pop":
		return StddevPop
	case "geomean":
		return Geomean
	case "min":
		return Min
	case "max":
		return Max
	}
	digits, ok := strings.CutPrefix(name, "p")
	if p, err := strconv.ParseFloat(digits, 64); ok && err == nil && p >= 0 && p <= 100 {
		return func(x []float64) (float64, bool) { return PercentileInPlace(x, p) }
	}
	return nil
}
