package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
)

// close enough: the reference values were computed in double precision, with
// sums in another order.
func same(got any, want float64) bool {
	g, ok := got.(float64)
	return ok && (g == want || math.Abs(g-want) <= 1e-12*math.Max(1, math.Abs(want)))
}

// value runs a query that gives one cell.
func value(t *testing.T, s *Session, text string) any {
	t.Helper()
	tab, err := s.Query(context.Background(), text, nil)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return tab.Rows[0][0]
}

// series writes numbers as rows; nil is null.
func series(columns string, rows ...[]any) string {
	var parts []string
	for _, r := range rows {
		var cells []string
		for _, c := range r {
			if c == nil {
				c = "null"
			}
			cells = append(cells, fmt.Sprint(c))
		}
		parts = append(parts, "("+strings.Join(cells, ", ")+")")
	}
	return "with d(" + columns + ") as (values " + strings.Join(parts, ", ") + ") "
}

func column(x ...any) string {
	var rows [][]any
	for _, v := range x {
		rows = append(rows, []any{v})
	}
	return series("x", rows...)
}

func TestFunctions(t *testing.T) {
	s := session(t, open(t))
	ten := column(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
	for _, c := range []struct {
		sql  string
		want any // nil is null
	}{
		{column(3, nil, 1, 2) + "select median(x) from d", 2.0}, // nulls are skipped
		{column(nil) + "select median(x) from d", nil},
		{column(1) + "select median(x) from d where 0", nil},
		{ten + "select percentile(x, 90) from d", 9.1}, // 1 + 0.9 x 9
		{ten + "select percentile(x, 0) from d", 1.0},
		{ten + "select percentile(x, null) from d", nil},
		{ten + "select stddev_pop(x) from d", math.Sqrt(8.25)}, // (n^2 - 1) / 12
		{column(2, 8) + "select geomean(x) from d", 4.0},       // sqrt(16)
		{column(2, 0) + "select geomean(x) from d", nil},       // a value <= 0
		{series("x, y", []any{1, 2}, []any{2, 4}, []any{3, 6}, []any{nil, 1}) + "select pearson(x, y) from d", 1.0},
		{series("x, y", []any{1, 5}, []any{2, 5}) + "select pearson(x, y) from d", nil}, // constant
		{series("x, y", []any{1, 3}, []any{2, 2}, []any{3, 1}, []any{4, nil}) + "select kendall_tau(x, y) from d", -1.0},
		{series("x, y", []any{1, 10}, []any{3, 30}) + "select linear_at(x, y, 2) from d", 20.0},
		{series("x, y", []any{1, 10}, []any{3, 30}) + "select linear_at(x, y, 3) from d", 30.0},
		{series("x, y", []any{1, 10}, []any{3, 30}) + "select linear_at(x, y, 3.001) from d", nil},
		{series("x, y", []any{1, 10}, []any{3, 30}) + "select linear_at(x, y, null) from d", nil},
		{"select wilson_low(0, 10)", 0.0},
		{"select wilson_high(10, 10)", 1.0},
		{"select wilson_low(null, 10)", nil},
		{"select wilson_low(0, 0)", nil},
		{column(1, 2, 3, 4, 5) + "select percentile_low(x, 50) from d", nil}, // needs 6
		{column(1, 2, 3, 4, 5, 9) + "select percentile_high(x, 50) from d", 9.0},
		{"select choose(5, 2)", 10.0},
		{"select choose(5, 6)", 0.0},
		{"select choose(null, 2)", nil},
	} {
		got := value(t, s, c.sql)
		if want, ok := c.want.(float64); ok && !same(got, want) || !ok && got != nil {
			t.Errorf("%s: got %v, want %v", c.sql, got, c.want)
		}
	}
	for text, want := range map[string]any{
		"select 'TP=2' regexp '^TP=[0-9]+$'": int64(1), "select 'DEP=2' regexp '^TP'": int64(0), "select null regexp 'x'": nil,
		"select regexp('b+', 'abbc')": int64(1),
	} {
		if got := value(t, s, text); got != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

func TestFunctionErrors(t *testing.T) {
	s := session(t, open(t))
	for text, want := range map[string]string{
		"select percentile(1, 101)":                       "want a percentage from 0 to 100, got 101",
		"select percentile_low(1, -1)":                    "want a percentage from 0 to 100, got -1",
		column(1, 2) + "select percentile(1, x) from d":   "must be the same for all rows",
		column(1, 2) + "select linear_at(1, 1, x) from d": "must be the same for all rows",
		"select median('x')":                              `want a number, got "x"`,
		"select pearson(1, 'x')":                          `want a number, got "x"`,
		"select wilson_low(3, 2)":                         "want 0 <= k <= n",
		"select wilson_low(-1, 2)":                        "want 0 <= k <= n",
		"select 'x' regexp '('":                           "missing closing )",
	} {
		if _, err := s.Query(context.Background(), text, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
	if got := value(t, s, "select 1"); got != int64(1) {
		t.Errorf("the session is not usable after an error: %v", got)
	}
}

// TestWindows compares each aggregate in a sliding window with itself over
// the rows of that window.
func TestWindows(t *testing.T) {
	s := session(t, open(t))
	var data [][]any
	for i := range 12 {
		row := []any{i, (i*7)%5 + 1, (i*i)%7 + 1}
		if i == 4 {
			row[1] = nil // must leave the window without a trace
		}
		data = append(data, row)
	}
	d := series("i, x, y", data...)
	for _, f := range []string{"median(x)", "percentile(x, 75)", "stddev_pop(x)", "geomean(x)", "percentile_low(x, 90)",
		"percentile_high(x, 50)", "pearson(x, y)", "kendall_tau(x, y)", "linear_at(x, y, 3)"} {
		window := rows(t, s, d+"select "+f+" over (order by i rows between 6 preceding and current row) from d order by i")
		plain := rows(t, s, d+"select (select "+f+" from d e where e.i between d.i - 6 and d.i) from d order by i")
		if window != plain || strings.Count(window, "NULL") == 12 {
			t.Errorf("%s\n got %s\nwant %s", f, strings.ReplaceAll(window, "\n", " "), strings.ReplaceAll(plain, "\n", " "))
		}
	}
}

// recorded are the reference values of the data folder, computed with NumPy
// and SciPy.
type recorded struct {
	Functions map[string]struct {
		Value  json.RawMessage
		Inputs json.RawMessage
	}
}

func TestFunctionsAgainstRecordedValues(t *testing.T) {
	b, err := os.ReadFile("../../../shared/data/expected.json")
	if err != nil {
		t.Skip("no shared data")
	}
	var all recorded
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	s := session(t, open(t))
	checked := 0
	check := func(text string, want *float64) {
		t.Helper()
		checked++
		got := value(t, s, text)
		if want == nil && got != nil || want != nil && !same(got, *want) {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
	decode := func(name string, v, in any) {
		t.Helper()
		f, ok := all.Functions[name]
		if !ok {
			t.Fatalf("no recorded values of %s", name)
		}
		if err := json.Unmarshal(f.Value, v); err != nil {
			t.Fatal(err)
		}
		if in != nil {
			if err := json.Unmarshal(f.Inputs, in); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, name := range []string{"percentile", "percentile_even"} {
		var v map[string]*float64
		var in []any
		decode(name, &v, &in)
		for p, want := range v {
			check(column(in...)+"select percentile(x, "+p+") from d", want)
		}
	}
	for _, name := range []string{"stddev_pop", "geomean"} {
		var v map[string]*float64
		var in []any
		decode(name, &v, &in)
		check(column(in...)+"select "+name+"(x) from d", v["x"])
	}
	{
		var v map[string]*float64
		var in map[string][]any
		decode("median", &v, &in)
		for k, x := range in {
			check(column(x...)+"select median(x) from d", v[k])
		}
	}
	{
		var v map[string]*float64
		var in map[string][]any
		decode("pearson", &v, &in)
		check(zip(in["x"], in["y"])+"select pearson(x, y) from d", v["xy"])
	}
	{
		var v map[string]*float64
		var in map[string][]any
		decode("linear_at", &v, &in)
		for at, want := range v {
			check(zip(in["x"], in["y"])+"select linear_at(x, y, "+at+") from d", want)
		}
	}
	{
		var v map[string]*float64
		var pairs map[string][][]any
		decode("kendall_tau", &v, &pairs)
		for k, p := range pairs {
			check(zip(p[0], p[1])+"select kendall_tau(x, y) from d", v[k])
		}
	}
	{
		var v map[string]struct{ Low, High *float64 }
		decode("wilson", &v, nil)
		for share, want := range v {
			k, n, _ := strings.Cut(share, "/")
			check("select wilson_low("+k+", "+n+")", want.Low)
			check("select wilson_high("+k+", "+n+")", want.High)
		}
	}
	{
		// The sample 1, 2, ... n makes an order statistic its own rank.
		var v map[string]map[string]struct{ Low, High *float64 }
		decode("order_statistic_ranks", &v, nil)
		for n, byP := range v {
			d := "with recursive d(x) as (select 1 union all select x + 1 from d where x < " + strings.TrimPrefix(n, "n=") + ") "
			for p, want := range byP {
				p = strings.TrimPrefix(p, "p")
				check(d+"select percentile_low(x, "+p+") from d", want.Low)
				check(d+"select percentile_high(x, "+p+") from d", want.High)
			}
		}
	}
	if checked < 80 {
		t.Errorf("only %d values were checked", checked)
	}
}

func zip(x, y []any) string {
	var rows [][]any
	for i := range x {
		rows = append(rows, []any{x[i], y[i]})
	}
	return series("x, y", rows...)
}
