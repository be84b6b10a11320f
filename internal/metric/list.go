package metric

import (
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/types"
)

// Functions lists the functions that expressions can call, sorted by name: ours
// and those of expr-lang, which its manual describes.
func Functions() []Function {
	var out []Function
	for name, f := range library {
		out = append(out, Function{name, f.usage, f.doc})
	}
	for name, f := range replaced {
		out = append(out, Function{strings.TrimPrefix(name, "$"), f.usage, f.doc})
	}
	out = append(out, variables...)
	for _, b := range builtin.Builtins {
		if !slices.Contains(noBuiltins, b.Name) && replaced["$"+b.Name].run == nil {
			out = append(out, Function{b.Name, b.Name + "(...)", "as in expr-lang"})
		}
	}
	slices.SortFunc(out, func(a, b Function) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// Fields describes the fields of a definition, in the order of Definition.
var Fields = []struct{ Name, Doc string }{
	{"name", "lower-case letters, digits and underscores; the name that other metrics, notebooks and limits files use"},
	{"doc", "what the figure means, for a reader"},
	{"query", "the named query whose rows it is computed over; it needs columns run_id and run"},
	{"key", "expression that labels a row within a run, mostly a column such as level; absent for one value a run"},
	{"expr", "the value: a number, or true and false as 1 and 0; null is not measured"},
	{"unit", "of the value; sums and comparisons are checked by it"},
	{"format", "how it is printed: 3g, 2f, int, percent, duration, ..."},
	{"better", "lower, higher or zero"},
	{"limit", "the verdict: pass, fail or unknown, or true and false; null is no verdict. It may use value, low, high and n"},
	{"n", "sample size"},
	{"low", "lower end of the interval"},
	{"high", "upper end"},
	{"note", "text that goes with the value, such as why it is null"},
	{"applies", "rows for which it is false are left out"},
	{"new", "true for a new name that resembles a built-in one"},
}

// Units lists the units that sums and comparisons are checked by, sorted.
func Units() []string { return slices.Sorted(maps.Keys(units)) }

// kindOf names the kind of an environment's variable.
func kindOf(t types.Type) string {
	if t == nil {
		return "any"
	}
	switch {
	case t == types.Any:
		return "any"
	case t.Equal(types.Float64), t.Equal(types.Int64):
		return "number"
	case t.Equal(types.String):
		return "text"
	case t.Equal(types.Bool):
		return "bool"
	}
	return "list"
}
