package render

import (
	"math"
	"strings"
)

// tooltip says what a mark is: the title column, or series, place and value
// with its interval.
func (f *figure) tooltip(s *series, d datum) string {
	if d.title != "" {
		return d.title
	}
	var parts []string
	add := func(p string) {
		if p != "" {
			parts = append(parts, p)
		}
	}
	add(s.name)
	add(d.style.word())
	if f.spec.Facet != "" {
		add(d.facet)
	}
	if d.label != s.name {
		add(d.label)
	}
	add(f.x.under[d.x])
	if f.valueOnX() {
		add(d.ys)
		return strings.Join(parts, ", ") + colon(parts) + quantity(f.x, d.x, d)
	}
	if f.x.cats != nil {
		add(d.xs)
	} else {
		add(quantity(f.x, d.x, datum{low: nan, high: nan}))
	}
	return strings.Join(parts, ", ") + colon(parts) + quantity(f.y, d.y, d)
}

func colon(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return ": "
}

// quantity writes "TTFT 197 ms [190, 204]".
func quantity(a axis, v float64, d datum) string {
	name, unit := splitUnit(a.title)
	name, _, _ = strings.Cut(name, ", (") // the formula is on the axis
	s := significant(v, 3)
	if v == math.Trunc(v) {
		s = exactly(v)
	}
	if a.signed && v > 0 {
		s = "+" + s
	}
	if unit != "" {
		s += thin + unit
	}
	if !isNaN(d.low) && !isNaN(d.high) {
		s += " [" + significant(d.low, 3) + ", " + significant(d.high, 3) + "]"
	}
	if name == "" {
		return s
	}
	return name + " " + s
}
