package notebook

import (
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/types"

	"github.com/profreport/profreport/internal/table"
)

// resolver walks a parsed expression, finds out what each name means, and
// renames queries by how they are used.
type resolver struct {
	compiler *exprCompiler
	span     span
	names    *names
	env      types.Map
	uses     []use
	faults   []Fault
	excuse   *Fault           // a name is unknown because what declares names is broken
	locals   []string         // of `let`
	pointers [][]table.Column // columns of `#` in nested predicates; nil: unknown
}

// formOf recognizes `name`, `name.column` and a column of one of many rows:
// `first(name).column`, `name[0].column`.
func (r *resolver) formOf(n ast.Node) form {
	n = unchain(n)
	if id, ok := n.(*ast.IdentifierNode); ok {
		return form{name: r.names.find(id.Value)}
	}
	m, ok := n.(*ast.MemberNode)
	if !ok {
		return form{}
	}
	column, isField := m.Property.(*ast.StringNode)
	if !isField {
		return form{}
	}
	base := unchain(m.Node)
	switch b := base.(type) {
	case *ast.CallNode:
		if id, ok := b.Callee.(*ast.IdentifierNode); ok && id.Value == "metric" && len(b.Arguments) > 0 {
			if s, ok := b.Arguments[0].(*ast.StringNode); ok {
				return form{name: r.names.root().metrics[s.Value], column: column.Value}
			}
		}
	case *ast.BuiltinNode:
		if oneRow[b.Name] && len(b.Arguments) > 0 {
			base = b.Arguments[0]
		}
	case *ast.MemberNode:
		if _, index := b.Property.(*ast.IntegerNode); index {
			base = b.Node
		}
	}
	return form{name: r.rowsOf(base), column: column.Value}
}

// oneRow are the built-ins that pick a row, sameRows those that give some or
// all of the rows they get.
var (
	oneRow   = map[string]bool{"first": true, "last": true, "find": true, "findLast": true}
	sameRows = map[string]bool{"filter": true, "sortBy": true, "take": true, "reverse": true}
)

// rowsOf tells which name the rows of an expression come from, or nil.
func (r *resolver) rowsOf(n ast.Node) *name {
	switch n := unchain(n).(type) {
	case *ast.IdentifierNode:
		if !r.local(n.Value) {
			return r.names.find(n.Value)
		}
	case *ast.SliceNode:
		return r.rowsOf(n.Node)
	case *ast.BuiltinNode:
		if sameRows[n.Name] && len(n.Arguments) > 0 {
			return r.rowsOf(n.Arguments[0])
		}
	}
	return nil
}

func unchain(n ast.Node) ast.Node {
	if chain, ok := n.(*ast.ChainNode); ok {
		return chain.Node
	}
	return n
}

// identifier resolves a name used in one way.
func (r *resolver) identifier(n *ast.IdentifierNode, as usage) ast.Node {
	for _, l := range r.locals {
		if l == n.Value {
			return n
		}
	}
	nm := r.names.find(n.Value)
	if nm == nil {
		r.unknown(n)
		return n
	}
	switch {
	case nm.kind == isMetric && as == asRow:
		as = asValue // its value has the fields
	case nm.kind != isQuery && nm.kind != isMetric && as != asKnown:
		as = asRows
	}
	key := n.Value + string(as)
	if _, seen := r.env[key]; !seen {
		r.env[key] = nm.typ(as)
		r.uses = append(r.uses, use{nm, as})
	}
	out := &ast.IdentifierNode{Value: key}
	out.SetLocation(n.Location())
	return out
}

func (r *resolver) unknown(n *ast.IdentifierNode) {
	if r.excuse == nil {
		r.excuse = r.names.root().excuse
	}
	switch {
	case r.excuse != nil:
	case n.Value == "null" || n.Value == "none":
		r.fault(n, "there is no name %s; write nil", n.Value)
	case r.compiler.base.Functions[n.Value] != nil || r.compiler.base.Builtins[n.Value] != nil:
		r.fault(n, "%s is a function; call it as %s(...)", n.Value, n.Value)
	default:
		r.fault(n, "there is no parameter, query or metric %s%s", n.Value, hint(n.Value, r.names.all()))
	}
}

// functions lists what can be called.
func (c *exprCompiler) functions() []string {
	var out []string
	for n := range c.base.Functions {
		if !strings.HasPrefix(n, "_") {
			out = append(out, n)
		}
	}
	for n := range c.base.Builtins {
		out = append(out, n)
	}
	return out
}

// column checks that a query has a column.
func (r *resolver) column(n ast.Node, what string, columns []table.Column, column string) {
	if columns == nil {
		return
	}
	list := make([]string, len(columns))
	for i, c := range columns {
		if list[i] = c.Name; c.Name == column {
			return
		}
	}
	r.fault(n, "%s has no column %s%s", what, column, hint(column, list))
}
