package metric

import (
	"errors"
	"regexp"
	"strings"
	"sync"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/checker/nature"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
)

// MaxExpr is the longest expression, in bytes.
const MaxExpr = 4 << 10

// memoryBudget bounds what one evaluation may allocate, in elements of lists.
const memoryBudget = 8_000_000

// maxNodes bounds the size of an expression once more: rewriting for nulls
// grows it.
const maxNodes = 1000

// exprError is an error in an expression, at a position in it.
type exprError struct {
	at  int // in characters from its start
	msg string
}

func (e *exprError) Error() string { return e.msg }

// parsed is the text of an expression and what it names.
type parsed struct {
	text  string
	bare  string // the name that is the whole expression, else ""
	tree  *parser.Tree
	names []name
}

// name is one use of a name in an expression.
type name struct {
	kind nameKind
	name string
	arg  string // the key of metric('name', 'key')
	at   int
}

// nameKind says how a name is used.
type nameKind uint8

const (
	plainName    nameKind = iota // itl_ms: a column, parameter or metric
	functionName                 // the f of f(x)
	columnName                   // column('itl_ms'): all values of the query
	ofRunName                    // of_run('itl_ms'): the values of the same run
	metricName                   // metric('regret', 'decode')
)

// variable is the name under which an environment holds the value.
func (n name) variable() string {
	switch n.kind {
	case columnName:
		return "column " + n.name
	case ofRunName:
		return "of_run " + n.name
	case metricName:
		return "metric " + n.name + "\x00" + n.arg
	}
	return n.name
}

var bareName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// parse reads an expression and finds the names in it.
func parse(text string) (*parsed, *exprError) {
	if len(text) > MaxExpr {
		return nil, &exprError{0, "the expression is longer than 4 KiB"}
	}
	p := &parsed{text: text}
	if t := strings.TrimSpace(text); bareName.MatchString(t) && t != "nil" && t != "true" && t != "false" {
		p.bare = t
		p.names = []name{{name: t, at: strings.Index(text, t)}}
		return p, nil
	}
	tree, err := parser.ParseWithConfig(text, newConfig(nil))
	if err != nil {
		return nil, toExprError(err)
	}
	p.tree = tree
	f := &nameFinder{callee: map[ast.Node]bool{}, local: map[string]bool{}}
	ast.Walk(&tree.Node, f)
	if f.err != nil {
		return nil, f.err
	}
	for _, n := range f.idents {
		if f.callee[n] {
			p.names = append(p.names, name{functionName, n.Value, "", n.Location().From})
		} else if !f.local[n.Value] {
			p.names = append(p.names, name{plainName, n.Value, "", n.Location().From})
		}
	}
	p.names = append(p.names, f.special...)
	return p, nil
}

// nameFinder collects the identifiers of a tree and turns column(), of_run()
// and metric() into variables.
type nameFinder struct {
	idents  []*ast.IdentifierNode
	callee  map[ast.Node]bool
	local   map[string]bool // declared with let
	special []name
	err     *exprError
}

// Visit implements ast.Visitor.
func (f *nameFinder) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		f.idents = append(f.idents, n)
	case *ast.VariableDeclaratorNode:
		f.local[n.Name] = true
	case *ast.CallNode:
		if id, ok := n.Callee.(*ast.IdentifierNode); ok {
			f.callee[id] = true
			f.call(node, id.Value, n)
		}
	}
}

func (f *nameFinder) call(node *ast.Node, function string, n *ast.CallNode) {
	kinds := map[string]nameKind{"column": columnName, "of_run": ofRunName, "metric": metricName}
	kind, ok := kinds[function]
	if !ok {
		return
	}
	var args []string
	for _, a := range n.Arguments {
		if s, ok := a.(*ast.StringNode); ok {
			args = append(args, s.Value)
		}
	}
	if len(args) != len(n.Arguments) || len(args) == 0 || len(args) > 1 && kind != metricName || len(args) > 2 {
		f.err = &exprError{n.Location().From, function + " wants a name in quotes: " + example[kind]}
		return
	}
	special := name{kind: kind, name: args[0], at: n.Arguments[0].Location().From}
	if len(args) == 2 {
		special.arg = args[1]
	}
	f.special = append(f.special, special)
	ast.Patch(node, &ast.IdentifierNode{Value: special.variable()})
}

