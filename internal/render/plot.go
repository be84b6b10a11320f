package render

import (
	"errors"
	"fmt"
	"math"

	"github.com/profreport/profreport/internal/notebook"
	"github.com/profreport/profreport/internal/table"
)

// PlotOptions is what a plot needs to know of the page it stands on.
type PlotOptions struct {
	// Name is the figure's name. A standalone file carries it as its id; in a
	// page figures have none, so none can clash.
	Name string
	// Methods lists the methods of the page in the order that gives them
	// colour and shape.
	Methods []string
	// Narrow leaves out the labels that only fit at the text size of wide
	// screens and sets all text in the size of narrow ones.
	Narrow bool
	// Standalone adds the style sheet, for an SVG that is a file of its own.
	Standalone bool
}

// ErrNoData is returned when no row can be drawn: the query gave none, or all
// its values are null. The page prints the cell's Empty text instead.
var ErrNoData = errors.New("plot: no data")

// kind is how one kind of plot is made: scale finds the axes from all the
// rows, draw draws the rows of one panel.
type kind struct {
	scale        func(*figure) error
	draw         func(*figure, *frame, []datum)
	height       func(*figure) float64
	gridX, gridY bool
}

func tall(h float64) func(*figure) float64 { return func(*figure) float64 { return h } }

func kindOf(name string) (kind, bool) {
	switch name {
	case "line", "step":
		return kind{scale: scaleLine, draw: drawLine, height: tall(300), gridY: true}, true
	case "scatter":
		return kind{scale: scaleScatter, draw: drawScatter, height: tall(318), gridX: true, gridY: true}, true
	case "parity":
		return kind{scale: scaleParity, draw: drawParity, height: tall(372), gridX: true, gridY: true}, true
	case "ecdf":
		return kind{scale: scaleECDF, draw: drawECDF, height: tall(292), gridY: true}, true
	case "histogram":
		return kind{scale: scaleHistogram, draw: drawHistogram, height: tall(280), gridY: true}, true
	case "bar":
		return kind{scale: scaleBar, draw: drawBar, height: rowsHeight}, true
	case "stacked":
		return kind{scale: scaleStacked, draw: drawStacked, height: rowsHeight}, true
	case "interval":
		return kind{scale: scaleInterval, draw: drawInterval, height: rowsHeight}, true
	case "timeline":
		return kind{scale: scaleTimeline, draw: drawTimeline, height: rowsHeight}, true
	case "heatmap":
		return kind{scale: scaleHeatmap, draw: drawHeatmap, height: heatmapHeight}, true
	}
	return kind{}, false
}

// Kinds lists the kinds of plot there are.
func Kinds() []string {
	return []string{"line", "scatter", "parity", "bar", "stacked", "ecdf", "histogram", "heatmap", "interval", "step", "timeline"}
}

// Plot draws the rows of a query as one SVG element. It returns ErrNoData when
// there is nothing to draw, and an error that names the option when the
// specification doesn't fit the query.
func Plot(spec *notebook.PlotSpec, data *table.Table, opt PlotOptions) ([]byte, error) {
	f, err := newFigure(spec, data, opt)
	if err != nil {
		return nil, err
	}
	return f.svg(), nil
}

// newFigure reads the rows and finds the scales that all panels share.
func newFigure(spec *notebook.PlotSpec, t *table.Table, opt PlotOptions) (*figure, error) {
	k, ok := kindOf(spec.Kind)
	if !ok {
		return nil, fmt.Errorf("plot: unknown kind %q", spec.Kind)
	}
	if t == nil || len(t.Rows) == 0 {
		return nil, ErrNoData
	}
	data, err := readData(spec, t)
	if err != nil {
		return nil, err
	}
	f := &figure{spec: spec, kind: k, opt: opt, data: data, w: 460, full: map[string]string{}, unnamed: map[string]bool{}}
	f.methods = newMethodLook(opt.Methods)
	f.looks = seriesLooks(spec, t, data, f.methods)
	if spec.Wide && spec.Facet == "" {
		f.w = 940
	}
	f.x = axis{title: spec.XLabel, empty: true}
	f.y = axis{title: spec.YLabel, empty: true}
	for _, name := range spec.Log {
		switch name {
		case "x":
			f.x.log = true
		case "y":
			f.y.log = true
		case "value":
			f.logValue = true
		default:
			return nil, fmt.Errorf("plot: log: %q is neither x, y nor value", name)
		}
	}
	if err := k.scale(f); err != nil {
		return nil, err
	}
	return f, nil
}

