package metric

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/profreport/profreport/internal/query"
)

// units are the units that sums and comparisons are checked by, with other
// spellings of them. A unit that is not here is compared by its text.
var units = map[string]string{
	"ns": "ns", "us": "us", "ms": "ms", "s": "s", "min": "min", "h": "h", "hours": "h",
	"GPU-hours": "GPU-hours", "GPU-h": "GPU-hours", "GPUs": "GPUs",
	"tokens": "tokens", "requests": "requests", "bytes": "bytes",
	"tokens/s": "tokens/s", "tokens/s/GPU": "tokens/s/GPU", "tokens/s/user": "tokens/s/user",
	"requests/s": "requests/s", "req/s": "requests/s", "requests/s/GPU": "requests/s/GPU",
	"%": "%", "fraction": "fraction", "ratio": "fraction", "1": "fraction", "share": "fraction",
}

// suffixes give the unit of a column by its name, the first that fits. A
// column header line of the query says more.
var suffixes = []struct{ end, unit string }{
	{"gpu_hours", "GPU-hours"}, {"throughput_per_gpu", "tokens/s/GPU"}, {"throughput_per_user", "tokens/s/user"},
	{"output_token_throughput", "tokens/s"}, {"request_throughput", "requests/s"}, {"goodput", "requests/s"},
	{"_ns", "ns"}, {"_us", "us"}, {"_ms", "ms"}, {"_s", "s"}, {"_hours", "h"}, {"_tokens", "tokens"}, {"_bytes", "bytes"}, {"gpus", "GPUs"},
}

// canonical returns the unit that a text means: "" is not known.
func canonical(unit string) string {
	if u, ok := units[unit]; ok {
		return u
	}
	return unit
}

// columnUnit tells the unit of a column: from the header of the query, else by
// its name.
func columnUnit(q *query.Query, column string) string {
	if q != nil {
		for _, c := range q.Columns {
			if strings.EqualFold(c.Name, column) && c.Unit != "" {
				return canonical(c.Unit)
			}
		}
	}
	for _, s := range suffixes {
		if strings.HasSuffix(column, s.end) {
			return s.unit
		}
	}
	return ""
}

// literal is the unit of a number written in an expression: it takes any.
const literal = "\x00"

// unitChecker finds the unit of an expression from those of its names. What it
// checks: sums, differences, comparisons, `??`, the two sides of a choice, and
// the arguments of min, max, coalesce, judge and clamp have one unit. The
// quotient of two equal units is a fraction; products and other quotients have
// no known unit and fit everything, as do numbers written out. unit(x, '...')
// says what is not known.
type unitChecker struct {
	of  func(variable string) string
	err *exprError
}

// unit returns the unit of a node; "" is not known.
func (u *unitChecker) unit(node ast.Node) string {
	switch n := node.(type) {
	case *ast.IntegerNode, *ast.FloatNode:
		return literal
	case *ast.IdentifierNode:
		return u.of(n.Value)
	case *ast.UnaryNode:
		return u.unit(n.Node)
	case *ast.BinaryNode:
		return u.binary(n)
	case *ast.ConditionalNode:
		u.unit(n.Cond)
		return u.same(n, "chooses between", n.Exp1, n.Exp2)
	case *ast.ChainNode:
		return u.unit(n.Node)
	case *ast.MemberNode:
		if s, ok := n.Property.(*ast.StringNode); ok {
			return u.of("column " + s.Value)
		}
		return u.unit(n.Node)
	case *ast.CallNode:
		if id, ok := n.Callee.(*ast.IdentifierNode); ok {
			return u.call(n, id.Value, n.Arguments)
		}
	case *ast.BuiltinNode:
		return u.call(n, n.Name, n.Arguments)
	case *ast.PredicateNode:
		return u.unit(n.Node)
	case *ast.VariableDeclaratorNode:
		outer, value := u.of, u.unit(n.Value)
		u.of = func(v string) string {
			if v == n.Name {
				return value
			}
			return outer(v)
		}
		defer func() { u.of = outer }()
		return u.unit(n.Expr)
	case *ast.ArrayNode:
		return u.same(n, "lists", n.Nodes...)
	}
	return ""
}

func (u *unitChecker) binary(n *ast.BinaryNode) string {
	switch n.Operator {
	case "+":
		return u.same(n, "adds", n.Left, n.Right)
	case "-":
		return u.same(n, "subtracts", n.Left, n.Right)
	case "??":
		return u.same(n, "chooses between", n.Left, n.Right)
	case "<", "<=", ">", ">=", "==", "!=":
		u.same(n, "compares", n.Left, n.Right)
		return ""
	}
	l, r := u.unit(n.Left), u.unit(n.Right)
	switch {
	case n.Operator == "/" && l == r && l != "" && l != literal:
		return "fraction"
	case (n.Operator == "*" || n.Operator == "/") && l == literal && r == literal:
		return literal
	case (n.Operator == "*" || n.Operator == "/") && l != "" && l != literal && r == "fraction":
		return l
	case n.Operator == "*" && l == "fraction" && r != literal:
		return r
	}
	return ""
}

// call knows the functions that keep the unit of their arguments.
func (u *unitChecker) call(node ast.Node, name string, args []ast.Node) string {
	switch name {
	case "min", "max", "coalesce", "clamp", "judge", "judge_below":
		unit := u.same(node, "mixes", args...)
		if strings.HasPrefix(name, "judge") {
			return ""
		}
		return unit
	case "abs", "round", "floor", "ceil", "sum", "mean", "median", "stddev_pop", "geomean", "map", "filter", "sort", "reverse",
		"percentile", "percentile_low", "percentile_high", "boot_low", "boot_high", "first", "last", "float":
		unit := ""
		for i, a := range args {
			if v := u.unit(a); i == 0 || name == "map" || name == "sum" {
				unit = v
			}
		}
		return unit
	case "unit":
		if len(args) == 2 {
			u.unit(args[0])
			if s, ok := args[1].(*ast.StringNode); ok {
				return canonical(s.Value)
			}
		}
	default:
		for _, a := range args {
			u.unit(a)
		}
	}
	return ""
}

// same wants one unit of several nodes and returns it.
func (u *unitChecker) same(node ast.Node, doing string, parts ...ast.Node) string {
	unit := literal
	for _, p := range parts {
		v := u.unit(p)
		switch {
		case v == "":
			if unit == literal {
				unit = ""
			}
		case v == literal:
		case unit == "" || unit == literal:
			unit = v
		case unit != v && u.err == nil:
			u.err = &exprError{node.Location().From, fmt.Sprintf("%s %s and %s; if that is meant, say unit(x, '%s')", doing, unit, v, unit)}
		}
	}
	return unit
}
