package metric

import (
	"fmt"
	"math"
	"reflect"

	"github.com/expr-lang/expr/builtin"

	"github.com/profreport/profreport/internal/stats"
)

// Function describes a function of the expression language.
type Function struct {
	Name, Usage, Doc string
}

// fn is a function of ours: what it wants and what it does.
type fn struct {
	usage string
	doc   string
	args  string // one letter an argument: n number, t text, b true/false, l list, a any; a ? follows an optional one, * any more of the last
	gives reflect.Type
	run   func(args []any) (any, error)
}

var (
	numberType = reflect.TypeFor[float64]()
	boolType   = reflect.TypeFor[bool]()
	textType   = reflect.TypeFor[string]()
	anyType    = reflect.TypeFor[any]()
)

// library holds the functions of ours by name.
var library = map[string]fn{
	"is_known": {"is_known(x)", "true unless x is null", "a", boolType,
		func(a []any) (any, error) { return !isNull(a[0]), nil }},
	"coalesce": {"coalesce(x, y, ...)", "the first that is not null", "aa*", anyType, coalesce},
	"judge": {"judge(value, low, high, min, max)", "`pass` if the whole interval from low to high lies within min and max, `fail` if it lies outside, else `unknown`; null for min or max is no limit on that side; without an interval the value alone decides; null for value is `unknown`",
		"nnnnn", textType, judgeFunc},
	"judge_below": {"judge_below(value, low, high, limit)", "judge with a maximum that may not be reached: `pass` needs less than limit", "nnnn", textType, judgeBelow},
	"unit":        {"unit(x, 'ms')", "x, with the say that its unit is this one", "at", numberType, func(a []any) (any, error) { return a[0], nil }},

	"sqrt":  {"sqrt(x)", "square root; null below 0", "n", numberType, scalar(math.Sqrt)},
	"ln":    {"ln(x)", "natural logarithm; null for 0 and below", "n", numberType, scalar(math.Log)},
	"log10": {"log10(x)", "decimal logarithm; null for 0 and below", "n", numberType, scalar(math.Log10)},
	"exp":   {"exp(x)", "e to the power x", "n", numberType, scalar(math.Exp)},
	"clamp": {"clamp(x, min, max)", "x, but no less than min and no more than max", "nnn", numberType, clamp},

	"stddev_pop":      {"stddev_pop(list)", "standard deviation, divided by n", "l", numberType, ofList(stats.StddevPop)},
	"geomean":         {"geomean(list)", "geometric mean; null if any value is 0 or less", "l", numberType, ofList(stats.Geomean)},
	"percentile":      {"percentile(list, p)", "p-th percentile, p from 0 to 100, linear between order statistics as in NumPy", "ln", numberType, ranked(stats.Percentile)},
	"percentile_low":  {"percentile_low(list, p)", "lower end of its 95 % order-statistic interval; null when the sample is too small", "ln", numberType, ranked(stats.PercentileLow)},
	"percentile_high": {"percentile_high(list, p)", "upper end of the same", "ln", numberType, ranked(stats.PercentileHigh)},
	"pearson":         {"pearson(xs, ys)", "correlation of two lists of the same length", "ll", numberType, paired(stats.Pearson)},
	"kendall_tau":     {"kendall_tau(xs, ys)", "rank correlation, tau-b", "ll", numberType, paired(stats.KendallTau)},
	"linear_at":       {"linear_at(xs, ys, x)", "height at x of the line through the points; null outside them", "lln", numberType, linearAt},
	"mann_whitney_p":  {"mann_whitney_p(xs, ys)", "two-sided p of the Mann-Whitney test", "ll", numberType, paired(stats.MannWhitneyP)},
	"ecdf_at":         {"ecdf_at(list, x)", "share of the values that are at most x", "ln", numberType, ranked(stats.ECDFAt)},
	"effective_n":     {"effective_n(list)", "sample size that as many independent values would have, from the lag-1 correlation", "l", numberType, ofList(stats.EffectiveN)},
	"boot_low":        {"boot_low(list, 'mean')", "lower end of the 95 % bootstrap interval of a statistic: mean, median, stddev_pop, geomean, min, max or p0 to p100", "lt", numberType, boot(stats.BootLow)},
	"boot_high":       {"boot_high(list, 'mean')", "upper end of the same", "lt", numberType, boot(stats.BootHigh)},
	"wilson_low":      {"wilson_low(k, n)", "lower end of the 95 % Wilson interval of k successes in n", "nn", numberType, two(stats.WilsonLow)},
	"wilson_high":     {"wilson_high(k, n)", "upper end of the same", "nn", numberType, two(stats.WilsonHigh)},
	"choose":          {"choose(n, k)", "number of ways to choose k of n", "nn", numberType, two(stats.Choose)},
}

