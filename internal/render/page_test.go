package render

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/notebook"
)

func pageOf(t *testing.T, doc *notebook.Document, opt PageOptions) string {
	t.Helper()
	var b bytes.Buffer
	if err := HTML(&b, doc, opt); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func samplePage(t *testing.T) (string, *node) {
	doc, opt := sampleDocument()
	s := pageOf(t, doc, opt)
	return s, parsePage(t, s)
}

// page of Markdown and cells.
func small(t *testing.T, blocks ...notebook.Block) *node {
	t.Helper()
	return parsePage(t, pageOf(t, &notebook.Document{Title: "T", Blocks: blocks, Methods: twoMethods}, PageOptions{}))
}

func TestPageStructure(t *testing.T) {
	_, p := samplePage(t)
	for _, c := range []struct {
		selector string
		want     []string
	}{
		{"head title", []string{"Can AIC-Search be trusted here?"}},
		{"header.top b", []string{"Qwen/Qwen3-32B, TensorRT-LLM 0.7.0 image"}},
		{"nav.toc a", []string{"Answer", "1 Are these comparable?✕", "2 Cost of profiling", "3 Predictive accuracy?", "4 Accuracy over load", "5 Curves and surfaces", "6 Pareto", "7 SLA attainment", "8 Distributions", "9 History", "10 Appendix"}},
		{"nav.toc i.fail", []string{"✕"}},
		{"nav.toc i.unk", []string{"?"}},
		{"section#answer p.k", []string{"Can AIC-Search be trusted here?"}},
		{"section#answer h1", []string{"Not yet: it is cheap and its ITL is close enough, but these runs cannot show that it picks the right configuration."}},
		{"section#answer ul.why li a.q", []string{"1.0" + thin + "% of the time", "15.6" + thin + "% optimistic", "None of 400 requests", "502" + thin + "272 and 8" + thin + "224 tokens"}},
		{"div.tiles div.tile div.hd", []string{"Profiling cost✓ Pass", "Bias, medium load? Can’t tell", "Regret of the choice? Can’t tell", "Feasible as promised✕ Fail"}},
		{"div.tile div.v", []string{"99.0" + thin + "% less time", "−15.6" + thin + "% ITL, optimistic", "not measured", "0.0" + thin + "% of 400 requests"}},
		{"div.next p", []string{"What would settle it"}},
		{"section#are-these-comparable p.k", []string{"1 · Are these comparable?"}},
		{"section#are-these-comparable h2", []string{"Three differences block a verdict; all three can be removed #"}},
		{"section#accuracy-over-load h2", []string{"“Medium” was already saturated, so TTFT grows with the queue while ITL stays flat #"}},
		{"section#accuracy-over-load h2 a.q", nil}, // headings hold no links
		{"section#predictive-accuracy div.key span", []string{"AIC-Search", "Profile-ALL", "measured", "predicted", "blocked", "tolerance", "interval"}},
		{"section#distributions p.empty", []string{"Latency over the run not shown: add validation/*/profile_export.jsonl to see TTFT and ITL against start time, with warm-up marked."}},
		{"div.banner li", []string{"templates/sample.md:214:23 no such column: power_w"}},
		{"details.warnings summary", []string{"! 1 warning"}},
		{"section#appendix div.err pre", []string{"templates/sample.md:214:23: no such column: power_w select run, avg(power_w) from telemetry ^"}},
		{"section#appendix span.bad", []string{"error"}},
	} {
		if got := p.contents(c.selector); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.selector, got, c.want)
		}
	}
	if n := len(p.all("section#predictive-accuracy div.grid figure")); n != 2 {
		t.Errorf("%d figures in the row, want 2", n)
	}
	if n := len(p.all("div.facets svg")); n != 4 {
		t.Errorf("%d panels, want 4", n)
	}
}

