package render

import (
	"math"
	"slices"
	"strings"
)

// scaleCategories finds which column holds the categories: text in y puts them
// down the left side, else x puts them along the bottom. The category's place
// replaces the number in the datum.
func (f *figure) scaleCategories() error {
	numeric := 0
	for _, d := range f.data {
		if !isNaN(d.y) {
			numeric++
		}
	}
	byText := numeric == 0 && f.hasText(func(d datum) string { return d.ys }) || f.spec.X == ""
	if f.spec.Y == "" {
		byText = false
	}
	if byText {
		nameNumbers(f.data, yNumber, yText)
		cats := categories(f.data, func(d datum) string { return d.ys })
		slices.Reverse(cats) // the first one is at the top
		place, err := f.y.name(cats)
		if err != nil {
			return err
		}
		for i := range f.data {
			f.data[i].y = place[f.data[i].ys]
		}
	} else {
		nameNumbers(f.data, xNumber, xText)
		place, err := f.x.name(categories(f.data, func(d datum) string { return d.xs }))
		if err != nil {
			return err
		}
		for i := range f.data {
			f.data[i].x = place[f.data[i].xs]
		}
	}
	f.x.signed = isErrorTitle(f.x.title) && f.x.cats == nil
	f.y.signed = isErrorTitle(f.y.title) && f.y.cats == nil
	return nil
}

func (f *figure) hasText(get func(datum) string) bool {
	return slices.ContainsFunc(f.data, func(d datum) bool { return get(d) != "" })
}

// valueAxis is the axis that isn't one of categories.
func (f *figure) valueAxis() *axis {
	if f.y.cats != nil {
		return &f.x
	}
	return &f.y
}

func (f *figure) value(d datum) float64 {
	if f.y.cats != nil {
		return d.x
	}
	return d.y
}

func (f *figure) place01(d datum) float64 { // the category's place
	if f.y.cats != nil {
		return d.y
	}
	return d.x
}

// finishCategories settles both axes once the value axis holds all values.
func (f *figure) finishCategories(pad float64) error {
	v := f.valueAxis()
	if v.empty {
		return ErrNoData
	}
	f.wants()
	v.nice = true
	values := make([]float64, len(f.data))
	for i, d := range f.data {
		values[i] = f.value(d)
	}
	f.format = alike(values)
	v.whole = allWhole(f.data, f.value)
	f.x.settle(pad)
	f.y.settle(pad)
	f.shortenCategories(&f.y, .36*f.w)
	return nil
}

// rowsHeight gives each category down the left side its room.
func rowsHeight(f *figure) float64 {
	if f.y.cats == nil {
		return 286
	}
	k := 1
	if f.spec.Kind == "bar" || f.spec.Kind == "interval" {
		k = max(1, len(f.group(f.data)))
		k = min(k, 8)
	}
	row := map[string]float64{"bar": 14*float64(k) + 14, "interval": 14*float64(k) + 12, "stacked": 58, "timeline": 19}[f.spec.Kind]
	if n := len(f.y.cats); n > 12 && row > 24 {
		row = math.Max(24, row*12/float64(n))
	}
	return f.top() + math.Max(row*float64(len(f.y.cats)), 40) + 46
}

// scaleInterval finds the axes of dots with their intervals by category.
func scaleInterval(f *figure) error {
	if err := f.scaleCategories(); err != nil {
		return err
	}
	a := f.valueAxis()
	for _, d := range f.data {
		if a.draws(f.value(d)) {
			a.extend(f.value(d))
			a.extend(d.low)
			a.extend(d.high)
		}
	}
	a.zero = f.spec.Zero || a.signed
	return f.finishCategories(.06)
}

func drawInterval(f *figure, fr *frame, data []datum) {
	f.separators(fr)
	all := f.group(data)
	for i, s := range all {
		off := f.offset(fr, i, len(all))
		l := s.look
		for _, d := range s.data {
			f.intervalMark(fr, s, l, d, off)
		}
	}
	f.refLines(fr)
	f.notMeasured(fr)
	f.refLabels(fr)
	for i, s := range all {
		f.markLabels(fr, s, f.offset(fr, i, len(all)), len(data) <= 24)
	}
	if f.spec.By != "" && len(all) > 1 {
		for i, s := range all {
			f.nameBeside(fr, s, f.besideMarks(fr, s, f.offset(fr, i, len(all))))
		}
	}
}

// separators draws a gridline between categories.
func (f *figure) separators(fr *frame) {
	if f.y.cats == nil {
		return
	}
	for i := 1; i < len(f.y.cats); i++ {
		y := fr.y(float64(i) - .5)
		f.out.seg("grid", fr.x0, y, fr.x1, y)
	}
}

