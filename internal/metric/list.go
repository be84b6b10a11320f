package metric

import (
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
