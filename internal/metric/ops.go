package metric

import (
	"cmp"
	"fmt"
	"math"

	"github.com/expr-lang/expr/vm/runtime"
)

// undecided is the result of comparing with null: neither true nor false. It
// differs from nil so that a limit can tell "can't be judged" from "no verdict
// here".
type undecided struct{}

// isNull holds for null and undecided.
func isNull(v any) bool {
	if v == nil {
		return true
	}
	_, ok := v.(undecided)
	return ok
}

// operators are the functions that nullFlow puts in the place of operators.
var operators = map[string]func(args ...any) (any, error){
	"$add": arith('+'), "$sub": arith('-'), "$mul": arith('*'), "$div": arith('/'), "$mod": arith('%'), "$pow": arith('^'),
	"$lt": order(func(c int) bool { return c < 0 }), "$le": order(func(c int) bool { return c <= 0 }),
	"$gt": order(func(c int) bool { return c > 0 }), "$ge": order(func(c int) bool { return c >= 0 }),
	"$eq": func(a ...any) (any, error) { return equal(a[0], a[1]), nil },
	"$ne": func(a ...any) (any, error) { return !equal(a[0], a[1]), nil },
	"$neg": func(a ...any) (any, error) {
		return arithmeticOf('-', int64(0), a[0])
	},
	"$not": func(a ...any) (any, error) {
		if isNull(a[0]) {
			return undecided{}, nil
		}
		b, err := truth(a[0])
		return !b, err
	},
	"$null":    func(a ...any) (any, error) { return isNull(a[0]), nil },
	"$unknown": func(...any) (any, error) { return undecided{}, nil },
	"$undecided": func(a ...any) (any, error) {
		if isNull(a[0]) {
			return true, nil
		}
		_, err := truth(a[0])
		return false, err
	},
	"$true":  func(a ...any) (any, error) { return is(a[0], true) },
	"$false": func(a ...any) (any, error) { return is(a[0], false) },
	"$step":  step,
	"$yes":   func(a ...any) (any, error) { return is(a[0], true) },
	// The left side of $and is true or null, that of $or false or null.
	"$and": func(a ...any) (any, error) { return decide(a[0], a[1], false) },
	"$or":  func(a ...any) (any, error) { return decide(a[0], a[1], true) },
}

// truth wants true or false.
func truth(v any) (bool, error) {
	b, ok := v.(bool)
	if !ok {
		return false, fmt.Errorf("want true or false, got %s", show(v))
	}
	return b, nil
}

func is(v any, want bool) (any, error) {
	if isNull(v) {
		return false, nil
	}
	b, err := truth(v)
	return b == want, err
}

func decide(left, right any, strong bool) (any, error) {
	if isNull(right) {
		return undecided{}, nil
	}
	b, err := truth(right)
	if err != nil {
		return nil, err
	}
	if b != strong && isNull(left) {
		return undecided{}, nil
	}
	return b, nil
}

func equal(a, b any) bool {
	if isNull(a) || isNull(b) {
		return isNull(a) && isNull(b)
	}
	x, okX := number(a)
	y, okY := number(b)
	if okX && okY {
		return x == y
	}
	return okX == okY && runtime.Equal(a, b)
}

// number converts a number of any kind.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case int:
		return float64(v), true
	}
	return 0, false
}

// whole converts a whole number.
func whole(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case int:
		return int64(v), true
	}
	return 0, false
}

func arith(op byte) func(args ...any) (any, error) {
	return func(args ...any) (any, error) {
		a, okA := args[0].(float64)
		b, okB := args[1].(float64)
		if okA && okB {
			return floatArith(op, a, b), nil
		}
		return arithmeticOf(op, args[0], args[1])
	}
}

// arithmeticOf computes a op b: whole numbers stay whole where they can, text
// is joined by +, null gives null.
func arithmeticOf(op byte, a, b any) (any, error) {
	if isNull(a) || isNull(b) {
		return nil, nil
	}
	if i, ok := whole(a); ok {
		if j, ok := whole(b); ok {
			if v, ok := wholeArith(op, i, j); ok {
				return v, nil
			}
		}
	}
	x, okX := number(a)
	y, okY := number(b)
	if okX && okY {
		return floatArith(op, x, y), nil
	}
	s, okS := a.(string)
	t, okT := b.(string)
	if op == '+' && okS && okT {
		return s + t, nil
	}
	return nil, fmt.Errorf("can't compute %s %c %s", show(a), op, show(b))
}

// wholeArith gives ok = false where the result is not a whole number or does
// not fit: floats take over.
func wholeArith(op byte, a, b int64) (any, bool) {
	switch op {
	case '+':
		c := a + b
		return c, (c > a) == (b > 0)
	case '-':
		c := a - b
		return c, (c < a) == (b > 0)
	case '*':
		if a == 0 || b == 0 {
			return int64(0), true
		}
		c := a * b
		return c, c/b == a && !(a == -1 && b == math.MinInt64) && !(b == -1 && a == math.MinInt64)
	case '%':
		if b == 0 {
			return nil, true
		}
		return a % b, true
	}
	return nil, false
}

// floatArith gives null where there is no number: division by zero, overflow.
func floatArith(op byte, a, b float64) any {
	var c float64
	switch op {
	case '+':
		c = a + b
	case '-':
		c = a - b
	case '*':
		c = a * b
	case '/':
		c = a / b
	case '%':
		c = math.Mod(a, b)
	case '^':
		c = math.Pow(a, b)
	}
	if math.IsNaN(c) || math.IsInf(c, 0) {
		return nil
	}
	return c
}

func order(want func(int) bool) func(args ...any) (any, error) {
	return func(args ...any) (any, error) {
		a, b := args[0], args[1]
		if isNull(a) || isNull(b) {
			return undecided{}, nil
		}
		x, okX := number(a)
		y, okY := number(b)
		if okX && okY {
			return want(cmp.Compare(x, y)), nil
		}
		s, okS := a.(string)
		t, okT := b.(string)
		if okS && okT {
			return want(cmp.Compare(s, t)), nil
		}
		return nil, fmt.Errorf("can't compare %s with %s", show(a), show(b))
	}
}

// show prints a value in an error.
func show(v any) string {
	switch v := v.(type) {
	case nil, undecided:
		return "null"
	case string:
		if len(v) > 40 {
			v = v[:40] + "..."
		}
		return fmt.Sprintf("%q", v)
	case []any:
		return fmt.Sprintf("a list of %d", len(v))
	case map[string]any:
		return "a row"
	}
	return fmt.Sprint(v)
}