var example = map[nameKind]string{
	columnName: "column('itl_ms')", ofRunName: "of_run('itl_ms')", metricName: "metric('regret', 'decode')",
}

// language is what all expressions share: the functions of this package and
// those of expr that need no clock. It is made when first needed, and only
// read.
var language = sync.OnceValue(func() *conf.Config {
	c := conf.CreateNew()
	c.Optimize = false
	c.MaxNodes = maxNodes
	for _, name := range noBuiltins {
		c.Disabled[name] = true
		delete(c.Builtins, name)
	}
	c.Functions = buildFunctions()
	return c
})

// newConfig returns the language with the variables of env.
func newConfig(env types.Map) *conf.Config {
	c := *language()
	c.NtCache = nature.Cache{}
	if env != nil {
		c.WithEnv(env)
		c.Strict = true
	}
	return &c
}

// noBuiltins are functions of expr that a metric has no use for, or whose
// result would change from run to run.
var noBuiltins = []string{"now", "date", "duration", "timezone", "toBase64", "fromBase64", "fromJSON", "toJSON"}

// program is an expression that is ready to run.
type program struct {
	*parsed
	code *vm.Program
	kind string // "number", "text", "bool", "list" or "any", before nulls
}

// compile checks an expression against the types of an environment and
// rewrites it so that nulls flow through. A bare name needs no code.
func (p *parsed) compile(env types.Map) (*program, *exprError) {
	if p.bare != "" {
		return &program{parsed: p, kind: kindOf(env[p.bare])}, nil
	}
	env[clockName] = types.Any
	config := newConfig(env)
	typ, err := checker.Check(p.tree, config)
	if err != nil {
		return nil, toExprError(err)
	}
	out := &program{parsed: p, kind: goKind(typ)}
	ast.Walk(&p.tree.Node, &nullFlow{})
	if _, err := checker.Check(p.tree, config); err != nil {
		return nil, toExprError(err)
	}
	code, err := compiler.Compile(p.tree, config)
	if err != nil {
		return nil, toExprError(err)
	}
	out.code = code
	return out, nil
}

// run evaluates the expression. The result is nil (null), unknown, bool,
// int, int64, float64, string or a list.
func (p *program) run(machine *vm.VM, env map[string]any) (any, *exprError) {
	if p.code == nil {
		return env[p.bare], nil
	}
	v, err := machine.Run(p.code, env)
	if err != nil {
		return nil, toExprError(err)
	}
	return v, nil
}

// toExprError keeps the position and says types in the reader's words.
func toExprError(err error) *exprError {
	var f *file.Error
	if errors.As(err, &f) {
		return &exprError{f.From, plainWords(f.Message)}
	}
	msg, _, _ := strings.Cut(err.Error(), "\n")
	return &exprError{0, plainWords(msg)}
}

var goTypes = regexp.MustCompile(`\b(?:interface \{\}|float64|int64|int|string|bool|\[\]interface ?\{\}|map\[string\]interface ?\{\}|\[\]any|map\[string\]any)`)

var words = map[string]string{
	"float64": "number", "int64": "whole number", "int": "whole number", "string": "text", "bool": "true/false",
	"interface {}": "unknown", "[]interface {}": "list", "[]interface{}": "list", "[]any": "list",
	"map[string]interface {}": "row", "map[string]interface{}": "row", "map[string]any": "row",
}

var notBool = regexp.MustCompile(`^non-bool expression \(type (.*)\) used as condition$`)

func plainWords(msg string) string {
	msg = notBool.ReplaceAllString(msg, "want true or false before ?, got $1")
	return goTypes.ReplaceAllStringFunc(msg, func(s string) string { return words[s] })
}
