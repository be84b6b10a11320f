package render

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/profreport/profreport/internal/notebook"
)

// figure is one plot cell while it is drawn.
type figure struct {
	spec    *notebook.PlotSpec
	kind    kind
	opt     PlotOptions
	data    []datum
	methods methodLook
	looks   map[string]look
	x, y    axis // shared by all panels
	w, h    float64
	out     *canvas
	occ     *occupied
	full    map[string]string // shortened names
	legend  []*series         // drawn above the panels, for what has no room beside the data
	unnamed map[string]bool
	// minLegend is how many lines of legend the panels beside this one have.
	minLegend int
	bins      *histogram
	texts     []box // of the texts written so far
	missing   []gap // rows of the panel without a value
	// logValue colours a heat map by the logarithm of its cells.
	logValue bool
	grid     *heatGrid
	format   func(float64) string // values written beside marks
	used     marksUsed
}

// gap is a row of a category plot without a value, and how far its place is
// from the middle of the category.
type gap struct {
	d   datum
	off float64
}

// marksUsed is what a figure shows, for the key above the section.
type marksUsed struct {
	predicted, measured, blocked, dominated, sla, tolerance, interval, spread, hatch, realised bool

	methods map[string]bool
	states  []stateCount // of a decision map
}

// frame is the area inside the axes of one panel.
type frame struct {
	box
	panel  box // with axes and titles
	ax, ay *axis
}

func (fr *frame) x(v float64) float64 { return fr.x0 + fr.ax.norm(v)*(fr.x1-fr.x0) }
func (fr *frame) y(v float64) float64 { return fr.y1 - fr.ay.norm(v)*(fr.y1-fr.y0) }

// shows says whether both values have a place on the axes.
func (fr *frame) shows(x, y float64) bool { return fr.ax.draws(x) && fr.ay.draws(y) }

func (f *figure) reset(w, h float64) {
	f.h = h
	f.out = newCanvas(h)
	f.occ = newOccupied(w, h)
	f.texts = nil
}

// top is the room above a panel's axes: titles, sides, legend.
func (f *figure) top() float64 {
	t := 12.0
	if f.yTitle() != "" || f.x.signed {
		t = 30
	}
	if f.yTitle() != "" && f.x.signed {
		t += 16
	}
	if f.spec.Facet != "" {
		t += 20
	}
	if f.countBad() > 0 {
		t += 16
	}
	return t + f.legendHeight()
}

func (f *figure) panelHeight() float64 {
	h := f.kind.height(f)
	if f.spec.Wide && f.spec.Facet == "" && h > 286 && f.spec.Kind != "heatmap" {
		h = 286
	}
	if f.spec.Facet != "" {
		h += 10
	}
	if f.countBad() > 0 {
		h += 16
	}
	return h + f.legendHeight()
}

// legendHeight is the room of the legend, as much as the panels beside it have.
func (f *figure) legendHeight() float64 {
	return float64(max(len(f.legendLines()), f.minLegend)) * 18
}

// panel draws one panel into r, given in SVG coordinates.
func (f *figure) panel(r box, data []datum, facet string) {
	p, c := f.layOut(r)
	dc := p.DataCanvas(c)
	fr := &frame{
		box:   box{float64(dc.Min.X), f.h - float64(dc.Max.Y), float64(dc.Max.X), f.h - float64(dc.Min.Y)},
		panel: r, ax: &f.x, ay: &f.y,
	}
	f.missing = nil
	f.titles(r, fr, facet)
	if f.x.title != "" {
		s := shorten(f.x.title, sizeNarrow, r.x1-r.x0-4)
		half := textWidth(s, sizeNarrow, false) / 2
		x := math.Max(r.x0+half+2, math.Min(r.x1-half-2, (fr.x0+fr.x1)/2))
		f.text(x, r.y1-4, middle, "axt", s, f.x.title)
	}
	f.under(fr)
	if f.spec.Kind != "heatmap" {
		f.occ.take(box{fr.x0, fr.y1 - .5, fr.x1, fr.y1 + 4}) // the axis below and its ticks
	}
	p.Add(plotter(func() { f.kind.draw(f, fr, data) }))
	p.Draw(c)
}

