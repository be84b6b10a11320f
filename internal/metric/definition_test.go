package metric

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/profreport/profreport/internal/query"
)

func TestParseFaults(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"metrics: []", ""}, {"metrics:\n", ""}, {"", ""}, {"# nothing\n", ""},
		{"metric:\n  - name: a\n", `m.yaml:1:1: unknown field "metric"; did you mean metrics?`},
		{"- a\n", "m.yaml:1:1: want a mapping at the top, got a list"},
		{"metrics: 3\n", "m.yaml:1:10: metrics is a list of definitions"},
		{"metrics:\n  - a\n", "m.yaml:2:5: a metric is a mapping with name, query and expr"},
		{"metrics:\n  - {name: a, query: q, exp: x}\n", "m.yaml:2:25: unknown field \"exp\"; did you mean expr?\nm.yaml:2:12: metric a: expr is missing"},
		{"metrics:\n  - {query: q, expr: x}\n", `m.yaml:2:1: metric ?: a name is lower-case letters, digits and underscores, got ""`},
		{"metrics:\n  - {name: A b, query: q, expr: x}\n", `m.yaml:2:12: metric ?: a name is lower-case letters, digits and underscores, got "A b"`},
		{"metrics:\n  - {name: a, query: q, expr: [x]}\n", "m.yaml:2:31: expr is a text, not a list\nm.yaml:2:12: metric a: expr is missing"},
		{"metrics:\n  - name: a\n    name: b\n    query: q\n    expr: x\n", "m.yaml:3:5: name stands here twice, first in line 2"},
		{"metrics:\n  - {name: a, query: q, expr: x, better: more}\n", `m.yaml:2:42: metric a: better is lower, higher or zero, not "more"`},
		{"metrics:\n  - {name: a, query: q, expr: x, format: percnt}\n", `m.yaml:2:42: metric a: unknown format "percnt"; did you mean percent?`},
		{"metrics:\n  - {name: a, query: q, expr: x, unit: reqests/s}\n", `m.yaml:2:40: warning: metric a: unknown unit "reqests/s"; did you mean requests/s?`},
		{"metrics:\n  - &a {name: a, query: q, expr: x}\n  - *a\n", "m.yaml:3:5: a metric is a mapping with name, query and expr"},
		{"metrics:\n  - name: 'a\n", "m.yaml:2:1: found unexpected end of stream"},
	} {
		_, faults := Parse("m.yaml", []byte(c.text))
		if got := heads(faults); got != c.want {
			t.Errorf("%q:\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

// TestPlacesInScalars: an error in an expression is found in the file, however
// YAML writes the text.
func TestPlacesInScalars(t *testing.T) {
	for _, c := range []struct{ name, text, marked string }{
		{"plain", "expr: aa + bad", "expr: aa + ^bad"},
		{"plain over two lines", "expr: aa +\n      bad * cc", "expr: aa +\n      ^bad * cc"},
		{"single quotes", "expr: 'aa + ''t'' + bad'", "expr: 'aa + ''t'' + ^bad'"},
		{"double quotes", `expr: "aa + \"t\" + bad"`, `expr: "aa + \"t\" + ^bad"`},
		{"literal", "expr: |\n      aa +\n      bad", "expr: |\n      aa +\n      ^bad"},
		{"folded", "expr: >-\n      aa\n      + bad * cc", "expr: >-\n      aa\n      + ^bad * cc"},
		{"beyond ASCII", "expr: '\"é日\" + bad'", "expr: '\"é日\" + ^bad'"},
		{"at the start", "expr:   bad", "expr:   ^bad"},
	} {
		file := "metrics:\n  - name: m\n    query: q\n    " + c.text + "\n"
		defs, faults := Parse("m.yaml", []byte(file))
		if faults != nil {
			t.Fatal(faults)
		}
		p, err := parse(defs[0].Expr)
		if err != nil {
			t.Fatal(c.name, err)
		}
		for _, n := range p.names {
			if n.name != "bad" {
				continue
			}
			f := defs[0].fault("expr", n.at, "here")
			want := strings.Index("metrics:\n  - name: m\n    query: q\n    "+c.marked, "^")
			before := file[:want]
			line := strings.Count(before, "\n") + 1
			column := len([]rune(before[strings.LastIndex(before, "\n")+1:])) + 1
			if f.Line != line || f.Column != column {
				t.Errorf("%s: %d:%d, want %d:%d\n%s", c.name, f.Line, f.Column, line, column, f.Excerpt)
			}
		}
	}
}

func TestLoad(t *testing.T) {
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	entry := func(name, expr string) string { return "  - {name: " + name + ", query: q, expr: " + expr + "}\n" }
	defaults := query.Folder{FS: fstest.MapFS{
		"metrics.yaml": file("metrics:\n" + entry("regret", "one") + entry("duration", "two")),
		"more.yaml":    file("metrics:\n" + entry("ttft_p90", "three")),
		"limits.yaml":  file("limits:\n  - {metric: regret, max: 1}\n"),
		"q.sql":        file("select 1"),
	}}
	user := query.Folder{Path: "mine", FS: fstest.MapFS{"metrics.yaml": file("metrics:\n" + entry("regret", "other") + entry("ttft_p99", "four"))}}
	s := NewSet()
	if faults := s.Load(defaults, user); faults != nil {
		t.Fatal(faults)
	}
	if got := strings.Join(s.Names(), " "); got != "regret duration ttft_p90 ttft_p99" {
		t.Errorf("names %s", got)
	}
	if d := s.Get("regret"); d.Expr != "other" || d.From != "mine/metrics.yaml" || d.Line != 2 {
		t.Errorf("regret: %+v", d)
	}
	if d := s.Get("duration"); d.From != "built in" || d.File != "queries/metrics.yaml" {
		t.Errorf("duration: %+v", d)
	}
	for _, c := range []struct{ text, want string }{
		{entry("regrets", "x"), "mine/metrics.yaml:2:12: metric regrets: there is no such metric to override; did you mean regret? A new metric of this name says `new: true`"},
		{"  - {name: regrets, query: q, expr: x, new: true}\n", ""},
		{entry("a", "x") + entry("a", "y"), "mine/metrics.yaml:3:12: metric a: is defined twice, first at mine/metrics.yaml:2"},
	} {
		u := query.Folder{Path: "mine", FS: fstest.MapFS{"metrics.yaml": file("metrics:\n" + c.text)}}
		if got := heads(NewSet().Load(defaults, u)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

func TestFunctionsList(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Functions() {
		if f.Usage == "" || f.Doc == "" || seen[f.Name] || strings.HasPrefix(f.Name, "$") {
			t.Errorf("%+v", f)
		}
		seen[f.Name] = true
	}
	for _, want := range []string{"judge", "percentile", "min", "filter", "metric", "of_run", "len"} {
		if !seen[want] {
			t.Errorf("%s is not listed", want)
		}
	}
	if seen["now"] {
		t.Error("now is listed")
	}
}

func TestFieldsList(t *testing.T) {
	var names []string
	for _, f := range Fields {
		if f.Doc == "" {
			t.Errorf("%s has no doc", f.Name)
		}
		names = append(names, f.Name)
	}
	if got, want := strings.Join(names, " "), strings.Join(fieldNames, " ")+" new"; got != want {
		t.Errorf("fields %s, want %s", got, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("metrics:" + good)
	f.Add("metrics:\n  - {name: a, query: q, expr: 'x + ''y'''}\n")
	f.Add("a: &a [*a]\nmetrics: *a\n")
	f.Fuzz(func(t *testing.T, text string) {
		defs, faults := Parse("m.yaml", []byte(text))
		for _, d := range defs {
			for _, field := range exprFields {
				if p, err := parse(*d.field(field)); err == nil {
					for _, n := range p.names {
						faults = append(faults, d.fault(field, n.at, "x"))
					}
				}
			}
		}
		for _, f := range faults {
			if f.Line < 0 || f.Line > strings.Count(text, "\n")+1 {
				t.Errorf("line %d outside the text: %s", f.Line, f.Message)
			}
		}
		ParseLimits("l.yaml", []byte(text), nil)
	})
}
