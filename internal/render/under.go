package render

import (
	"math"
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/notebook"
)

// under draws what lies behind the data: bands, gridlines, the zero of an
// error axis.
func (f *figure) under(fr *frame) {
	for _, b := range f.spec.Bands {
		f.drawBand(fr, b)
	}
	if f.spec.Kind == "parity" && f.spec.Tol > 0 && f.spec.Tol < 1 {
		f.out.line("tol", f.toleranceBand(fr), true)
		f.used.tolerance = true
	}
	if f.kind.gridX || f.valueOnX() {
		for _, t := range f.x.ticks {
			x := fr.x(t.Value)
			f.out.seg("grid", x, fr.y0, x, fr.y1)
		}
	}
	if f.kind.gridY || !f.valueOnX() && f.y.cats == nil {
		for _, t := range f.y.ticks {
			y := fr.y(t.Value)
			f.out.seg("grid", fr.x0, y, fr.x1, y)
		}
	}
	if a := f.errorAxis(); a != nil && a.min < 0 && a.max > 0 {
		zero := []xy{{fr.x0, fr.y0}, {fr.x1, fr.y1}}
		if a == &f.x {
			zero[0].x, zero[1].x = fr.x(0), fr.x(0)
		} else {
			zero[0].y, zero[1].y = fr.y(0), fr.y(0)
		}
		f.out.line("ident", zero, false)
		f.occ.line(zero)
	}
}

// valueOnX says whether categories run down the left side and values along
// the bottom.
func (f *figure) valueOnX() bool { return f.y.cats != nil && f.x.cats == nil }

func (f *figure) drawBand(fr *frame, b notebook.BandSpec) {
	r := fr.box
	if len(b.X) == 2 {
		r.x0, r.x1 = fr.clampX(b.X[0]), fr.clampX(b.X[1])
	}
	if len(b.Y) == 2 {
		r.y1, r.y0 = fr.clampY(b.Y[0]), fr.clampY(b.Y[1])
	}
	if r.x1-r.x0 < .05 || r.y1-r.y0 < .05 {
		return
	}
	f.out.rect(element{class: bandClass(b.Label)}, r.x0, r.y0, r.x1-r.x0, r.y1-r.y0)
	if l := strings.ToLower(b.Label); l == "" || strings.HasPrefix(l, "toler") || strings.HasPrefix(l, "±") {
		f.used.tolerance = true
	}
}

func bandClass(label string) string {
	t := strings.ToLower(label)
	switch {
	case strings.HasPrefix(t, "satur"):
		return "satur"
	case strings.HasPrefix(t, "noise"):
		return "noise"
	}
	return "tol"
}

// clampX returns the place of v, at the edge when it lies beyond.
func (fr *frame) clampX(v float64) float64 {
	return math.Max(fr.x0, math.Min(fr.x1, fr.x(math.Max(v, fr.ax.least()))))
}

func (fr *frame) clampY(v float64) float64 {
	return math.Max(fr.y0, math.Min(fr.y1, fr.y(math.Max(v, fr.ay.least()))))
}

// least is a value at or below the lower end that the scale can take.
func (a *axis) least() float64 {
	if a.log {
		return a.min
	}
	return math.Inf(-1)
}

// wants extends the axes to the reference lines that are near enough not to
// squeeze the data.
func (f *figure) wants() {
	for _, l := range f.spec.Lines {
		if l.X != nil && f.x.cats == nil && f.x.near(*l.X) {
			f.x.extend(*l.X)
		}
		if l.Y != nil && f.y.cats == nil && f.y.near(*l.Y) {
			f.y.extend(*l.Y)
		}
	}
	for _, b := range f.spec.Bands {
		for _, v := range b.X {
			if f.x.cats == nil && f.x.near(v) {
				f.x.extend(v)
			}
		}
		for _, v := range b.Y {
			if f.y.cats == nil && f.y.near(v) {
				f.y.extend(v)
			}
		}
	}
}

