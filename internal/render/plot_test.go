package render

import (
	"bytes"
	"errors"
	"flag"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/notebook"
	"github.com/profreport/profreport/internal/table"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// drawCase draws a case, at the text size of narrow screens when asked.
func drawCase(t *testing.T, c plotCase, narrow bool) []byte {
	t.Helper()
	spec := c.spec
	b, err := Plot(&spec, c.data, PlotOptions{Name: c.name, Methods: methodsOf(c), Narrow: narrow})
	if err != nil {
		t.Fatalf("%s: %v", c.name, err)
	}
	return b
}

// TestPlotGoldens holds every kind of plot at both text sizes.
func TestPlotGoldens(t *testing.T) {
	for _, c := range plotCases() {
		for _, narrow := range []bool{false, true} {
			name := c.name + ".svg"
			if narrow {
				name = c.name + ".narrow.svg"
			}
			t.Run(name, func(t *testing.T) {
				got := append(drawCase(t, c, narrow), '\n')
				path := filepath.Join("testdata", "plots", name)
				if *update {
					if err := os.WriteFile(path, got, 0o644); err != nil {
						t.Fatal(err)
					}
					return
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(got, want) {
					t.Errorf("%s differs from its golden; look at it, then rewrite it with -update\n%s", name, firstDifference(got, want))
				}
			})
		}
	}
}

func firstDifference(a, b []byte) string {
	x, y := strings.Split(string(a), "\n"), strings.Split(string(b), "\n")
	for i := range x {
		if i >= len(y) || x[i] != y[i] {
			want := "(nothing)"
			if i < len(y) {
				want = y[i]
			}
			return "line " + grouplessInt(i+1) + "\n got " + x[i] + "\nwant " + want
		}
	}
	return "the golden has more lines"
}

// TestEveryKindHasACase makes sure that the goldens leave no kind out.
func TestEveryKindHasACase(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range plotCases() {
		seen[c.spec.Kind] = true
	}
	for _, k := range Kinds() {
		if !seen[k] {
			t.Errorf("no case of kind %s", k)
		}
		if _, ok := kindOf(k); !ok {
			t.Errorf("%s is listed but can't be drawn", k)
		}
	}
}

func TestPlotErrors(t *testing.T) {
	data := rows("a b", []any{1.0, 2.0})
	for _, c := range []struct {
		name string
		spec notebook.PlotSpec
		data *table.Table
		want string // "" for ErrNoData
	}{
		{"no rows", notebook.PlotSpec{Kind: "line", X: "a", Y: "b"}, rows("a b"), ""},
		{"no table", notebook.PlotSpec{Kind: "line", X: "a", Y: "b"}, nil, ""},
		{"all null", notebook.PlotSpec{Kind: "line", X: "a", Y: "b"}, rows("a b", []any{1.0, nil}, []any{2.0, nil}), ""},
		{"all null bars", notebook.PlotSpec{Kind: "bar", X: "b", Y: "a"}, rows("a b", []any{"x", nil}), ""},
		{"not finite", notebook.PlotSpec{Kind: "scatter", X: "a", Y: "b"}, rows("a b", []any{1.0, math.Inf(1)}, []any{2.0, math.NaN()}), ""},
		{"log of nothing positive", notebook.PlotSpec{Kind: "scatter", X: "a", Y: "b", Log: []string{"y"}}, rows("a b", []any{1.0, 0.0}, []any{2.0, -3.0}), ""},
		{"no cell", notebook.PlotSpec{Kind: "heatmap", X: "a", Y: "b", Value: "c"}, rows("a b c", []any{1.0, 2.0, nil}), ""},
		{"no span", notebook.PlotSpec{Kind: "timeline", Y: "a", From: "b", To: "b"}, rows("a b", []any{"x", nil}), ""},
		{"unknown kind", notebook.PlotSpec{Kind: "pie"}, data, `plot: unknown kind "pie"`},
		{"unknown column", notebook.PlotSpec{Kind: "line", X: "a", Y: "itl"}, data, `plot: y: the query has no column "itl"`},
		{"unknown order", notebook.PlotSpec{Kind: "line", X: "a", Y: "b", Order: "-c"}, data, `plot: order: the query has no column "c"`},
		{"unknown axis", notebook.PlotSpec{Kind: "line", X: "a", Y: "b", Log: []string{"z"}}, data, `plot: log: "z" is neither x, y nor value`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Plot(&c.spec, c.data, PlotOptions{})
			switch {
			case c.want == "" && !errors.Is(err, ErrNoData):
				t.Errorf("got %v, want ErrNoData", err)
			case c.want != "" && (err == nil || err.Error() != c.want):
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

// TestGapIsNotJoined: a null ends the line; one line before, one after.
func TestGapIsNotJoined(t *testing.T) {
	data := rows("x y", []any{1, 5.0}, []any{2, 6.0}, []any{3, nil}, []any{4, 7.0}, []any{5, 8.0})
	svg := string(drawCase(t, plotCase{spec: notebook.PlotSpec{Kind: "line", X: "x", Y: "y"}, data: data}, false))
	if n := strings.Count(svg, `class="ln `); n != 2 {
		t.Errorf("%d lines, want 2 with a gap between them\n%s", n, svg)
	}
	if n := strings.Count(svg, `class="m `); n != 4 {
		t.Errorf("%d marks, want 4: the missing one is none at 0", n)
	}
}

// TestNullIsNotABar: a missing bar says so and has no length.
func TestNullIsNotABar(t *testing.T) {
	data := rows("name v", []any{"a", 3.0}, []any{"b", nil})
	svg := string(drawCase(t, plotCase{spec: notebook.PlotSpec{Kind: "bar", X: "v", Y: "name"}, data: data}, false))
	if n := strings.Count(svg, `class="bar `); n != 1 {
		t.Errorf("%d bars, want 1", n)
	}
	if !strings.Contains(svg, ">not measured</text>") {
		t.Error("the missing bar does not say that it is not measured")
	}
}

// TestBandOrLines: along a scale low and high are a band, over names they are
// lines through the marks, and so is a band of one point.
func TestBandOrLines(t *testing.T) {
	count := func(data *table.Table) (bands, lines int) {
		spec := notebook.PlotSpec{Kind: "line", X: "x", Y: "y", Low: "low", High: "high"}
		svg := string(drawCase(t, plotCase{spec: spec, data: data}, false))
		return strings.Count(svg, `class="band `), strings.Count(svg, `class="ci `)
	}
	for _, c := range []struct {
		name         string
		data         *table.Table
		bands, lines int
	}{
		{"scale", rows("x y low high", []any{1, 5.0, 4.0, 6.0}, []any{2, 6.0, 5.0, 7.0}), 1, 0},
		{"gap", rows("x y low high", []any{1, 5.0, 4.0, 6.0}, []any{2, 6.0, 5.0, 7.0}, []any{3, 6.0, nil, 7.0}, []any{4, 6.0, 5.0, 7.0}), 1, 1},
		{"names", rows("x y low high", []any{"a", 5.0, 4.0, 6.0}, []any{"b", 6.0, 5.0, 7.0}), 0, 2},
	} {
		if bands, lines := count(c.data); bands != c.bands || lines != c.lines {
			t.Errorf("%s: %d bands and %d lines, want %d and %d", c.name, bands, lines, c.bands, c.lines)
		}
	}
}

// TestWholeTicks: places and counts have no halves.
func TestWholeTicks(t *testing.T) {
	spec := notebook.PlotSpec{Kind: "line", X: "x", Y: "y"}
	svg := drawCase(t, plotCase{spec: spec, data: rows("x y", []any{1, 1}, []any{2, 3})}, false)
	for _, e := range textsOf(t, svg) {
		if strings.Contains(e.s, ".") {
			t.Errorf("tick %q", e.s)
		}
	}
}

// TestTooManyNames: an axis of more names than can be read is refused, so is
// a map of more cells.
func TestTooManyNames(t *testing.T) {
	var all [][]any
	for i := range 1100 {
		all = append(all, []any{"name " + grouplessInt(i), float64(i)})
	}
	_, err := Plot(&notebook.PlotSpec{Kind: "bar", X: "v", Y: "name"}, rows("name v", all...), PlotOptions{})
	if err == nil || err.Error() != "plot: 1100 categories are too many to draw, at most 1000" {
		t.Errorf("%v", err)
	}
	var grid [][]any
	for i := range 150 {
		grid = append(grid, []any{i, i, 1.0})
	}
	_, err = Plot(&notebook.PlotSpec{Kind: "heatmap", X: "a", Y: "b", Value: "v"}, rows("a b v", grid...), PlotOptions{})
	if err == nil || err.Error() != "plot: 22500 cells are too many to draw, at most 10000" {
		t.Errorf("%v", err)
	}
}

// TestOrder: a column orders the names, and the points along a line.
func TestOrder(t *testing.T) {
	data := rows("name v o", []any{"b", 1.0, 2}, []any{"a", 2.0, 3}, []any{"c", 3.0, 1})
	for order, want := range map[string]string{"": "b a c", "o": "c b a", "-o": "a b c", "name": "a b c", "-v": "c a b"} {
		spec := notebook.PlotSpec{Kind: "bar", X: "v", Y: "name", Order: order}
		var got []string
		for _, e := range textsOf(t, drawCase(t, plotCase{spec: spec, data: data}, false)) {
			if e.class == "lab" {
				got = append(got, e.s)
			}
		}
		slices.Reverse(got) // written from the axis up
		if s := strings.Join(got, " "); s != want {
			t.Errorf("order %q: %s, want %s", order, s, want)
		}
	}
}

// TestMethodLooks: the two usual methods look the same whatever stands beside
// them, five methods have five looks, and no two of a dozen are alike.
func TestMethodLooks(t *testing.T) {
	l := newMethodLook([]string{"Vidur", "Profile-ALL", "AIC-Search", "x", "y"})
	want := map[string]look{
		"AIC-Search": {"aic", circle}, "Profile-ALL": {"pa", square}, "Vidur": {"m3", triangle}, "x": {"m4", diamond}, "y": {"m5", cross},
	}
	for name, w := range want {
		if l[name] != w {
			t.Errorf("%s looks %v, want %v", name, l[name], w)
		}
	}
	if got, ok := l.of("AIC-Search, TP=2"); !ok || got != want["AIC-Search"] {
		t.Errorf("a series named after its method looks %v", got)
	}
	if got, ok := l.of("AIC-Search2"); ok {
		t.Errorf("another name that begins alike looks %v", got)
	}
	var many []string
	for i := range 12 {
		many = append(many, "method "+grouplessInt(i))
	}
	seen := map[look]string{}
	for _, name := range many {
		k := newMethodLook(many)[name]
		if other, ok := seen[k]; ok {
			t.Errorf("%s and %s both look %v", name, other, k)
		}
		seen[k] = name
	}
}

// TestLimitsAreExact: a limit is named as given, not to three digits.
func TestLimitsAreExact(t *testing.T) {
	spec := notebook.PlotSpec{Kind: "line", X: "x", Y: "y", XLabel: "ISL [tokens]", YLabel: "TTFT [ms]",
		Lines: []notebook.LineSpec{{Y: ptr(512.5), Label: "SLA"}, {X: ptr(2048), Label: "target", Role: "ref"}, {Y: ptr(90000), Label: "SLA"}}}
	svg := string(drawCase(t, plotCase{spec: spec, data: rows("x y", []any{100.0, 300.0}, []any{4000.0, 700.0})}, false))
	for _, want := range []string{">SLA 512.5" + thin + "ms<", ">target 2" + thin + "048" + thin + "tokens<", ">↑ SLA 90" + thin + "000" + thin + "ms<"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no label %q in\n%s", want, svg)
		}
	}
}

// TestOptimisticSide: below the diagonal a latency was promised too low, a
// throughput too low is pessimistic.
func TestOptimisticSide(t *testing.T) {
	at := func(title, word string) float64 {
		spec := notebook.PlotSpec{Kind: "parity", X: "m", Y: "p", XLabel: "measured " + title, YLabel: "predicted " + title}
		for _, e := range textsOf(t, drawCase(t, plotCase{spec: spec, data: rows("m p", []any{10.0, 12.0}, []any{30.0, 29.0})}, false)) {
			if e.s == word {
				return e.y
			}
		}
		t.Fatalf("%s: %q is not named", title, word)
		return 0
	}
	if at("TTFT [ms]", "optimistic") < at("TTFT [ms]", "pessimistic") {
		t.Error("latency: optimistic stands above the diagonal")
	}
	if at("throughput [tokens/s/GPU]", "optimistic") > at("throughput [tokens/s/GPU]", "pessimistic") {
		t.Error("throughput: optimistic stands below the diagonal")
	}
}

// TestManySeries: 202 methods still give a figure of reasonable size, with the
// first ones named.
func TestManySeries(t *testing.T) {
	var all [][]any
	var methods []string
	for i := range 202 {
		m := "method-with-a-name-" + grouplessInt(i)
		methods = append(methods, m)
		for _, c := range []int{1, 2, 4} {
			all = append(all, []any{m, c, 10 + float64(i)/10 + float64(c)})
		}
	}
	spec := notebook.PlotSpec{Kind: "line", X: "c", Y: "itl", By: "method", XLabel: "concurrency", YLabel: "ITL [ms]"}
	svg, err := Plot(&spec, rows("method c itl", all...), PlotOptions{Methods: methods})
	if err != nil {
		t.Fatal(err)
	}
	if len(svg) > 200<<10 {
		t.Errorf("%d bytes", len(svg))
	}
	if !strings.Contains(string(svg), "more</text>") {
		t.Error("the legend does not say how many it leaves out")
	}
	checkLayout(t, svg, sizeWide)
}
