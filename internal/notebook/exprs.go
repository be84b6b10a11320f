package notebook

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"

	"github.com/profreport/profreport/internal/table"
)

// expression is a compiled expression with its place in the notebook.
type expression struct {
	text    string
	span    span
	want    wanted
	program *vm.Program
	uses    []use
	form    form
	rows    *name  // what the rows come from, when it gives rows of one query
	typed   bool   // compiled with the columns of its queries known
	broken  *Fault // set when it can't run: what is wrong
}

// use is one name in an expression and how it is used.
type use struct {
	name *name
	as   usage
}

// usage is what an expression wants of a query: all rows (`filter(q, ...)`),
// the only row (`q.col`), the only value (`q * 2`), or how many rows there
// are (`count(q)`), or whether there is a value (`is_known(q)`).
type usage string

const (
	asRows  usage = ""
	asRow   usage = "@row"
	asValue usage = "@value"
	asCount usage = "@count"
	asKnown usage = "@known"
	asNamed usage = "@named" // the name stands in metric("name"), which looks it up
)

// form is what a whole expression is when it is nothing but a name, so that it
// prints with the unit of that name.
type form struct {
	name   *name
	column string
}

// maxNodes bounds the size of a parsed expression.
const maxNodes = 2000

// compiler holds what all expressions of one notebook share.
type exprCompiler struct {
	lines *lines
	base  *conf.Config
}

// clocks are the built-ins that read the clock or the time zone: with them, the
// same input would not give the same report.
var clocks = map[string]bool{"now": true, "date": true, "timezone": true, "duration": true}

// wanted is what the value of an expression is for.
type wanted int

const (
	wantValue     wanted = iota // text, or an option
	wantRows                    // a loop
	wantCondition               // true or false
)

func newExprCompiler(l *lines, functions []function) *exprCompiler {
	base := conf.CreateNew()
	base.MaxNodes = maxNodes
	base.Strict = true
	for name := range clocks {
		delete(base.Builtins, name)
		base.Disabled[name] = true
	}
	for _, f := range functions {
		base.Functions[f.name] = f.builtin()
		delete(base.Builtins, f.name)
	}
	return &exprCompiler{lines: l, base: base}
}

// config returns a configuration with the types of the names in use.
func (c *exprCompiler) config(env types.Map) *conf.Config {
	cfg := *c.base
	cfg.WithEnv(env)
	cfg.Strict = true
	return &cfg
}

// compile parses, resolves, checks and compiles one expression. The result is
// never nil; broken is set when it can't run.
func (c *exprCompiler) compile(s span, ns *names, want wanted) (*expression, []Fault) {
	e := &expression{text: strings.TrimSpace(s.text), span: s, want: want}
	fail := func(faults ...Fault) (*expression, []Fault) {
		f := faults[0]
		e.broken = &f
		return e, faults
	}
	switch {
	case s.fault != "":
		return fail(c.lines.fault(s.start, "%s", s.fault))
	case e.text == "":
		return fail(c.lines.fault(s.start, "an expression is missing between the braces"))
	case len(s.text) > maxExpr:
		return fail(c.lines.fault(s.start, "the expression is longer than %d bytes", maxExpr))
	}
	tree, err := parser.ParseWithConfig(s.text, c.config(types.Map{}))
	if err != nil {
		return fail(c.exprFault(s, err))
	}
	r := &resolver{compiler: c, span: s, names: ns, env: types.Map{}}
	e.form, e.rows = r.formOf(tree.Node), r.rowsOf(tree.Node)
	tree.Node = r.resolve(tree.Node, want != wantRows)
	if len(r.faults) > 0 {
		return fail(r.faults...)
	}
	if r.excuse != nil {
		e.broken = r.excuse
		return e, nil
	}
	e.uses = r.uses
	cfg := c.config(r.env)
	if _, err := checker.Check(tree, cfg); err != nil {
		return fail(c.exprFault(s, err))
	}
	if msg := unfit(tree.Node, want); msg != "" {
		return fail(c.lines.fault(s.at(leading(s.text)), "%s", msg))
	}
	tree.Node = nullSafe(tree.Node)
	if _, err := checker.Check(tree, cfg); err != nil {
		return fail(c.exprFault(s, err))
	}
	if e.program, err = compiler.Compile(tree, cfg); err != nil {
		return fail(c.exprFault(s, err))
	}
	return e, nil
}

