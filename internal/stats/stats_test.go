package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"testing"
)

var (
	nan = math.NaN()
	// The sample of the recorded expectations; values computed with NumPy and
	// SciPy.
	sampleX = []float64{3, 1, 4, 1.5, 9, 2.6, 5}
	sampleY = []float64{2, 7, 1, 8, 2, 8, 1}
)

// undefined marks a wanted ok = false.
var undefined = math.Inf(-1)

// check compares a result with want to a relative 1e-12.
func check(t *testing.T, name string, got float64, ok bool, want float64) {
	t.Helper()
	if want == undefined {
		if ok {
			t.Errorf("%s = %v, want undefined", name, got)
		}
		return
	}
	if !ok || math.Abs(got-want) > 1e-12*max(1, math.Abs(want)) {
		t.Errorf("%s = %v, %v; want %v", name, got, ok, want)
	}
}

func TestSingleColumn(t *testing.T) {
	even := []float64{10, 20, 30, 40}
	for _, c := range []struct {
		name string
		f    func([]float64) (float64, bool)
		x    []float64
		want float64
	}{
		{"mean", Mean, even, 25},
		{"mean skips missing", Mean, []float64{nan, 10, 20}, 15},
		{"mean of nothing", Mean, nil, undefined},
		{"median odd", Median, sampleX, 3},
		{"median even", Median, even, 25},
		{"median one", Median, []float64{7}, 7},
		{"median skips missing", Median, []float64{nan, 7, nan, 9}, 8},
		{"median empty", Median, nil, undefined},
		{"median all missing", Median, []float64{nan}, undefined},
		{"stddev", StddevPop, sampleX, 2.498407656153521},
		{"stddev one", StddevPop, []float64{7}, 0},
		{"stddev constant", StddevPop, []float64{0.1, 0.1, 0.1}, 0},
		{"stddev empty", StddevPop, nil, undefined},
		{"geomean", Geomean, sampleX, 2.9838690974783244},
		{"geomean zero", Geomean, []float64{1, 0}, undefined},
		{"geomean negative", Geomean, []float64{1, -1}, undefined},
		{"geomean empty", Geomean, nil, undefined},
		{"geomean skips missing", Geomean, []float64{4, nan, 9}, 6},
		{"min", Min, []float64{nan, 3, 2}, 2},
		{"max", Max, []float64{nan, 3, 2}, 3},
		{"max empty", Max, nil, undefined},
		{"overflow", Mean, []float64{math.MaxFloat64, math.MaxFloat64}, undefined},
	} {
		got, ok := c.f(c.x)
		check(t, c.name, got, ok, c.want)
	}
}

func TestPairs(t *testing.T) {
	flat := []float64{2, 2, 2, 2, 2, 2, 2}
	tiesX, tiesY := []float64{1, 2, 2, 3, 4, 4, 4, 5}, []float64{2, 1, 3, 3, 5, 4, 5, 5}
	for _, c := range []struct {
		name string
		f    func(x, y []float64) (float64, bool)
		x, y []float64
		want float64
	}{
		{"pearson", Pearson, sampleX, sampleY, -0.653641845821251},
		{"pearson exact line", Pearson, []float64{1, 2, 3}, []float64{10, 20, 30}, 1},
		{"pearson constant", Pearson, sampleX, flat, undefined},
		{"pearson one", Pearson, []float64{1}, []float64{2}, undefined},
		{"pearson lengths differ", Pearson, sampleX, sampleY[1:], undefined},
		{"pearson skips pairs", Pearson, []float64{1, nan, 2, 3}, []float64{10, 1, 20, 30}, 1},
		{"tau ties", KendallTau, tiesX, tiesY, 0.7916666666666667},
		{"tau no ties", KendallTau, []float64{1, 2, 3, 4}, []float64{1, 3, 2, 4}, 2.0 / 3},
		{"tau xy", KendallTau, sampleX, sampleY, -0.5143444998736398},
		{"tau constant", KendallTau, flat, sampleY, undefined},
		{"tau one", KendallTau, []float64{1}, []float64{1}, undefined},
		{"tau skips pairs", KendallTau, []float64{1, 2, nan, 3, 4}, []float64{1, 3, 9, 2, 4}, 2.0 / 3},
	} {
		x0, y0 := append([]float64(nil), c.x...), append([]float64(nil), c.y...)
		got, ok := c.f(c.x, c.y)
		check(t, c.name, got, ok, c.want)
		for i := range x0 {
			if x0[i] != c.x[i] && !math.IsNaN(x0[i]) || i < len(y0) && y0[i] != c.y[i] {
				t.Errorf("%s: changed its arguments", c.name)
				break
			}
		}
	}
}

// TestKendallTauByPairs compares the n log n count with the definition.
func TestKendallTauByPairs(t *testing.T) {
	r := newRand(1)
	for round := range 200 {
		n := 2 + int(r.Uint64()%40)
		x, y := make([]float64, n), make([]float64, n)
		for i := range x {
			x[i], y[i] = float64(r.Uint64()%9), float64(r.Uint64()%9)
		}
		var c, d, tx, ty float64
		for i := range x {
			for j := range i {
				s := (x[i] - x[j]) * (y[i] - y[j])
				switch {
				case s > 0:
					c++
				case s < 0:
					d++
				}
				if x[i] == x[j] {
					tx++
				}
				if y[i] == y[j] {
					ty++
				}
			}
		}
		all := float64(n*(n-1)) / 2
		want := undefined
		if all > tx && all > ty {
			want = (c - d) / math.Sqrt((all-tx)*(all-ty))
		}
		got, ok := KendallTau(x, y)
		check(t, fmt.Sprint("round ", round), got, ok, want)
	}
}