// layOut sets gonum's axes and the part of the canvas that they get: what is
// left of r after the titles.
func (f *figure) layOut(r box) (*plot.Plot, draw.Canvas) {
	h := handler{c: f.out, taken: f.takeText, full: f.full}
	p := plot.New()
	p.BackgroundColor = nil
	top, bottom := f.top(), 0.0
	if f.x.title != "" { // not gonum's, which pads a log axis for a title it thinks off centre
		bottom = sizeNarrow + 8
	}
	f.y.setTicks(7, r.y1-r.y0-top-46, sizeNarrow, false)
	f.x.left = f.tickWidth()
	f.x.setTicks(7, r.x1-r.x0-f.tickWidth()-30, sizeNarrow, true)
	f.x.apply(&p.X, sizeNarrow, h)
	f.y.apply(&p.Y, sizeNarrow, h)
	p.X.Width, p.X.Tick.Width = 1, 1
	if f.x.cats != nil && f.y.cats != nil { // a heat map has cells, not axes
		p.X.Width, p.X.Tick.Width = 0, 0
	}
	p.Y.Tick.Width, p.Y.Padding = 0, 4
	c := draw.Canvas{Canvas: f.out, Rectangle: vg.Rectangle{
		Min: vg.Point{X: vg.Length(r.x0), Y: vg.Length(f.h - r.y1)},
		Max: vg.Point{X: vg.Length(r.x1), Y: vg.Length(f.h - r.y0)},
	}}
	return p, draw.Crop(c, 0, -10, vg.Length(bottom), -vg.Length(top))
}

// plotter makes a gonum plotter of what draws a panel's data.
type plotter func()

// Plot implements plot.Plotter.
func (p plotter) Plot(draw.Canvas, *plot.Plot) { p() }

// tickWidth is the room that the labels of the vertical axis take.
func (f *figure) tickWidth() float64 {
	w := 0.0
	for _, t := range f.y.ticks {
		w = math.Max(w, textWidth(t.Label, sizeNarrow, false))
	}
	return w
}

// shortenCategories cuts long names so that they leave room for the data. The
// whole name is kept as a tooltip.
func (f *figure) shortenCategories(a *axis, width float64) {
	for i, s := range a.cats {
		if t := shorten(s, sizeNarrow, width); t != s {
			f.full[t] = s
			a.cats[i] = t
		}
	}
}

// yTitle is the title above the vertical axis. Names down the left side speak
// for themselves.
func (f *figure) yTitle() string {
	if f.valueOnX() {
		return ""
	}
	return f.y.title
}

// titles writes what stands above the axes.
func (f *figure) titles(r box, fr *frame, facet string) {
	y := r.y0 + 14
	if f.spec.Facet != "" {
		f.text(r.x0+2, y, start, "an b", shorten(facet, sizeNarrow, r.x1-r.x0-4), facet)
		y += 20
	}
	if lines := f.legendLines(); len(lines) > 0 {
		f.drawLegend(lines, r.x0+2, y)
	}
	y += f.legendHeight()
	if n := f.countBad(); n > 0 {
		s := fmt.Sprintf("%d values ≤ 0 not shown", n)
		if n == 1 {
			s = "1 value ≤ 0 not shown"
		}
		f.text(r.x0+2, y, start, "tk", s, "")
		y += 16
	}
	if t := f.yTitle(); t != "" {
		f.text(r.x0+2, y, start, "axt", shorten(t, sizeNarrow, r.x1-r.x0-4), t)
	}
	if f.x.signed {
		low, high := "optimistic", "pessimistic"
		if higherIsBetter(f.x.title) {
			low, high = high, low
		}
		f.text(fr.x0, fr.y0-11, start, "tk", "← "+low, "")
		f.text(fr.x1, fr.y0-11, end, "tk", high+" →", "")
	}
}

// text writes a text at a fixed place and marks it as taken.
func (f *figure) text(x, y float64, a anchor, cls class, s, full string) {
	if full == s {
		full = ""
	}
	f.out.text(x, y, a, cls, s, full)
	f.takeText(textBox(x, y, a, s, sizeNarrow, isBold(cls)))
}

// takeText marks the place of a text.
func (f *figure) takeText(b box) {
	f.occ.take(b)
	f.texts = append(f.texts, b)
}

// errorAxis is the axis that shows a signed error, or nil.
func (f *figure) errorAxis() *axis {
	switch {
	case f.x.signed:
		return &f.x
	case f.y.signed:
		return &f.y
	}
	return nil
}

// isErrorTitle says whether an axis with this title shows a signed error.
func isErrorTitle(title string) bool {
	t := strings.ToLower(title)
	return strings.Contains(t, "signed error") || strings.Contains(t, "(p − m) / m") || strings.Contains(t, "(p - m) / m")
}

// higherIsBetter says whether a quantity with this title is one of which more
// is better, so that a prediction above the truth is optimistic.
func higherIsBetter(title string) bool {
	t := strings.ToLower(title)
	for _, w := range []string{"throughput", "thpt", "tokens/s", "req/s", "goodput", "requests/s", "hit rate"} {
		if strings.Contains(t, w) {
			return true
		}
	}
	return false
}
