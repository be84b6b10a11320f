package notebook

import (
	"cmp"
	"math"
	"reflect"
	"slices"
	"strings"
)

// hidden are the functions behind the rewritten operators.
var hidden = []function{
	{name: "_add", call: func(a []any) (any, error) { return arith("+", a) }},
	{name: "_sub", call: func(a []any) (any, error) { return arith("-", a) }},
	{name: "_mul", call: func(a []any) (any, error) { return arith("*", a) }},
	{name: "_div", call: func(a []any) (any, error) { return arith("/", a) }},
	{name: "_mod", call: func(a []any) (any, error) { return arith("%", a) }},
	{name: "_pow", call: func(a []any) (any, error) { return arith("**", a) }},
	{name: "_neg", call: func(a []any) (any, error) { return arith("-", []any{int64(0), a[0]}) }},
	{name: "_lt", call: func(a []any) (any, error) { return compare(a, func(c int) bool { return c < 0 }) }},
	{name: "_le", call: func(a []any) (any, error) { return compare(a, func(c int) bool { return c <= 0 }) }},
	{name: "_gt", call: func(a []any) (any, error) { return compare(a, func(c int) bool { return c > 0 }) }},
	{name: "_ge", call: func(a []any) (any, error) { return compare(a, func(c int) bool { return c >= 0 }) }},
	{name: "_eq", call: func(a []any) (any, error) { return equal(a, true), nil }},
	{name: "_ne", call: func(a []any) (any, error) { return equal(a, false), nil }},
	{name: "_in", call: contained},
	{name: "_matches", call: textTest(matches)},
	{name: "_contains", call: textTest(func(a, b string) (bool, error) { return strings.Contains(a, b), nil })},
	{name: "_starts", call: textTest(func(a, b string) (bool, error) { return strings.HasPrefix(a, b), nil })},
	{name: "_ends", call: textTest(func(a, b string) (bool, error) { return strings.HasSuffix(a, b), nil })},
	{name: "_plain", call: func(a []any) (any, error) { return plainValue(a[0]), nil }},
	{name: "_not", call: func(a []any) (any, error) { return logic("not", a) }},
	{name: "_and", call: func(a []any) (any, error) { return logic("and", a) }},
	{name: "_or", call: func(a []any) (any, error) { return logic("or", a) }},
	{name: "_true", call: func(a []any) (any, error) {
		v, err := truth(a[0])
		return v == true, err
	}},
	{name: "_sum", call: aggregate(sum)},
	{name: "_mean", call: aggregate(func(x []float64) any { return sum(x).(float64) / float64(len(x)) })},
	{name: "_median", call: aggregate(func(x []float64) any { return median(x) })},
	{name: "_min", call: aggregate(func(x []float64) any { return slices.Min(x) })},
	{name: "_max", call: aggregate(func(x []float64) any { return slices.Max(x) })},
	{name: "_abs", call: rounding(math.Abs)},
	{name: "_ceil", call: rounding(math.Ceil)},
	{name: "_floor", call: rounding(math.Floor)},
	{name: "_round", call: roundTo},
	{name: "_sort", call: sortRows},
}