func TestLinearAt(t *testing.T) {
	x, y := []float64{10, 1, 5}, []float64{100, 10, 20}
	for _, c := range []struct {
		name string
		x, y []float64
		at   float64
		want float64
	}{
		{"just outside", x, y, 0.999, undefined},
		{"first knot", x, y, 1, 10},
		{"between", x, y, 3, 15},
		{"knot", x, y, 5, 20},
		{"between", x, y, 7.5, 60},
		{"last knot", x, y, 10, 100},
		{"just outside", x, y, 10.001, undefined},
		{"duplicate", []float64{1, 1, 3}, []float64{10, 20, 45}, 1, 15},
		{"between a duplicate and a knot", []float64{1, 1, 3}, []float64{10, 20, 45}, 2, 30},
		{"duplicates unsorted", []float64{3, 1, 3, 1}, []float64{40, 10, 50, 20}, 2, 30},
		{"one knot, on", []float64{4}, []float64{7}, 4, 7},
		{"one knot, off", []float64{4}, []float64{7}, 5, undefined},
		{"missing knot", []float64{1, 2, 3}, []float64{10, nan, 30}, 2, 20},
		{"at missing", x, y, nan, undefined},
		{"no knots", nil, nil, 1, undefined},
		{"lengths differ", x, y[1:], 1, undefined},
	} {
		got, ok := LinearAt(c.x, c.y, c.at)
		check(t, fmt.Sprint(c.name, " ", c.at), got, ok, c.want)
	}
}

func TestWilson(t *testing.T) {
	for _, c := range []struct{ k, n, low, high float64 }{
		{95, 100, 0.8882495307680808, 0.9784563208456319},
		{0, 100, 0, 0.03699349820698568},
		{100, 100, 0.9630065017930143, 1},
		{1, 3, 0.06149194472039621, 0.7923403991979522},
		{50, 100, 0.4038315303659956, 0.5961684696340044},
		{0, 0, undefined, undefined},
		{4, 3, undefined, undefined},
		{-1, 3, undefined, undefined},
		{nan, 3, undefined, undefined},
	} {
		low, ok := WilsonLow(c.k, c.n)
		check(t, fmt.Sprint("low ", c.k, c.n), low, ok, c.low)
		high, ok := WilsonHigh(c.k, c.n)
		check(t, fmt.Sprint("high ", c.k, c.n), high, ok, c.high)
	}
	for n := 1.0; n < 200; n++ {
		if low, high, _ := Wilson(0, n); low != 0 || high >= 1 {
			t.Errorf("Wilson(0, %v) = %v, %v; want exactly 0", n, low, high)
		}
		if low, high, _ := Wilson(n, n); high != 1 || low <= 0 {
			t.Errorf("Wilson(%v, %v) = %v, %v; want exactly 1", n, n, low, high)
		}
	}
}

func TestChoose(t *testing.T) {
	for _, c := range []struct{ n, k, want float64 }{
		{0, 0, 1}, {5, 2, 10}, {5, 5, 1}, {5, 6, 0}, {20, 10, 184756}, {52, 5, 2598960},
		{1000, 2, 499500}, {5, -1, undefined}, {2.5, 1, undefined}, {2000, 1000, undefined},
	} {
		got, ok := Choose(c.n, c.k)
		check(t, fmt.Sprint("choose ", c.n, c.k), got, ok, c.want)
	}
}

// TestRecorded compares with the recorded expectations when they are at hand.
func TestRecorded(t *testing.T) {
	data, err := os.ReadFile("../../../shared/data/expected.json")
	if err != nil {
		t.Skip("no recorded expectations here")
	}
	var all struct {
		Functions struct {
			Percentile, Percentile_even struct {
				Value  map[string]float64
				Inputs []float64
			}
			Ranks struct {
				Value map[string]map[string]struct{ Low, High *int }
			} `json:"order_statistic_ranks"`
		}
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	f, checked := all.Functions, 0
	for p, want := range f.Percentile.Value {
		at, _ := strconv.ParseFloat(p, 64)
		if got, ok := Percentile(f.Percentile.Inputs, at); !ok || got != want {
			t.Errorf("percentile %s = %v, want exactly %v", p, got, want)
		}
		checked++
	}
	for size, byP := range f.Ranks.Value {
		for p, want := range byP {
			n, _ := strconv.Atoi(size[2:])
			at, _ := strconv.ParseFloat(p[1:], 64)
			l, u := PercentileRanks(n, at)
			if l != orZero(want.Low) || u != orZero(want.High) {
				t.Errorf("%s %s: ranks %d to %d, want %d to %d", size, p, l, u, orZero(want.Low), orZero(want.High))
			}
			checked++
		}
	}
	if checked < 30 {
		t.Errorf("only %d values compared", checked)
	}
}

func orZero(p *int) int {
	if p == nil {
		return 0
	}
	return *p
}
