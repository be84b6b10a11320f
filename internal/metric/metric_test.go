package metric

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/table"
)

// world is a small archive with queries.
func world(t *testing.T, values map[string]any, files ...string) *query.Runner {
	t.Helper()
	db := newMemDB(t,
		"create table levels(run_id integer, run text, level text, ttft_ms real, itl_ms real, good integer, n integer, duration_s real) strict",
		`insert into levels values
		(1, 'a', 'idle', 100, 10, 9, 10, 60), (1, 'a', 'medium', 400, 20, 50, 100, 60),
		(2, 'b', 'idle', 120, null, 0, 0, null), (2, 'b', 'medium', 600, 40, 20, 100, 90)`)
	fsys := fstest.MapFS{
		"levels_q.sql": {Data: []byte("-- param: sla_ms number 500\nselect *, :sla_ms as sla_ms from levels order by run_id, level")},
		"runs_q.sql":   {Data: []byte("select run_id, run, sum(duration_s) as total_s from levels group by 1, 2 order by 1")},
		"broken_q.sql": {Data: []byte("select run_id, run,\n  missing from levels")},
		"bad_q.sql":    {Data: []byte("select run, 1 as one from levels")},
	}
	for i := 0; i+1 < len(files); i += 2 {
		fsys[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	set := query.NewSet("levels", "selected")
	if err := set.Load(query.Folder{FS: fsys}).Err(); err != nil {
		t.Fatal(err)
	}
	return query.NewRunner(set, db, values)
}

// define parses definitions, each an entry of metrics.yaml.
func define(t *testing.T, text string) *Set {
	t.Helper()
	defs, faults := Parse("m.yaml", []byte("metrics:\n"+text))
	if faults != nil {
		t.Fatal(faults)
	}
	s := NewSet()
	for _, d := range defs {
		s.Add(d)
	}
	return s
}

// line prints some cells of a row of metric_values.
func line(t *table.Table, row int) string {
	var out []string
	for _, c := range []string{"run", "metric", "key", "value", "low", "high", "n", "verdict", "note"} {
		s := "-"
		if v := t.Value(row, c); v != nil {
			s = fmt.Sprint(v)
		}
		if f, ok := t.Value(row, c).(float64); ok {
			s = strconv.FormatFloat(f, 'g', 6, 64)
		}
		out = append(out, s)
	}
	return strings.Join(out, " | ")
}

func lines(t *table.Table) string {
	var out []string
	for i := range t.Rows {
		out = append(out, line(t, i))
	}
	return strings.Join(out, "\n")
}

func heads(fs query.Faults) string {
	var out []string
	for _, f := range fs {
		out = append(out, f.Head())
	}
	return strings.Join(out, "\n")
}

const good = `
  - name: over_sla
    doc: TTFT over its limit.
    query: levels_q
    key: level
    expr: overhead + ttft_ms / sla_ms - 1   # another metric, defined later
    low: (ttft_ms - 10) / sla_ms - 1
    high: |
      level == 'idle'
        ? nil : (ttft_ms + 10) / sla_ms - 1
    n: n
    unit: fraction
    better: lower
    limit: judge(value, low, high, nil, 0)
  - name: overhead
    query: runs_q
    expr: 0 * total_s
    unit: fraction
  - {name: hit_rate, query: levels_q, key: level, expr: good / n, low: "wilson_low(good, n)", high: "wilson_high(good, n)", n: n, unit: fraction,
     limit: "level == 'medium' ? value > 0.3 : nil", note: "n > 0 ? nil : 'no requests'"}
  - name: itl
    query: levels_q
    key: level
    applies: level != 'medium' or run == 'a'
    expr: itl_ms
    unit: ms
    limit: value < 15
  - name: spread
    query: runs_q
    expr: metric('itl', 'medium') - metric('itl', 'idle')
    unit: ms
  - name: share
    query: levels_q
    key: level
    expr: ttft_ms / max(of_run('ttft_ms'))
  - name: rank
    query: levels_q
    key: level
    expr: count(rows, .ttft_ms <= ttft_ms) 
`

func TestEval(t *testing.T) {
	set := define(t, good)
	got, faults := Eval(context.Background(), set, world(t, nil))
	if faults != nil {
		t.Fatal(faults)
	}
	want := `a | over_sla | idle | -0.8 | -0.82 | - | 10 | unknown | -
a | over_sla | medium | -0.2 | -0.22 | -0.18 | 100 | pass | -
b | over_sla | idle | -0.76 | -0.78 | - | 0 | unknown | -
b | over_sla | medium | 0.2 | 0.18 | 0.22 | 100 | fail | -
a | overhead |  | 0 | - | - | - | - | -
b | overhead |  | 0 | - | - | - | - | -
a | hit_rate | idle | 0.9 | 0.59585 | 0.982124 | 10 | - | -
a | hit_rate | medium | 0.5 | 0.403832 | 0.596168 | 100 | pass | -
b | hit_rate | idle | - | - | - | 0 | - | no requests
b | hit_rate | medium | 0.2 | 0.133367 | 0.288829 | 100 | fail | -
a | itl | idle | 10 | - | - | - | pass | point only
a | itl | medium | 20 | - | - | - | fail | point only
b | itl | idle | - | - | - | - | unknown | -
a | spread |  | 10 | - | - | - | - | -
b | spread |  | - | - | - | - | - | -
a | share | idle | 0.25 | - | - | - | - | -
a | share | medium | 1 | - | - | - | - | -
b | share | idle | 0.2 | - | - | - | - | -
b | share | medium | 1 | - | - | - | - | -
a | rank | idle | 1 | - | - | - | - | -
a | rank | medium | 3 | - | - | - | - | -
b | rank | idle | 2 | - | - | - | - | -
b | rank | medium | 4 | - | - | - | - | -`
	if l := lines(got); l != want {
		t.Errorf("got\n%s\nwant\n%s", l, want)
	}
	if len(got.Columns) != 12 || got.Value(0, "unit") != "fraction" || got.Value(15, "unit") != nil || got.Value(0, "run_id") != int64(1) {
		t.Errorf("columns %v, row %v", got.Columns, got.Rows[0])
	}
	sha, _ := got.Value(0, "definition_sha256").(string)
	if len(sha) != 64 || sha != set.Get("over_sla").SHA256(world(t, nil).Set) {
		t.Errorf("sha %q", sha)
	}
}

// TestEvalFaults: what is wrong with some metrics does not cost the others.
func TestEvalFaults(t *testing.T) {
	set := define(t, `
  - {name: fine, query: runs_q, expr: total_s, unit: s}
  - {name: twice, query: levels_q, expr: ttft_ms}
  - {name: twice_keyed, query: levels_q, key: "'x'", expr: ttft_ms}
  - {name: broken, query: broken_q, expr: nothing}
  - {name: broken_too, query: broken_q, expr: nothing}
  - {name: no_run_id, query: bad_q, expr: one}
  - {name: after_broken, query: runs_q, expr: broken + 1, limit: value > 1}
  - {name: bad_verdict, query: runs_q, expr: total_s, limit: "run == 'a' ? 'good' : 'pass'"}
`)
	got, faults := Eval(context.Background(), set, world(t, nil))
	want := `m.yaml:4:26: metric twice: rows 1 and 2 of query levels_q are both for run a; a metric has one
m.yaml:5:48: metric twice_keyed: rows 1 and 2 of query levels_q are both for run a and key "x"; a metric has one
m.yaml:8:30: metric no_run_id: query bad_q has no column run_id: a metric has one row a run
m.yaml:10:63: metric bad_verdict: limit: a verdict is pass, fail or unknown, not "good" (row 1, run a)
queries/broken_q.sql:2:3: no such column: missing; needed by metric broken, broken_too`
	if h := heads(faults); h != want {
		t.Errorf("faults:\n%s\nwant\n%s", h, want)
	}
	wantRows := `a | fine |  | 120 | - | - | - | - | -
b | fine |  | 90 | - | - | - | - | -
a | twice |  | 100 | - | - | - | - | -
b | twice |  | 120 | - | - | - | - | -
a | twice_keyed | x | 100 | - | - | - | - | -
b | twice_keyed | x | 120 | - | - | - | - | -
a | after_broken |  | - | - | - | - | unknown | metric broken has a fault
b | after_broken |  | - | - | - | - | unknown | metric broken has a fault
a | bad_verdict |  | 120 | - | - | - | unknown | limit failed: a verdict is pass, fail or unknown, not "good"; point only
b | bad_verdict |  | 90 | - | - | - | pass | point only`
	if l := lines(got); l != wantRows {
		t.Errorf("rows:\n%s\nwant\n%s", l, wantRows)
	}
}

// TestRowError: one bad record costs one record.
func TestRowError(t *testing.T) {
	set := define(t, "  - name: m\n    query: mixed\n    expr: 2 *\n      v\n    limit: value > 1\n")
	runner := world(t, nil, "mixed.sql", "select 1 as run_id, 'a' as run, 3 as v union all select 2, 'b', 'text' union all select 3, 'c', 'more' union all select 4, 'd', null order by 1")
	got, faults := Eval(context.Background(), set, runner)
	if h := heads(faults); h != `m.yaml:4:13: metric m: expr: can't compute 2 * "text" (row 2, run b, and 1 more rows)` {
		t.Errorf("faults %s", h)
	}
	want := `a | m |  | 6 | - | - | - | pass | point only
b | m |  | - | - | - | - | unknown | expr failed: can't compute 2 * "text"
c | m |  | - | - | - | - | unknown | expr failed: can't compute 2 * "more"
d | m |  | - | - | - | - | unknown | -`
	if l := lines(got); l != want {
		t.Errorf("got\n%s", l)
	}
}

// TestCheck: everything that can be known before running, all at once.
func TestCheck(t *testing.T) {
	set := define(t, `
  - {name: m1, query: levels_p, expr: ttft_ms}
  - {name: m2, query: levels_q, key: level, expr: ttft_mss + itl_ms}
  - {name: m3, query: levels_q, key: level, expr: ttft_ms + run}
  - {name: m4, query: levels_q, key: level, expr: ttft_ms + n, unit: ms}
  - {name: m5, query: levels_q, key: level, expr: ttft_ms + duration_s}
  - {name: m6, query: levels_q, key: level, expr: ttft_ms, unit: s}
  - {name: m7, query: levels_q, key: level, expr: "unit(ttft_ms / 1000, 's')", unit: s}
  - {name: m8, query: levels_q, key: level, expr: "percentil(of_run('ttft_ms'), 50)"}
  - {name: m9, query: levels_q, key: level, expr: "of_run('ttftms')[0]"}
  - {name: c1, query: levels_q, key: level, expr: c2 * 2}
  - {name: c2, query: levels_q, key: level, expr: ttft_ms, low: c1}
  - {name: d1, query: runs_q, expr: m7 + 1}
  - {name: d2, query: runs_q, expr: "metric('nothing')"}
  - {name: d3, query: levels_q, key: level, expr: "metric('d1', 'idle')"}
  - {name: e1, query: levels_q, key: level, expr: "'text'"}
  - {name: e2, query: levels_q, key: level, expr: ttft_ms, limit: ttft_ms}
  - {name: e3, query: levels_q, key: level, expr: ttft_ms, note: 3}
  - {name: e4, query: levels_q, key: level, expr: "ttft_ms +"}
  - {name: e5, query: levels_q, key: level, expr: "$env.run"}
  - {name: e6, query: levels_q, key: level, expr: "count(rows, .ttft_m > 1)"}
  - {name: e7, query: levels_q, key: level, expr: "now()"}
  - {name: e8, query: levels_q, key: level, expr: value + 1}
  - {name: e9, query: levels_q, key: level, expr: ttft_ms > sla_ms, limit: "judge(value, nil, nil, 0, 1)"}
`)
	runner := world(t, nil)
	faults := Check(context.Background(), set, runner)
	want := `m.yaml:3:23: metric m1: there is no query levels_p; did you mean levels_q?
m.yaml:4:51: metric m2: expr: there is no column, parameter or metric ttft_mss; did you mean ttft_ms?
m.yaml:5:59: metric m3: expr: invalid operation: + (mismatched types number and text)
m.yaml:7:59: metric m5: expr: adds ms and s; if that is meant, say unit(x, 'ms')
m.yaml:8:51: metric m6: expr: gives ms, but the metric is in s; convert it, or say unit(x, 's')
m.yaml:10:52: metric m8: expr: there is no function percentil; did you mean percentile?
m.yaml:11:59: metric m9: expr: there is no column ttftms; did you mean ttft_ms?
m.yaml:13:65: metric c2: low: needs itself: c1 -> c2 -> c1
m.yaml:14:37: metric d1: expr: metric m7 has a value for each level; write metric('m7', '...')
m.yaml:15:45: metric d2: expr: there is no metric nothing
m.yaml:16:59: metric d3: expr: metric d1 has one value a run, no key
m.yaml:17:52: metric e1: expr: want number or bool, but this gives text
m.yaml:18:67: metric e2: limit: want text or bool, but this gives number
m.yaml:19:66: metric e3: note: want text, but this gives number
m.yaml:20:60: metric e4: expr: unexpected token EOF
m.yaml:21:52: metric e5: expr: there is no column, parameter or metric $env
m.yaml:22:65: metric e6: expr: unknown field ttft_m; did you mean ttft_ms?
m.yaml:23:52: metric e7: expr: there is no function now
m.yaml:24:51: metric e8: expr: there is no column, parameter or metric value`
	got := heads(faults)
	gotLines, wantLines := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range max(len(gotLines), len(wantLines)) {
		g, w := "", ""
		if i < len(gotLines) {
			g = gotLines[i]
		}
		if i < len(wantLines) {
			w = wantLines[i]
		}
		if g != w {
			t.Errorf("fault %d:\n got %s\nwant %s", i, g, w)
		}
	}
	if len(runner.Executed()) != 0 {
		t.Error("a check ran a query")
	}
	for _, f := range faults {
		if !strings.Contains(f.Excerpt, "^") {
			t.Errorf("no caret: %v", f)
		}
	}
}

func TestParameters(t *testing.T) {
	set := define(t, "  - {name: m, query: levels_q, key: level, expr: ttft_ms / sla_ms, limit: value <= margin}\n")
	runner := world(t, map[string]any{"sla_ms": 200, "margin": 2}, "other.sql", "-- param: margin number 1\n-- param: only runs null\nselect :margin, :only")
	got, faults := Eval(context.Background(), set, runner)
	if faults != nil {
		t.Fatal(faults)
	}
	// 400 / 200 = 2 is allowed by the user's margin; the query's own column sla_ms hides the parameter.
	if l := line(got, 1); l != "a | m | medium | 2 | - | - | - | pass | point only" {
		t.Error(l)
	}
}

func TestNamedMetricsOnly(t *testing.T) {
	set := define(t, "  - {name: a, query: runs_q, expr: b + 1}\n  - {name: b, query: runs_q, expr: total_s}\n  - {name: c, query: broken_q, expr: nothing}\n")
	got, faults := Eval(context.Background(), set, world(t, nil), "a")
	if faults != nil || lines(got) != "a | a |  | 121 | - | - | - | - | -\nb | a |  | 91 | - | - | - | - | -" {
		t.Errorf("%v\n%s", faults, lines(got))
	}
}

func TestHashFollowsMeaning(t *testing.T) {
	a := define(t, "  - {name: m, query: levels_q, expr: ttft_ms}\n").Get("m")
	b := define(t, "  # a comment\n  - name: m\n    expr: |\n      ttft_ms\n    query: levels_q\n").Get("m")
	c := define(t, "  - {name: m, query: levels_q, expr: ttft_ms + 1}\n").Get("m")
	set := world(t, nil).Set
	if a.SHA256(set) != b.SHA256(set) {
		t.Error("layout changes the hash")
	}
	if a.SHA256(set) == c.SHA256(set) {
		t.Error("another expression has the same hash")
	}
	other := world(t, nil, "levels_q.sql", "select 1 as run_id, 'a' as run, 2 as ttft_ms").Set
	if a.SHA256(set) == a.SHA256(other) {
		t.Error("another query has the same hash")
	}
	// printf 'name: m\nquery: q\nexpr: x\n-- q\nselect 1\n' | sha256sum
	d := define(t, "  - {name: m, query: q, expr: x}\n").Get("m")
	if got := d.SHA256(world(t, nil, "q.sql", "-- doc: x\nselect 1;\n").Set); got != "3e340d5bf00a58261dc78a9eee172e1d49d120926a1227b9c4605c9eeb4fc99e" {
		t.Errorf("sha %s", got)
	}
}

// TestOtherMetrics: a metric by name has the value of the same key, else the
// run's only one.
func TestOtherMetrics(t *testing.T) {
	set := define(t, `
  - {name: twice, query: levels_q, key: level, expr: base * 2}
  - {name: base, query: levels_q, key: level, applies: level == 'medium' or run == 'a', expr: ttft_ms}
  - {name: per_total, query: levels_q, key: level, expr: base / total}
  - {name: total, query: runs_q, expr: total_s}
  - {name: always, query: levels_q, key: level, expr: itl_ms, limit: "'pass'"}
`)
	got, faults := Eval(context.Background(), set, world(t, nil))
	if faults != nil {
		t.Fatal(faults)
	}
	want := `a | twice | idle | 200 | - | - | - | - | -
a | twice | medium | 800 | - | - | - | - | -
b | twice | idle | - | - | - | - | - | -
b | twice | medium | 1200 | - | - | - | - | -
a | base | idle | 100 | - | - | - | - | -
a | base | medium | 400 | - | - | - | - | -
b | base | medium | 600 | - | - | - | - | -
a | per_total | idle | 0.833333 | - | - | - | - | -
a | per_total | medium | 3.33333 | - | - | - | - | -
b | per_total | idle | - | - | - | - | - | -
b | per_total | medium | 6.66667 | - | - | - | - | -
a | total |  | 120 | - | - | - | - | -
b | total |  | 90 | - | - | - | - | -
a | always | idle | 10 | - | - | - | pass | point only
a | always | medium | 20 | - | - | - | pass | point only
b | always | idle | - | - | - | - | unknown | -
b | always | medium | 40 | - | - | - | pass | point only`
	if l := lines(got); l != want {
		t.Errorf("got\n%s\nwant\n%s", l, want)
	}
}

// TestBounds: no expression runs for ever.
func TestBounds(t *testing.T) {
	defer func(n int) { maxSteps = n }(maxSteps)
	maxSteps = 100_000
	many := "with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000) select 1 as run_id, 'a' as run, i from n"
	set := define(t, "  - {name: m, query: many, key: i, expr: \"count(rows, any(rows, .i < 0))\"}\n")
	_, faults := Eval(context.Background(), set, world(t, nil, "many.sql", many))
	if h := heads(faults); !strings.Contains(h, "more than 100000 steps over lists; let the query do this (row 1, run a, and 19999 more rows)") {
		t.Error(h)
	}
	maxSteps = 1 << 60
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	runner := world(t, nil, "many.sql", many)
	if _, err := runner.Table(context.Background(), "many"); err != nil {
		t.Fatal(err)
	}
	_, faults = Eval(ctx, set, runner)
	if h := heads(faults); !strings.Contains(h, "deadline exceeded") {
		t.Error(h)
	}
	wide := strings.Replace(many, "20000", "200001", 1)
	set = define(t, "  - {name: m, query: wide, key: i, expr: len(rows)}\n  - {name: n, query: wide, applies: i == 1, expr: \"len(of_run('i'))\"}\n")
	got, faults := Eval(context.Background(), set, world(t, nil, "wide.sql", wide))
	if h := heads(faults); h != "m.yaml:2:42: metric m: query wide has 200001 rows, and rows holds at most 200000; of_run('...') and column('...') hold any number of values" {
		t.Error(h)
	}
	if l := lines(got); l != "a | n |  | 200001 | - | - | - | - | -" {
		t.Error(l)
	}
}