// near says whether widening the axis to v leaves the data readable.
func (a *axis) near(v float64) bool {
	if !a.draws(v) {
		return false
	}
	if a.empty {
		return true
	}
	if a.log {
		span := math.Log10(a.max) - math.Log10(a.min)
		return math.Abs(math.Log10(v)-math.Log10(a.max)) < span+1.5 && math.Abs(math.Log10(v)-math.Log10(a.min)) < span+1.5
	}
	reach := math.Max(math.Abs(a.max), math.Abs(a.min))
	return math.Abs(v) <= 4*reach || reach == 0
}

// lines draws the reference lines over the data and names them, with their
// value, on the line.
func (f *figure) refLines(fr *frame) {
	for _, l := range f.spec.Lines {
		cls := lineClass(l.Role)
		if cls == "sla" {
			f.used.sla = true
		}
		if l.Y != nil && f.y.draws(*l.Y) && f.y.cats == nil {
			if y := fr.y(*l.Y); y >= fr.y0-.5 && y <= fr.y1+.5 {
				f.out.seg(cls, fr.x0, y, fr.x1, y)
				f.occ.line([]xy{{fr.x0, y}, {fr.x1, y}})
			}
		}
		if l.X != nil && f.x.draws(*l.X) && f.x.cats == nil {
			if x := fr.x(*l.X); x >= fr.x0-.5 && x <= fr.x1+.5 {
				f.out.seg(cls, x, fr.y0, x, fr.y1)
				f.occ.line([]xy{{x, fr.y0}, {x, fr.y1}})
			}
		}
	}
}

func lineClass(role string) string {
	switch role {
	case "", "sla":
		return "sla"
	case "limit":
		return "limline"
	case "baseline":
		return "lim"
	}
	return "ref"
}

// refLabels names the reference lines and the bands.
func (f *figure) refLabels(fr *frame) {
	for _, l := range f.spec.Lines {
		cls := class("tk")
		if lineClass(l.Role) == "sla" {
			cls = "slat"
		}
		if l.Y != nil && f.y.draws(*l.Y) && f.y.cats == nil {
			f.nameLineY(fr, *l.Y, lineName(l.Label, *l.Y, f.y), cls)
		}
		if l.X != nil && f.x.draws(*l.X) && f.x.cats == nil {
			f.nameLineX(fr, *l.X, lineName(l.Label, *l.X, f.x), cls)
		}
	}
	for _, b := range f.spec.Bands {
		f.nameBand(fr, b)
	}
	if f.y.signed {
		low, high := "optimistic", "pessimistic"
		if higherIsBetter(f.y.title) {
			low, high = high, low
		}
		f.place("tk", "↑ "+high, fr.panel, []cand{{fr.x1, fr.y0 - 6, end}, {fr.x1 - 4, fr.y0 + 14, end}, {fr.x0 + 5, fr.y0 + 14, start}})
		f.place("tk", "↓ "+low, fr.panel, []cand{{fr.x1 - 4, fr.y1 - 6, end}, {fr.x0 + 5, fr.y1 - 6, start}})
	}
}

// lineName adds the value and its unit to a label that doesn't hold it.
func lineName(label string, v float64, a axis) string {
	if strings.ContainsAny(label, "0123456789") {
		return label
	}
	_, unit := splitUnit(a.title)
	s := exactly(v)
	if unit != "" {
		s += thin + unit
	}
	return strings.TrimSpace(label + " " + s)
}

