package notebook

import (
	"regexp"
	"strings"

	"github.com/expr-lang/expr/builtin"
)

// function is one that expressions can call. Those that begin with _ stand
// behind operators.
type function struct {
	name      string
	signature string
	doc       string
	call      func(args []any) (any, error)
	min, max  int // number of arguments; max 0: as many as min, -1: any
}

func (f function) builtin() *builtin.Function {
	return &builtin.Function{Name: f.name, Func: func(args ...any) (any, error) {
		high := f.max
		if high == 0 {
			high = f.min
		}
		if f.min > 0 && (len(args) < f.min || high > 0 && len(args) > high) {
			return nil, errorf("%s is called as %s", f.name, f.signature)
		}
		return f.call(args)
	}}
}

// Function is a function of notebook expressions, for the manual.
type Function struct{ Signature, Doc string }

// Functions lists the functions that notebooks add to the expression language.
func Functions() []Function {
	var out []Function
	for _, f := range (&state{}).functions() {
		if !strings.HasPrefix(f.name, "_") {
			out = append(out, Function{f.signature, f.doc})
		}
	}
	return out
}

// functions are the functions of one run of a notebook.
func (st *state) functions() []function {
	return append([]function{
		{
			name: "is_known", signature: "is_known(x)", min: 1,
			doc:  "true unless x is null, a metric without a value, or a query without rows",
			call: func(a []any) (any, error) { return isKnown(a[0]), nil },
		},
		{
			name: "fmt", signature: `fmt(x, "3g", "ms")`, min: 2, max: 3,
			doc:  "x as text in a format and, with a third argument, a unit; unknown when x is",
			call: formatCall,
		},
		{
			name: "metric", signature: `metric("name", run, "key")`, min: 1, max: 3,
			doc:  "the value of a metric: of a run and a key where there are several. It has value, low, high, unit, n, verdict, note",
			call: func(a []any) (any, error) { return st.metricCall(a) },
		},
		{
			name: "plural", signature: `plural(n, "run", "runs")`, min: 2, max: 3,
			doc:  "n with the word that fits it: 1 run, 2 runs",
			call: plural,
		},
		{
			name: "words", signature: "words(list)", min: 1,
			doc:  "the items of a list as words: a, b and c",
			call: words,
		},
	}, hidden...)
}

func isKnown(v any) bool {
	if l, ok := v.([]any); ok {
		return len(l) > 0
	}
	return plainValue(v) != nil
}

// formatCall is fmt(x, format, unit).
func formatCall(args []any) (any, error) {
	x := plainValue(args[0])
	format, ok := args[1].(string)
	unit := ""
	if len(args) > 2 {
		u, isText := args[2].(string)
		ok, unit = ok && isText, u
	}
	if !ok {
		return nil, errorf(`fmt wants the format and the unit as text: fmt(x, "3g", "ms")`)
	}
	if !validFormat(format) {
		return nil, errorf("there is no format %q%s", format, hint(format, formatNames()))
	}
	if x == nil {
		return nil, nil
	}
	if _, isNumber := number(x); !isNumber {
		return show(x, "", "")
	}
	return show(x, format, unit)
}

// metricCall is metric(name, run, key).
func (st *state) metricCall(args []any) (any, error) {
	name, ok := args[0].(string)
	if !ok {
		return nil, errorf("metric wants the metric's name as text, got %s", typeName(plainValue(args[0])))
	}
	if _, defined := st.metrics.defs[name]; !defined {
		return nil, errorf("there is no metric %s%s", name, hint(name, st.names.metricNames()))
	}
	var choice [2]*string
	for i, a := range args[1:] {
		switch v := plainValue(a).(type) {
		case string:
			choice[i] = &v
		case nil:
			return &MetricValue{Metric: name}, nil // of an unknown run
		default:
			return nil, errorf("metric wants run and key as text, got %s", typeName(v))
		}
	}
	return st.metrics.get(name, choice[0], choice[1])
}

func plural(args []any) (any, error) {
	n := plainValue(args[0])
	if n == nil {
		return nil, nil
	}
	x, ok := number(n)
	one, isText := args[1].(string)
	if !ok || !isText {
		return nil, errorf(`plural wants a number and a word: plural(n, "run")`)
	}
	many := one + "s"
	if len(args) > 2 {
		if many, isText = args[2].(string); !isText {
			return nil, errorf("plural wants words as text")
		}
	}
	text, err := show(n, "", "")
	if x == 1 {
		return text + " " + one, err
	}
	return text + " " + many, err
}

func words(args []any) (any, error) {
	var out []string
	for _, v := range list(args) {
		text, err := show(v, "", "")
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	switch len(out) {
	case 0:
		return nil, nil
	case 1:
		return out[0], nil
	}
	return strings.Join(out[:len(out)-1], ", ") + " and " + out[len(out)-1], nil
}

// matches is a regular expression test. Go's engine takes linear time.
func matches(text, pattern string) (bool, error) {
	if len(pattern) > 1000 {
		return false, errorf("the regular expression is longer than 1000 bytes")
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return false, errorf("regular expression: %v", err)
	}
	return re.MatchString(text), nil
}

// textTest makes a test of two texts; with an unknown one it is unknown.
func textTest(test func(a, b string) (bool, error)) func([]any) (any, error) {
	return func(args []any) (any, error) {
		a, b := plainValue(args[0]), plainValue(args[1])
		if a == nil || b == nil {
			return nil, nil
		}
		s, ok := a.(string)
		t, ok2 := b.(string)
		if !ok || !ok2 {
			return nil, errorf("want text, got %s and %s", typeName(a), typeName(b))
		}
		return test(s, t)
	}
}
