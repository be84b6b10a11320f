package render

import (
	"math"
	"slices"
	"strings"
)

// scaleBar finds the axes of bars, which start at zero.
func scaleBar(f *figure) error {
	if err := f.scaleCategories(); err != nil {
		return err
	}
	a := f.valueAxis()
	for _, d := range f.data {
		a.extend(f.value(d))
		a.extend(d.high)
		a.extend(d.low)
	}
	if !a.log && !a.empty {
		a.extend(0)
	}
	a.zero = true
	pad := .02
	if f.y.cats != nil && len(f.data) <= labelledBars {
		pad = .12 // room for the value after the longest bar
	}
	return f.finishCategories(pad)
}

// labelledBars is how many bars may carry their values.
const labelledBars = 16

func drawBar(f *figure, fr *frame, data []datum) {
	all := f.group(data)
	width, gap := f.barWidth(fr, len(all))
	for i, s := range all {
		off := (float64(i) - float64(len(all)-1)/2) * (width + gap)
		for _, d := range s.data {
			f.bar(fr, s, d, off, width)
		}
	}
	f.baseline(fr)
	f.refLines(fr)
	f.notMeasured(fr)
	f.refLabels(fr)
	for i, s := range all {
		off := (float64(i) - float64(len(all)-1)/2) * (width + gap)
		if s.legend != "" {
			f.nameBeside(fr, s, f.besideMarks(fr, s, off))
		}
		f.markLabels(fr, s, off, len(data) <= labelledBars)
	}
}

// barWidth is the thickness of one of k bars of a category, and the gap
// between two of them.
func (f *figure) barWidth(fr *frame, k int) (width, gap float64) {
	slot, most := (fr.y1-fr.y0)/math.Max(1, float64(len(f.y.cats))), 16.0
	if f.y.cats == nil {
		slot, most = (fr.x1-fr.x0)/math.Max(1, float64(len(f.x.cats))), 44.0
	}
	step := slot * .78 / float64(max(k, 1))
	gap = math.Min(2, step/4)
	return math.Min(most, step-gap), gap
}

func (f *figure) bar(fr *frame, s *series, d datum, off, width float64) {
	a, v := f.valueAxis(), f.value(d)
	l := s.look
	if f.spec.By == "" {
		l = f.categoryLook(d, l)
	}
	if !a.draws(v) {
		if isNaN(v) { // what a log axis can't show is counted above the axes
			f.missing = append(f.missing, gap{d, off})
		}
		return
	}
	st := f.noteStyle(s, d)
	cls := "bar " + l.class
	if st.predicted {
		cls += " pred"
	}
	f.cellRect(fr, element{cls, f.tooltip(s, d), d.key}, f.zero(a), v, f.place01(d), off, width)
	if a.draws(d.low) && a.draws(d.high) && f.spec.Low != "" {
		p, q := f.at(fr, d, d.low, off), f.at(fr, d, d.high, off)
		f.out.seg("lim", p.x, p.y, q.x, q.y)
		f.occ.line([]xy{p, q})
		f.used.interval = true
	}
}

// zero is where bars start: 0, or the lower end of a log axis.
func (f *figure) zero(a *axis) float64 {
	if a.log {
		return a.min
	}
	return math.Max(a.min, math.Min(0, a.max))
}

// cellRect draws a rectangle from value a to value b at a category.
func (f *figure) cellRect(fr *frame, e element, a, b, cat, off, width float64) box {
	var r box
	if f.y.cats != nil {
		y := fr.y(cat) + off
		r = box{math.Min(fr.x(a), fr.x(b)), y - width/2, math.Max(fr.x(a), fr.x(b)), y + width/2}
		r.x1 = math.Max(r.x1, r.x0+.8) // something is seen
	} else {
		x := fr.x(cat) + off
		r = box{x - width/2, math.Min(fr.y(a), fr.y(b)), x + width/2, math.Max(fr.y(a), fr.y(b))}
		r.y0 = math.Min(r.y0, r.y1-.8)
	}
	f.out.rect(e, r.x0, r.y0, r.x1-r.x0, r.y1-r.y0)
	f.occ.take(r)
	return r
}

// baseline draws the zero line of bars down the left side.
func (f *figure) baseline(fr *frame) {
	a := f.valueAxis()
	if a.log || a.min > 0 || a.max < 0 {
		return
	}
	line := []xy{{fr.x0, fr.y0}, {fr.x1, fr.y1}}
	switch {
	case f.y.cats != nil:
		line[0].x, line[1].x = fr.x(0), fr.x(0)
	case a.min < 0:
		line[0].y, line[1].y = fr.y(0), fr.y(0)
	default:
		return // the axis itself
	}
	f.out.line("axis", line, false)
	f.occ.line(line)
}