func (f *figure) nameLineY(fr *frame, v float64, s string, cls class) {
	y := fr.y(v)
	switch {
	case y < fr.y0-.5:
		f.place(cls, "↑ "+s, fr.panel, cands(fr.x1, fr.y0+13, end), cands(fr.x0+5, fr.y0+13, start))
		return
	case y > fr.y1+.5:
		f.place(cls, "↓ "+s, fr.panel, cands(fr.x1, fr.y1-6, end), cands(fr.x0+5, fr.y1-6, start))
		return
	}
	var c []cand
	for _, dy := range []float64{-7.5, 15} {
		c = append(c, cand{fr.x0 + 5, y + dy, start}, cand{fr.x1, y + dy, end})
	}
	for i := 1.0; i < 10; i++ {
		x := fr.x0 + (fr.x1-fr.x0)*i/10
		c = append(c, cand{x, y - 7.5, middle}, cand{x, y + 15, middle})
	}
	if !f.place(cls, s, fr.panel, c) {
		f.plate(fr, cls, s, []cand{{fr.x1 - 4, y - 7.5, end}, {fr.x0 + 5, y - 7.5, start}, {fr.x1 - 4, y + 15, end}})
	}
}

// plate writes a label over the data on a ground of its own, for what must be
// named even where everything is covered. Only other texts are not covered.
func (f *figure) plate(fr *frame, cls class, s string, places []cand) {
	for _, c := range places {
		b := textBox(c.x, c.y, c.a, s, sizeNarrow, isBold(cls)).grow(2)
		push := math.Max(fr.panel.x0-b.x0, 0) + math.Min(fr.panel.x1-b.x1, 0) // into the panel
		c.x, b.x0, b.x1 = c.x+push, b.x0+push, b.x1+push
		if slices.ContainsFunc(f.texts, b.overlaps) {
			continue
		}
		f.out.rect(element{class: "plate"}, b.x0, b.y0, b.x1-b.x0, b.y1-b.y0)
		f.text(c.x, c.y, c.a, cls, s, "")
		return
	}
}

func (f *figure) nameLineX(fr *frame, v float64, s string, cls class) {
	x := fr.x(v)
	switch {
	case x > fr.x1+.5:
		f.place(cls, s+" →", fr.panel, cands(fr.x1-2, fr.y0+13, end), cands(fr.x1-2, fr.y1-8, end))
		return
	case x < fr.x0-.5:
		f.place(cls, "← "+s, fr.panel, cands(fr.x0+4, fr.y0+13, start), cands(fr.x0+4, fr.y1-8, start))
		return
	}
	c := []cand{{x, fr.y0 - 6, middle}}
	for i := 0.0; i <= 10; i++ {
		y := fr.y0 + 13 + (fr.y1-fr.y0-20)*i/10
		c = append(c, cand{x + 6, y, start}, cand{x - 6, y, end})
	}
	if !f.place(cls, s, fr.panel, c) {
		a, dx := start, 6.0
		if x > (fr.x0+fr.x1)/2 {
			a, dx = end, -6
		}
		f.plate(fr, cls, s, []cand{{x + dx, fr.y0 + 14, a}, {x + dx, fr.y1 - 8, a}})
	}
}

func (f *figure) nameBand(fr *frame, b notebook.BandSpec) {
	if b.Label == "" {
		return
	}
	r := fr.box
	if len(b.X) == 2 {
		r.x0, r.x1 = fr.clampX(b.X[0]), fr.clampX(b.X[1])
	}
	if len(b.Y) == 2 {
		r.y1, r.y0 = fr.clampY(b.Y[0]), fr.clampY(b.Y[1])
	}
	above := []cand{{r.x1, fr.y0 - 6, end}, {(r.x0 + r.x1) / 2, fr.y0 - 6, middle}, {r.x0, fr.y0 - 6, start}}
	inside := []cand{
		{r.x1 - 4, r.y0 + 14, end}, {r.x0 + 5, r.y0 + 14, start}, {r.x1 - 4, r.y1 - 6, end}, {r.x0 + 5, r.y1 - 6, start},
		{(r.x0 + r.x1) / 2, r.y0 + 14, middle}, {(r.x0 + r.x1) / 2, r.y1 - 6, middle},
	}
	if len(b.X) == 2 && (f.valueOnX() || bandClass(b.Label) == "satur") {
		f.place("tk", b.Label, fr.panel, above, inside)
		return
	}
	f.place("tk", b.Label, fr.panel, inside, above)
}
