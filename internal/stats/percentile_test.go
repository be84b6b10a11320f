package stats

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestPercentile(t *testing.T) {
	even := []float64{10, 20, 30, 40}
	for _, c := range []struct {
		x       []float64
		p, want float64
	}{
		// numpy.percentile(sampleX, p)
		{sampleX, 0, 1}, {sampleX, 1, 1.03}, {sampleX, 25, 2.05}, {sampleX, 50, 3}, {sampleX, 75, 4.5},
		{sampleX, 90, 6.600000000000001}, {sampleX, 95, 7.799999999999997}, {sampleX, 99, 8.759999999999998},
		{sampleX, 100, 9},
		{even, 25, 17.5}, {even, 50, 25}, {even, 75, 32.5}, {even, 90, 37},
		// numpy.percentile goes from the nearer end; from the lower one it would be 6.6899999999999995.
		{[]float64{5.5, 7.2}, 70, 6.69},
		{[]float64{7}, 99, 7}, {nil, 50, undefined}, {even, -0.1, undefined}, {even, 100.1, undefined},
		{even, nan, undefined}, {[]float64{nan, nan}, 50, undefined}, {[]float64{1, nan, 3}, 50, 2},
	} {
		got, ok := Percentile(c.x, c.p)
		if c.want != undefined && (!ok || got != c.want) {
			t.Errorf("percentile(%v, %v) = %v, want exactly %v", c.x, c.p, got, c.want)
		}
		if c.want == undefined && ok {
			t.Errorf("percentile(%v, %v) = %v, want undefined", c.x, c.p, got)
		}
	}
}

// TestPercentileProperties: selection agrees with sorting, and percentiles
// stay within the values and rise with p, on shapes that are hard to select
// from.
func TestPercentileProperties(t *testing.T) {
	r := newRand(7)
	shapes := map[string]func(i, n int) float64{
		"random":    func(i, n int) float64 { return r.Float64() },
		"few":       func(i, n int) float64 { return float64(r.Uint64() % 3) },
		"constant":  func(i, n int) float64 { return 4 },
		"sorted":    func(i, n int) float64 { return float64(i) },
		"falling":   func(i, n int) float64 { return float64(-i) },
		"organ":     func(i, n int) float64 { return float64(min(i, n-i)) },
		"saw tooth": func(i, n int) float64 { return float64(i % 17) },
	}
	for name, shape := range shapes {
		for _, n := range []int{1, 2, 13, 14, 100, 1001} {
			x := make([]float64, n)
			for i := range x {
				x[i] = shape(i, n)
			}
			sorted := slices.Sorted(slices.Values(x))
			last := math.Inf(-1)
			for p := 0.0; p <= 100; p += 2.5 {
				got, _ := Percentile(x, p)
				h := p / 100 * float64(n-1)
				i := int(h)
				want := sorted[i]
				if i+1 < n {
					want = lerp(sorted[i], sorted[i+1], h-float64(i))
				}
				if got != want || got < last || got < sorted[0] || got > sorted[n-1] {
					t.Fatalf("%s, n = %d, p%v: %v, want %v (before it %v)", name, n, p, got, want, last)
				}
				last = got
			}
		}
	}
}

// TestPercentileRanks: DEFINITIONS rule 30, computed there with SciPy's binom.
func TestPercentileRanks(t *testing.T) {
	for _, c := range []struct {
		n    int
		p    float64
		l, u int
	}{
		{5, 50, 0, 0}, {5, 90, 3, 0}, {6, 50, 1, 6}, {6, 99, 5, 0},
		{35, 90, 28, 0}, {36, 90, 29, 36}, {71, 95, 63, 0}, {72, 95, 64, 72},
		{100, 50, 40, 61}, {100, 90, 84, 96}, {100, 95, 90, 100}, {100, 99, 97, 0},
		{367, 99, 359, 0}, {368, 99, 360, 368}, {1000, 50, 469, 532}, {1000, 99, 983, 997},
		{0, 50, 0, 0}, {100, 0, 0, 0}, {100, 100, 0, 0}, {100, nan, 0, 0}, {-1, 50, 0, 0},
	} {
		if l, u := PercentileRanks(c.n, c.p); l != c.l || u != c.u {
			t.Errorf("ranks(n = %d, p%v) = %d to %d, want %d to %d", c.n, c.p, l, u, c.l, c.u)
		}
	}
}

// TestBinomialWeights compares with the probabilities from log gamma.
func TestBinomialWeights(t *testing.T) {
	for _, c := range []struct {
		n int
		q float64
	}{{1, 0.5}, {10, 0.01}, {10, 0.99}, {500, 0.9}, {5000, 0.5}} {
		first, w := binomialWeights(c.n, c.q)
		lg := func(v int) float64 { f, _ := math.Lgamma(float64(v) + 1); return f }
		for i, got := range w {
			k := first + i
			want := math.Exp(lg(c.n) - lg(k) - lg(c.n-k) + float64(k)*math.Log(c.q) + float64(c.n-k)*math.Log1p(-c.q))
			if math.Abs(got-want) > 1e-9*want+1e-15 {
				t.Fatalf("n = %d, q = %v: P(B = %d) = %v, want %v", c.n, c.q, k, got, want)
			}
		}
	}
}

func TestPercentileInterval(t *testing.T) {
	x := make([]float64, 100)
	for i := range x {
		x[i] = float64((i*37)%100 + 1) // 1 to 100, shuffled
	}
	for _, c := range []struct{ p, low, high float64 }{
		{50, 40, 61}, {95, 90, 100}, {99, 97, undefined}, {0, undefined, undefined},
	} {
		low, ok := PercentileLow(x, c.p)
		check(t, fmt.Sprint("low p", c.p), low, ok, c.low)
		high, ok := PercentileHigh(x, c.p)
		check(t, fmt.Sprint("high p", c.p), high, ok, c.high)
	}
	// Missing values don't count towards n.
	got, ok := PercentileHigh([]float64{1, 2, 3, 4, 5, nan}, 50)
	check(t, "n = 5", got, ok, undefined)
}

func BenchmarkPercentileMillion(b *testing.B) {
	r := newRand(3)
	x := make([]float64, 1_000_000)
	for i := range x {
		x[i] = r.Float64()
	}
	for b.Loop() {
		Percentile(x, 99)
	}
}

func BenchmarkPercentileRanksMillion(b *testing.B) {
	for b.Loop() {
		PercentileRanks(1_000_000, 50)
	}
}