// svg draws the figure, all its panels in one element.
func (f *figure) svg() []byte {
	facets := []string{""}
	if f.spec.Facet != "" {
		facets = categories(f.data, func(d datum) string { return d.facet })
	}
	columns, w, pw := 1, f.w, f.w
	if len(facets) > 1 {
		columns, w, pw = 2, 940, 470
		defer func(own float64) { f.w = own }(f.w)
		f.w = pw - 14
	}
	rows := (len(facets) + columns - 1) / columns
	draw := func() {
		h := 0.0
		heights := make([]float64, rows)
		for i := range heights {
			heights[i] = f.panelHeight()
			h += heights[i]
		}
		f.reset(w, h)
		y := 0.0
		for i, name := range facets {
			x := float64(i%columns) * pw
			r := box{x, y, x + pw, y + heights[i/columns]}
			if columns > 1 {
				r = box{r.x0 + 4, r.y0, r.x1 - 10, r.y1 - 8}
			}
			f.panel(r, f.rowsOf(name), name)
			if i%columns == columns-1 {
				y += heights[i/columns]
			}
		}
	}
	return f.finish(draw, w)
}

// panels draws each facet as an element of its own, for pages that set them
// in a grid. Without facets there is one.
func (f *figure) panels() [][]byte {
	if f.spec.Facet == "" {
		return [][]byte{f.svg()}
	}
	all := func() (out [][]byte, most, least int) {
		least = 1 << 30
		for _, name := range categories(f.data, func(d datum) string { return d.facet }) {
			out = append(out, f.finish(func() {
				h := f.panelHeight()
				f.reset(f.w, h)
				f.panel(box{0, 0, f.w, h}, f.rowsOf(name), name)
			}, f.w))
			n := len(f.legendLines())
			most, least = max(most, n), min(least, n)
		}
		return out, most, least
	}
	out, most, least := all()
	if most > least { // axes of panels side by side stand side by side
		f.minLegend, f.used.states = most, nil
		out, _, _ = all()
	}
	return out
}

// finish runs draw, a second time with a legend when a series could not be
// named beside its data, and closes the element.
func (f *figure) finish(draw func(), w float64) []byte {
	f.legend, f.unnamed = nil, map[string]bool{}
	states := f.used.states
	draw()
	if len(f.unnamed) > 0 {
		f.legend = f.legendOf()
		f.used.states = states // not twice
		draw()
	}
	cls := ""
	if w > 460 {
		cls = "wide"
	}
	attrs := ""
	if f.opt.Standalone {
		attrs = standaloneAttrs(f.opt.Name, w, f.h)
	}
	b := svgOpen(w, f.h, cls, f.finding(), attrs)
	if f.opt.Standalone {
		b = append(b, standaloneStyle(f.opt.Narrow)...)
	}
	b = append(b, f.out.buf...)
	return append(b, "</svg>"...)
}

// rowsOf returns the rows of one facet.
func (f *figure) rowsOf(facet string) []datum {
	if f.spec.Facet == "" {
		return f.data
	}
	var rows []datum
	for _, d := range f.data {
		if d.facet == facet {
			rows = append(rows, d)
		}
	}
	return rows
}

// finding is what the figure shows in words, for who can't see it.
func (f *figure) finding() string {
	if f.spec.Finding != "" {
		return f.spec.Finding
	}
	name := f.spec.Heading
	if name == "" {
		x, _ := splitUnit(f.x.title)
		y, _ := splitUnit(f.y.title)
		switch {
		case x != "" && y != "":
			name = y + " against " + x
		default:
			name = x + y
		}
	}
	if name == "" {
		name = f.spec.Kind + " plot"
	}
	return fmt.Sprintf("%s, %d rows", name, len(f.data))
}

// countBad returns how many rows have a value that a log axis can't show.
func (f *figure) countBad() int {
	n := 0
	for _, d := range f.data {
		if f.x.log && f.x.cats == nil && d.x <= 0 || f.y.log && f.y.cats == nil && d.y <= 0 {
			n++
		}
	}
	return n
}

func isNaN(v float64) bool { return math.IsNaN(v) }

var nan = math.NaN()
