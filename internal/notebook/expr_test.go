package notebook

import (
	"strings"
	"testing"
)

// TestExpressions prints expressions. u is an unknown number, ut unknown text,
// rows has values 1, null, 3.
func TestExpressions(t *testing.T) {
	head := fences(`---
params:
  n: 3
  x: 2.5
  s: abc
  yes: true
  u: {type: number, default: null}
  ut: {type: text, default: null}
  l: [1, 2, 3]
---

'''sql rows
select 1 as v, 'b' as k union all select null, 'a' union all select 3, 'c'
'''

'''sql none
select 1 as v where false
'''

'''sql one
select 7.5 as ttft_ms, null as blank, 0 as off
'''

`)
	const unknown = "*not measured*"
	for _, c := range []struct{ expr, want string }{
		// arithmetic
		{"n + 1", "4"}, {"n / 2", "1.50"}, {"n % 2", "1"}, {"2 ** 10", "1 024"}, {"-n", "-3"}, {"x * 2", "5.00"}, {"7 / 0", unknown},
		{"n % 0", unknown}, {"u + 1", unknown}, {"1 - u", unknown}, {"-u", unknown}, {"u * 0", unknown}, {`s + "d"`, "abcd"}, {"ut + s", unknown},
		{"9007199254740993 + 1", "9.01e+15"}, {"one.ttft_ms * 2", "15.0"}, {"one.blank + 1", unknown},
		// comparison
		{"n > 2", "yes"}, {"n >= 3.0", "yes"}, {"n < u", unknown}, {"u == 3", unknown}, {"u != 3", unknown}, {"u == nil", "yes"}, {"nil != u", "no"},
		{"n == nil", "no"}, {`s == "abc"`, "yes"}, {`s < "b"`, "yes"}, {"yes == true", "yes"}, {"one.off == false", "yes"}, {"n == 3.0", "yes"},
		// logic
		{"yes and u > 1", unknown}, {"false and u > 1", "no"}, {"yes or u > 1", "yes"}, {"false or u > 1", unknown}, {"not (u > 1)", unknown},
		{"not yes", "no"}, {"one.off or yes", "yes"}, {`u > 1 ? "a" : "b"`, unknown}, {`n > 1 ? "a" : "b"`, "a"}, {`one.off ? "a" : "b"`, "b"},
		// filling in
		{"u ?? 5", "5"}, {"(u ?? 5) + 1", "6"}, {"n ?? 5", "3"}, {`metric("regret", "aic", "prefill") ?? 0`, "0"}, {"is_known(u)", "no"}, {"is_known(n)", "yes"},
		{"is_known(none)", "no"}, {"is_known(rows)", "yes"}, {"is_known(regret)", "yes"}, {`is_known(metric("regret", "aic", "prefill"))`, "no"},
		// rows
		{"count(rows)", "3"}, {"count(none)", "0"}, {"len(rows)", "3"}, {"count(rows, .v > 0)", "2"}, {"sum(rows, .v)", "4"}, {"sum(none, .v)", unknown},
		{"mean(map(rows, .v))", "2"}, {"median(map(rows, .v))", "2"}, {"max(map(rows, .v))", "3"}, {"min(map(rows, .v))", "1"}, {"max(1, u, 4)", "4"}, {"max(u, u)", unknown},
		{"map(sortBy(rows, .k), .k)", "a, b, c"}, {`map(sortBy(rows, .v, "desc"), .k)`, "c, b, a"}, {"map(sortBy(rows, .v), .k)", "b, c, a"},
		{"first(rows).k", "b"}, {"last(rows).k", "c"}, {"rows[1].k", "a"}, {"rows[1].v", unknown}, {"find(rows, .v > 2).k", "c"}, {"all(rows, .v > 0)", "no"},
		{"any(rows, .v > 2)", "yes"}, {"map(rows, .k) | len()", "3"}, {"filter(rows, .v > 0)[1:] | count()", "1"}, {"let r = first(rows); r.k + r.k", "bb"},
		{"sum(l)", "6"}, {"2 in l", "yes"}, {"5 in l", "no"}, {"u in l", unknown}, {`s in ["abc"]`, "yes"}, {"5 not in l", "yes"}, {"l[0]", "1"}, {"map(l, # * 2)", "2, 4, 6"},
		{"reduce(l, #acc + #, 0)", "6"}, {"none.v", unknown}, {"none", unknown}, {"one.ttft_ms", "7.50 ms"}, {"one.blank", unknown},
		// functions
		{"round(x)", "3"}, {"round(x * 1.01, 2)", "2.53"}, {"abs(-n)", "3"}, {"abs(u)", unknown}, {"ceil(x)", "3"}, {"floor(u)", unknown}, {"upper(s)", "ABC"}, {"upper(ut)", unknown},
		{`s contains "b"`, "yes"}, {`ut contains "b"`, unknown}, {`s matches "^a.c$"`, "yes"}, {`s startsWith "ab"`, "yes"}, {`s endsWith "x"`, "no"}, {`not (s endsWith "x")`, "yes"},
		{`fmt(x, "2f", "ms")`, "2.50 ms"}, {`fmt(u, "3g", "ms")`, unknown}, {`fmt(0.123, "percent")`, "12.3 %"}, {`fmt(2703, "duration")`, "45 min 03 s"},
		{`plural(1, "run")`, "1 run"}, {`plural(2, "run")`, "2 runs"}, {`plural(2, "query", "queries")`, "2 queries"}, {`plural(u, "run")`, unknown},
		{"words(l)", "1, 2 and 3"}, {"words([s])", "abc"}, {"words([])", unknown}, {"words(map(rows, .v))", "1 and 3"},
		// metrics
		{`metric("duration")`, "45 min 03 s"}, {`metric("duration", "online")`, "45 min 03 s"}, {`metric("duration", "aic")`, unknown}, {`metric("regret", "aic", "decode") * 100`, "12.3"},
		{`metric("regret", "aic", "decode").verdict`, "fail"}, {`metric("regret", "aic", "prefill").note`, "not measured"}, {"duration", "45 min 03 s"}, {"duration.low", "45 min 02 s"}, {`metric("duration", "online").high`, "45 min 04 s"},
		{`ttft_error`, "-4.4 %"}, {"ttft_error.n", "100"}, {"ttft_error < 0", "yes"}, {`metric("regret", ut, "decode")`, unknown}, {"count(regret)", "2"},
		{"max(map(regret, .value))", "0.123"}, {"round(ttft_error * 100)", "-4"}, {`metric("ttft_error", "aic", "idle")`, unknown},
	} {
		d := run(t, head+"{{ "+c.expr+" }}\n", nil)
		got := strings.TrimSpace(markdownOf(t, d))
		for i := range d.Faults {
			if !d.Faults[i].Warning {
				t.Error(d.Faults[i].Detail())
			}
		}
		if got != c.want {
			t.Errorf("%s is %s, want %s", c.expr, got, c.want)
		}
	}
}