func TestTableCells(t *testing.T) {
	_, p := samplePage(t)
	table := p.all("section#predictive-accuracy table.sort")[0]
	if got := table.contents("th"); !slices.Equal(got, []string{"Choice of", "Level", "n", "P [ms]", "M [ms]", "Signed e", "Reads", "±20 %"}) {
		t.Errorf("heads %q", got)
	}
	rows := table.all("tbody tr")
	want := []string{"AIC-Search", "medium", "100", "10.8", "12.8 [12.8, 12.9]", "−15.6" + thin + "% [−15.9, −15.4" + thin + "%]", "optimistic", "✓ Pass"}
	if got := rows[1].contents("td"); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	last := rows[5]
	if got := last.contents("td"); got[3] != "not predicted" || got[5] != "not measured" || got[6] != "–" || got[7] != "–" {
		t.Errorf("missing values read %q", got)
	}
	if v := last.all("td")[3].attr["data-v"]; v != "" {
		t.Errorf("a missing value sorts as %q", v)
	}
	if v := rows[0].all("td")[3].attr["data-v"]; v != "10.6716" {
		t.Errorf("P sorts as %q, want the raw value", v)
	}
	if c := rows[0].all("td")[3].attr["class"]; c != "n" {
		t.Errorf("numbers are of class %q", c)
	}
	if got := table.contents("b.best"); !slices.Equal(got, []string{"−0.3" + thin + "%"}) {
		t.Errorf("best: %q", got)
	}
	total := p.all("section#cost-of-profiling tfoot")[0]
	if got := total.contents("td"); !slices.Equal(got, []string{"45 min 30 s", "10", "0", "25 min 40 s without 1 not measured", "2.14", ""}) {
		// no-break spaces stand inside the durations
		for i, s := range got {
			got[i] = strings.ReplaceAll(s, "\u00a0", " ")
		}
		if !slices.Equal(got, []string{"45 min 30 s", "10", "0", "25 min 40 s without 1 not measured", "2.14", ""}) {
			t.Errorf("totals %q", got)
		}
	}
}

// TestAnchors: ids are unique, and every link inside the page has its target.
func TestAnchors(t *testing.T) {
	_, p := samplePage(t)
	ids := map[string]bool{}
	p.walk(func(n *node) {
		if id := n.attr["id"]; id != "" {
			if ids[id] {
				t.Errorf("id %q twice", id)
			}
			ids[id] = true
		}
	})
	links := 0
	p.walk(func(n *node) {
		if to, ok := strings.CutPrefix(n.attr["href"], "#"); ok {
			links++
			if !ids[to] {
				t.Errorf("link to #%s, which is nowhere", to)
			}
		}
	})
	if links < 30 {
		t.Errorf("only %d links", links)
	}
	for _, q := range []string{"answer", "answer_cost", "cost", "accuracy", "history"} {
		if !ids["sql-"+q] {
			t.Errorf("no SQL of %s", q)
		}
	}
	// the second figure of a query links to the first
	if got := p.contents("section#distributions p.ref a.q"); !slices.Equal(got, []string{"SQL · distribution"}) {
		t.Errorf("second use: %q", got)
	}
	// a problem leads to its file, and that to its hash
	if a := p.all("section#appendix tr td a")[1]; ids[strings.TrimPrefix(a.attr["href"], "#")] == false {
		t.Errorf("problem leads to %q", a.attr["href"])
	}
	if h := p.one(t, "tr#source-2").all("code")[1].attr["title"]; h != strings.Repeat("c827f323", 8) {
		t.Errorf("SHA-256 %q", h)
	}
}

// TestQueriesWithoutPlace: numbers may come from queries that no figure shows
// and no listing lists; their SQL follows at the end.
func TestQueriesWithoutPlace(t *testing.T) {
	doc := &notebook.Document{Blocks: []notebook.Block{prose("# A\n\nIt is {{ x }}.\n", values{"x": num("5 ms", "lonely", 5.0)})},
		Queries: []notebook.QueryText{{Name: "lonely", SQL: "select 5", Rows: 1}}}
	p := parsePage(t, pageOf(t, doc, PageOptions{}))
	if got := p.one(t, "details#sql-lonely").content(); !strings.Contains(got, "select 5") || !strings.Contains(got, "1 row") {
		t.Errorf("%q", got)
	}
}

// TestHeadingFallsBack: without a finding the label is the heading.
func TestHeadingFallsBack(t *testing.T) {
	p := small(t, prose("# T\n\n## Cost\n\nx\n\n## Load — {{ gone }}\n\n## A – b **c**\n", values{"gone": {Text: ""}}))
	if got := p.contents("p.k"); !slices.Equal(got, []string{"1", "2", "3 · A"}) {
		t.Errorf("labels %q", got)
	}
	if got := p.contents("h2"); !slices.Equal(got, []string{"Cost #", "Load #", "b c #"}) {
		t.Errorf("headings %q", got)
	}
}

