package metric

import (
	"fmt"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/table"
)

func TestParseLimits(t *testing.T) {
	set := define(t, "  - {name: regret, query: q, expr: x}\n  - {name: goodput, query: q, expr: x}\n")
	limits, faults := ParseLimits("l.yaml", []byte(`
limits:
  - {metric: regret, key: decode, max: 0.10}
  - {metric: regret, max_abs: 0.20}
  - {metric: goodput, key: medium, baseline: pinned, min_ratio: 0.95}
  - {metric: goodput, min: 1, max: 2e3}
`), set)
	if faults != nil {
		t.Fatal(faults)
	}
	var got []string
	for _, l := range limits {
		got = append(got, fmt.Sprintf("%d %s %s %s", l.Line, l.Metric, l.Key, l.Text()))
	}
	want := "3 regret decode <= 0.1, 4 regret  abs <= 0.2, 5 goodput medium >= 0.95 x pinned, 6 goodput  >= 1, <= 2000"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got %s", s)
	}
	for _, c := range []struct{ text, want string }{
		{"limits:\n", "l.yaml:1:8: limits is a list"},
		{"limits: []\n", "l.yaml:1:1: there are no limits"},
		{"", "l.yaml:1:1: there are no limits"},
		{"limit: []\n", `l.yaml:1:1: unknown field "limit"; did you mean limits?`},
		{"limits: [a]\n", "l.yaml:1:10: a limit is a mapping such as {metric: regret, key: decode, max: 0.10}"},
		{"limits:\n  - {metric: regert, max: 1}\n", "l.yaml:2:5: there is no metric regert; did you mean regret?"},
		{"limits:\n  - {max: 1}\n", "l.yaml:2:5: metric is missing"},
		{"limits:\n  - {metric: regret, mx: 1}\n", "l.yaml:2:22: unknown field \"mx\"; did you mean max?\nl.yaml:2:5: no bound: want max, min, max_abs, or min_ratio and max_ratio with a baseline"},
		{"limits:\n  - {metric: regret, max: ten}\n", "l.yaml:2:27: max: want a number, got \"ten\"\nl.yaml:2:5: no bound: want max, min, max_abs, or min_ratio and max_ratio with a baseline"},
		{"limits:\n  - {metric: regret, max: .nan}\n", "l.yaml:2:27: max: want a number, got \".nan\"\nl.yaml:2:5: no bound: want max, min, max_abs, or min_ratio and max_ratio with a baseline"},
		{"limits:\n  - {metric: regret, min: 2, max: 1}\n", "l.yaml:2:5: nothing can be both above the lower and below the upper bound"},
		{"limits:\n  - {metric: goodput, min_ratio: 1}\n", "l.yaml:2:5: min_ratio and max_ratio need a baseline: pinned, or the name of a run"},
		{"limits:\n  - {metric: goodput, max: 1, baseline: pinned}\n", "l.yaml:2:5: baseline needs min_ratio or max_ratio"},
		{"limits:\n  - {metric: goodput, max_abs: -1}\n", "l.yaml:2:5: max_abs is the largest size of the value, so not negative"},
	} {
		limits, faults := ParseLimits("l.yaml", []byte(c.text), set)
		if got := heads(faults); got != c.want || len(limits) > 0 {
			t.Errorf("%q:\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

// values makes a table of metric_values from run, metric, key, value, low, high.
func values(rows ...[]any) *table.Table {
	t := &table.Table{Columns: Columns}
	for i, r := range rows {
		t.Rows = append(t.Rows, []any{int64(i), r[0], r[1], r[2], r[3], "u", r[4], r[5], nil, nil, nil, "sha"})
	}
	return t
}

func TestCheckLimits(t *testing.T) {
	v := values(
		[]any{"a", "regret", "prefill", 0.0, nil, nil}, []any{"a", "regret", "decode", 0.2, 0.15, 0.25},
		[]any{"b", "regret", "prefill", nil, nil, nil}, []any{"b", "regret", "decode", 0.05, 0.0, 0.12},
		[]any{"a", "goodput", "medium", 0.9, 0.85, 0.93}, []any{"b", "goodput", "medium", 1.0, 0.95, 1.05}, []any{"c", "goodput", "medium", 1.1, 0.97, 1.15}, []any{"base", "goodput", "medium", 1.0, 0.98, 1.02},
		[]any{"a", "error", "", -0.15, nil, nil}, []any{"b", "error", "", -0.25, nil, nil},
	)
	limits, faults := ParseLimits("l.yaml", []byte(`limits:
  - {metric: regret, max: 0.10}
  - {metric: error, max_abs: 0.20}
  - {metric: goodput, key: medium, baseline: pinned, min_ratio: 0.94}
  - {metric: goodput, key: idle, max: 1}
  - {metric: goodput, key: medium, baseline: other, max_ratio: 2}
  - {metric: goodput, key: medium, baseline: c, max_ratio: 1.08}
`), nil)
	if faults != nil {
		t.Fatal(faults)
	}
	got := CheckLimits(limits, v, []string{"a", "b", "base", "c"}, func(name string) string {
		return map[string]string{"pinned": "base", "c": "c"}[name]
	})
	var lines []string
	for i := range got.Rows {
		cell := func(c string) string {
			if v := got.Value(i, c); v != nil {
				return fmt.Sprint(v)
			}
			return "-"
		}
		lines = append(lines, strings.Join([]string{cell("run"), cell("metric"), cell("key"), cell("value"), cell("limit"), cell("baseline"), cell("verdict"), cell("note")}, " | "))
	}
	want := `a | regret | prefill | 0 | <= 0.1 | - | pass | point only
a | regret | decode | 0.2 | <= 0.1 | - | fail | -
b | regret | prefill | - | <= 0.1 | - | unknown | -
b | regret | decode | 0.05 | <= 0.1 | - | unknown | -
base | regret |  | - | <= 0.1 | - | unknown | no value of this metric for the run
c | regret |  | - | <= 0.1 | - | unknown | no value of this metric for the run
a | error |  | -0.15 | abs <= 0.2 | - | pass | point only
b | error |  | -0.25 | abs <= 0.2 | - | fail | point only
base | error |  | - | abs <= 0.2 | - | unknown | no value of this metric for the run
c | error |  | - | abs <= 0.2 | - | unknown | no value of this metric for the run
a | goodput | medium | 0.9 | >= 0.94 x pinned | 1 | unknown | -
b | goodput | medium | 1 | >= 0.94 x pinned | 1 | unknown | -
c | goodput | medium | 1.1 | >= 0.94 x pinned | 1 | pass | -
a | goodput | idle | - | <= 1 | - | unknown | no value of this metric for the run
b | goodput | idle | - | <= 1 | - | unknown | no value of this metric for the run
base | goodput | idle | - | <= 1 | - | unknown | no value of this metric for the run
c | goodput | idle | - | <= 1 | - | unknown | no value of this metric for the run
a | goodput | medium | 0.9 | <= 2 x other | - | unknown | there is no baseline other
b | goodput | medium | 1 | <= 2 x other | - | unknown | there is no baseline other
base | goodput | medium | 1 | <= 2 x other | - | unknown | there is no baseline other
c | goodput | medium | 1.1 | <= 2 x other | - | unknown | there is no baseline other
a | goodput | medium | 0.9 | <= 1.08 x c | 1.1 | pass | -
b | goodput | medium | 1 | <= 1.08 x c | 1.1 | unknown | -
base | goodput | medium | 1 | <= 1.08 x c | 1.1 | pass | -`
	// At least 0.94 of the base: a from 0.85/1.02 = 0.833 to 0.93/0.98 = 0.949
	// and b from 0.95/1.02 = 0.931 lie across, c from 0.97/1.02 = 0.951 inside.
	// At most 1.08 of c: a to 0.93/0.97 = 0.959, b to 1.05/0.97 = 1.082, base to
	// 1.02/0.97 = 1.052.
	if s := strings.Join(lines, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
	if got.Value(1, "file") != "l.yaml" || got.Value(1, "line") != int64(2) || got.Value(1, "unit") != "u" {
		t.Errorf("row %v", got.Rows[1])
	}
}

func TestWorst(t *testing.T) {
	for _, c := range []struct {
		verdicts string
		want     Verdict
	}{{"pass pass", Pass}, {"pass unknown", Unknown}, {"unknown fail pass", Fail}, {"", Unknown}} {
		tbl := &table.Table{Columns: []table.Column{{Name: "verdict"}}}
		for _, v := range strings.Fields(c.verdicts) {
			tbl.Rows = append(tbl.Rows, []any{v})
		}
		if got := Worst(tbl); got != c.want {
			t.Errorf("%s: %s, want %s", c.verdicts, got, c.want)
		}
	}
}
