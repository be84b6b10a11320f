package stats

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

// seq returns n values f(0), f(1), ...
func seq(n int, f func(i int) float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = f(i)
	}
	return out
}

// TestMannWhitney: p values of scipy.stats.mannwhitneyu (SciPy 1.10.1), its
// default method.
func TestMannWhitney(t *testing.T) {
	rising := seq(20, func(i int) float64 { return float64(i + 1) })
	later := seq(25, func(i int) float64 { return float64(i+5) + 0.5 + float64((i+5)%3) })
	for _, c := range []struct {
		name string
		x, y []float64
		want float64
	}{
		{"exact, alike", []float64{3, 1, 4, 1.5, 9, 2.6, 5}, []float64{2, 7, 1.2, 8, 2.2, 8.5, 1.1}, 1},
		{"exact, apart", []float64{1, 2, 3}, []float64{4, 5, 6, 7}, 0.05714285714285714}, // 2 / C(7, 3)
		{"exact, one each", []float64{1}, []float64{2}, 1},
		{"exact, 8 and 37", seq(8, func(i int) float64 { return float64(i + 1) }), seq(37, func(i int) float64 { return float64(i) + 3.5 }), 5.6505773435647756e-06},
		{"ties", []float64{1, 2, 2, 3, 4, 4, 4, 5, 6, 7}, []float64{2, 1, 3, 3, 5, 4, 5, 5, 9, 9, 9}, 0.39298508136562194},
		{"normal", rising, later, 0.000964739954959277},
		{"all equal", []float64{1, 1}, []float64{1, 1}, undefined},
		{"empty", nil, []float64{1}, undefined},
		{"all missing", []float64{nan}, []float64{1}, undefined},
	} {
		got, ok := MannWhitneyP(c.x, c.y)
		check(t, c.name, got, ok, c.want)
		if back, _ := MannWhitneyP(c.y, c.x); ok && math.Abs(back-got) > 1e-14 {
			t.Errorf("%s: %v one way, %v the other", c.name, got, back)
		}
	}
}

// TestExactTail counts all orders of small samples.
func TestExactTail(t *testing.T) {
	for n := 1; n <= 4; n++ {
		for m := 1; m <= 5; m++ {
			counts := make([]float64, n*m+1)
			for mask := range 1 << (n + m) { // bit set: the value at this rank is of x
				u, ys, xs := 0, 0, 0
				for i := range n + m {
					if mask>>i&1 == 1 {
						xs++
						u += ys
					} else {
						ys++
					}
				}
				if xs == n {
					counts[u]++
				}
			}
			total := 0.0
			for _, c := range counts {
				total += c
			}
			tail := 0.0
			for u := n * m; u >= 0; u-- {
				tail += counts[u]
				check(t, fmt.Sprint(n, m, u), exactTail(n, m, u), true, tail/total)
			}
		}
	}
}

func TestEffectiveN(t *testing.T) {
	x := []float64{1.1, 2.3, 2.2, 3.9, 4.1, 5.5, 6.2, 7.7, 8.0, 9.4, 10.1, 12.5, 3.3, 4.4, 5.0, 6.6, 7.1, 8.8, 2.7, 1.9}
	for _, c := range []struct {
		name string
		x    []float64
		want float64
	}{
		{"correlated", x, 6.589853596841615}, // NumPy: r = 0.5043332169663117
		// 1 2 3: deviations -1 0 1, lagged sum 0, r = 0.
		{"uncorrelated", []float64{1, 2, 3}, 3},
		{"alternating", []float64{1, 2, 1, 2, 1, 2}, 6},
		{"constant", []float64{0.1, 0.1, 0.1}, undefined},
		{"two", []float64{1, 2}, undefined},
		{"missing skipped", append([]float64{nan}, x...), 6.589853596841615},
	} {
		got, ok := EffectiveN(c.x)
		check(t, c.name, got, ok, c.want)
	}
}

func TestECDF(t *testing.T) {
	values, share := ECDF([]float64{3, 1, nan, 3, 2})
	if !slices.Equal(values, []float64{1, 2, 3}) || !slices.Equal(share, []float64{0.25, 0.5, 1}) {
		t.Errorf("ECDF = %v, %v", values, share)
	}
	for _, c := range []struct{ at, want float64 }{{0, 0}, {1, 0.25}, {2.5, 0.5}, {3, 1}, {nan, undefined}} {
		got, ok := ECDFAt([]float64{3, 1, nan, 3, 2}, c.at)
		check(t, fmt.Sprint("at ", c.at), got, ok, c.want)
	}
	if _, ok := ECDFAt(nil, 1); ok {
		t.Error("ECDF of nothing")
	}
}

// TestBootstrap compares with scipy.stats.bootstrap (SciPy 1.10.1, method
// "percentile", 200 000 resamples): ours has 2000, so its ends scatter by some
// hundredths of the width.
func TestBootstrap(t *testing.T) {
	x := []float64{1.1, 2.3, 2.2, 3.9, 4.1, 5.5, 6.2, 7.7, 8.0, 9.4, 10.1, 12.5, 3.3, 4.4, 5.0, 6.6, 7.1, 8.8, 2.7, 1.9}
	for _, c := range []struct {
		statistic string
		low, high float64
	}{
		{"mean", 4.345, 7.000}, {"median", 3.600, 7.400}, {"stddev_pop", 2.138, 3.693}, {"p90", 7.190, 12.500},
	} {
		low, ok := BootLow(x, c.statistic)
		high, ok2 := BootHigh(x, c.statistic)
		within := 0.06 * (c.high - c.low)
		if !ok || !ok2 || math.Abs(low-c.low) > within || math.Abs(high-c.high) > within {
			t.Errorf("%s: %v to %v, SciPy has %v to %v", c.statistic, low, high, c.low, c.high)
		}
		again, _ := BootLow(x, c.statistic)
		if again != low {
			t.Errorf("%s: %v, then %v", c.statistic, low, again)
		}
	}
	// The same bits on every machine.
	low, _ := BootLow(x, "mean")
	check(t, "golden", low, true, 4.319749999999999)
	for _, c := range []struct {
		x    []float64
		stat string
	}{{x[:1], "mean"}, {x, "avg"}, {x, "p101"}, {x, "p"}, {[]float64{0, 1, 2}, "geomean"}, {make([]float64, BootMaxN+1), "mean"}} {
		if v, ok := BootLow(c.x, c.stat); ok {
			t.Errorf("boot_low of %d values, %s = %v, want undefined", len(c.x), c.stat, v)
		}
	}
	for _, s := range []string{"mean", "median", "stddev_pop", "geomean", "min", "max", "p0", "p99.9"} {
		if !IsStatistic(s) {
			t.Errorf("%s is unknown", s)
		}
	}
}

func BenchmarkBootstrapThousand(b *testing.B) {
	x := seq(1000, func(i int) float64 { return float64(i * i % 997) })
	for b.Loop() {
		BootLow(x, "p50")
	}
}
