package render

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/profreport/profreport/internal/notebook"
	"github.com/profreport/profreport/internal/table"
)

// values is an inline parser for {{ name }} in tests.
type values map[string]*notebook.Inline

func (values) Trigger() []byte { return []byte{'{'} }

func (v values) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	if !bytes.HasPrefix(line, []byte("{{")) {
		return nil
	}
	i := bytes.Index(line, []byte("}}"))
	if i < 0 {
		return nil
	}
	name := strings.TrimSpace(string(line[2:i]))
	block.Advance(i + 2)
	in := v[name]
	if in == nil {
		in = &notebook.Inline{Expr: name, Text: name, Value: name}
	}
	return &notebook.InlineNode{Inline: in}
}

// prose parses Markdown as the notebook does.
func prose(src string, v values) notebook.Block {
	md := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough),
		goldmark.WithParserOptions(parser.WithInlineParsers(util.Prioritized(v, 50))))
	return notebook.Block{Prose: &notebook.Prose{AST: md.Parser().Parse(text.NewReader([]byte(src))), Source: []byte(src)}}
}

func cellOf(c notebook.Cell) notebook.Block { return notebook.Block{Cell: &c} }

func num(text, query string, v any) *notebook.Inline {
	return &notebook.Inline{Text: text, Query: query, Value: v}
}

