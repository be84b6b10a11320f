package metric

import (
	"strconv"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
)

// nullFlow rewrites a checked tree so that a missing value passes through it:
// arithmetic and functions of null give null, a comparison with null is
// unknown, `and`, `or` and `not` follow three-valued logic, a choice by an
// unknown condition is unknown. `==` and `!=` compare with nil as expr does,
// and `??` fills in.
//
// Each step over a list is counted, so that nothing runs for ever. Operators become calls; where a value is needed twice it goes into a
// variable first. The names of these can't be written by a user.
type nullFlow struct{ temps int }

// Visit implements ast.Visitor. Children have been visited before.
func (f *nullFlow) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.BinaryNode:
		f.binary(node, n)
	case *ast.UnaryNode:
		switch n.Operator {
		case "-":
			f.replace(node, call("$neg", n.Node))
		case "not", "!":
			if !neverNull(n.Node) {
				f.replace(node, call("$not", n.Node))
			}
		}
	case *ast.ConditionalNode:
		if !neverNull(n.Cond) {
			f.once(node, n.Cond, func(t ast.Node) ast.Node {
				inner := &ast.ConditionalNode{Cond: t, Exp1: n.Exp1, Exp2: n.Exp2}
				return &ast.ConditionalNode{Cond: call("$undecided", t), Exp1: call("$unknown"), Exp2: inner}
			})
		}
	case *ast.PredicateNode:
		step := call("$step", n.Node, &ast.IdentifierNode{Value: clockName})
		locate(step, n.Location())
		n.Node = step
	case *ast.BuiltinNode:
		f.builtin(node, n)
	}
}

var arithmetic = map[string]string{
	"+": "$add", "-": "$sub", "*": "$mul", "/": "$div", "%": "$mod", "**": "$pow", "^": "$pow",
	"<": "$lt", "<=": "$le", ">": "$gt", ">=": "$ge", "==": "$eq", "!=": "$ne",
}

func (f *nullFlow) binary(node *ast.Node, n *ast.BinaryNode) {
	if fn := arithmetic[n.Operator]; fn != "" {
		f.replace(node, call(fn, n.Left, n.Right))
		return
	}
	switch n.Operator {
	case "and", "&&":
		if !neverNull(n.Left) || !neverNull(n.Right) {
			f.once(node, n.Left, func(t ast.Node) ast.Node {
				return &ast.ConditionalNode{Cond: call("$false", t), Exp1: &ast.BoolNode{}, Exp2: call("$and", t, n.Right)}
			})
		}
	case "or", "||":
		if !neverNull(n.Left) || !neverNull(n.Right) {
			f.once(node, n.Left, func(t ast.Node) ast.Node {
				return &ast.ConditionalNode{Cond: call("$true", t), Exp1: &ast.BoolNode{Value: true}, Exp2: call("$or", t, n.Right)}
			})
		}
	case "??":
		f.once(node, n.Left, func(t ast.Node) ast.Node {
			return &ast.ConditionalNode{Cond: call("$null", t), Exp1: n.Right, Exp2: t}
		})
	case "matches", "contains", "startsWith", "endsWith":
		f.once(node, n.Left, func(t ast.Node) ast.Node {
			same := &ast.BinaryNode{Operator: n.Operator, Left: t, Right: n.Right}
			same.SetLocation(n.Location())
			return &ast.ConditionalNode{Cond: call("$null", t), Exp1: call("$unknown"), Exp2: same}
		})
	}
}

// byPredicate are the functions whose second argument says yes or no.
var byPredicate = map[string]bool{
	"all": true, "none": true, "any": true, "one": true, "filter": true, "count": true,
	"find": true, "findIndex": true, "findLast": true, "findLastIndex": true,
}

// ofFirst are the functions that are null when their first argument is.
var ofFirst = map[string]bool{
	"len": true, "ceil": true, "floor": true, "round": true, "int": true, "float": true, "string": true, "abs": true,
	"trim": true, "trimPrefix": true, "trimSuffix": true, "upper": true, "lower": true, "split": true, "splitAfter": true,
	"replace": true, "repeat": true, "join": true, "indexOf": true, "lastIndexOf": true, "hasPrefix": true, "hasSuffix": true,
}

