package stats

import (
	"cmp"
	"math"
	"slices"
)

// Pearson is the correlation coefficient sxy / sqrt(sxx syy). Undefined for
// fewer than two pairs or a constant side.
func Pearson(x, y []float64) (float64, bool) {
	x, y, ok := knownPairs(x, y)
	if !ok || len(x) < 2 {
		return 0, false
	}
	sxx, syy, sxy := moments(x, y)
	if sxx == 0 || syy == 0 {
		return 0, false
	}
	// The square roots apart, so that tiny variances don't underflow.
	r, ok := finite(sxy / math.Sqrt(sxx) / math.Sqrt(syy))
	return max(-1, min(1, r)), ok
}

// KendallTau is tau-b, (C - D) / sqrt((n0 - n1)(n0 - n2)): C and D the pairs
// in the same and in the opposite order, n0 = n(n-1)/2, n1 and n2 the pairs
// tied in x and in y (Kendall, Biometrika 33, 1945). Undefined for fewer than
// two pairs or a constant side. It takes n log n steps: D is the number of
// exchanges a merge sort needs (Knight, JASA 61, 1966).
func KendallTau(x, y []float64) (float64, bool) {
	x, y, ok := knownPairs(x, y)
	n := len(x)
	if !ok || n < 2 {
		return 0, false
	}
	pairs := make([][2]float64, n)
	for i := range x {
		pairs[i] = [2]float64{x[i], y[i]}
	}
	slices.SortFunc(pairs, func(a, b [2]float64) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	tiedX := tiedPairs(pairs, func(a, b [2]float64) bool { return a[0] == b[0] })
	tiedBoth := tiedPairs(pairs, func(a, b [2]float64) bool { return a == b })
	for i, p := range pairs {
		y[i] = p[1]
	}
	swaps := inversions(y, x) // sorts y; x is scratch from here on
	tiedY := tiedPairs(y, func(a, b float64) bool { return a == b })
	all := float64(n) * float64(n-1) / 2
	dx, dy := all-tiedX, all-tiedY
	if dx == 0 || dy == 0 {
		return 0, false
	}
	return finite((all - tiedX - tiedY + tiedBoth - 2*swaps) / math.Sqrt(dx) / math.Sqrt(dy))
}

// tiedPairs counts the pairs inside runs of equal neighbours.
func tiedPairs[T any](s []T, same func(a, b T) bool) float64 {
	total, run := 0.0, 1.0
	for i := 1; i < len(s); i++ {
		if same(s[i-1], s[i]) {
			total += run
			run++
		} else {
			run = 1
		}
	}
	return total
}

// inversions sorts s by merging, with scratch of the same length, and counts
// the pairs that stood in the wrong order.
func inversions(s, scratch []float64) float64 {
	if len(s) < 2 {
		return 0
	}
	mid := len(s) / 2
	count := inversions(s[:mid], scratch[:mid]) + inversions(s[mid:], scratch[mid:])
	copy(scratch, s)
	left, right := scratch[:mid], scratch[mid:len(s)]
	for k := range s {
		if len(right) == 0 || len(left) > 0 && left[0] <= right[0] {
			s[k], left = left[0], left[1:]
		} else {
			s[k], right = right[0], right[1:]
			count += float64(len(left))
		}
	}
	return count
}

// LinearAt is the height at `at` of the line through the knots (x, y): exact at
// a knot, linear between neighbours, undefined outside them. Knots of the same
// x are averaged; order does not matter. One knot has a value only there.
func LinearAt(x, y []float64, at float64) (float64, bool) {
	if len(x) != len(y) || math.IsNaN(at) {
		return 0, false
	}
	type knot struct {
		x, sum float64
		n      int
	}
	below, above := knot{x: math.Inf(-1)}, knot{x: math.Inf(1)}
	add := func(k *knot, x, y float64, nearer bool) {
		if nearer || k.n == 0 {
			*k = knot{x: x}
		}
		if k.x == x {
			k.sum += y
			k.n++
		}
	}
	for i := range x {
		if math.IsNaN(x[i]) || math.IsNaN(y[i]) {
			continue
		}
		if x[i] <= at {
			add(&below, x[i], y[i], x[i] > below.x)
		}
		if x[i] >= at {
			add(&above, x[i], y[i], x[i] < above.x)
		}
	}
	if below.n == 0 || above.n == 0 {
		return 0, false
	}
	y0, y1 := below.sum/float64(below.n), above.sum/float64(above.n)
	if below.x == above.x {
		return finite(y0)
	}
	return finite(y0 + (y1-y0)*((at-below.x)/(above.x-below.x)))
}