var fetches = regexp.MustCompile(`(?i)\b(src|srcset|action|poster|background|ping)\s*=|@import|url\((?:[^)#]|#[^h])|<(?:link|iframe|object|embed|base|form)\b|https?://[^\s"]*`)

// TestNothingIsFetched: no attribute or rule of the page makes a browser ask a
// network, and its policy forbids it.
func TestNothingIsFetched(t *testing.T) {
	s, p := samplePage(t)
	if m := fetches.FindString(s); m != "" {
		t.Errorf("the page holds %q", m)
	}
	policy := ""
	for _, m := range p.all("meta") {
		if m.attr["http-equiv"] == "Content-Security-Policy" {
			policy = m.attr["content"]
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "http") || strings.Contains(policy, "self") {
		t.Errorf("policy %q", policy)
	}
}

// TestReload: only the watching server's page asks for anything.
func TestReload(t *testing.T) {
	doc, opt := sampleDocument()
	opt.Reload = "/reload.js"
	if s := pageOf(t, doc, opt); !strings.Contains(s, `<script src="/reload.js"></script>`) || !strings.Contains(s, "connect-src 'self'") {
		t.Error("no reload script")
	}
}

func TestSameBytes(t *testing.T) {
	a, _ := samplePage(t)
	for range 5 {
		if b, _ := samplePage(t); a != b {
			t.Fatal("two pages of the same document differ: " + firstDifference([]byte(a), []byte(b)))
		}
	}
	if len(a) > 1<<20 {
		t.Errorf("%d bytes", len(a))
	}
}

// TestData: the embedded JSON comes back as it was, whatever is in it.
func TestData(t *testing.T) {
	s, _ := samplePage(t)
	_, rest, ok := strings.Cut(s, `<script type="application/json" id="profreport-data">`)
	if !ok {
		t.Fatal("no data")
	}
	data, _, _ := strings.Cut(rest, "</script>")
	var v struct{ Note string }
	if err := json.Unmarshal([]byte(data), &v); err != nil || v.Note != "</script><b>" {
		t.Errorf("%v, %q", err, v.Note)
	}
}

const hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\x00\x1b[31m\u202e&amp;"

// TestHostileText: every place that shows text of others shows it as text.
func TestHostileText(t *testing.T) {
	f := notebook.Fault{File: hostile, Line: 1, Message: hostile, Excerpt: hostile, Cell: hostile}
	data := rows("a b verdict path run", []any{hostile, 1.0, hostile, hostile, hostile}, []any{hostile, nil, nil, hostile, "x"})
	plot := notebook.PlotSpec{Kind: "bar", X: "b", Y: "a", Heading: hostile, XLabel: hostile, YLabel: hostile, Finding: hostile, By: "run", Label: "path", Title: "a",
		Lines: []notebook.LineSpec{{X: ptr(.5), Label: hostile}}, Bands: []notebook.BandSpec{{X: []float64{0, 1}, Label: hostile}}}
	in := &notebook.Inline{Text: hostile, Value: hostile, Query: hostile}
	bad := &notebook.Inline{Text: hostile, Err: &f}
	doc := &notebook.Document{
		Path: hostile, Title: hostile, Methods: []string{hostile}, Faults: []notebook.Fault{f, {Message: hostile, Warning: true}},
		Params:  []notebook.Param{{Name: hostile, Doc: hostile, Value: hostile, Default: hostile}},
		Queries: []notebook.QueryText{{Name: hostile, SQL: hostile, Doc: hostile, From: hostile, Params: map[string]any{hostile: hostile}}},
		Blocks: []notebook.Block{
			prose("# "+hostile+"\n\n"+hostile+" {{ x }} {{ bad }} `"+hostile+"`\n\n## "+hostile+" — "+hostile+"\n\n    "+hostile+"\n\n| "+hostile+" |\n| --- |\n| {{ x }} |\n", values{"x": in, "bad": bad}),
			cellOf(notebook.Cell{Kind: "table", Query: hostile, Data: data, Caption: hostile, Table: &notebook.TableSpec{Group: "run", Columns: []notebook.ColumnSpec{
				{Name: "a", Label: hostile, Unit: hostile, Format: "code", Missing: hostile}, {Name: "b", Missing: hostile, Note: "a"}, {Name: "verdict", Format: "verdict"}, {Name: "path"}}}}),
			cellOf(notebook.Cell{Kind: "plot", Query: hostile, Data: data, Plot: &plot, Caption: hostile}),
			cellOf(notebook.Cell{Kind: "plot", Query: hostile, Data: rows("a b"), Plot: &plot, Empty: hostile}),
			cellOf(notebook.Cell{Kind: "plot", Query: hostile, Data: data, Plot: &notebook.PlotSpec{Kind: "line", X: hostile, Y: "b"}}),
			cellOf(notebook.Cell{Kind: "table", Query: hostile, Err: &f}),
			cellOf(notebook.Cell{Kind: "tiles", Query: hostile, Data: rows("label value unit note verdict limit_low", []any{hostile, hostile, hostile, hostile, hostile, 1.0}), Folded: true, Caption: hostile}),
		},
	}
	for _, l := range []string{"queries", "metrics", "sources", "problems", "params"} {
		doc.Blocks = append(doc.Blocks, cellOf(notebook.Cell{Kind: "listing", Listing: l}))
	}
	s := pageOf(t, doc, PageOptions{
		Version: hostile, Commit: hostile, Header: []string{hostile, hostile}, Foot: []string{hostile}, Reload: "/" + hostile,
		Sources:  []Source{{Run: hostile, Path: hostile, Kind: hostile, SHA256: hostile}},
		Problems: []Problem{{Run: hostile, Path: hostile, Severity: hostile, Message: hostile, Line: 1}},
		Metrics:  []Metric{{Name: hostile, Doc: hostile, Unit: hostile, Better: hostile, Expr: hostile, Query: hostile, Limit: hostile, From: hostile, SHA256: hostile}},
	})
	if strings.Contains(s, "<script>alert") || strings.Contains(s, "<img") {
		i := max(strings.Index(s, "<script>alert"), strings.Index(s, "<img"))
		t.Fatalf("markup came through: %s", s[max(0, i-200):i+60])
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return r < 0x20 && r != '\n' && r != '\t' || r == 0x202e }); i >= 0 {
		t.Errorf("control character %q near %q", s[i], s[max(0, i-80):i])
	}
	p := parsePage(t, s)
	p.walk(func(n *node) {
		for name := range n.attr {
			if strings.HasPrefix(name, "on") {
				t.Errorf("<%s> has %s", n.name, name)
			}
		}
		if n.name == "script" && n.attr["src"] != "" && !strings.HasPrefix(n.attr["src"], "/<script>") {
			t.Errorf("script %q", n.attr["src"])
		}
	})
	if n := strings.Count(s, "&lt;script&gt;alert(1)&lt;/script&gt;"); n < 60 {
		t.Errorf("the text shows only %d times", n)
	}
}

// TestMarkdown: what the page makes of Markdown that could do more than print.
func TestMarkdown(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"javascript", "[a](javascript:alert(1))", "<p><a>a</a></p>"},
		{"javascript in disguise", "[a](JaVaScRiPt&#58;alert(1))", "<p><a>a</a></p>"},
		{"data", "[a](data:text/html,x)", "<p><a>a</a></p>"},
		{"autolink", "<javascript:alert(1)>", "<p><a>javascript:alert(1)</a></p>"},
		{"https", "[a](https://example.org/?x=1&y=2 \"t\")", `<p><a href="https://example.org/?x=1&amp;y=2" rel="noopener noreferrer">a</a></p>`},
		{"fragment", "[a](#cost)", `<p><a href="#cost">a</a></p>`},
		{"raw inline", "a <b onclick=x>c</b>", "<p>a &lt;b onclick=x&gt;c&lt;/b&gt;</p>"},
		{"raw block", "<div>\nx\n</div>", "<p>&lt;div&gt;\nx\n&lt;/div&gt;</p>"},
		{"picture", "![graph](https://example.org/x.png)", `<p><span class="off-t">[graph]</span></p>`},
		{"picture within", "![g](data:image/png;base64,AAAA)", `<p><img src="data:image/png;base64,AAAA" alt="g"></p>`},
		{"escapes", `\<b\> &amp; &lt; \& a\_b &copy;`, "<p>&lt;b&gt; &amp; &lt; &amp; a_b ©</p>"},
		{"escaped entity", `\&lt;`, "<p>&amp;lt;</p>"},
		{"code", "`{{ x }} <b>`", "<p><code>{{ x }} &lt;b&gt;</code></p>"},
		{"value in emphasis", "**{{ x }}**", `<p><strong><a class="q" href="#sql-q">5 ms</a></strong></p>`},
		{"value in a link", "[see {{ x }}](#y)", `<p><a href="#y">see 5 ms</a></p>`},
		{"value that is not known", "{{ y }}", `<p><span class="miss">not measured</span></p>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPage(&notebook.Document{Queries: []notebook.QueryText{{Name: "q"}}}, PageOptions{})
			b := prose(c.in, values{"x": num("5 ms", "q", 5.0), "y": {Text: "not measured", Query: "q"}})
			var o out
			p.prose.children(&o, b.Prose.AST, b.Prose.Source)
			if got := strings.TrimSpace(string(o.b)); got != c.want {
				t.Errorf("\n got %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestChips(t *testing.T) {
	for _, c := range []struct {
		in   any
		want string
		v    verdict
	}{
		{"pass", `<span class="chip pass">✓ Pass</span>`, passed}, {"fail", `<span class="chip fail">✕ Fail</span>`, failed},
		{"unknown", `<span class="chip unk">? Can’t tell</span>`, unknown}, {"cannot tell", `<span class="chip unk">? Can’t tell</span>`, unknown},
		{nil, "–", 0}, {"", "–", 0},
		{"blocked by 2", `<span class="chip unk">? blocked by 2</span>`, unknown}, {"2 blocks", `<span class="chip fail">✕ 2 blocks</span>`, failed},
		{"warn", `<span class="chip warn">! warn</span>`, 0}, {"inside", `<span class="off-t">inside</span>`, 0}, {"harmless", `<span class="chip ok">harmless</span>`, 0},
		{int64(1), "–", 0}, {"failed-looking text", `<span class="off-t">failed-looking text</span>`, 0},
	} {
		var o out
		k := chipOf(c.in)
		k.write(&o)
		if string(o.b) != c.want || k.verdict != c.v {
			t.Errorf("%v: %s (%d), want %s (%d)", c.in, o.b, k.verdict, c.want, c.v)
		}
	}
}

// TestNumbersOfSentences: of a sentence that a query wrote only the numbers
// lead to the SQL.
func TestNumbersOfSentences(t *testing.T) {
	for _, c := range []struct {
		in   *notebook.Inline
		want string // links in brackets
	}{
		{num("5 ms", "q", 5.0), "[5 ms]"},
		{num("not a number at all", "q", "x"), "not a number at all"},
		{num("TP=2 @64", "q", "TP=2 @64"), "[TP=2 @64]"},
		{num("It took 1.0 % of the time, TP=2 @64 broke 7 of 9 limits by −90.5 %.", "q", "x"), "It took [1.0 %] of the time, TP=2 @64 broke [7] of [9] limits by [−90.5 %]."},
		{num("Caches hold 8 224 and 502 272 tokens (2026-01-05, run-3, 3D).", "q", "x"), "Caches hold [8 224] and [502 272 tokens] (2026-01-05, run-3, 3D)."},
		{num("A long sentence of no numbers whatsoever.", "q", "x"), "A long sentence of no numbers whatsoever."},
	} {
		p := newPage(&notebook.Document{Queries: []notebook.QueryText{{Name: "q"}}}, PageOptions{})
		var o out
		p.linkNumbers(&o, c.in, "#sql-q")
		got := strings.ReplaceAll(strings.ReplaceAll(string(o.b), `<a class="q" href="#sql-q">`, "["), "</a>", "]")
		if got != c.want {
			t.Errorf("\n got %s\nwant %s", got, c.want)
		}
	}
}

// TestStateKey: a decision map says what its grounds mean and how many cells
// have each.
func TestStateKey(t *testing.T) {
	_, p := samplePage(t)
	want := []string{"= same 5 of 64", "≈ within 2 of 64", "≠ regret 23 of 64", "✕ infeasible 19 of 64", "not measured 15 of 64"}
	if got := p.contents("ul.states li"); !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q", got, want)
	}
}

// TestListingsBringTheirOwn: listings show what the page knows, with anchors;
// rows of the cell only where it knows nothing.
func TestListingsBringTheirOwn(t *testing.T) {
	doc := &notebook.Document{Queries: []notebook.QueryText{{Name: "cost", SQL: "select 1"}}, Blocks: []notebook.Block{
		cellOf(notebook.Cell{Kind: "listing", Listing: "queries", Folded: true, Data: rows("query rows", []any{"cost", 1})}),
		cellOf(notebook.Cell{Kind: "listing", Listing: "problems", Data: rows("path line message", []any{"run.log", 3, "no number"})}),
	}}
	p := parsePage(t, pageOf(t, doc, PageOptions{}))
	if got := p.contents("details.fold summary"); got[0] != "1 query" {
		t.Errorf("summary %q", got)
	}
	if got := p.one(t, "details#sql-cost pre").content(); got != "select 1" {
		t.Errorf("query %q", got)
	}
	if got := p.contents("td"); !slices.Equal(got, []string{"run.log", "3", "no number"}) {
		t.Errorf("problems %q", got)
	}
}

func TestSortedRows(t *testing.T) {
	data := rows("a b", []any{"x", 2.0}, []any{"y", nil}, []any{"z", 10.0}, []any{"w", 2.0})
	for by, want := range map[string]string{"b": "xwzy", "-b": "zxwy", "a": "wxyz", "-b,a": "zwxy"} {
		var got string
		for _, r := range sortedRows(data, strings.Split(by, ",")) {
			got += r[0].(string)
		}
		if got != want {
			t.Errorf("%s: %s, want %s", by, got, want)
		}
	}
}

// TestLimitAndGroup: a cut table says how much it leaves out, groups have
// their own heads.
func TestLimitAndGroup(t *testing.T) {
	data := rows("method level ms", []any{"A", "idle", 1.0}, []any{"A", "medium", 2.0}, []any{"B", "idle", 3.0}, []any{"B", "medium", 4.0})
	p := small(t, cellOf(notebook.Cell{Kind: "table", Query: "q", Data: data, Table: &notebook.TableSpec{Limit: 3, Group: "method", Sort: []string{"method", "ms"}}}))
	if got := p.contents("tr.g th"); !slices.Equal(got, []string{"A", "B"}) {
		t.Errorf("groups %q", got)
	}
	if got := p.contents("p.ref"); !slices.Equal(got, []string{"3 of 4 rows"}) {
		t.Errorf("%q", got)
	}
}

// TestHiddenAndFolded: hidden cells show nothing, folded ones a summary line.
func TestHiddenAndFolded(t *testing.T) {
	c := plotCases()[0]
	p := small(t,
		cellOf(notebook.Cell{Kind: "table", Query: "secret", Data: costRows(), Hidden: true}),
		cellOf(notebook.Cell{Kind: "plot", Query: "secret", Data: c.data, Plot: &c.spec, Hidden: true}),
		cellOf(notebook.Cell{Kind: "table", Query: "cost", Data: costRows(), Folded: true, Caption: "All costs"}))
	if strings.Contains(p.content(), "secret") || len(p.all("figure")) > 0 {
		t.Error("a hidden cell shows")
	}
	if got := p.one(t, "details.fold summary").content(); got != "All costs" {
		t.Errorf("folded under %q", got)
	}
	if len(p.all("details.fold table")) != 1 {
		t.Error("the table is not in the fold")
	}
}

// TestEmptyDocument: a page of nothing is a page.
func TestEmptyDocument(t *testing.T) {
	p := parsePage(t, pageOf(t, &notebook.Document{}, PageOptions{}))
	if got := p.one(t, "h1").content(); got != "profreport" {
		t.Errorf("%q", got)
	}
}

// TestPlotThatFails: a figure that can't be drawn says why, in its place.
func TestPlotThatFails(t *testing.T) {
	p := small(t, cellOf(notebook.Cell{Kind: "plot", Query: "q", Line: 7, Data: costRows(), Plot: &notebook.PlotSpec{Kind: "line", X: "method", Y: "typo"}}))
	if got := p.one(t, "div.err pre").content(); got != `:7: plot: y: the query has no column "typo"` {
		t.Errorf("%q", got)
	}
}
