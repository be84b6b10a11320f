// Package stats holds the statistics that profreport shows, as pure functions
// over plain numbers. It knows no unit, no table and no database: store makes
// SQL functions of these, metric and loadgen call them directly.
//
// Every function returns its value and ok; ok is false where the value is
// undefined (nothing to compute from, a constant, an argument out of range).
// NaN stands for a missing value and is skipped, in pairs together with its
// partner. Arguments are never changed, except where the name says InPlace.
package stats

import (
	"math"
	"slices"
)

// z975 is the 97.5 % point of the standard normal: all intervals are 95 %,
// two-sided.
const z975 = 1.959963984540054

// known returns the values of x that are not NaN, in order, in a new slice.
func known(x []float64) []float64 {
	out := make([]float64, 0, len(x))
	for _, v := range x {
		if !math.IsNaN(v) {
			out = append(out, v)
		}
	}
	return out
}

// knownPairs is known for pairs; ok is false when the lengths differ.
func knownPairs(x, y []float64) (a, b []float64, ok bool) {
	if len(x) != len(y) {
		return nil, nil, false
	}
	a, b = make([]float64, 0, len(x)), make([]float64, 0, len(x))
	for i := range x {
		if !math.IsNaN(x[i]) && !math.IsNaN(y[i]) {
			a, b = append(a, x[i]), append(b, y[i])
		}
	}
	return a, b, true
}

// finite turns an undefined result into ok = false.
func finite(v float64) (float64, bool) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, false
	}
	return v, true
}

// Mean is the arithmetic mean, sum(x)/n.
func Mean(x []float64) (float64, bool) {
	sum, n := 0.0, 0
	for _, v := range x {
		if !math.IsNaN(v) {
			sum += v
			n++
		}
	}
	if n == 0 {
		return 0, false
	}
	return finite(sum / float64(n))
}

// StddevPop is the population standard deviation, sqrt(sum((x-mean)^2)/n): it
// divides by n, as NumPy's std and AIPerf do. One value gives 0.
func StddevPop(x []float64) (float64, bool) {
	x = known(x)
	if len(x) == 0 {
		return 0, false
	}
	sxx, _, _ := moments(x, x)
	return finite(math.Sqrt(sxx / float64(len(x))))
}

// Geomean is the geometric mean, exp(mean(ln x)). A value <= 0 makes it
// undefined.
func Geomean(x []float64) (float64, bool) {
	sum, n := 0.0, 0
	for _, v := range x {
		if math.IsNaN(v) {
			continue
		}
		if v <= 0 {
			return 0, false
		}
		sum += math.Log(v)
		n++
	}
	if n == 0 {
		return 0, false
	}
	return finite(math.Exp(sum / float64(n)))
}

// Min is the smallest value.
func Min(x []float64) (float64, bool) {
	if x = known(x); len(x) == 0 {
		return 0, false
	}
	return slices.Min(x), true
}

// Max is the largest value.
func Max(x []float64) (float64, bool) {
	if x = known(x); len(x) == 0 {
		return 0, false
	}
	return slices.Max(x), true
}

// moments returns the sums of squared and crossed deviations from the means.
// Values are taken relative to the first one, so a constant gives exactly 0.
func moments(x, y []float64) (sxx, syy, sxy float64) {
	n := float64(len(x))
	var mx, my float64
	for i := range x {
		mx += x[i] - x[0]
		my += y[i] - y[0]
	}
	mx, my = mx/n, my/n
	for i := range x {
		dx, dy := x[i]-x[0]-mx, y[i]-y[0]-my
		sxx += dx * dx
		syy += dy * dy
		sxy += dx * dy
	}
	return sxx, syy, sxy
}
