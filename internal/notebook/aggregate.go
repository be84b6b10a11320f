package notebook

import (
	"cmp"
	"math"
	"reflect"
	"slices"
	"sort"
)

// list flattens arguments into their known values.
func list(args []any) []any { return appendKnown(make([]any, 0, 8), args) }

func appendKnown(out, args []any) []any {
	for _, a := range args {
		switch a := a.(type) {
		case []any:
			out = appendKnown(out, a)
		case []int:
			for _, v := range a {
				out = append(out, int64(v))
			}
		default:
			if v := reflect.ValueOf(a); v.IsValid() && v.Kind() == reflect.Slice {
				out = appendKnown(out, items(a))
			} else if v := plainValue(a); v != nil {
				out = append(out, v)
			}
		}
	}
	return out
}

// aggregate makes a function of the known numbers; of none it is unknown.
func aggregate(f func([]float64) any) func([]any) (any, error) {
	return func(args []any) (any, error) {
		var numbers []float64
		whole := true
		for _, v := range list(args) {
			x, ok := number(v)
			if !ok {
				return nil, errorf("want numbers, got %s", typeName(v))
			}
			_, isWhole := v.(int64)
			whole = whole && isWhole
			numbers = append(numbers, x)
		}
		if len(numbers) == 0 {
			return nil, nil
		}
		out := plainValue(f(numbers))
		if x, ok := out.(float64); ok && whole && x == math.Trunc(x) && math.Abs(x) < 1<<53 {
			return int64(x), nil
		}
		return out, nil
	}
}

func sum(x []float64) any {
	total := 0.0
	for _, v := range x {
		total += v
	}
	return total
}

// median is the middle value, or the mean of the two in the middle.
func median(x []float64) any {
	x = slices.Sorted(slices.Values(x))
	n := len(x)
	if n%2 == 1 {
		return x[n/2]
	}
	return x[n/2-1]/2 + x[n/2]/2
}

func rounding(f func(float64) float64) func([]any) (any, error) {
	return func(args []any) (any, error) {
		v := plainValue(args[0])
		if v == nil {
			return nil, nil
		}
		if _, whole := v.(int64); whole {
			x := f(float64(v.(int64)))
			return int64(x), nil
		}
		x, ok := number(v)
		if !ok {
			return nil, errorf("want a number, got %s", typeName(v))
		}
		return whole(f(x)), nil
	}
}

// whole makes a number without fraction a whole number.
func whole(x float64) any {
	if x == math.Trunc(x) && math.Abs(x) < 1<<53 {
		return int64(x)
	}
	return plainValue(x)
}

// roundTo rounds half away from zero, to digits behind the point when a second
// argument says so.
func roundTo(args []any) (any, error) {
	if len(args) < 2 {
		return rounding(math.Round)(args)
	}
	digits, ok := number(plainValue(args[1]))
	if !ok || math.Abs(digits) > 15 {
		return nil, errorf("round wants the number of digits, at most 15")
	}
	scale := math.Pow(10, digits)
	return rounding(func(x float64) float64 { return math.Round(x*scale) / scale })(args[:1])
}

// sortRows sorts rows by keys, nil last, ties as they were.
func sortRows(args []any) (any, error) {
	rows, keys := items(args[0]), items(args[1])
	descending := len(args) > 2 && args[2] == "desc"
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool {
		return before(plainValue(keys[order[i]]), plainValue(keys[order[j]]), descending)
	})
	out := make([]any, len(rows))
	for i, o := range order {
		out[i] = rows[o]
	}
	return out, nil
}

// items returns the elements of a list.
func items(v any) []any {
	if l, ok := v.([]any); ok {
		return l
	}
	rv := reflect.ValueOf(v)
	if !rv.IsValid() || rv.Kind() != reflect.Slice {
		return nil
	}
	out := make([]any, rv.Len())
	for i := range out {
		out[i] = rv.Index(i).Interface()
	}
	return out
}

// before orders values: numbers, then text, then nil, whichever direction.
func before(a, b any, descending bool) bool {
	rank := func(v any) int {
		switch v.(type) {
		case nil:
			return 2
		case string:
			return 1
		}
		return 0
	}
	if rank(a) != rank(b) || a == nil {
		return rank(a) < rank(b)
	}
	c := 0
	if s, ok := a.(string); ok {
		c = cmp.Compare(s, b.(string))
	} else {
		x, _ := number(a)
		y, _ := number(b)
		c = cmp.Compare(x, y)
	}
	if descending {
		return c > 0
	}
	return c < 0
}
