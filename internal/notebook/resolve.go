package notebook

import (
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/profreport/profreport/internal/table"
)

// resolve rewrites a node and what is below it. scalar says that the value is
// wanted as one value, not as rows.
func (r *resolver) resolve(n ast.Node, scalar bool) ast.Node {
	switch n := n.(type) {
	case *ast.IdentifierNode:
		if scalar {
			return r.identifier(n, asValue)
		}
		return r.identifier(n, asRows)
	case *ast.MemberNode:
		r.member(n)
	case *ast.ChainNode:
		n.Node = r.resolve(n.Node, scalar)
	case *ast.SliceNode:
		n.Node = r.resolve(n.Node, false)
		n.From, n.To = r.optional(n.From), r.optional(n.To)
	case *ast.UnaryNode:
		n.Node = r.resolve(n.Node, true)
		if n.Operator == "not" || n.Operator == "!" {
			return call(n, "_not", n.Node)
		}
	case *ast.BinaryNode:
		return r.binary(n)
	case *ast.ConditionalNode:
		return r.conditional(n, scalar)
	case *ast.CallNode:
		return r.call(n)
	case *ast.BuiltinNode:
		return r.builtin(n)
	case *ast.PredicateNode:
		n.Node = r.resolve(n.Node, true)
	case *ast.VariableDeclaratorNode:
		n.Value = r.resolve(n.Value, false)
		r.locals = append(r.locals, n.Name)
		n.Expr = r.resolve(n.Expr, scalar)
		r.locals = r.locals[:len(r.locals)-1]
	case *ast.SequenceNode:
		for i := range n.Nodes {
			n.Nodes[i] = r.resolve(n.Nodes[i], scalar)
		}
	case *ast.ArrayNode:
		for i := range n.Nodes {
			n.Nodes[i] = r.resolve(n.Nodes[i], true)
		}
	case *ast.MapNode:
		for _, p := range n.Pairs {
			pair := p.(*ast.PairNode)
			pair.Key, pair.Value = r.resolve(pair.Key, true), r.resolve(pair.Value, true)
		}
	}
	return n
}

func (r *resolver) optional(n ast.Node) ast.Node {
	if n == nil {
		return nil
	}
	return r.resolve(n, true)
}

func (r *resolver) binary(n *ast.BinaryNode) ast.Node {
	n.Left = r.resolve(n.Left, true)
	n.Right = r.resolve(n.Right, n.Operator != "in" && n.Operator != "not in")
	switch n.Operator {
	case "and", "&&":
		return call(n, "_and", n.Left, n.Right)
	case "or", "||":
		return call(n, "_or", n.Left, n.Right)
	}
	return n
}

// conditional makes `c ? a : b` unknown when c is unknown.
func (r *resolver) conditional(n *ast.ConditionalNode, scalar bool) ast.Node {
	n.Cond = r.resolve(n.Cond, true)
	n.Exp1, n.Exp2 = r.resolve(n.Exp1, scalar), r.resolve(n.Exp2, scalar)
	known := &ast.ConditionalNode{Cond: call(n.Cond, "_true", n.Cond), Exp1: n.Exp1, Exp2: n.Exp2}
	known.SetLocation(n.Location())
	out := &ast.ConditionalNode{Cond: call(n.Cond, "is_known", n.Cond), Exp1: known, Exp2: &ast.NilNode{}}
	out.SetLocation(n.Location())
	return out
}

// member resolves `a.b` and `a[i]`.
func (r *resolver) member(n *ast.MemberNode) {
	field, isField := n.Property.(*ast.StringNode)
	switch base := n.Node.(type) {
	case *ast.IdentifierNode:
		if !isField {
			n.Node = r.identifier(base, asRows)
			break
		}
		if nm := r.names.find(base.Value); nm != nil && !r.local(base.Value) {
			r.column(n.Property, nm.what(), nm.fields(), field.Value)
		}
		n.Node = r.identifier(base, asRow)
	case *ast.PointerNode:
		if isField && len(r.pointers) > 0 && base.Name == "" {
			r.column(n.Property, "the row", r.pointers[len(r.pointers)-1], field.Value)
		}
	case *ast.CallNode:
		n.Node = r.resolve(base, true)
		if id, ok := base.Callee.(*ast.IdentifierNode); ok && id.Value == "metric" && isField {
			r.column(n.Property, "a metric", metricFields, field.Value)
		}
	default:
		r.rowColumn(n, field)
		n.Node = r.resolve(n.Node, false)
	}
	if !isField {
		n.Property = r.resolve(n.Property, true)
	}
}

