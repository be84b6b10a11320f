package notebook

import (
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
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
	lines  *lines
	base   *conf.Config
	syntax *conf.Config // for parsing, when no names are known yet
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
	c := &exprCompiler{lines: l, base: base}
	c.syntax = c.config(types.Map{})
	return c
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
	tree, err := parser.ParseWithConfig(s.text, c.syntax)
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

func (r *resolver) fault(n ast.Node, format string, args ...any) {
	r.faults = append(r.faults, r.compiler.lines.fault(r.span.at(n.Location().From), format, args...))
}