// unfit says why the type of a checked expression does not suit, or "".
func unfit(n ast.Node, want wanted) string {
	kind := n.Type().Kind()
	switch {
	case want == wantRows && (kind == reflect.String || kind == reflect.Bool || kind >= reflect.Int && kind <= reflect.Float64):
		return "a loop runs over rows or a list, not one value"
	case want == wantCondition && kind == reflect.String:
		return "a condition is true or false, not text"
	case want == wantCondition && kind == reflect.Slice:
		return "a condition is true or false, not a list; ask for count(...) > 0"
	}
	return ""
}

// exprFault places an error of the expression language.
func (c *exprCompiler) exprFault(s span, err error) Fault {
	var fe *file.Error
	if !errors.As(err, &fe) {
		return c.lines.fault(s.start, "%s", err)
	}
	return c.lines.fault(s.at(fe.From), "%s", plainMessage(fe.Message))
}

// at returns the place of a character of the text.
func (s *span) at(char int) int {
	for i := range s.text {
		if char <= 0 {
			return s.offset(i)
		}
		char--
	}
	return s.offset(len(s.text))
}

var (
	misfit      = regexp.MustCompile(`^invalid operation: (\S+(?: \w+)?) \(mismatched types? (.+?)(?: and (.+))?\)$`)
	unknownName = regexp.MustCompile(`^unknown field (\w+)$`)
)

// plainMessage turns the expression language's words into ours.
func plainMessage(msg string) string {
	if m := misfit.FindStringSubmatch(msg); m != nil {
		if m[3] == "" {
			return "can't take " + m[1] + " of " + plainType(m[2])
		}
		return "can't take " + plainType(m[2]) + " " + m[1] + " " + plainType(m[3])
	}
	if m := unknownName.FindStringSubmatch(msg); m != nil {
		return "there is no column " + m[1]
	}
	if strings.Contains(msg, "unexpected token EOF") {
		return "the expression ends where more is expected"
	}
	return msg
}

// plainType names a type of the expression language.
func plainType(t string) string {
	switch {
	case t == "string":
		return "text"
	case t == "bool":
		return "true or false"
	case strings.HasPrefix(t, "int") || strings.HasPrefix(t, "float"):
		return "a number"
	case strings.HasPrefix(t, "[]"):
		return "a list"
	case strings.HasPrefix(t, "map"):
		return "a row"
	}
	return t
}

// rowType gives the columns of a query their types. A query whose columns are
// not known accepts any.
func rowType(columns []table.Column) types.Type {
	if columns == nil {
		return types.Any
	}
	m := types.Map{}
	for _, c := range columns {
		switch c.Type {
		case table.Int:
			m[c.Name] = types.Int64
		case table.Float:
			m[c.Name] = types.Float64
		case table.Text:
			m[c.Name] = types.String
		default:
			m[c.Name] = types.Any
		}
	}
	return m
}

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

func (r *resolver) fault(n ast.Node, format string, args ...any) {
	r.faults = append(r.faults, r.compiler.lines.fault(r.span.at(n.Location().From), format, args...))
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

// compileError makes sure that err is a fault at the expression.
func (e *expression) runFault(l *lines, err error) Fault {
	var f *placed
	if errors.As(err, &f) {
		return f.Fault
	}
	var fe *file.Error
	if errors.As(err, &fe) {
		if fe.Prev != nil {
			if errors.As(fe.Prev, &f) {
				return f.Fault
			}
		}
		return l.fault(e.span.at(fe.From), "%s", plainMessage(fe.Message))
	}
	return l.fault(e.span.at(leading(e.span.text)), "%s", err)
}

// leading counts the spaces a text begins with.
func leading(text string) int { return len(text) - len(strings.TrimLeft(text, " \t\n")) }

// placed is an error that knows its place.
type placed struct{ Fault }

func (p *placed) Error() string { return p.Fault.Error() }

func errorf(format string, args ...any) error { return fmt.Errorf(format, args...) }
