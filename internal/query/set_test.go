package query

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/profreport/profreport/internal/table"
)

func mapFS(files ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		m[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return m
}

func heads(fs Faults) string {
	var lines []string
	for _, f := range fs {
		lines = append(lines, f.Head())
	}
	return strings.Join(lines, "\n")
}

func TestHeader(t *testing.T) {
	q, faults := Parse("ttft_by_level", `-- name: ttft_by_level
-- doc: TTFT of each level,
--   as the load test saw it.
-- unit: ms
-- better: lower
-- param: ttft_ms number 500 -- the limit, ms
-- param: phase text 'as it''s'
-- param: runs runs null
-- param: names list a, b
-- param: all bool true
-- column: ttft_ms number ms -- p50
--
-- a remark: not a header line

select level from load_levels -- tail
where :ttft_ms > 1 and :phase and :runs and :names and :all;
-- end
`, Origin{File: "queries/ttft_by_level.sql"})
	if faults != nil {
		t.Fatal(faults)
	}
	if q.Doc != "TTFT of each level, as the load test saw it." || q.Unit != "ms" || q.Better != "lower" {
		t.Errorf("doc %q, unit %q, better %q", q.Doc, q.Unit, q.Better)
	}
	want := []Param{
		{"ttft_ms", "number", 500.0, "the limit, ms", 6},
		{"phase", "text", "as it's", "", 7},
		{"runs", "runs", nil, "", 8},
		{"names", "list", `["a","b"]`, "", 9},
		{"all", "bool", int64(1), "", 10},
	}
	for i, w := range want {
		if i >= len(q.Params) || q.Params[i] != w {
			t.Errorf("param %d = %+v, want %+v", i, q.Params, w)
		}
	}
	if len(q.Columns) != 1 || q.Columns[0] != (Column{"ttft_ms", table.Float, "ms", "p50"}) {
		t.Errorf("columns %+v", q.Columns)
	}
	if sql := q.SQL(); !strings.HasPrefix(sql, "select level") || !strings.HasSuffix(sql, "and :all") {
		t.Errorf("SQL %q", sql)
	}
}

func TestParseFaults(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"q", "", "q.sql:1:1: there is no statement"},
		{"q", "-- name: q\n", "q.sql:2:1: there is no statement"},
		{"q", "-- name: p\nselect 1", "q.sql:1:4: the name here is p, but the query is called q"},
		{"q", "select 1;\nselect 2", "q.sql:2:1: a second statement; a query is one"},
		{"q", "-- doc: x\n\ndelete from a", "q.sql:3:1: a query begins with select, with or values"},
		{"q", "select 'abc", "q.sql:1:8: this ' is not closed"},
		{"q", "select 1 /* abc", "q.sql:1:10: this comment is not closed"},
		{"q", "select é, ?", "q.sql:1:11: parameters have names: write :name instead of ?"},
		{"q", "-- parm: x int 1\nselect :x", "q.sql:1:4: unknown header line \"parm\"; did you mean param?"},
		{"q", "-- param: x nubmer 1\nselect :x", "q.sql:1:4: parameter x: unknown type \"nubmer\", did you mean number?"},
		{"q", "-- param: x real 1\nselect :x", "q.sql:1:4: parameter x: unknown type \"real\", want one of int, number, text, bool, list, runs"},
		{"q", "-- param: x int one\nselect :x", "q.sql:1:4: default of parameter x: want a whole number, got \"one\""},
		{"q", "-- param: x\nselect :x", "q.sql:1:4: want `-- param: NAME TYPE DEFAULT`, got \"x\""},
		{"q", "-- param: x int 1\n-- param: x int 2\nselect :x", "q.sql:2:4: parameter x is declared twice"},
		{"q", "-- better: les\nselect 1", "q.sql:1:4: better is lower, higher or zero, not \"les\""},
		{"q", "-- column: x float\nselect 1", "q.sql:1:4: want `-- column: NAME TYPE UNIT` with a type of int, number, text or any, got \"x float\""},
		{"order", "select 1", "q.sql:1:1: order is a word of SQL and can't be a name"},
		{"a-b", "select 1", "q.sql:1:1: a name is letters, digits and underscores, and begins with a letter: a-b"},
	} {
		_, faults := Parse(c.name, c.text, Origin{File: "q.sql"})
		if got := heads(faults); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

func TestFaultExcerpt(t *testing.T) {
	o := Origin{File: "n.md", Line: 10, Column: 3}
	f := o.At("select 1\n\tfrom ünknown\x1b[31m", strings.Index("select 1\n\tfrom ünknown", "nknown"), "message")
	want := "n.md:11:10: message\n    \tfrom ünknown·[31m\n    \t      ^"
	if f.Error() != want {
		t.Errorf("got\n%s\nwant\n%s", f.Error(), want)
	}
	long := o.At(strings.Repeat("x", 1000), 500, "m").Excerpt
	if lines := strings.Split(long, "\n"); len(long) > 400 || len([]rune(lines[1])) != 4+1+60+1 {
		t.Errorf("a long line is not cut around the column:\n%s", long)
	}
}

func TestLoadOverrides(t *testing.T) {
	defaults := Folder{FS: mapFS("regret.sql", "select 1", "cost.sql", "select 2", "levels.sql", "select 4")}
	user := Folder{FS: mapFS("cost.sql", "select 3", "mine.sql", "select * from cost"), Path: "my/queries"}
	s := NewSet("runs")
	if faults := s.Load(defaults, user); faults != nil {
		t.Fatal(faults)
	}
	if q := s.Get("COST"); q.SQL() != "select 3" || q.From != "my/queries/cost.sql" {
		t.Errorf("cost is %q from %q", q.SQL(), q.From)
	}
	if q := s.Get("regret"); q.From != "built in" || q.Origin.File != "queries/regret.sql" {
		t.Errorf("regret is from %q, %q", q.From, q.Origin.File)
	}
	if got := strings.Join(s.Names(), " "); got != "cost levels mine regret" {
		t.Errorf("names %s", got)
	}
	for _, c := range []struct{ file, text, want string }{
		{"regrt.sql", "select 1", "u/regrt.sql:1:1: regrt is no query to override; did you mean regret? A new query of this name says `-- new: true`"},
		{"regrt.sql", "-- new: true\nselect 1", ""},
		{"other.sql", "-- override: regert\nselect 1", "u/other.sql:1:4: there is no query regert to override; did you mean regret?"},
		{"other.sql", "-- override: regret\nselect 1", "u/other.sql:1:4: other can't override regret: name the file regret.sql"},
		{"cost.sql", "-- override: cost\nselect 1", ""},
		{"cost.sql", "drop table x", "u/cost.sql:1:1: a query begins with select, with or values"},
		{"far_away.sql", "select 1", ""},
	} {
		if got := heads(NewSet().Load(defaults, Folder{FS: mapFS(c.file, c.text), Path: "u"})); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.file, got, c.want)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name  string
		files []string
		want  string
	}{
		{"fine", []string{"a.sql", "select * from b, runs, selected, sqlite_schema", "b.sql", "-- param: x int 1\nselect :x"}, ""},
		{"unknown", []string{"a.sql", "select *\nfrom canddates"}, "queries/a.sql:2:6: there is no table or query canddates; did you mean candidates?"},
		{"cycle", []string{"a.sql", "select * from b", "b.sql", "select * from c", "c.sql", "select 1\n, * from a"},
			"queries/c.sql:2:10: a reads from itself: a -> b -> c -> a"},
		{"self", []string{"a.sql", "select * from a"}, "queries/a.sql:1:15: a reads from itself"},
		{"undeclared", []string{"a.sql", "-- param: limit_ms int 1\nselect :limt_ms, :limit_ms"},
			"queries/a.sql:2:8: parameter :limt_ms is not declared; did you mean limit_ms?"},
		{"undeclared, nothing near", []string{"a.sql", "select :x"}, "queries/a.sql:1:8: parameter :x is not declared; declare it with `-- param: x TYPE DEFAULT`"},
		{"unused", []string{"a.sql", "-- doc: x\n-- param: x int 1\nselect 1"}, "queries/a.sql:2:1: warning: parameter x is declared and not used"},
		{"hides a view", []string{"runs.sql", "select 1"}, "queries/runs.sql:1:1: runs is a table of the database; a query needs another name"},
		{"two defaults", []string{"a.sql", "-- param: x int 1\nselect :x", "b.sql", "-- param: x int 2\nselect :x"},
			"queries/b.sql:1:1: warning: parameter x is int with default 2 here, but int with default 1 in queries/a.sql:1"},
		{"two types", []string{"a.sql", "-- param: x int 1\nselect :x", "b.sql", "-- param: x text 1\nselect :x"},
			"queries/b.sql:1:1: parameter x is text with default 1 here, but int with default 1 in queries/a.sql:1"},
	} {
		s := NewSet("runs", "candidates", "selected")
		faults := s.Load(Folder{FS: mapFS(c.files...)})
		if got := heads(append(faults, s.Check()...)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestAddCells(t *testing.T) {
	s := NewSet("runs")
	s.Load(Folder{FS: mapFS("a.sql", "select 1")})
	s.Declare(Param{Name: "ttft_ms", Type: "number"})
	cell, _ := Parse("mine", "select :ttft_ms from a", Origin{File: "n.md", Line: 7})
	again, _ := Parse("Mine", "select 2", Origin{File: "n.md", Line: 20})
	over, _ := Parse("a", "select 3", Origin{File: "n.md", Line: 30})
	if f := s.Add(cell); f != nil {
		t.Error(f)
	}
	if f := s.Add(again); f == nil || f.Head() != "n.md:20:1: mine is already the name of the query at line 7" {
		t.Errorf("got %v", f)
	}
	if f := s.Add(over); f != nil || s.Get("a").SQL() != "select 3" {
		t.Errorf("a cell does not take the place of a default: %v", f)
	}
	if faults := s.Check(); faults != nil {
		t.Error(faults)
	}
}

func TestBind(t *testing.T) {
	for _, c := range []struct {
		typ     string
		in      any
		want    any
		wantErr string
	}{
		{"int", 3, int64(3), ""}, {"int", 3.0, int64(3), ""}, {"int", "3", int64(3), ""},
		{"int", 3.5, nil, "want a whole number, got 3.5"}, {"int", true, nil, "want a whole number, got true"},
		{"number", 3, 3.0, ""}, {"number", "2.5", 2.5, ""}, {"number", "nan", nil, `want a number, got "nan"`},
		{"number", "", nil, `want a number, got ""`},
		{"text", "null", "null", ""}, {"text", 3, "3", ""}, {"text", 2.5, "2.5", ""},
		{"bool", true, int64(1), ""}, {"bool", "no", int64(0), ""}, {"bool", 2, nil, "want true or false, got 2"},
		{"list", []string{"a", `b"`}, `["a","b\""]`, ""}, {"list", "a, b", `["a","b"]`, ""}, {"list", []any{1, "x"}, `[1,"x"]`, ""},
		{"list", `["a, b"]`, `["a, b"]`, ""}, {"list", `["a`, nil, `want a JSON array, got "[\"a"`}, {"list", 3, nil, "want a list, got 3"},
		{"runs", "", `[]`, ""}, {"number", "null", nil, ""}, {"number", nil, nil, ""},
		{"nmber", 3, nil, `unknown type "nmber", did you mean number?`},
	} {
		got, err := Bind(c.typ, c.in)
		msg := ""
		if err != nil {
			msg = err.Error()
		}
		if got != c.want || msg != c.wantErr {
			t.Errorf("Bind(%s, %v) = %#v, %q; want %#v, %q", c.typ, c.in, got, msg, c.want, c.wantErr)
		}
	}
}

func TestNearest(t *testing.T) {
	names := []string{"regret", "runs", "itl", "ttft", "duration"}
	for in, want := range map[string]string{
		"regert": "regret", "regrets": "regret", "run": "runs", "tifl": "", "ttf": "ttft", "durtaion": "duration", "xyz": "", "RUNS": "runs", "runs": "",
	} {
		if got := Nearest(in, names); got != want {
			t.Errorf("Nearest(%s) = %q, want %q", in, got, want)
		}
	}
}
