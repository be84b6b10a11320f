package render

import (
	"fmt"
	"math"
	"slices"

	"github.com/profreport/profreport/internal/table"
)

// heatGrid is the cells of a heat map by place.
type heatGrid struct {
	scale    string // diverging, sequential or states
	min, max float64
}

// mostCells is how many cells a heat map may have.
const mostCells = 10000

// scaleHeatmap makes both axes categories: numbers in order, text as found.
func scaleHeatmap(f *figure) error {
	nameNumbers(f.data, xNumber, xText)
	nameNumbers(f.data, yNumber, yText)
	f.x.cats = heatCategories(f.data, func(d datum) (float64, string) { return d.x, d.xs })
	f.y.cats = heatCategories(f.data, func(d datum) (float64, string) { return d.y, d.ys })
	f.x.numbers = numericColumn(f.data, func(d datum) (float64, string) { return d.x, d.xs })
	f.y.numbers = numericColumn(f.data, func(d datum) (float64, string) { return d.y, d.ys })
	if !f.y.numbers {
		slices.Reverse(f.y.cats) // the first one is at the top
	}
	if len(f.x.cats) == 0 || len(f.y.cats) == 0 {
		return ErrNoData
	}
	xs, err := f.x.name(f.x.cats)
	if err != nil {
		return err
	}
	ys, err := f.y.name(f.y.cats)
	if err != nil {
		return err
	}
	if n := len(f.x.cats) * len(f.y.cats); n > mostCells {
		return fmt.Errorf("plot: %d cells are too many to draw, at most %d", n, mostCells)
	}
	f.grid = f.readCells(xs, ys)
	if f.grid == nil {
		return ErrNoData
	}
	values := make([]float64, len(f.data))
	for i, d := range f.data {
		values[i] = number(d.value)
	}
	f.format = alike(values)
	f.x.settle(0)
	f.y.settle(0)
	f.shortenCategories(&f.y, .3*f.w)
	return nil
}

// readCells gives each row its place and finds the scale of the values; nil
// when there are none.
func (f *figure) readCells(xs, ys map[string]float64) *heatGrid {
	g := &heatGrid{scale: f.spec.Scale, min: math.Inf(1), max: math.Inf(-1)}
	words, numbers := 0, 0
	for i := range f.data {
		d := &f.data[i]
		x, okX := xs[d.xs]
		y, okY := ys[d.ys]
		if d.x, d.y = x, y; !okX || !okY {
			d.x, d.y = -1, -1
		}
		switch v := d.value.(type) {
		case string:
			if v != "" {
				words++
			}
		default:
			if n := number(v); !isNaN(n) {
				numbers++
				g.min, g.max = math.Min(g.min, n), math.Max(g.max, n)
			}
		}
	}
	if words+numbers == 0 {
		return nil
	}
	if g.scale == "" {
		switch {
		case words > numbers:
			g.scale = "states"
		case g.min < 0:
			g.scale = "diverging"
		default:
			g.scale = "sequential"
		}
	}
	return g
}

// numericColumn says whether every value of a column is a number.
func numericColumn(data []datum, get func(datum) (float64, string)) bool {
	for _, d := range data {
		if v, s := get(d); isNaN(v) && s != "" {
			return false
		}
	}
	return true
}

// heatCategories returns the distinct values of a column: numbers ascending,
// text in the order of first appearance.
func heatCategories(data []datum, get func(datum) (float64, string)) []string {
	type entry struct {
		v float64
		s string
	}
	var all []entry
	seen := map[string]bool{}
	for _, d := range data {
		v, s := get(d)
		if s == "" || seen[s] {
			continue
		}
		seen[s] = true
		all = append(all, entry{v, s})
	}
	if numericColumn(data, get) {
		slices.SortStableFunc(all, func(a, b entry) int { return compareNaN(a.v, b.v) })
	}
	cats := make([]string, len(all))
	for i, e := range all {
		cats[i] = e.s
	}
	return cats
}

// heatmapHeight keeps cells between a line of text and a square.
func heatmapHeight(f *figure) float64 {
	cellW := (f.w - 80) / float64(len(f.x.cats))
	h := math.Max(24, math.Min(42, cellW))
	return f.top() + math.Max(60, h*float64(len(f.y.cats))) + 46
}

