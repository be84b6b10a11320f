package render

import (
	"math"
)

// radius is the size of a mark: smaller where there are many.
func radius(n int) float64 {
	switch {
	case n <= 12:
		return 4.3
	case n <= 40:
		return 3.4
	}
	return 2.6
}

// manyPoints is where marks of a series lose their tooltips and become dots
// of one path, so that a page with 10^5 requests stays small.
const manyPoints = 400

// points draws the marks of a series, with their intervals where those are
// intervals of the value.
func (f *figure) points(fr *frame, s *series, intervals bool) {
	if len(s.data) > manyPoints {
		f.dots(fr, s)
		return
	}
	if intervals {
		for _, d := range s.data {
			f.interval(fr, s.look, d)
		}
	}
	r := radius(len(s.data))
	if f.spec.Kind == "line" && len(s.data) > 60 {
		return
	}
	for _, d := range s.data {
		if !fr.shows(d.x, d.y) {
			continue
		}
		x, y := fr.x(d.x), fr.y(d.y)
		st := f.noteStyle(s, d)
		f.out.mark(s.look.shape, element{st.mark(s.look), f.tooltip(s, d), d.key}, x, y, r)
		f.occ.take(box{x - r - 1, y - r - 1, x + r + 1, y + r + 1})
	}
}

// noteStyle records for the key what the figure shows.
func (f *figure) noteStyle(s *series, d datum) style {
	st := d.style
	switch {
	case st.blocked:
		f.used.blocked = true
	case st.predicted:
		f.used.predicted = true
	default:
		f.used.measured = true
	}
	f.used.dominated = f.used.dominated || st.dominated
	if _, ok := f.methods[s.name]; ok {
		if f.used.methods == nil {
			f.used.methods = map[string]bool{}
		}
		f.used.methods[s.name] = true
	}
	return st
}

// interval draws the 95 % interval of a value as a line through its mark.
func (f *figure) interval(fr *frame, l look, d datum) {
	if !fr.shows(d.x, d.y) || !fr.shows(d.x, d.low) || !fr.shows(d.x, d.high) {
		return
	}
	x, y0, y1 := fr.x(d.x), fr.y(d.low), fr.y(d.high)
	f.out.seg("ci "+l.class, x, y0, x, y1)
	f.occ.line([]xy{{x, y0}, {x, y1}})
	f.used.interval = true
}

// dots draws many marks as one path of dots, each place once.
func (f *figure) dots(fr *frame, s *series) {
	seen := map[[2]int]bool{}
	cls := "dots " + s.look.class
	f.out.openPath(cls)
	for _, d := range s.data {
		if !fr.shows(d.x, d.y) {
			continue
		}
		f.noteStyle(s, d)
		x, y := fr.x(d.x), fr.y(d.y)
		at := [2]int{int(math.Round(x)), int(math.Round(y))}
		if seen[at] {
			continue
		}
		seen[at] = true
		f.out.to('M', float64(at[0]), float64(at[1]))
		f.out.buf = append(f.out.buf, "h0"...)
		f.occ.take(box{x - 3, y - 3, x + 3, y + 3})
	}
	f.out.buf = append(f.out.buf, "\"/>\n"...)
}

// pointLabels writes the label column beside the marks, where there is room.
func (f *figure) pointLabels(fr *frame, all []*series) {
	for _, s := range all {
		r := radius(len(s.data))
		for _, d := range s.data {
			if d.label == "" || !fr.shows(d.x, d.y) {
				continue
			}
			bounds := fr.box.grow(2)
			bounds.x1 = fr.panel.x1
			f.place("tk", shorten(d.label, sizeNarrow, 160), bounds, around(fr.x(d.x), fr.y(d.y), r))
		}
	}
}
