package notebook

import "github.com/expr-lang/expr/ast"

// Unknown is nil and stays unknown: arithmetic and comparisons with it give
// nil, `false and nil` is false, `true or nil` is true, aggregates skip it (as
// SQL does). Only `x == nil`, `x ?? y` and is_known ask about it. To that end
// operators become calls of the functions below before compilation.
var operators = map[string]string{
	"+": "_add", "-": "_sub", "*": "_mul", "/": "_div", "%": "_mod", "**": "_pow", "^": "_pow",
	"<": "_lt", "<=": "_le", ">": "_gt", ">=": "_ge", "==": "_eq", "!=": "_ne", "in": "_in",
	"matches": "_matches", "contains": "_contains", "startsWith": "_starts", "endsWith": "_ends",
}

// skipping are the built-ins that are replaced by ones that take nil.
var skipping = map[string]string{
	"sum": "_sum", "mean": "_mean", "median": "_median", "min": "_min", "max": "_max",
	"abs": "_abs", "ceil": "_ceil", "floor": "_floor", "round": "_round",
}

// unknownOfUnknown are built-ins that fail on nil; here they give nil.
var unknownOfUnknown = map[string]bool{
	"int": true, "float": true, "string": true, "trim": true, "trimPrefix": true, "trimSuffix": true, "upper": true,
	"lower": true, "split": true, "splitAfter": true, "replace": true, "repeat": true, "indexOf": true,
	"lastIndexOf": true, "hasPrefix": true, "hasSuffix": true,
}

// nullSafe rewrites a checked expression.
func nullSafe(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.UnaryNode:
		n.Node = nullSafe(n.Node)
		if n.Operator == "-" {
			return call(n, "_neg", n.Node)
		}
	case *ast.BinaryNode:
		_, leftNil := n.Left.(*ast.NilNode)
		_, rightNil := n.Right.(*ast.NilNode)
		n.Left, n.Right = nullSafe(n.Left), nullSafe(n.Right)
		if n.Operator == "??" {
			n.Left = call(n, "_plain", n.Left)
			return n
		}
		if leftNil || rightNil {
			return nilTest(n)
		}
		if name, ok := operators[n.Operator]; ok {
			return call(n, name, n.Left, n.Right)
		}
	case *ast.MemberNode:
		n.Node, n.Property = nullSafe(n.Node), nullSafe(n.Property)
		n.Optional = true
		chain := &ast.ChainNode{Node: n}
		chain.SetLocation(n.Location())
		return chain
	case *ast.ChainNode:
		n.Node = nullSafe(n.Node)
	case *ast.SliceNode:
		n.Node = nullSafe(n.Node)
	case *ast.ConditionalNode:
		n.Cond, n.Exp1, n.Exp2 = nullSafe(n.Cond), nullSafe(n.Exp1), nullSafe(n.Exp2)
	case *ast.CallNode:
		safeAll(n.Arguments)
	case *ast.BuiltinNode:
		safeAll(n.Arguments)
		return safeBuiltin(n)
	case *ast.PredicateNode:
		n.Node = nullSafe(n.Node)
	case *ast.VariableDeclaratorNode:
		n.Value, n.Expr = nullSafe(n.Value), nullSafe(n.Expr)
	case *ast.SequenceNode:
		safeAll(n.Nodes)
	case *ast.ArrayNode:
		safeAll(n.Nodes)
	case *ast.MapNode:
		for _, p := range n.Pairs {
			pair := p.(*ast.PairNode)
			pair.Key, pair.Value = nullSafe(pair.Key), nullSafe(pair.Value)
		}
	}
	return n
}

func safeAll(nodes []ast.Node) {
	for i := range nodes {
		nodes[i] = nullSafe(nodes[i])
	}
}

// nilTest keeps `x == nil` and `x != nil` as questions about being known.
func nilTest(n *ast.BinaryNode) ast.Node {
	x := n.Left
	if _, ok := x.(*ast.NilNode); ok {
		x = n.Right
	}
	switch n.Operator {
	case "==":
		return call(n, "_not", call(n, "is_known", x))
	case "!=":
		return call(n, "is_known", x)
	}
	if name, ok := operators[n.Operator]; ok {
		return call(n, name, n.Left, n.Right)
	}
	return n
}

// safeBuiltin turns `sum(rows, .x)` into `_sum(map(rows, .x))`, likewise the
// other aggregates, and sorts with nil last.
func safeBuiltin(n *ast.BuiltinNode) ast.Node {
	if n.Name == "sortBy" {
		keys := &ast.BuiltinNode{Name: "map", Arguments: n.Arguments[:2:2]}
		keys.SetLocation(n.Location())
		args := append([]ast.Node{n.Arguments[0], keys}, n.Arguments[2:]...)
		return call(n, "_sort", args...)
	}
	if unknownOfUnknown[n.Name] && len(n.Arguments) > 0 {
		n.Arguments[0] = call(n, "_plain", n.Arguments[0])
		out := &ast.ConditionalNode{Cond: call(n, "is_known", n.Arguments[0]), Exp1: n, Exp2: &ast.NilNode{}}
		out.SetLocation(n.Location())
		return out
	}
	name, ok := skipping[n.Name]
	if !ok {
		return n
	}
	args := n.Arguments
	if len(args) == 2 {
		if _, isPredicate := args[1].(*ast.PredicateNode); isPredicate {
			values := &ast.BuiltinNode{Name: "map", Arguments: args}
			values.SetLocation(n.Location())
			args = []ast.Node{values}
		}
	}
	return call(n, name, args...)
}