// ownWay are the functions of expr that have a null-safe one of ours.
var ownWay = map[string]string{
	"min": "$min", "max": "$max", "sum": "$sum", "mean": "$mean", "median": "$median",
}

func (f *nullFlow) builtin(node *ast.Node, n *ast.BuiltinNode) {
	switch {
	case byPredicate[n.Name] && len(n.Arguments) > 1:
		if p, ok := n.Arguments[1].(*ast.PredicateNode); ok && !neverNull(p.Node) {
			yes := call("$yes", p.Node)
			locate(yes, p.Location())
			p.Node = yes
		}
	case ownWay[n.Name] != "":
		args := n.Arguments
		if n.Name == "sum" && len(args) == 2 {
			mapped := &ast.BuiltinNode{Name: "map", Arguments: args}
			mapped.SetLocation(n.Location())
			args = []ast.Node{mapped}
		}
		f.replace(node, call(ownWay[n.Name], args...))
	case ofFirst[n.Name] && len(n.Arguments) > 0:
		f.once(node, n.Arguments[0], func(t ast.Node) ast.Node {
			same := &ast.BuiltinNode{Name: n.Name, Arguments: append([]ast.Node{t}, n.Arguments[1:]...)}
			return &ast.ConditionalNode{Cond: call("$null", t), Exp1: &ast.NilNode{}, Exp2: same}
		})
	}
}

// replace puts a new node in the place of an old one; what has no position yet
// takes that of the old one.
func (f *nullFlow) replace(node *ast.Node, new ast.Node) {
	locate(new, (*node).Location())
	*node = new
}

// once evaluates value into a variable and uses that in a new expression. A
// constant or a name needs no variable.
func (f *nullFlow) once(node *ast.Node, value ast.Node, use func(ast.Node) ast.Node) {
	if id, ok := value.(*ast.IdentifierNode); ok {
		f.replace(node, use(id))
		return
	}
	f.temps++
	name := "$" + strconv.Itoa(f.temps)
	f.replace(node, &ast.VariableDeclaratorNode{Name: name, Value: value, Expr: use(&ast.IdentifierNode{Value: name})})
}

func call(fn string, args ...ast.Node) *ast.CallNode {
	return &ast.CallNode{Callee: &ast.IdentifierNode{Value: fn}, Arguments: args}
}

// neverNull holds for conditions that are true or false whatever comes.
func neverNull(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BoolNode:
		return true
	case *ast.CallNode:
		id, ok := n.Callee.(*ast.IdentifierNode)
		if ok && id.Value == "$step" {
			return neverNull(n.Arguments[0])
		}
		return ok && (id.Value == "$eq" || id.Value == "$ne" || id.Value == "is_known")
	case *ast.BinaryNode:
		return n.Operator == "in" || (n.Operator == "and" || n.Operator == "or" || n.Operator == "&&" || n.Operator == "||")
	case *ast.UnaryNode:
		return true // a not that was left alone
	case *ast.BuiltinNode:
		return n.Name == "all" || n.Name == "any" || n.Name == "none" || n.Name == "one"
	}
	return false
}

// locate gives loc to the new nodes of a tree: those without a position.
func locate(n ast.Node, loc file.Location) {
	if n.Location() != (file.Location{}) {
		return
	}
	n.SetLocation(loc)
	switch n := n.(type) {
	case *ast.CallNode:
		locate(n.Callee, loc)
		for _, a := range n.Arguments {
			locate(a, loc)
		}
	case *ast.ConditionalNode:
		locate(n.Cond, loc)
		locate(n.Exp1, loc)
		locate(n.Exp2, loc)
	case *ast.VariableDeclaratorNode:
		locate(n.Value, loc)
		locate(n.Expr, loc)
	case *ast.BuiltinNode:
		for _, a := range n.Arguments {
			locate(a, loc)
		}
	}
}
