package metric

import (
	"strings"
	"testing"

	"github.com/expr-lang/expr/types"
)

var testTypes = types.Map{
	"x": types.Float64, "y": types.Float64, "n": types.Int64, "s": types.String, "b": types.Bool, "z": types.Any,
	"rows":     types.Array(types.Map{"ms": types.Float64, "level": types.String}),
	"column x": types.Array(types.Float64),
}

// evalText compiles and runs an expression.
func evalText(text string, env map[string]any) (any, *exprError) {
	p, err := parse(text)
	if err != nil {
		return nil, err
	}
	program, err := p.compile(testTypes)
	if err != nil {
		return nil, err
	}
	return program.run(machine(), env)
}

// TestNullsFlow: what a missing value does to each operator and function.
func TestNullsFlow(t *testing.T) {
	rows := []any{
		map[string]any{"ms": 4.0, "level": "idle"}, map[string]any{"ms": nil, "level": "medium"}, map[string]any{"ms": 2.0, "level": nil},
	}
	env := map[string]any{"x": 6.0, "y": nil, "n": int64(4), "s": nil, "b": nil, "z": nil, "rows": rows, "column x": []any{1.0, nil, 3.0}}
	unknown := undecided{}
	for _, c := range []struct {
		text string
		want any
	}{
		// arithmetic
		{"x + y", nil}, {"y - 1", nil}, {"x * y", nil}, {"x / y", nil}, {"n % z", nil}, {"x ** y", nil}, {"-y", nil}, {"z + 1", nil}, {"s + 'a'", nil},
		{"x + 1", 7.0}, {"x - n", 2.0}, {"n + 1", int64(5)}, {"n / 8", 0.5}, {"n % 3", int64(1)}, {"-x", -6.0}, {"n ** 2", 16.0}, {"'a' + 'b'", "ab"},
		{"n * 9223372036854775807", 4 * 9.223372036854775807e18}, // no silent overflow
		{"x / 0", nil}, {"0 / 0", nil}, {"n % 0", nil}, {"1e308 * 10", nil},
		// comparisons
		{"y < 1", unknown}, {"1 >= y", unknown}, {"s < 'a'", unknown}, {"x > 5", true}, {"n <= 4.0", true}, {"'a' < 'b'", true},
		{"y == nil", true}, {"x == nil", false}, {"y != nil", false}, {"y == 1", false}, {"n == 4.0", true}, {"s == 'a'", false}, {"z == nil", true},
		{"is_known(y)", false}, {"is_known(x)", true}, {"is_known(y < 1)", false},
		// logic: three values
		{"y < 1 and false", false}, {"false and y < 1", false}, {"y < 1 and true", unknown}, {"true and y < 1", unknown}, {"y < 1 or true", true}, {"true or y < 1", true},
		{"y < 1 or false", unknown}, {"not (y < 1)", unknown}, {"not (x < 1)", true}, {"b", nil}, {"not b", unknown}, {"b and x > 1", unknown},
		{"is_known(y) and y > 1", false}, {"x > 1 and x < 9", true}, {"x > 1 && x > 9", false}, {"x > 9 || x > 1", true},
		// choice
		{"y < 1 ? 1 : 2", unknown}, {"x < 1 ? 1 : 2", 2}, {"is_known(y) ? y : 0", 0}, {"b ? 1 : 2", unknown}, {"x > 1 ? nil : 1", nil},
		{"if x > 1 { 'big' } else { 'small' }", "big"},
		{"y ?? 7", 7}, {"x ?? 7", 6.0}, {"(y < 1) ?? false", false}, {"(y + 1) ?? x", 6.0},
		// text
		{"s contains 'a'", unknown}, {"'abc' contains 'b'", true}, {"s matches '^a'", unknown}, {"upper(s)", nil}, {"upper('a')", "A"}, {"s in ['a']", false}, {"len(s)", nil},
		// numbers of one
		{"abs(y)", nil}, {"abs(-x)", 6.0}, {"round(y)", nil}, {"round(2.5)", 3.0}, {"sqrt(y)", nil}, {"sqrt(-1)", nil}, {"sqrt(x + 3)", 3.0}, {"ln(0)", nil}, {"log10(100)", 2.0}, {"exp(0)", 1.0},
		{"clamp(x, 0, 5)", 5.0}, {"clamp(y, 0, 5)", nil},
		// of many
		{"min(x, y)", nil}, {"max(x, n)", 6.0}, {"min(x, n, 1)", 1.0}, {"coalesce(y, z, n)", int64(4)}, {"coalesce(y, s)", nil},
		{"min(map(rows, .ms))", 2.0}, {"max([x, y, 2])", 6.0}, {"max([])", nil}, {"sum(rows, .ms)", 6.0}, {"sum([y])", nil}, {"mean(map(rows, .ms))", 3.0}, {"median([1, nil, 3, 8])", 3.0},
		{"map(rows, .ms * 2)[1]", nil}, {"count(rows, .ms > 3)", 1}, {"len(filter(rows, .ms > 1))", 2}, {"any(rows, .ms > 3)", true}, {"all(rows, .ms > 1)", false},
		{"find(rows, .level == 'medium').ms ?? -1", int64(-1)}, {"sum(filter(rows, .level == 'idle'), .ms)", 4.0},
		{"percentile([1, nil, 2, 3], 50)", 2.0}, {"percentile([1, 2], y)", nil}, {"percentile_high([1, 2], 50)", nil}, {"geomean([4, 9])", 6.0}, {"geomean([0, 9])", nil},
		{"linear_at([1, 3], [10, 30], 2)", 20.0}, {"linear_at([1, 3], [10, 30], 4)", nil}, {"linear_at([1, 3], [10, 30], y)", nil},
		{"pearson([1, 2, nil, 3], [2, 4, 0, 6]) > 0.999999", true}, {"kendall_tau([1, 2, 3, 4], [1, 3, 2, 4]) > 0.66", true},
		{"wilson_low(0, 7)", 0.0}, {"wilson_high(y, 7)", nil}, {"choose(5, 2)", 10.0}, {"unit(x, 'ms')", 6.0}, {"ecdf_at([1, 2, 3, 4], 2)", 0.5},
		{"let d = x - y; d ?? 1", 1}, {"sum(column('x'))", 4.0}, {"stddev_pop([2, 4])", 1.0},
		// verdicts
		{"judge(y, nil, nil, 0, 1)", "unknown"}, {"judge(x, y, y, nil, 6)", "pass"}, {"judge(x, 5, 7, nil, 6)", "unknown"}, {"judge(n, 7, 8, nil, 6)", "fail"},
	} {
		got, err := evalText(c.text, env)
		if err != nil || got != c.want {
			if f, ok := c.want.(int64); ok && err == nil && got == int(f) {
				continue
			}
			t.Errorf("%s = %#v, %v; want %#v", c.text, got, err, c.want)
		}
	}
}