// sampleDocument is a page with every kind of part, on recorded figures of
// Qwen3-32B where there are any.
func sampleDocument() (*notebook.Document, PageOptions) {
	plots := map[string]plotCase{}
	for _, c := range plotCases() {
		plots[c.name] = c
	}
	doc := &notebook.Document{
		Path: "templates/sample.md", Source: []byte("sample"), Title: "Can AIC-Search be trusted here?", Methods: twoMethods,
		Params: []notebook.Param{
			{Name: "ttft_ms", Type: "real", Doc: "TTFT limit in ms", Value: 500.0, Default: 500.0, Set: true},
			{Name: "runs", Type: "text", Doc: "which runs", Value: nil, Default: nil},
		},
	}
	var blocks []notebook.Block
	v := values{
		"cost":  num("1.0"+thin+"% of the time", "answer_cost", .01),
		"bias":  num("15.6"+thin+"% optimistic", "answer_bias", -.156),
		"none":  num("None of 400 requests", "answer_feasibility", int64(0)),
		"kv":    num("502"+thin+"272 and 8"+thin+"224 tokens", "differences", int64(8224)),
		"gpuh":  num("2.14 GPU-hours", "cost", 2.14),
		"price": {Expr: "price", Text: "not measured"},
		"bad":   {Expr: "gpu_power", Text: "error", Err: &notebook.Fault{Message: "no such column: power_w"}},
		"load":  num("“Medium” was already saturated, so TTFT grows with the queue while ITL stays flat", "load", "x"),
	}
	md := func(s string) { blocks = append(blocks, prose(s, v)) }
	add := func(c notebook.Cell) { blocks = append(blocks, cellOf(c)) }
	plot := func(name, query, heading, caption string) {
		c := plots[name]
		spec := c.spec
		spec.Heading = heading
		add(notebook.Cell{Kind: "plot", Query: query, Plot: &spec, Data: c.data, Caption: caption, Line: 10})
		doc.Queries = addQuery(doc.Queries, query, len(c.data.Rows))
	}
	md(`# Not yet: it is cheap and its ITL is close enough, but these runs cannot show that it picks the right configuration.

- **For it.** It took {{ cost }} of Profile-ALL and no GPU. At medium load its ITL is {{ bias }}, inside the 20 % tolerance.
- **Against it.** {{ none }} met the SLA that it predicted to hold. None met it with the choice of Profile-ALL either, so the client path is the first suspect.
- **Open.** The two sides had KV caches of {{ kv }}, so throughput and regret are not comparable.
`)
	add(notebook.Cell{Kind: "tiles", Query: "answer", Data: tileRows(), Tiles: &notebook.TilesSpec{Columns: map[string]string{}}})
	md(`**What would settle it**

1. Repeat the validation from inside the cluster, without the tunnel to ` + "`localhost:8000`" + `: unblocks TTFT and feasibility.
2. Repeat the Profile-ALL decode sweep with the KV-cache setting that AIC-Search assumed: last time {{ gpuh }}; unblocks regret, ranks and Pareto.

## Are these comparable? — Three differences block a verdict; all three can be removed

Only properties that differ are listed. “Blocks” withholds the verdict of the metrics it touches: their values stay visible, drawn with a dotted outline.
`)
	add(notebook.Cell{Kind: "table", Query: "differences", Data: differenceRows(), Table: &notebook.TableSpec{Stack: true, Columns: []notebook.ColumnSpec{
		{Name: "severity", Label: "Severity", Format: "verdict"}, {Name: "what", Label: "What differs"}, {Name: "one", Label: "One side", Note: "one_note"},
		{Name: "other", Label: "Other side", Missing: "not recorded"}, {Name: "touches", Label: "Touches"}, {Name: "remedy", Label: "To remove it", Missing: "–"}}}})
	md(`
## Cost of profiling — AIC-Search took 27 s and no GPU; Profile-ALL took 45 minutes, 57 % of it waiting

Look at the light part: it is time in which GPUs were held but nothing was measured. All figures come from log stamps, none from a constant. The price is {{ price }}.
`)
	plot("stacked-cost", "cost", "Wall clock by phase", "Minutes, n = 1 run a method. Phases from “Waiting for deployment”, “ready”, “Cleaning up” and “deleted” in the log.")
	plot("timeline-deployments", "cost_deployments", "Ten deployments of Profile-ALL", "Light: waiting; dark: measuring. GPU-hours run from waiting to deletion. n = 10 deployments, 0 failed. Sum 2.14 GPU-hours.")
	add(notebook.Cell{Kind: "table", Query: "cost", Data: costRows(), Table: &notebook.TableSpec{Total: true, Columns: []notebook.ColumnSpec{
		{Name: "method", Label: "Method"}, {Name: "wall_s", Label: "Wall clock", Format: "duration", Unit: "s", Better: "lower"}, {Name: "deployments", Label: "Deployments"},
		{Name: "failed", Label: "Failed"}, {Name: "wait_s", Label: "Wait", Format: "duration", Unit: "s"}, {Name: "gpu_hours", Label: "GPU-hours", Format: "3g"},
		{Name: "price", Label: "Price", Missing: "not given"}}}})
	md(`
## Predictive accuracy — ITL is 16 % optimistic at medium load; TTFT agrees in the cluster but not at the client

A point on the diagonal is a perfect prediction; below it the simulator promises too much (optimistic). The grey band is ±20 %.
`)
	plot("parity-ttft", "parity", "TTFT: predicted against measured", "ms, log scales. Hollow: curve of AIC-Search against the curve of Profile-ALL, n = 17 ISLs, one request each. Dotted outlines: means at the client, n = 100 requests a point, blocked.")
	plot("interval-error", "accuracy", "ITL: signed error by load", "Percent, mean of n = 100 requests a point, 95 % t interval of M (independent requests assumed).")
	add(notebook.Cell{Kind: "table", Query: "accuracy", Data: accuracyRows(), Caption: "P, M in ms; intervals come from M alone, P has no sampling error. Click a heading to sort.", Table: &notebook.TableSpec{Columns: []notebook.ColumnSpec{
		{Name: "method", Label: "Choice of"}, {Name: "level", Label: "Level"}, {Name: "n"}, {Name: "p", Label: "P", Format: "3g", Unit: "ms", Missing: "not predicted"},
		{Name: "m", Label: "M", Format: "3g", Unit: "ms", Low: "m_lo", High: "m_hi"}, {Name: "e", Label: "Signed e", Format: "signed_percent", Low: "e_lo", High: "e_hi", Better: "zero"},
		{Name: "word", Label: "Reads", Missing: "–"}, {Name: "verdict", Label: "±20 %", Format: "verdict"}}}})
	md("\n**Correction factor.** Not offered: a factor must lower the error of configurations left out, which needs at least 3 measured configurations; 1 was measured.\n\n## Accuracy over load — {{ load }}\n\nCompare dashed with solid at the same concurrency.\n")
	plot("line-load", "load", "TTFT, AIC-Search choice (3 GPUs)", "ms, log scale; line p50, band p10 to p90; n = 100 requests a level. Prediction: one request, so it does not vary with load.")
	plot("line-prefill", "prefill_curve", "Prefill TTFT over input length", "ms, log scale; TP 1 on both sides, n = 17 ISLs, one request each (no interval).")
	md("\n## Curves and surfaces — Prefill agrees within 13 % from 2 600 tokens on; the decode surfaces share 7 of 36 nodes\n\nLevel and shape are judged apart: a factor can cure a level, not a shape.\n")
	plot("heatmap-surface", "decode_surface", "Decode ITL: ln(P / M) on the shared hull", "Violet: optimistic; green: pessimistic; one symmetric scale with breaks at ±0.05, 0.15, 0.30.")
	plot("heatmap-states", "sla_map", "Would another SLA change the answer?", "n = 64 pairs of limits. Frame: the SLA of this report.")
	md("\n## Pareto — Both deployed choices are on the measured front\n\nUp is cheaper, right is faster for the user.\n")
	plot("scatter-pareto", "pareto", "Decode sweep: predicted, measured, realised", "Log scale; decode GPUs only. n = 24 predicted, 12 measured. Faint: dominated.")
	plot("line-by-mapping", "sweep", "ITL over concurrency by mapping", "ms; a gap is a point that was not measured.")
	md("\n## SLA attainment — No request met the TTFT limit, every request met the ITL limit\n\nA failed request would count as a miss; none failed.\n")
	plot("interval-attainment", "attainment", "Share of requests within each limit", "Share of requests, Wilson 95 % interval, n = 100 a level.")
	plot("bar-grouped", "goodput", "Goodput by level", "Requests per second that meet every limit.")
	md("\n## Distributions — TTFT has a tail three times its median; ITL hardly varies\n\nSteep is steady.\n")
	plot("ecdf-ttft", "distribution", "TTFT at medium load", "ms, log scale; n = 100 requests a method.")
	plot("histogram-ttft", "distribution", "The same as a histogram", "n = 300 requests a method.")
	add(notebook.Cell{Kind: "plot", Query: "requests", Plot: &notebook.PlotSpec{Kind: "line", X: "t", Y: "ttft_ms", Heading: "Latency over the run"}, Data: rows("t ttft_ms"),
		Empty: "not shown: add validation/*/profile_export.jsonl to see TTFT and ITL against start time, with warm-up marked."})
	doc.Queries = addQuery(doc.Queries, "requests", 0)
	md("\n## History — ITL bias stepped from −10 to −15 % with runtime 0.7.0 and has stayed there\n\nThe dark band is the noise floor around the pinned baseline; a point outside it is a change.\n")
	plot("line-history", "history", "", "Percent, n = 100 requests a run, 95 % intervals. Ringed: pinned baseline.")
	plot("facets", "sweep", "ITL by mapping, one panel each", "Panels share their axes.")
	md("\n## Appendix — Definitions, queries, sources and versions\n\n### Metrics\n")
	add(notebook.Cell{Kind: "listing", Listing: "metrics"})
	md("### Parameters\n")
	add(notebook.Cell{Kind: "listing", Listing: "params"})
	md("### Queries\n")
	add(notebook.Cell{Kind: "listing", Listing: "queries"})
	md("### Sources\n")
	add(notebook.Cell{Kind: "listing", Listing: "sources"})
	md("### Problems\n")
	add(notebook.Cell{Kind: "listing", Listing: "problems"})
	md("### A cell that fails\n\nIts value is {{ bad }}.\n")
	f := notebook.Fault{File: "templates/sample.md", Line: 214, Column: 23, Message: "no such column: power_w", Excerpt: "  select run, avg(power_w) from telemetry\n                  ^", Cell: "gpu_power"}
	add(notebook.Cell{Kind: "table", Query: "gpu_power", Err: &f})
	doc.Faults = []notebook.Fault{f, {File: "templates/sample.md", Line: 3, Column: 1, Message: "parameter price is never used", Warning: true}}
	for _, q := range []string{"answer", "answer_cost", "answer_bias", "answer_feasibility", "differences", "cost", "accuracy"} {
		doc.Queries = addQuery(doc.Queries, q, 4)
	}
	doc.Blocks = blocks
	return doc, sampleOptions()
}

