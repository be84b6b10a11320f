package ingest

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// mapExpr is one expression of a mapping file.
type mapExpr struct {
	name, src, file string
	line, column    int // 1-based, of the expression's first character
	// lone is the column that the whole expression names, if it is no more
	// than a name (or opt or text of one): its cell is then taken as written.
	lone    string
	asText  bool // it is text of a column
	program *vm.Program
	names   []nameUse
	once    sync.Once // built-in mappings are compiled when first used, maybe at once
	err     error
}

// nameUse is a column or variable that an expression names.
type nameUse struct {
	name     string
	location file.Location
}

// errorf is an error at the expression, with the expression's line and a caret
// under the rune at offset.
func (e *mapExpr) errorf(offset int, format string, args ...any) error {
	before := []rune(e.src)[:min(max(offset, 0), len([]rune(e.src)))]
	row := strings.Count(string(before), "\n")
	col := len(before)
	if i := strings.LastIndexByte(string(before), '\n'); i >= 0 {
		col = len([]rune(string(before)[i+1:]))
	}
	text := strings.Split(e.src, "\n")[row]
	return &exprError{SyntaxError{e.file, e.line + row, fmt.Sprintf("%s: %s\n\t%s\n\t%s^",
		e.name, fmt.Sprintf(format, args...), text, strings.Repeat(" ", col))}, e.column + col}
}

// exprError is a *SyntaxError inside a line, at a column (1-based).
type exprError struct {
	at     SyntaxError
	column int
}

func (e *exprError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.at.File, e.at.Line, e.column, e.at.Msg)
}

func (e *exprError) Unwrap() error { return &e.at }

// compile parses the expression, once, and notes the names in it.
func (e *mapExpr) compile() error {
	if e == nil {
		return nil
	}
	e.once.Do(func() { e.err = e.parse() })
	return e.err
}

func (e *mapExpr) parse() error {
	tree, err := parser.Parse(e.src)
	if err != nil {
		return e.located(err)
	}
	visitor := &nameVisitor{let: map[string]bool{}}
	root := tree.Node
	ast.Walk(&root, visitor)
	if visitor.err != "" {
		return e.errorf(visitor.at.From, "%s", visitor.err)
	}
	e.names = visitor.uses()
	e.lone, e.asText = loneColumn(tree.Node)
	if e.program, err = expr.Compile(e.src, mappingFunctions...); err != nil {
		return e.located(err)
	}
	return nil
}

func (e *mapExpr) located(err error) error {
	var fe *file.Error
	if errors.As(err, &fe) {
		return e.errorf(fe.From, "%s", fe.Message)
	}
	return e.errorf(0, "%s", err)
}

// run evaluates the expression over one row.
func (e *mapExpr) run(env *rowEnv) (any, error) {
	if e == nil {
		return nil, nil
	}
	if e.asText {
		return env.textOrNil(e.lone), nil
	}
	if e.lone != "" {
		return env.lookup(e.lone), nil
	}
	v, err := env.vm.Run(e.program, env.vars)
	if err != nil {
		var fe *file.Error
		if errors.As(err, &fe) {
			return nil, fmt.Errorf("%s: %s", e.name, fe.Message)
		}
		return nil, fmt.Errorf("%s: %w", e.name, err)
	}
	return v, nil
}

// loneColumn is the column that an expression consists of, "" if it is more.
func loneColumn(n ast.Node) (name string, asText bool) {
	if name, ok := columnOf(n); ok {
		return name, false
	}
	call, ok := n.(*ast.CallNode)
	if !ok || len(call.Arguments) != 1 {
		return "", false
	}
	callee, isName := call.Callee.(*ast.IdentifierNode)
	arg, isText := call.Arguments[0].(*ast.StringNode)
	if !isName || !isText || callee.Value != textName && callee.Value != optName {
		return "", false
	}
	return arg.Value, callee.Value == textName
}

// columnOf is the column that an expression names: a, col["a"] or alias.a.
func columnOf(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.ChainNode:
		return columnOf(n.Node)
	case *ast.IdentifierNode:
		return n.Value, n.Value != colName
	case *ast.MemberNode:
		base, ok := n.Node.(*ast.IdentifierNode)
		property, isText := n.Property.(*ast.StringNode)
		if !ok || !isText {
			return "", false
		}
		if base.Value == colName {
			return property.Value, true
		}
		return base.Value + "." + property.Value, true
	}
	return "", false
}

// nameVisitor collects the names of an expression. A member's base is visited
// before the member, so a use is kept by its node and replaced by the longer
// one.
type nameVisitor struct {
	let   map[string]bool
	found []ast.Node
	inner map[ast.Node]bool // bases of members and callees, which are no use by themselves
	err   string
	at    file.Location
}

// Visit is called children first.
func (v *nameVisitor) Visit(node *ast.Node) {
	if v.inner == nil {
		v.inner = map[ast.Node]bool{}
	}
	switch n := (*node).(type) {
	case *ast.VariableDeclaratorNode:
		v.let[n.Name] = true
	case *ast.IdentifierNode:
		v.found = append(v.found, n)
	case *ast.MemberNode:
		if _, ok := columnOf(n); ok {
			v.inner[n.Node] = true
			v.found = append(v.found, n)
		}
	case *ast.CallNode:
		callee, ok := n.Callee.(*ast.IdentifierNode)
		if !ok {
			v.fail(n, "only functions can be called")
			return
		}
		v.inner[callee] = true
		if !rowFunctions[callee.Value] && !pureFunctions[callee.Value] {
			v.fail(n, "no function %q", callee.Value)
		}
	}
}

func (v *nameVisitor) fail(n ast.Node, format string, args ...any) {
	if v.err == "" {
		v.err, v.at = fmt.Sprintf(format, args...), n.Location()
	}
}

func (v *nameVisitor) uses() []nameUse {
	var list []nameUse
	for _, n := range v.found {
		name, ok := columnOf(n)
		if v.inner[n] || !ok || v.let[name] {
			continue
		}
		at := n.Location()
		if m, isMember := n.(*ast.MemberNode); isMember {
			at = m.Node.Location()
		}
		list = append(list, nameUse{name, at})
	}
	return list
}
