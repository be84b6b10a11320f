package render

import (
	"fmt"
	"math"
	"strings"

	"github.com/profreport/profreport/internal/notebook"
	"github.com/profreport/profreport/internal/table"
)

// plotCase is one figure of the goldens.
type plotCase struct {
	name string
	spec notebook.PlotSpec
	data *table.Table
}

var twoMethods = []string{"AIC-Search", "Profile-ALL"}

// rows makes a table; a column of mixed values is of any type.
func rows(columns string, rows ...[]any) *table.Table {
	t := &table.Table{}
	for i, name := range strings.Fields(columns) {
		typ := table.Any
		for _, r := range rows {
			now := typ
			switch r[i].(type) {
			case int, int64:
				now = table.Int
			case float64:
				now = table.Float
			case string:
				now = table.Text
			}
			if typ != table.Any && now != typ {
				typ = table.Any
				break
			}
			typ = now
		}
		t.Columns = append(t.Columns, table.Column{Name: name, Type: typ})
	}
	for _, r := range rows {
		row := make([]any, len(r))
		for i, v := range r {
			if n, ok := v.(int); ok {
				v = int64(n)
			}
			row[i] = v
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func ptr(v float64) *float64 { return &v }

// prefillCurve holds the recorded prefill curves of Qwen3-32B: predicted and
// measured TTFT in ms by ISL.
var prefillCurve = [][3]float64{
	{100, 19.855, 46.305}, {2621, 249.305, 286.162}, {5142, 517.126, 572.15}, {7663, 805.798, 871.99}, {10184, 1116.58, 1236.163},
	{12705, 1457.279, 1612.918}, {15226, 1834.324, 1981.033}, {17747, 2233.826, 2415.752}, {20268, 2656.398, 2853.087},
	{22789, 3116.071, 3317.646}, {25310, 3606.484, 3809.612}, {27831, 4116.535, 4329.945}, {30352, 4647.593, 4874.756},
	{32873, 5213.541, 5454.242}, {35394, 5980.803, 6007.754}, {37915, 6696.901, 6608.14}, {40436, 7371.212, 7158.902},
}

func prefillRows() *table.Table {
	var all [][]any
	for _, p := range prefillCurve {
		all = append(all, []any{"AIC-Search", p[0], p[1], "predicted"})
	}
	for _, p := range prefillCurve {
		all = append(all, []any{"Profile-ALL", p[0], p[2], "measured"})
	}
	return rows("method isl_tokens ttft_ms style", all...)
}

func parityRows() *table.Table {
	var all [][]any
	for _, p := range prefillCurve {
		all = append(all, []any{"AIC-Search", p[0], p[2], p[1], "predicted", nil})
	}
	for _, m := range []float64{1134.3, 2200.5, 6305.2, 7402.3} {
		all = append(all, []any{"AIC-Search", nil, m, 197.15, "blocked", nil})
	}
	for _, m := range []float64{1599, 1713.1, 2760.7, 3797.2} {
		all = append(all, []any{"Profile-ALL", nil, m, 231.6, "blocked", nil})
	}
	return rows("method isl_tokens measured predicted style label", all...)
}

func loadRows() *table.Table {
	return rows("method level concurrency ttft_ms p10_ms p90_ms style",
		[]any{"AIC-Search", "idle", 1, 197.15, nil, nil, "predicted"},
		[]any{"AIC-Search", "medium", 4, 197.15, nil, nil, "predicted"},
		[]any{"AIC-Search", "saturation", 7, 197.15, nil, nil, "predicted"},
		[]any{"AIC-Search", "overload", 8, 197.15, nil, nil, "predicted"},
		[]any{"AIC-Search", "idle", 1, 1120.0, 1090.0, 1180.0, "measured"},
		[]any{"AIC-Search", "medium", 4, 2070.0, 1980.0, 2240.0, "measured"},
		[]any{"AIC-Search", "saturation", 7, 6300.0, 5900.0, 6670.0, "measured"},
		[]any{"AIC-Search", "overload", 8, 7380.0, 6980.0, 7830.0, "measured"},
	)
}

func errorRows() *table.Table {
	return rows("method level e low high",
		[]any{"AIC-Search", "idle", -25.48, -25.76, -25.2}, []any{"AIC-Search", "medium", -15.62, -15.87, -15.37},
		[]any{"AIC-Search", "saturation", -14.31, -15.72, -12.86}, []any{"AIC-Search", "overload", -15.68, -16.24, -15.11},
		[]any{"Profile-ALL", "idle", 3.03, 2.89, 3.17}, []any{"Profile-ALL", "medium", -.28, -.41, -.16},
		[]any{"Profile-ALL", "saturation", -1.22, -1.37, -1.06}, []any{"Profile-ALL", "overload", -1.18, -1.47, -.88},
	)
}

func deploymentRows() *table.Table {
	type dep struct {
		name             string
		from, ready, end float64
		hours            string
	}
	var all [][]any
	for _, d := range []dep{
		{"prefill TP1", 1, 141, 154, "0.043"}, {"prefill TP2", 155, 275, 288, "0.074"}, {"prefill TP4", 289, 429, 441, "0.169"},
		{"prefill TP8", 442, 622, 634, "0.429"}, {"decode TP1", 635, 755, 874, "0.066"}, {"decode TP2", 875, 1035, 1136, "0.146"},
		{"decode TP4", 1138, 1318, 1409, "0.302"}, {"decode TP8", 1411, 1611, 1697, "0.636"},
		{"prefill TP1 curve", 1699, 1839, 2195, "0.138"}, {"decode TP1 curve", 2196, 2356, 2702, "0.141"},
	} {
		all = append(all, []any{"Profile-ALL", d.name, "wait", d.from / 60, d.ready / 60, d.hours},
			[]any{"Profile-ALL", d.name, "measure", d.ready / 60, d.end / 60, d.hours})
	}
	return rows("method deployment part from to gpu_hours", all...)
}

func paretoRows() *table.Table {
	var all [][]any
	front := [][2]float64{{33, 3550}, {38, 3300}, {45, 2900}, {52, 2700}, {66, 2280}, {82, 1840}, {92, 1600}, {117, 1330}, {151, 38}, {206, 26}}
	for _, p := range front {
		all = append(all, []any{"AIC-Search", p[0], p[1], "predicted", ""})
	}
	for _, p := range [][2]float64{{27, 2700}, {30, 2400}, {34, 2050}, {38, 1550}, {44, 890}, {52, 52}, {98, 49}, {70, 1560}} {
		all = append(all, []any{"AIC-Search", p[0], p[1], "predicted dominated", ""})
	}
	for i, p := range [][2]float64{{48, 144}, {75, 111}, {107, 80}, {108, 54}, {133, 50}, {137, 17}} {
		st, label := "measured realised", ""
		if i == 0 {
			st, label = "measured", "TP=1: lost"
		}
		all = append(all, []any{"Profile-ALL", p[0], p[1], st, label})
	}
	for _, p := range [][2]float64{{49, 98}, {50, 49}, {76, 78}, {77, 38}, {109, 27}} {
		all = append(all, []any{"Profile-ALL", p[0], p[1], "measured dominated", ""})
	}
	return rows("method user gpu style label", all...)
}

func surfaceRows() *table.Table {
	values := [][]any{
		{-.05, -.10, -.16, -.19, -.26, -.29}, {0.0, -.09, -.10, -.19, -.20, -.29}, {0.0, -.02, -.09, -.12, -.19, -.23},
		{.05, .01, -.06, -.08, -.16, -.18}, {.11, .32, .01, -.08, nil, nil}, {.11, .18, .01, nil, nil, nil},
	}
	var all [][]any
	for i, context := range []int{350, 7093, 13836, 20579, 27322, 34065} {
		for j, n := range []int{1, 3, 5, 8, 10, 13} {
			all = append(all, []any{n, context, values[i][j]})
		}
	}
	return rows("requests context ln_f", all...)
}

func slaRows() *table.Table {
	var all [][]any
	for _, itl := range []int{50, 25, 20, 14, 10, 9, 8, 6} {
		for _, ttft := range []int{40, 60, 80, 100, 130, 200, 250, 500} {
			state, label, style := "regret", fmt.Sprint(20+itl%7), ""
			switch {
			case ttft == 40 || itl == 6:
				state, label = "not measured", ""
			case ttft == 60 || ttft == 200 || itl == 8:
				state, label = "infeasible", ""
			case itl == 9:
				state, label = "same", ""
			case itl == 10 && ttft > 200:
				state, label = "within", ""
			}
			if itl == 50 && ttft == 500 {
				style = "here"
			}
			all = append(all, []any{ttft, itl, state, label, style})
		}
	}
	return rows("ttft itl state label style", all...)
}

// spread is a deterministic sample with a tail: quantiles of a log-normal.
func spread(n int, mu, sigma float64) []float64 {
	v := make([]float64, n)
	for i := range v {
		p := (float64(i*37%n) + .5) / float64(n)
		v[i] = math.Round(1000*math.Exp(mu+sigma*math.Sqrt2*math.Erfinv(2*p-1))) / 1000
	}
	return v
}

func requestRows(n int) *table.Table {
	var all [][]any
	for _, v := range spread(n, math.Log(2070), .12) {
		all = append(all, []any{"AIC-Search", v})
	}
	for _, v := range spread(n, math.Log(1600), .09) {
		all = append(all, []any{"Profile-ALL", v})
	}
	return rows("method ttft_ms", all...)
}

func sweepRows() *table.Table {
	var all [][]any
	for _, tp := range []int{1, 2, 4, 8} {
		for _, c := range []int{1, 2, 4, 8, 16, 32, 64} {
			itl := 24/float64(tp) + 3 + .35*float64(c)/math.Sqrt(float64(tp))
			var v any = math.Round(itl*100) / 100
			if tp == 2 && c == 16 {
				v = nil
			}
			all = append(all, []any{fmt.Sprintf("TP=%d", tp), c, v})
		}
	}
	return rows("mapping concurrency itl_ms", all...)
}

func historyRows() *table.Table {
	var all [][]any
	for i, e := range []float64{-9.8, -10.5, -10.1, -9.2, -10.9, -14.9, -15.8, -15.1, -15.6} {
		st := "measured"
		if i == 2 {
			st = "measured pinned"
		}
		version := []string{"0.5.1", "0.5.1", "0.6.0", "0.6.0", "0.6.1", "0.7.0", "0.7.0", "0.7.0", "0.7.0"}[i]
		all = append(all, []any{"AIC-Search", fmt.Sprintf("run %d %s", i+1, version), e, e - 1.1, e + 1.1, st})
	}
	return rows("method run e low high style", all...)
}

func fiveMethods() ([]string, *table.Table) {
	names := []string{"AIC-Search", "Profile-ALL", "Vidur", "Bayes, 20 trials", "Random search with a name that goes on"}
	var all [][]any
	for i, m := range names {
		for _, c := range []int{1, 2, 4, 8, 16, 32} {
			all = append(all, []any{m, c, 8 + float64(i)*5 + .4*float64(c)*(1+float64(i)/4)})
		}
	}
	return names, rows("method concurrency itl_ms", all...)
}

func plotCases() []plotCase {
	_, five := fiveMethods()
	return []plotCase{
		{"line-prefill", notebook.PlotSpec{Kind: "line", X: "isl_tokens", Y: "ttft_ms", By: "method", Style: "style", Log: []string{"y"},
			XLabel: "ISL [tokens]", YLabel: "TTFT, one request [ms]", Lines: []notebook.LineSpec{{Y: ptr(500), Label: "SLA"}, {X: ptr(2048), Label: "target ISL", Role: "ref"}},
			Finding: "Prefill TTFT against input length for both methods; the curves nearly coincide above 2 600 tokens."}, prefillRows()},
		{"line-load", notebook.PlotSpec{Kind: "line", X: "concurrency", Y: "ttft_ms", By: "method", Style: "style", Low: "p10_ms", High: "p90_ms", Label: "level", Log: []string{"y"},
			XLabel: "concurrency of the client", YLabel: "TTFT [ms]", Lines: []notebook.LineSpec{{Y: ptr(500), Label: "SLA"}},
			Bands: []notebook.BandSpec{{X: []float64{3.65, 1e9}, Label: "saturated: 0.72 req/s"}}}, loadRows()},
		{"line-by-mapping", notebook.PlotSpec{Kind: "line", X: "concurrency", Y: "itl_ms", By: "mapping", Log: []string{"x"}, XLabel: "concurrency", YLabel: "ITL [ms]",
			Lines: []notebook.LineSpec{{Y: ptr(50), Label: "SLA"}}}, sweepRows()},
		{"line-five-methods", notebook.PlotSpec{Kind: "line", X: "concurrency", Y: "itl_ms", By: "method", XLabel: "concurrency", YLabel: "ITL [ms]"}, five},
		{"line-history", notebook.PlotSpec{Kind: "line", X: "run", Y: "e", By: "method", Low: "low", High: "high", Style: "style", Wide: true, YLabel: "signed error of ITL, medium load [%]",
			XLabel: "run and runtime version", Lines: []notebook.LineSpec{{Y: ptr(-10.1), Label: "baseline", Role: "baseline"}, {Y: ptr(-20), Label: "tolerance", Role: "limit"}},
			Bands: []notebook.BandSpec{{Y: []float64{-12.1, -8.1}, Label: "noise floor ±2.0"}}}, historyRows()},
		{"step-regret", notebook.PlotSpec{Kind: "step", X: "n", Y: "regret", XLabel: "configurations verified online", YLabel: "regret [%]", Zero: true,
			Bands: []notebook.BandSpec{{Y: []float64{0, 10}, Label: "tolerance 10 %"}}},
			rows("n regret", []any{1, 22.9}, []any{2, 22.9}, []any{3, 0.0}, []any{4, 0.0})},
		{"scatter-pareto", notebook.PlotSpec{Kind: "scatter", X: "user", Y: "gpu", By: "method", Style: "style", Label: "label", Log: []string{"y"}, XLabel: "tokens/s/user", YLabel: "tokens/s/GPU, decode GPUs only"}, paretoRows()},
		{"scatter-many", notebook.PlotSpec{Kind: "scatter", X: "i", Y: "ttft_ms", XLabel: "start [s]", YLabel: "TTFT [ms]", Lines: []notebook.LineSpec{{Y: ptr(2500), Label: "SLA"}}}, manyRows(3000)},
		{"parity-ttft", notebook.PlotSpec{Kind: "parity", X: "measured", Y: "predicted", By: "method", Style: "style", Log: []string{"x", "y"}, Tol: .2, XLabel: "measured TTFT [ms]", YLabel: "predicted TTFT [ms]"}, parityRows()},
		{"parity-throughput", notebook.PlotSpec{Kind: "parity", X: "measured", Y: "predicted", By: "method", Tol: .2, XLabel: "measured throughput [tokens/s/GPU]", YLabel: "predicted throughput [tokens/s/GPU]"},
			rows("method measured predicted", []any{"AIC-Search", 638.3, 700.1}, []any{"AIC-Search", 410.0, 520.5}, []any{"AIC-Search", 220.0, 231.2}, []any{"AIC-Search", 120.0, 150.0})},
		{"interval-error", notebook.PlotSpec{Kind: "interval", X: "e", Y: "level", By: "method", Low: "low", High: "high", XLabel: "signed error of ITL, (P − M) / M [%]",
			Bands: []notebook.BandSpec{{X: []float64{-20, 20}}}}, errorRows()},
		{"interval-attainment", notebook.PlotSpec{Kind: "interval", X: "share", Y: "level", By: "limit", Low: "low", High: "high", XLabel: "requests that meet the limit [%]",
			Bands: []notebook.BandSpec{{X: []float64{95, 100}, Label: "needs 95 %"}}},
			rows("limit level share low high", []any{"TTFT", "idle", 0.0, 0.0, 3.7}, []any{"TTFT", "medium", 0.0, 0.0, 3.7}, []any{"TTFT", "overload", nil, nil, nil},
				[]any{"ITL", "idle", 100.0, 96.3, 100.0}, []any{"ITL", "medium", 100.0, 96.3, 100.0}, []any{"ITL", "overload", 88.0, 80.2, 93.0})},
		{"bar-cost", notebook.PlotSpec{Kind: "bar", X: "gpu_hours", Y: "method", XLabel: "GPU-hours"}, rows("method gpu_hours", []any{"AIC-Search", 0.0}, []any{"Profile-ALL", 2.1428}, []any{"Third", nil})},
		{"bar-grouped", notebook.PlotSpec{Kind: "bar", X: "level", Y: "rate", By: "method", XLabel: "load level", YLabel: "goodput [req/s]"},
			rows("method level rate", []any{"AIC-Search", "idle", .2}, []any{"Profile-ALL", "idle", .22}, []any{"AIC-Search", "medium", .72}, []any{"Profile-ALL", "medium", .68},
				[]any{"AIC-Search", "saturation", .73}, []any{"Profile-ALL", "saturation", .83}, []any{"AIC-Search", "overload", .71}, []any{"Profile-ALL", "overload", nil})},
		{"stacked-cost", notebook.PlotSpec{Kind: "stacked", X: "minutes", Y: "method", By: "phase", XLabel: "wall clock [min]"},
			rows("method phase minutes", []any{"AIC-Search", "deploy and clean up", 0.0}, []any{"AIC-Search", "wait", 0.0}, []any{"AIC-Search", "measure", .45},
				[]any{"Profile-ALL", "deploy and clean up", .22}, []any{"Profile-ALL", "wait", 25.67}, []any{"Profile-ALL", "measure", 19.15})},
		{"timeline-deployments", notebook.PlotSpec{Kind: "timeline", Y: "deployment", From: "from", To: "to", By: "part", Label: "gpu_hours", XLabel: "minutes after start"}, deploymentRows()},
		{"heatmap-surface", notebook.PlotSpec{Kind: "heatmap", X: "requests", Y: "context", Value: "ln_f", Scale: "diverging", XLabel: "requests in flight", YLabel: "context [tokens]"}, surfaceRows()},
		{"heatmap-states", notebook.PlotSpec{Kind: "heatmap", X: "ttft", Y: "itl", Value: "state", Label: "label", Style: "style", Scale: "states", XLabel: "TTFT limit [ms]", YLabel: "ITL limit [ms]"}, slaRows()},
		{"heatmap-sequential", notebook.PlotSpec{Kind: "heatmap", X: "mapping", Y: "level", Value: "share", XLabel: "mapping", YLabel: "level"},
			rows("mapping level share", []any{"TP=1", "idle", 12.0}, []any{"TP=2", "idle", 55.0}, []any{"TP=4", "idle", 90.0}, []any{"TP=1", "medium", 5.0}, []any{"TP=2", "medium", nil}, []any{"TP=4", "medium", 71.0})},
		{"ecdf-ttft", notebook.PlotSpec{Kind: "ecdf", X: "ttft_ms", By: "method", Log: []string{"x"}, XLabel: "TTFT at medium load [ms]", YLabel: "requests at or below [%]", Lines: []notebook.LineSpec{{X: ptr(500), Label: "SLA"}}}, requestRows(100)},
		{"histogram-ttft", notebook.PlotSpec{Kind: "histogram", X: "ttft_ms", By: "method", XLabel: "TTFT at medium load [ms]", YLabel: "requests"}, requestRows(300)},
		{"facets", notebook.PlotSpec{Kind: "line", X: "concurrency", Y: "itl_ms", Facet: "mapping", XLabel: "concurrency", YLabel: "ITL [ms]", Lines: []notebook.LineSpec{{Y: ptr(50), Label: "SLA"}}}, sweepRows()},
		{"line-single-point", notebook.PlotSpec{Kind: "line", X: "concurrency", Y: "itl_ms", XLabel: "concurrency", YLabel: "ITL [ms]"}, rows("concurrency itl_ms", []any{8, 12.5})},
		{"line-equal", notebook.PlotSpec{Kind: "line", X: "concurrency", Y: "itl_ms", XLabel: "concurrency", YLabel: "ITL [ms]"}, rows("concurrency itl_ms", []any{1, 12.5}, []any{2, 12.5}, []any{4, 12.5})},
		{"line-huge", notebook.PlotSpec{Kind: "line", X: "n", Y: "v", XLabel: "n", YLabel: "bytes"}, rows("n v", []any{1, 1.2e12}, []any{2, 3.1e12}, []any{3, 5e12})},
		{"line-tiny", notebook.PlotSpec{Kind: "line", X: "n", Y: "v", XLabel: "n", YLabel: "seconds"}, rows("n v", []any{1, 1.2e-7}, []any{2, 3.1e-7}, []any{3, 5e-7})},
		{"line-log-nonpositive", notebook.PlotSpec{Kind: "line", X: "n", Y: "v", Log: []string{"y"}, XLabel: "n", YLabel: "TTFT [ms]"}, rows("n v", []any{1, 0.0}, []any{2, 30.0}, []any{3, 500.0}, []any{4, -1.0}, []any{5, 4000.0}, []any{6, nil}, []any{7, 9000.0})},
		{"hostile-names", notebook.PlotSpec{Kind: "bar", X: "v", Y: "name", XLabel: "<script>alert(1)</script> [ms]"},
			rows("name v", []any{"<img src=x onerror=alert(1)>", 3.0}, []any{"a\x00b\x1b[31m\u202ered", 2.0}, []any{"'\"&amp; ]]> and a name that is much too long to stand beside a bar of a chart", 1.0})},
	}
}

func manyRows(n int) *table.Table {
	var all [][]any
	for i, v := range spread(n, math.Log(1500), .3) {
		all = append(all, []any{float64(i) / 10, v})
	}
	return rows("i ttft_ms", all...)
}

func methodsOf(c plotCase) []string {
	if c.name == "line-five-methods" {
		names, _ := fiveMethods()
		return names
	}
	return twoMethods
}