// rowColumn checks the column in `first(q).column` and `q[0].column`.
func (r *resolver) rowColumn(n *ast.MemberNode, field *ast.StringNode) {
	if field == nil {
		return
	}
	if f := r.formOf(n); f.name != nil && f.name.kind != isParam {
		r.column(n.Property, f.name.what(), f.name.rowFields(), field.Value)
	}
}

func (r *resolver) local(name string) bool {
	for _, l := range r.locals {
		if l == name {
			return true
		}
	}
	return false
}

// call resolves a call of one of our functions.
func (r *resolver) call(n *ast.CallNode) ast.Node {
	id, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		r.fault(n, "only functions can be called")
		return n
	}
	fn := r.compiler.base.Functions[id.Value]
	if clocks[id.Value] {
		r.fault(n, "%s() is not there: with it, the same input would not give the same report", id.Value)
		return n
	}
	if fn == nil || strings.HasPrefix(id.Value, "_") {
		r.fault(n, "there is no function %s%s", id.Value, hint(id.Value, r.compiler.functions()))
		return n
	}
	for i, a := range n.Arguments {
		arg, isName := a.(*ast.IdentifierNode)
		if id.Value == "is_known" && isName && len(n.Arguments) == 1 && !r.local(arg.Value) {
			return r.identifier(arg, asKnown)
		}
		n.Arguments[i] = r.resolve(a, !takesRows[id.Value])
	}
	if id.Value == "metric" && len(n.Arguments) > 0 {
		if s, ok := n.Arguments[0].(*ast.StringNode); ok {
			r.metric(s)
		}
	}
	return n
}

// metric checks a metric's name and notes that it is used.
func (r *resolver) metric(s *ast.StringNode) {
	root := r.names.root()
	if nm := root.metrics[s.Value]; nm != nil {
		r.uses = append(r.uses, use{nm, asNamed})
	} else {
		r.fault(s, "there is no metric %s%s", s.Value, hint(s.Value, root.metricNames()))
	}
}

// builtin resolves a call of a function of the expression language.
func (r *resolver) builtin(n *ast.BuiltinNode) ast.Node {
	if (n.Name == "count" || n.Name == "len") && len(n.Arguments) == 1 {
		if id, ok := n.Arguments[0].(*ast.IdentifierNode); ok && !r.local(id.Value) {
			if nm := r.names.find(id.Value); nm != nil && (nm.kind == isQuery || nm.kind == isMetric) {
				return r.identifier(id, asCount)
			}
		}
	}
	if n.Name == "round" && len(n.Arguments) == 2 {
		return call(n, "_round", r.resolve(n.Arguments[0], true), r.resolve(n.Arguments[1], true))
	}
	if n.Name == "count" && len(n.Arguments) == 1 {
		n.Name = "len" // without a predicate, count would look for `true`
	}
	var columns []table.Column
	for i, a := range n.Arguments {
		predicate, ok := a.(*ast.PredicateNode)
		if !ok {
			if nm := r.rowsOf(a); i == 0 && nm != nil && nm.kind != isParam {
				columns = nm.rowFields()
			}
			n.Arguments[i] = r.resolve(a, scalarBuiltins[n.Name])
			continue
		}
		r.pointers = append(r.pointers, columns)
		predicate.Node = r.resolve(predicate.Node, true)
		r.pointers = r.pointers[:len(r.pointers)-1]
		if boolPredicates[n.Name] {
			predicate.Node = call(predicate, "_true", predicate.Node)
		}
	}
	return n
}

// takesRows are our functions whose arguments may be rows.
var takesRows = map[string]bool{"words": true}

// scalarBuiltins take one value.
var scalarBuiltins = map[string]bool{
	"abs": true, "ceil": true, "floor": true, "round": true, "int": true, "float": true, "string": true,
	"upper": true, "lower": true, "trim": true,
}

// boolPredicates are built-ins that ask true or false of each row.
var boolPredicates = map[string]bool{
	"all": true, "none": true, "any": true, "one": true, "filter": true, "count": true,
	"find": true, "findIndex": true, "findLast": true, "findLastIndex": true,
}

// call makes a call of a function that stands where at stands.
func call(at ast.Node, name string, args ...ast.Node) ast.Node {
	callee := &ast.IdentifierNode{Value: name}
	callee.SetLocation(at.Location())
	n := &ast.CallNode{Callee: callee, Arguments: args}
	n.SetLocation(at.Location())
	return n
}