func addQuery(list []notebook.QueryText, name string, n int) []notebook.QueryText {
	for _, q := range list {
		if q.Name == name {
			return list
		}
	}
	return append(list, notebook.QueryText{Name: name, Doc: "One row per point of " + name + ".", Rows: n, From: "built in",
		SQL:    "select method, level, metric, n, p, m, (p - m) / nullif(m, 0) as e\nfrom " + name + "_rows\nwhere ttft_ms < :ttft_ms and 1 <> 2\norder by method, level;",
		Params: map[string]any{"ttft_ms": 500.0}})
}

func tileRows() *table.Table {
	return rows("label value unit format verdict note low high limit_low limit_high",
		[]any{"Profiling cost", .99, "less time", "percent", "pass", "27 s against 45 min 03 s; 0 against 2.14 GPU-hours. Limit: at least 50 % less.", nil, nil, .5, nil},
		[]any{"Bias, medium load", -.156, "ITL, optimistic", "signed_percent", "unknown", "n = 100: within ±20 %. TTFT −91 % is blocked by difference 2.", -.159, -.154, -.2, .2},
		[]any{"Regret of the choice", nil, nil, "percent", "unknown", "No measured configuration met the SLA. Limit: under 10 %.", nil, nil, nil, .1},
		[]any{"Feasible as promised", 0.0, "of 400 requests", "percent", "fail", "met TTFT ≤ 500 ms and ITL ≤ 50 ms. ITL alone: 400 of 400. Limit: 95 %.", 0.0, .0095, .95, nil})
}

