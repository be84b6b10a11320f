package metric

import (
	"fmt"
	"math"
	"reflect"

	"github.com/profreport/profreport/internal/stats"
)

// numbers converts arguments; known is false when one is null.
func numbers(args []any) (x []float64, known bool, err error) {
	x, known = make([]float64, len(args)), true
	for i, a := range args {
		f, ok := number(a)
		switch {
		case isNull(a):
			known = false
		case !ok:
			return nil, false, fmt.Errorf("want a number, got %s", show(a))
		}
		x[i] = f
	}
	return x, known, nil
}

// list converts a list of numbers; null becomes NaN, which stats skips.
func list(v any) ([]float64, error) {
	switch v := v.(type) {
	case []float64:
		return v, nil
	case []any:
		out := make([]float64, len(v))
		for i, e := range v {
			f, ok := number(e)
			if !ok {
				if !isNull(e) {
					return nil, fmt.Errorf("want a list of numbers, got %s in it", show(e))
				}
				f = math.NaN()
			}
			out[i] = f
		}
		return out, nil
	}
	if isNull(v) {
		return nil, nil
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.Slice {
		out := make([]any, r.Len())
		for i := range out {
			out[i] = r.Index(i).Interface()
		}
		return list(out)
	}
	return nil, fmt.Errorf("want a list, got %s", show(v))
}

// result turns stats' ok = false into null.
func result(v float64, ok bool) (any, error) {
	if !ok || math.IsNaN(v) || math.IsInf(v, 0) {
		return nil, nil
	}
	return v, nil
}

func scalar(f func(float64) float64) func([]any) (any, error) {
	return func(args []any) (any, error) {
		x, known, err := numbers(args)
		if err != nil || !known {
			return nil, err
		}
		return result(f(x[0]), true)
	}
}

func two(f func(a, b float64) (float64, bool)) func([]any) (any, error) {
	return func(args []any) (any, error) {
		x, known, err := numbers(args)
		if err != nil || !known {
			return nil, err
		}
		return result(f(x[0], x[1]))
	}
}

func clamp(args []any) (any, error) {
	x, known, err := numbers(args)
	if err != nil || !known {
		return nil, err
	}
	return max(x[1], min(x[2], x[0])), nil
}

func ofList(f func([]float64) (float64, bool)) func([]any) (any, error) {
	return func(args []any) (any, error) {
		x, err := list(args[0])
		if err != nil {
			return nil, err
		}
		return result(f(x))
	}
}

func ranked(f func([]float64, float64) (float64, bool)) func([]any) (any, error) {
	return func(args []any) (any, error) {
		x, err := list(args[0])
		if err != nil {
			return nil, err
		}
		p, known, err := numbers(args[1:])
		if err != nil || !known {
			return nil, err
		}
		return result(f(x, p[0]))
	}
}

func paired(f func(x, y []float64) (float64, bool)) func([]any) (any, error) {
	return func(args []any) (any, error) {
		x, err := list(args[0])
		if err != nil {
			return nil, err
		}
		y, err := list(args[1])
		if err != nil {
			return nil, err
		}
		return result(f(x, y))
	}
}

func linearAt(args []any) (any, error) {
	return paired(func(x, y []float64) (float64, bool) {
		at, ok := number(args[2])
		if !ok {
			return 0, false
		}
		return stats.LinearAt(x, y, at)
	})(args)
}

func boot(f func([]float64, string) (float64, bool)) func([]any) (any, error) {
	return func(args []any) (any, error) {
		x, err := list(args[0])
		if err != nil {
			return nil, err
		}
		name, _ := args[1].(string)
		if !stats.IsStatistic(name) {
			return nil, fmt.Errorf("unknown statistic %s: %s", show(args[1]), "want mean, median, stddev_pop, geomean, min, max or p0 to p100")
		}
		return result(f(x, name))
	}
}

// extreme is min or max: of a list over its known values, of arguments null
// when one of them is.
func extreme(f func([]float64) (float64, bool)) func([]any) (any, error) {
	return func(args []any) (any, error) {
		if len(args) > 1 {
			x, known, err := numbers(args)
			if err != nil || !known {
				return nil, err
			}
			return result(f(x))
		}
		return pooled(f)(args)
	}
}

// pooled takes a list, or numbers as arguments.
func pooled(f func([]float64) (float64, bool)) func([]any) (any, error) {
	return func(args []any) (any, error) {
		if len(args) == 1 {
			if n, ok := number(args[0]); ok {
				args = []any{[]any{n}}
			}
			return ofList(f)(args)
		}
		x, err := list(args)
		if err != nil {
			return nil, err
		}
		return result(f(x))
	}
}

func sum(x []float64) (float64, bool) {
	total, n := 0.0, 0
	for _, v := range x {
		if !math.IsNaN(v) {
			total += v
			n++
		}
	}
	return total, n > 0
}