func drawHeatmap(f *figure, fr *frame, data []datum) {
	nx, ny := len(f.x.cats), len(f.y.cats)
	cells := make([]*datum, nx*ny)
	for i := range data {
		d := &data[i]
		if k := int(d.y)*nx + int(d.x); d.x >= 0 && d.y >= 0 && cells[k] == nil {
			cells[k] = d
		}
	}
	w, h := (fr.x1-fr.x0)/float64(nx), (fr.y1-fr.y0)/float64(ny)
	gap := math.Min(2, math.Min(w, h)/6)
	var here []box
	for row := ny - 1; row >= 0; row-- {
		for column := 0; column < nx; column++ {
			d := cells[row*nx+column]
			r := box{fr.x0 + w*float64(column) + gap/2, fr.y1 - h*float64(row+1) + gap/2, 0, 0}
			r.x1, r.y1 = r.x0+w-gap, r.y0+h-gap
			f.heatCell(d, r, f.x.cats[column], f.y.cats[row])
			if d != nil && d.style.here {
				here = append(here, r)
			}
		}
	}
	for _, r := range here {
		f.out.rect(element{class: "here"}, r.x0, r.y0, r.x1-r.x0, r.y1-r.y0)
	}
}

func (f *figure) heatCell(d *datum, r box, x, y string) {
	fill, ink, text, title := "hatch", class(""), "", "not measured"
	if d != nil {
		fill, ink, text, title = f.cellLook(*d)
		if d.label != "" {
			text = d.label
		}
	}
	switch {
	case f.grid.scale == "states":
		word := ""
		if d != nil {
			word = words(d.value)
		}
		f.used.count(word)
	case fill == "hatch":
		f.used.hatch = true
	}
	xn, xu := splitUnit(f.x.title)
	yn, yu := splitUnit(f.y.title)
	where := joined(", ", joined(" ", xn, joined(thin, x, xu)), joined(" ", yn, joined(thin, y, yu)))
	e := element{class: fill, title: where + ": " + title}
	if d != nil {
		e.key = d.key
		if d.title != "" {
			e.title = d.title
		}
	}
	f.out.rect(e, r.x0, r.y0, r.x1-r.x0, r.y1-r.y0)
	if text == "" || ink == "" {
		return
	}
	for _, size := range []float64{sizeNarrow, sizeWide} {
		b := textBox((r.x0+r.x1)/2, (r.y0+r.y1)/2+4, middle, text, size, false)
		if b.x0 < r.x0 || b.x1 > r.x1 || b.y1-b.y0 > r.y1-r.y0 {
			continue
		}
		if size == sizeWide {
			if f.opt.Narrow {
				return
			}
			ink += " w"
		}
		f.out.text((r.x0+r.x1)/2, (r.y0+r.y1)/2+4, middle, ink, text, "")
		return
	}
}

// cellLook returns the fill, the text and its class, and the tooltip of a
// cell.
func (f *figure) cellLook(d datum) (fill string, ink class, text, title string) {
	if f.grid.scale == "states" {
		s, _ := d.value.(string)
		if s == "" {
			s = words(d.value)
		}
		st := stateOf(s)
		fill, text = st.fill, st.sign
		ink = "sg"
		if fill == "hatch" {
			ink = ""
		}
		return fill, ink, text, s
	}
	v, ok := table.Number(d.value)
	if !ok || math.IsNaN(v) || math.IsInf(v, 0) {
		if s, _ := d.value.(string); s != "" {
			return "hatch", "", "", s
		}
		return "hatch", "", "", "not measured"
	}
	title = f.format(v)
	if f.grid.scale == "sequential" {
		k, low, high, at := 1, f.grid.min, f.grid.max, v
		if f.logValue && low > 0 {
			low, high, at = math.Log(low), math.Log(high), math.Log(v)
		}
		if high > low {
			k = 1 + int((at-low)/(high-low)*4.999)
		}
		q := "q" + string(rune('0'+clampInt(k, 1, 5)))
		return "h " + q, class("hv " + q), title, title
	}
	// one symmetric scale with breaks at 0.05, 0.15 and 0.30
	step := 0
	for _, limit := range []float64{.05, .15, .30} {
		if math.Abs(v) >= limit {
			step++
		}
	}
	c := "z"
	if step > 0 {
		c = string("pn"[boolInt(v < 0)]) + string(rune('0'+step))
	}
	text = plainSigned(v)
	return "h " + c, class("hv " + c), text, text
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// plainSigned writes two decimals with the sign.
func plainSigned(v float64) string {
	s := significantFixed(v, 2)
	if v >= 0 {
		s = "+" + s
	}
	return s
}