func differenceRows() *table.Table {
	return rows("severity what one one_note other touches remedy",
		[]any{"1 blocks", "KV cache [tokens]", 502272, "AIC-Search", "8 224, 61 times smaller", "regret, ranks, Pareto", "same memory fraction in both engine configs"},
		[]any{"2 blocks", "What TTFT includes", "prefill of one request", "prediction", "queue and tunnel to localhost:8000", "TTFT error, cause of the SLA miss", "validate in the cluster"},
		[]any{"4 warn", "Load named “medium”", "50 % of capacity", "plan", "99 %: 0.718 of 0.722 req/s", "accuracy by level", "set levels from measured capacity"},
		[]any{"7 unknown", "GPU model", "h200_sxm", "AIC-Search", nil, "all levels", "collect node labels"},
		[]any{"harmless", "OSL obtained, medium load", 256.0, "AIC-Search choice", "255.96", "–", nil})
}

func costRows() *table.Table {
	return rows("method wall_s deployments failed wait_s gpu_hours price",
		[]any{"AIC-Search", 27.0, 0, 0, nil, 0.0, nil}, []any{"Profile-ALL", 2703.0, 10, 0, 1540.0, 2.1428, nil})
}

func accuracyRows() *table.Table {
	return rows("method level n p m m_lo m_hi e e_lo e_hi word verdict",
		[]any{"AIC-Search", "idle", 100, 10.6716, 14.32, 14.2649, 14.3752, -.2548, -.2576, -.2519, "optimistic", "outside"},
		[]any{"AIC-Search", "medium", 100, 10.8131, 12.8146, 12.7765, 12.8528, -.1562, -.1587, -.1537, "optimistic", "pass"},
		[]any{"AIC-Search", "saturation", 100, 10.8076, 12.6123, 12.4018, 12.8227, -.1431, -.1572, -.1286, "optimistic", "inside"},
		[]any{"Profile-ALL", "idle", 100, 20.0933, 19.5021, 19.4761, 19.5281, .0303, .0289, .0317, "pessimistic", "inside"},
		[]any{"Profile-ALL", "medium", 100, 20.8491, 20.9086, 20.8819, 20.9352, -.0028, -.0041, -.0016, "optimistic", "blocked by 2"},
		[]any{"Profile-ALL", "overload", 100, nil, 1713.1471, 1614.1368, 1812.1574, nil, nil, nil, nil, nil})
}

func sampleOptions() PageOptions {
	return PageOptions{
		Version: "0.1.0", Commit: "3b1391b",
		Header: []string{"Qwen/Qwen3-32B, TensorRT-LLM 0.7.0 image", "SLA: TTFT ≤ 500 ms, ITL ≤ 50 ms at ISL 2 048, OSL 256", "runs of 2026-01-05"},
		Sources: []Source{
			{"aic", "aic_all/configmap_data.json", "configmap", 11617, strings.Repeat("ad2fe098", 8)},
			{"online", "online_all/profile_sla.log", "log", 90722, strings.Repeat("c827f323", 8)},
		},
		Problems: []Problem{{Run: "online", Path: "online_all/profile_sla.log", Line: 412, Severity: "warn", Message: "ITL: want a number, got “n/a”; line skipped, rest kept"}},
		Metrics: []Metric{
			{Name: "regret", Unit: "1", Better: "lower", Doc: "1 − measured value of the choice / best measured feasible value.", Expr: "1 - chosen / best", Query: "answer", Limit: "value < 0.10", From: "built in", SHA256: strings.Repeat("0123abcd", 8)},
			{Name: "ttft_error", Unit: "1", Better: "zero", Doc: "Signed error of TTFT at the level's load.", Expr: "(p - m) / m", Query: "accuracy", From: "built in"},
		},
		Foot: []string{"schema 1", "SQLite 3.54.1"},
		Data: []byte(`{"schema":1,"note":"</script><b>"}`),
	}
}
