package notebook

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
)

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