// offset is how far the i-th of n series stands from its category's middle.
func (f *figure) offset(fr *frame, i, n int) float64 {
	slot := (fr.y1 - fr.y0) / math.Max(1, float64(len(f.y.cats)))
	if f.y.cats == nil {
		slot = (fr.x1 - fr.x0) / math.Max(1, float64(len(f.x.cats)))
	}
	step := math.Min(14, (slot-6)/float64(max(n, 1)))
	if f.y.cats == nil {
		step = math.Min(22, (slot-6)/float64(max(n, 1)))
	}
	return (float64(i) - float64(n-1)/2) * step
}

// at returns where a datum of a category plot stands.
func (f *figure) at(fr *frame, d datum, v, off float64) xy {
	if f.y.cats != nil {
		return xy{fr.x(v), fr.y(d.y) + off}
	}
	return xy{fr.x(d.x) + off, fr.y(v)}
}

func (f *figure) intervalMark(fr *frame, s *series, l look, d datum, off float64) {
	a, v := f.valueAxis(), f.value(d)
	if f.spec.By == "" {
		l = f.categoryLook(d, l)
	}
	if !a.draws(v) {
		if isNaN(v) { // what a log axis can't show is counted above the axes
			f.missing = append(f.missing, gap{d, off})
		}
		return
	}
	if a.draws(d.low) && a.draws(d.high) {
		p, q := f.at(fr, d, d.low, off), f.at(fr, d, d.high, off)
		f.out.seg("ci "+l.class, p.x, p.y, q.x, q.y)
		f.occ.line([]xy{p, q})
		f.used.interval = true
	}
	p := f.at(fr, d, v, off)
	st := f.noteStyle(s, d)
	f.out.mark(l.shape, element{st.mark(l), f.tooltip(s, d), d.key}, p.x, p.y, 4.3)
	f.occ.take(box{p.x - 5, p.y - 5, p.x + 5, p.y + 5})
}

// categoryLook gives a category that is a method that method's look.
func (f *figure) categoryLook(d datum, l look) look {
	name := d.xs
	if f.y.cats != nil {
		name = d.ys
	}
	if m, ok := f.methods.of(name); ok {
		return m
	}
	return l
}

// notMeasured writes so where values are missing: never 0. Where the words
// have no room a hatched box stands.
func (f *figure) notMeasured(fr *frame) {
	for _, g := range f.missing {
		p, a := xy{fr.x0 + 5, 0}, start
		if f.y.cats != nil {
			p.y = fr.y(g.d.y) + g.off + 4
		} else {
			p, a = xy{fr.x(g.d.x) + g.off, fr.y1 - 6}, middle
		}
		if f.place("miss", "not measured", fr.panel, []cand{{p.x, p.y, a}}) {
			continue
		}
		r := box{p.x - 6, p.y - 8, p.x + 6, p.y + 4}
		if !f.occ.free(r) {
			continue
		}
		e := element{class: "hatch", title: joined(", ", g.d.by, f.categoryName(g.d)) + ": not measured"}
		f.out.rect(e, r.x0, r.y0, 12, 12)
		f.occ.take(r)
		f.used.hatch = true
	}
}

// markLabels writes the label column beside the dots, or the values where
// there are few.
func (f *figure) markLabels(fr *frame, s *series, off float64, values bool) {
	a := f.valueAxis()
	bounds := fr.box.grow(3)
	bounds.x1, bounds.y0 = fr.panel.x1, fr.panel.y0
	for _, d := range s.data {
		v := f.value(d)
		text := d.label
		if text == "" && values && f.spec.Label == "" && a.draws(v) {
			if text = f.format(v); a.signed && v > 0 {
				text = "+" + text
			}
		}
		if text == "" || !a.draws(v) {
			continue
		}
		lo, hi := v, v
		if a.draws(d.low) && a.draws(d.high) {
			lo, hi = math.Min(v, d.low), math.Max(v, d.high)
		}
		p, q := f.at(fr, d, lo, off), f.at(fr, d, hi, off)
		text = shorten(text, sizeNarrow, 180)
		if f.y.cats != nil {
			f.place("tk", text, bounds, []cand{{q.x + 10, p.y + 4, start}, {p.x - 10, p.y + 4, end}})
			continue
		}
		f.place("tk", text, bounds, []cand{{p.x + 8, f.at(fr, d, v, off).y + 4, start}, {p.x, q.y - 9, middle}, {p.x - 8, f.at(fr, d, v, off).y + 4, end}, {p.x, p.y + 18, middle}})
	}
}

// besideMarks lists places for a series' name beside its dots.
func (f *figure) besideMarks(fr *frame, s *series, off float64) []cand {
	var c []cand
	for _, d := range s.data {
		if !f.valueAxis().draws(f.value(d)) {
			continue
		}
		p := f.at(fr, d, f.value(d), off)
		c = append(c, cand{p.x + 12, p.y + 4, start}, cand{p.x - 12, p.y + 4, end})
		for _, dx := range []float64{60, 80, 110} {
			c = append(c, cand{p.x + dx, p.y + 4, start}, cand{p.x - dx, p.y + 4, end})
		}
	}
	return c
}

// joined returns the non-empty texts with a separator.
func joined(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}