func TestCompileErrors(t *testing.T) {
	for _, c := range []struct {
		text string
		at   int
		msg  string
	}{
		{"x +", 2, "unexpected token EOF"},
		{"x + s", 2, "invalid operation: + (mismatched types number and text)"},
		{"s > 1", 2, "invalid operation: > (mismatched types text and whole number)"},
		{"x ? 1 : 2", 0, "want true or false before ?, got number"},
		{"x and b", 2, "invalid operation: and (mismatched types number and true/false)"},
		{"é + 1", 0, "unknown name é"},
		{"percentile(x, 50)", 0, "percentile wants a list, got number: percentile(list, p)"},
		{"1 + judge(x, 1)", 4, "judge wants 5 arguments, got 2: judge(value, low, high, min, max)"},
		{"sqrt(s)", 0, "sqrt wants a number, got text: sqrt(x)"},
		{"sum(rows, .typo)", 11, "unknown field typo"},
		{"column(s)", 0, "column wants a name in quotes: column('itl_ms')"},
		{"now()", 0, "unknown name now"},
		{strings.Repeat("x + ", 1200) + "x", 0, "the expression is longer than 4 KiB"},
		{strings.Repeat("(", 1500) + "x" + strings.Repeat(")", 1500), 0, ""},
		{strings.Repeat("-", 1500) + "x", 0, ""},
	} {
		_, err := evalText(c.text, nil)
		if c.msg == "" {
			if err != nil && !strings.Contains(err.msg, "maximum allowed nodes") {
				t.Errorf("%.20s: %v", c.text, err)
			}
			continue
		}
		if err == nil || err.msg != c.msg || err.at != c.at {
			t.Errorf("%.40s: got %+v, want %d: %s", c.text, err, c.at, c.msg)
		}
	}
}

func TestRunErrors(t *testing.T) {
	env := map[string]any{"x": 6.0, "z": "text", "rows": []any{}, "column x": make([]any, 10)}
	for _, c := range []struct {
		text string
		at   int
		msg  string
	}{
		{"x + z", 2, `can't compute 6 + "text"`},
		{"1 + (z < 1 ? 1 : 0)", 7, `can't compare "text" with 1`},
		{"z and x > 1", 2, `want true or false, got "text"`},
		{"sqrt(z)", 0, `want a number, got "text"`},
		{"percentile([1, z], 50)", 0, `want a list of numbers, got "text" in it`},
		{"boot_low([1, 2], 'avg')", 0, `unknown statistic "avg": want mean, median, stddev_pop, geomean, min, max or p0 to p100`},
		{"sum(1..100000000)", 5, "memory budget exceeded"},
		{"len(repeat('abc', 100000000))", 4, "memory budget exceeded"},
	} {
		_, err := evalText(c.text, env)
		if err == nil || err.msg != c.msg || err.at != c.at {
			t.Errorf("%s: got %+v, want %d: %s", c.text, err, c.at, c.msg)
		}
	}
}

func FuzzExpression(f *testing.F) {
	for _, s := range []string{"x + y", "sum(rows, .ms)", "judge(x, nil, nil, 0, 1)", "metric('a', 'b')", "let a = x; a ?? 1", "b ? x : y", "not b and x in [1]", "#", "((", "x.y.z", "$env", "map(rows, {#.ms})", "rows[0].ms", "reduce(rows, #acc + .ms, 0)", "z?.a ?? 1", "1..9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		env := map[string]any{"x": 1.0, "y": nil, "n": int64(2), "s": "s", "b": true, "z": nil, "rows": []any{map[string]any{"ms": nil, "level": "a"}}, "column x": []any{1.0}}
		_, err := evalText(text, env)
		if err != nil && (err.at < 0 || err.at > len(text)) {
			t.Errorf("position %d outside the text", err.at)
		}
	})
}