// replaced are the functions of expr that have a null-safe one here.
var replaced = map[string]fn{
	"$min":    {"min(x, y, ...), min(list)", "smallest; of arguments null if one is null, of a list over those that are known", "aa*", numberType, extreme(stats.Min)},
	"$max":    {"max(x, y, ...), max(list)", "largest; likewise", "aa*", numberType, extreme(stats.Max)},
	"$mean":   {"mean(list)", "mean of the known values", "aa*", numberType, pooled(stats.Mean)},
	"$median": {"median(list)", "median of the known values", "aa*", numberType, pooled(stats.Median)},
	"$sum":    {"sum(list), sum(list, .column)", "sum of the known values, null if there is none", "a", numberType, pooled(sum)},
}

// variables are written like functions, but stand for values of the run.
var variables = []Function{
	{"column", "column('name')", "list of all values of a column of the query"},
	{"of_run", "of_run('name')", "list of the values of a column in the rows of the same run"},
	{"metric", "metric('name'), metric('name', 'key')", "value of another metric of the same run; without a key the row's own"},
}

// buildFunctions returns what expressions can call, in expr's form.
func buildFunctions() map[string]*builtin.Function {
	out := map[string]*builtin.Function{}
	for name, op := range operators {
		out[name] = &builtin.Function{Name: name, Func: op, Validate: func([]reflect.Type) (reflect.Type, error) { return anyType, nil }}
	}
	for _, m := range []map[string]fn{library, replaced} {
		for name, f := range m {
			out[name] = &builtin.Function{
				Name:     name,
				Func:     func(args ...any) (any, error) { return f.run(args) },
				Validate: f.validate(name),
			}
		}
	}
	return out
}

// validate checks number and types of arguments at compile time.
func (f fn) validate(name string) func(args []reflect.Type) (reflect.Type, error) {
	return func(args []reflect.Type) (reflect.Type, error) {
		least, most := len(f.args), len(f.args)
		if f.args[len(f.args)-1] == '*' {
			least, most = len(f.args)-2, 1000
		}
		if len(args) < least || len(args) > most {
			return anyType, fmt.Errorf("%s wants %d arguments, got %d: %s", name, least, len(args), f.usage)
		}
		for i, t := range args {
			want := f.args[min(i, least-1)]
			if kind := goKind(t); kind != "any" && !fits(kind, want) {
				return anyType, fmt.Errorf("%s wants %s, got %s: %s", name, wanted[want], kind, f.usage)
			}
		}
		return f.gives, nil
	}
}

var wanted = map[byte]string{'n': "a number", 't': "text", 'b': "true or false", 'l': "a list"}

func fits(kind string, want byte) bool {
	switch want {
	case 'n':
		return kind == "number"
	case 't':
		return kind == "text"
	case 'l':
		return kind == "list"
	}
	return true
}

// goKind names the kind of a Go type as errors do.
func goKind(t reflect.Type) string {
	if t == nil {
		return "any"
	}
	switch t.Kind() {
	case reflect.Float64, reflect.Int64, reflect.Int:
		return "number"
	case reflect.String:
		return "text"
	case reflect.Bool:
		return "bool"
	case reflect.Slice:
		return "list"
	}
	return "any"
}

func coalesce(args []any) (any, error) {
	for _, a := range args {
		if !isNull(a) {
			return a, nil
		}
	}
	return nil, nil
}