// TestExpressionErrors are those that only show when an expression runs.
func TestExpressionErrors(t *testing.T) {
	for _, c := range []struct{ expr, want string }{
		{"runs.method", "test.md:1:4: runs has 2 rows; take one, as in first(runs).column or {{ for row in runs }}"},
		{"runs", "test.md:1:4: runs has 2 rows and 7 columns; a value is one of each, so ask for runs.column or count(runs)"},
		{"regret", `test.md:1:4: metric regret has 2 values; say of which run: metric("regret", run) with run one of aic`},
		{`metric("regret", "aic")`, `test.md:1:4: metric regret has 2 values for aic; say which: metric("regret", run, key) with key one of decode, prefill`},
		{`1 + first(runs).method`, "test.md:1:6: can't calculate a number + text"},
		{`first(runs).method > 1`, "test.md:1:23: can't compare text with a number"},
		{`first(runs)`, "test.md:1:4: a row can't be printed in text; ask for one of its columns"},
		{`filter(runs, true)`, "test.md:1:4: rows can't be printed in text; use a table, a loop, or map(rows, .column)"},
		{`sum(map(runs, .method))`, "test.md:1:4: want numbers, got text"},
		{`fmt(1, "4x")`, `test.md:1:4: there is no format "4x"; known: 2f, 3g, bytes, code, duration, factor, int, percent, signed_percent, text, verdict`},
		{`repeat("a", 100000000)`, "test.md:1:4: memory budget exceeded"},
		{`1..100000000`, "test.md:1:5: memory budget exceeded"},
		{`first(runs).method ? 1 : 2`, "test.md:1:16: a condition is true or false, not text"},
		{`first(runs).method matches "("`, "test.md:1:23: error parsing regexp: missing closing ): `(`"},
		{`metric(3)`, "test.md:1:4: metric wants the metric's name as text, got a number"},
		{`metric()`, `test.md:1:4: metric is called as metric("name", run, "key")`},
	} {
		d := run(t, "{{ "+c.expr+" }}\n", nil)
		if len(d.Faults) != 1 || d.Faults[0].Error() != c.want {
			t.Errorf("%s: got %+v\nwant %s", c.expr, d.Faults, c.want)
			continue
		}
		if got := markdownOf(t, d); !strings.Contains(got, "\n**error**") {
			t.Errorf("%s: %s", c.expr, got)
		}
	}
}

// TestBounded makes sure that no expression runs away.
func TestBounded(t *testing.T) {
	for _, e := range []string{
		strings.Repeat("(", 1500) + "1" + strings.Repeat(")", 1500),
		"1" + strings.Repeat("+1", 2000),
		"map(1..3000, map(1..3000, map(1..3000, 1)))",
		"sum(map(1..1000, sum(map(1..1000, sum(1..1000)))))",
		strings.Repeat("[", 2000) + strings.Repeat("]", 2000),
		strings.Repeat("-", 4000) + "1",
		strings.Repeat("not ", 1000) + "true",
	} {
		run(t, "{{ "+e+" }}\n", nil) // no panic, no endless loop
	}
	d := run(t, "{{ for a in 1..200 }}\n{{ for b in 1..200 }}\n- {{ a * b }}\n{{ end }}\n{{ end }}\n", nil)
	if len(d.Faults) != 1 || !strings.Contains(d.Faults[0].Message, "10000 rounds") {
		t.Errorf("faults %+v", d.Faults)
	}
}