// plainValue unwraps metrics and Go's number types: nil, bool, int64, float64,
// string, or a list or map as it is.
func plainValue(v any) any {
	switch v := v.(type) {
	case *MetricValue:
		if v == nil {
			return nil
		}
		return plainValue(v.Value)
	case int:
		return int64(v)
	case float32:
		return float64(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
	}
	return v
}

// typeName says what a value is, in an error.
func typeName(v any) string {
	switch v.(type) {
	case nil:
		return "unknown"
	case bool:
		return "true or false"
	case int64, float64:
		return "a number"
	case string:
		return "text"
	}
	switch reflect.ValueOf(v).Kind() {
	case reflect.Slice, reflect.Array:
		return "a list"
	}
	return "a row"
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// arith computes a op b. Whole numbers stay whole where they can; a division
// by zero and an overflow to infinity are unknown, as in SQL.
func arith(op string, args []any) (any, error) {
	a, b := plainValue(args[0]), plainValue(args[1])
	if a == nil || b == nil {
		return nil, nil
	}
	s, sText := a.(string)
	t, tText := b.(string)
	if op == "+" && sText && tText {
		return s + t, nil
	}
	x, xOK := number(a)
	y, yOK := number(b)
	if !xOK || !yOK {
		return nil, errorf("can't calculate %s %s %s", typeName(a), op, typeName(b))
	}
	i, iWhole := a.(int64)
	j, jWhole := b.(int64)
	const exact = 1 << 53
	if iWhole && jWhole && math.Abs(x) < exact && math.Abs(y) < exact {
		switch {
		case op == "+":
			return i + j, nil
		case op == "-":
			return i - j, nil
		case op == "*" && math.Abs(x*y) < exact:
			return i * j, nil
		case op == "%" && j != 0:
			return i % j, nil
		}
	}
	var f float64
	switch op {
	case "+":
		f = x + y
	case "-":
		f = x - y
	case "*":
		f = x * y
	case "/":
		f = x / y
	case "%":
		f = math.Mod(x, y)
	case "**":
		f = math.Pow(x, y)
		if iWhole && jWhole && f == math.Trunc(f) && math.Abs(f) < exact {
			return int64(f), nil
		}
	}
	return plainValue(f), nil
}

func compare(args []any, test func(int) bool) (any, error) {
	a, b := plainValue(args[0]), plainValue(args[1])
	if a == nil || b == nil {
		return nil, nil
	}
	if x, ok := number(a); ok {
		if y, ok := number(b); ok {
			return test(cmp.Compare(x, y)), nil
		}
	}
	if s, ok := a.(string); ok {
		if t, ok := b.(string); ok {
			return test(cmp.Compare(s, t)), nil
		}
	}
	return nil, errorf("can't compare %s with %s", typeName(a), typeName(b))
}

// equal is want when both are known and the same; whole numbers and fractions
// meet, and 1 and 0 of SQL meet true and false.
func equal(args []any, want bool) any {
	a, b := plainValue(args[0]), plainValue(args[1])
	if a == nil || b == nil {
		return nil
	}
	return same(a, b) == want
}

func same(a, b any) bool {
	x, xOK := number(a)
	y, yOK := number(b)
	if xOK && yOK {
		return x == y
	}
	if t, ok := a.(bool); ok && yOK {
		return t == (y != 0)
	}
	if t, ok := b.(bool); ok && xOK {
		return t == (x != 0)
	}
	return reflect.DeepEqual(a, b)
}

func contained(args []any) (any, error) {
	a := plainValue(args[0])
	if a == nil || args[1] == nil {
		return nil, nil
	}
	list := reflect.ValueOf(args[1])
	switch list.Kind() {
	case reflect.Slice:
		for i := range list.Len() {
			if v := plainValue(list.Index(i).Interface()); v != nil && same(a, v) {
				return true, nil
			}
		}
		return false, nil
	case reflect.Map:
		key := reflect.ValueOf(a)
		return key.Type().AssignableTo(list.Type().Key()) && list.MapIndex(key).IsValid(), nil
	}
	return nil, errorf("`in` wants a list, got %s", typeName(args[1]))
}

// truth reads a condition: true, false, or nil when unknown. A number is true
// unless 0, since SQL has no other truth.
func truth(v any) (any, error) {
	switch v := plainValue(v).(type) {
	case nil:
		return nil, nil
	case bool:
		return v, nil
	case int64:
		return v != 0, nil
	case float64:
		return v != 0, nil
	default:
		return nil, errorf("a condition is true or false, not %s", typeName(v))
	}
}

func logic(op string, args []any) (any, error) {
	a, err := truth(args[0])
	if err != nil {
		return nil, err
	}
	if op == "not" {
		if a == nil {
			return nil, nil
		}
		return !a.(bool), nil
	}
	b, err := truth(args[1])
	if err != nil {
		return nil, err
	}
	decides := op == "or" // this value of one side decides
	if a == decides || b == decides {
		return decides, nil
	}
	if a == nil || b == nil {
		return nil, nil
	}
	return !decides, nil
}
