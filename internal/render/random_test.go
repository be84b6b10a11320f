package render

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/notebook"
	"github.com/profreport/profreport/internal/table"
)

// randomValue gives what a query may give: round and odd numbers of all
// sizes, nulls, text where numbers are expected, infinities.
func randomValue(r *rand.Rand, scale float64) any {
	switch r.IntN(14) {
	case 0:
		return nil
	case 1:
		return int64(r.IntN(2000) - 200)
	case 2:
		return 0.0
	case 3:
		if r.IntN(10) == 0 {
			return []any{math.Inf(1), math.NaN(), "text", 1e308, -1e308, 5e-324}[r.IntN(6)]
		}
	case 4:
		return -scale * r.Float64()
	}
	return scale * math.Exp(r.NormFloat64())
}

var randomNames = []string{"AIC-Search", "Profile-ALL", "TP=2", "DEP=8", "a name that is long enough to be in the way of others", "<b>&amp;\"'", "", "ß漢字", "\x1b[31m\u202e", "idle"}

// randomPlot makes a figure of any kind over random rows.
func randomPlot(r *rand.Rand) (notebook.PlotSpec, *table.Table) {
	scale := math.Pow(10, float64(r.IntN(12)-4))
	n := r.IntN(40) + 1
	if r.IntN(12) == 0 {
		n = 900
	}
	var all [][]any
	for range n {
		name := func() any { return randomNames[r.IntN(len(randomNames))] }
		v := scale * r.Float64()
		all = append(all, []any{name(), name(), randomValue(r, scale), randomValue(r, scale), v * .9, v * 1.1,
			[]any{"predicted", "measured", "blocked", "measured dominated", nil}[r.IntN(5)]})
	}
	t := rows("method name u v low high style", all...)
	spec := notebook.PlotSpec{Kind: Kinds()[r.IntN(len(Kinds()))], X: "u", Y: "v", XLabel: "predicted throughput [tokens/s]", YLabel: "TTFT [ms]"}
	pick := func(options ...string) string { return options[r.IntN(len(options))] }
	spec.By, spec.Style, spec.Label = pick("", "method", "name"), pick("", "style"), pick("", "", "name")
	if r.IntN(2) == 0 {
		spec.Low, spec.High = "low", "high"
	}
	if r.IntN(5) == 0 {
		spec.Facet = "method"
	}
	if r.IntN(3) == 0 {
		spec.Log = []string{pick("x", "y")}
	}
	if r.IntN(4) == 0 {
		spec.XLabel = "signed error of ITL [%]"
	}
	if r.IntN(2) == 0 {
		spec.Lines = []notebook.LineSpec{{Y: ptr(scale), Label: "SLA"}, {X: ptr(scale / 3), Label: "target", Role: "ref"}}
	}
	if r.IntN(3) == 0 {
		spec.Bands = []notebook.BandSpec{{X: []float64{-scale, scale}, Label: "tolerance"}, {Y: []float64{0, scale / 2}}}
	}
	spec.Wide, spec.Zero, spec.Tol = r.IntN(8) == 0, r.IntN(2) == 0, []float64{0, .2}[r.IntN(2)]
	switch spec.Kind {
	case "bar", "stacked", "interval":
		if r.IntN(2) == 0 {
			spec.X, spec.Y = "u", "name"
		} else {
			spec.X, spec.Y = "name", "v"
		}
	case "timeline":
		spec.Y, spec.From, spec.To = "name", "low", "high"
	case "heatmap":
		spec.X, spec.Y, spec.Value = "name", "method", pick("u", "style", "v")
	case "line", "step", "scatter":
		spec.X = pick("u", "u", "name")
	}
	return spec, t
}

// TestRandomPlots: whatever a query gives, a figure is well formed, has no
// broken number in it, and no text touches another, a mark or a line.
func TestRandomPlots(t *testing.T) {
	n := 600
	if testing.Short() {
		n = 200
	}
	drawn := 0
	for seed := range n {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		spec, data := randomPlot(r)
		svg, err := Plot(&spec, data, PlotOptions{Methods: twoMethods, Narrow: seed%2 == 0})
		if errors.Is(err, ErrNoData) {
			continue
		}
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		drawn++
		size := sizeWide
		if seed%2 == 0 {
			size = sizeNarrow
		}
		checkLayout(t, svg, size)
		if t.Failed() {
			t.Fatalf("seed %d: %+v", seed, spec)
		}
		if s := string(svg); strings.Contains(s, "NaN") || strings.Contains(s, "<b>") {
			t.Fatalf("seed %d: %s", seed, s)
		}
	}
	if drawn < n/2 {
		t.Errorf("only %d of %d figures had something to draw", drawn, n)
	}
}
