package metric

// Verdict is the outcome of holding a figure against a limit.
type Verdict string

// The verdicts. The empty Verdict says that nothing was to be judged.
const (
	Pass    Verdict = "pass"
	Fail    Verdict = "fail"
	Unknown Verdict = "unknown" // the interval is across the limit, or there is no figure
)

// Judge applies DEFINITIONS rule 27: pass only if the whole interval from low
// to high lies within min and max (both allowed), fail only if it lies outside,
// else unknown. Nil is what is not known: without min or max there is no limit
// on that side, without low and high the value alone decides, with only one
// end known the interval is open at the other. Without a value it is unknown.
func Judge(value, low, high, min, max *float64) Verdict {
	if value == nil {
		return Unknown
	}
	if low == nil && high == nil {
		low, high = value, value
	}
	switch {
	case min != nil && high != nil && *high < *min, max != nil && low != nil && *low > *max:
		return Fail
	case min != nil && (low == nil || *low < *min), max != nil && (high == nil || *high > *max):
		return Unknown
	}
	return Pass
}

func judgeFunc(args []any) (any, error) {
	x, err := optional(args)
	if err != nil {
		return nil, err
	}
	return string(Judge(x[0], x[1], x[2], x[3], x[4])), nil
}

func judgeBelow(args []any) (any, error) {
	x, err := optional(args)
	if err != nil {
		return nil, err
	}
	v := Judge(x[0], x[1], x[2], nil, x[3])
	low, high := x[1], x[2]
	if low == nil && high == nil {
		low, high = x[0], x[0]
	}
	if limit := x[3]; limit != nil && x[0] != nil {
		switch {
		case low != nil && *low >= *limit:
			v = Fail
		case high != nil && *high == *limit:
			v = Unknown
		}
	}
	return string(v), nil
}

func optional(args []any) ([]*float64, error) {
	out := make([]*float64, len(args))
	for i, a := range args {
		if isNull(a) {
			continue
		}
		x, _, err := numbers(args[i : i+1])
		if err != nil {
			return nil, err
		}
		out[i] = &x[0]
	}
	return out, nil
}