// scaleStacked finds the axes of stacked bars. Only values above zero stack.
func scaleStacked(f *figure) error {
	if err := f.scaleCategories(); err != nil {
		return err
	}
	a := f.valueAxis()
	a.log = false
	type id struct {
		facet string
		at    float64
	}
	sums := map[id]float64{}
	for _, d := range f.data {
		if v := f.value(d); a.draws(v) && v > 0 {
			k := id{d.facet, f.place01(d)}
			sums[k] += v
			a.extend(sums[k])
		} else if v == 0 {
			a.extend(0)
		}
	}
	if !a.empty {
		a.extend(0)
	}
	a.zero = true
	return f.finishCategories(.02)
}

func drawStacked(f *figure, fr *frame, data []datum) {
	parts := categories(f.data, func(d datum) string { return d.by })
	width, _ := f.barWidth(fr, 1)
	lift := 0.0
	if f.y.cats != nil {
		width = math.Min(30, (fr.y1-fr.y0)/float64(len(f.y.cats))*.6)
		lift = -width / 8 // room for names below
	}
	type labelled struct {
		r box
		d datum
		l string
	}
	var labels []labelled
	sums := map[float64]float64{}
	for _, part := range parts {
		for _, d := range data {
			v, at := f.value(d), f.place01(d)
			if d.by != part || !f.valueAxis().draws(v) || v <= 0 {
				continue
			}
			cls := f.partClass(d, parts)
			s := &series{name: joined(", ", f.categoryName(d), d.by)}
			e := element{cls, joined(": ", s.name, f.amount(v)), d.key}
			if d.title != "" {
				e.title = d.title
			}
			r := f.cellRect(fr, e, sums[at], sums[at]+v, at, lift, width)
			sums[at] += v
			f.noteStyle(&series{name: f.categoryName(d)}, d)
			labels = append(labels, labelled{r, d, cls})
		}
	}
	f.baseline(fr)
	f.refLines(fr)
	f.refLabels(fr)
	for _, l := range labels {
		f.partLabel(fr, l.r, l.d, l.l)
	}
}

func (f *figure) categoryName(d datum) string {
	if f.y.cats != nil {
		return d.ys
	}
	return d.xs
}

// amount writes a value with the unit of the value axis.
func (f *figure) amount(v float64) string {
	s := significant(v, 3)
	if _, unit := splitUnit(f.valueAxis().title); unit != "" {
		s += thin + unit
	}
	return s
}

// partClass colours a part of a stack or a timeline: shades of the method
// where the category, or the row, is one, else the palette.
func (f *figure) partClass(d datum, parts []string) string {
	i := slices.Index(parts, d.by)
	shades := map[int][]string{1: {""}, 2: {"-lt", ""}, 3: {"-dk", "-lt", ""}}[len(parts)]
	if l, ok := f.methods.of(f.categoryName(d)); ok && shades != nil {
		return "f-" + l.class + shades[i]
	}
	if shades != nil && f.spec.Kind == "timeline" {
		for _, part := range strings.Split(d.key, "|") { // a method column colours the whole row
			if l, ok := f.methods[part]; ok {
				return "f-" + l.class + shades[i]
			}
		}
	}
	if l, ok := f.looks[d.by]; ok {
		return "f-" + l.class
	}
	return "f-s1"
}

// partLabel names a part inside it, else below it.
func (f *figure) partLabel(fr *frame, r box, d datum, cls string) {
	long := joined(" ", d.by, d.label)
	text := class("inv")
	if strings.HasSuffix(cls, "-lt") {
		text = "an"
	}
	x, y := (r.x0+r.x1)/2, (r.y0+r.y1)/2+4
	for _, s := range []string{long, d.label, d.by} {
		if s == "" {
			continue
		}
		if b := textBox(x, y, middle, s, sizeNarrow, false); b.x0 > r.x0+2 && b.x1 < r.x1-2 && b.y1 < r.y1+1 && b.y0 > r.y0-1 && !slices.ContainsFunc(f.texts, b.overlaps) {
			f.out.text(x, y, middle, text, s, "")
			f.takeText(b)
			return
		}
	}
	if f.y.cats == nil {
		f.place("tk", long, fr.panel, []cand{{r.x1 + 5, y, start}, {r.x0 - 5, y, end}})
		return
	}
	f.place("tk", long, fr.panel, []cand{{r.x1 + 6, y, start}, {r.x0 + 4, r.y1 + 14, start}, {r.x0 + 4, r.y0 - 6, start}, {r.x1, r.y1 + 14, end}})
}
