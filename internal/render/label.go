package render

import (
	"math"
	"slices"
)

// cand is a place where a label may stand.
type cand struct {
	x, y float64
	a    anchor
}

func cands(x, y float64, a anchor) []cand { return []cand{{x, y, a}} }

// place writes the label at the first place where it touches nothing, within
// bounds. Places are tried at the text size of narrow screens first; a label
// that fits only at the smaller size of wide ones is hidden on narrow ones.
// It returns whether the label was written.
func (f *figure) place(cls class, s string, bounds box, places ...[]cand) bool {
	if s == "" {
		return true
	}
	sizes := []float64{sizeNarrow, sizeWide}
	if f.opt.Narrow {
		sizes = sizes[:1]
	}
	for _, size := range sizes {
		for _, group := range places {
			for _, c := range group {
				b := textBox(c.x, c.y, c.a, s, size, isBold(cls))
				if !b.inside(bounds) || !f.occ.free(b.grow(.8)) {
					continue
				}
				if size == sizeWide {
					cls += " w"
				}
				f.out.text(c.x, c.y, c.a, cls, s, "")
				f.takeText(b)
				return true
			}
		}
	}
	return false
}

// around lists places beside a mark of radius r: right, left, above, below,
// then the corners.
func around(x, y, r float64) []cand {
	g := r + 5
	return []cand{
		{x + g, y + 4, start}, {x - g, y + 4, end}, {x, y - g, middle}, {x, y + g + 9, middle},
		{x + g - 1, y - g + 2, start}, {x - g + 1, y - g + 2, end}, {x + g - 1, y + g + 8, start}, {x - g + 1, y + g + 8, end},
	}
}

// along lists places beside a polyline, from its end to its start, close ones
// first.
func along(pts []xy) []cand {
	if len(pts) == 0 {
		return nil
	}
	var c []cand
	samples := sample(pts, 14)
	slices.Reverse(samples)
	for _, gap := range []float64{8, 13, 20, 30, 42} {
		for i, p := range samples {
			switch i {
			case 0:
				c = append(c, cand{p.x, p.y - gap, end}, cand{p.x, p.y + gap + 8, end}, cand{p.x + gap, p.y + 4, start})
			case len(samples) - 1:
				c = append(c, cand{p.x, p.y - gap, start}, cand{p.x, p.y + gap + 8, start})
			default:
				c = append(c, cand{p.x, p.y - gap, middle}, cand{p.x, p.y + gap + 8, middle},
					cand{p.x - gap, p.y - gap/2, end}, cand{p.x + gap, p.y + 8 + gap/2, start},
					cand{p.x + gap, p.y - gap/2, start}, cand{p.x - gap, p.y + 8 + gap/2, end})
			}
		}
	}
	return c
}

// sample returns n points at even distances along a polyline, both ends among
// them.
func sample(pts []xy, n int) []xy {
	total := 0.0
	for i := 1; i < len(pts); i++ {
		total += dist(pts[i-1], pts[i])
	}
	if total == 0 || n < 2 {
		return pts[:1]
	}
	out := []xy{pts[0]}
	walked, i := 0.0, 1
	for k := 1; k < n-1; k++ {
		want := total * float64(k) / float64(n-1)
		for i < len(pts)-1 && walked+dist(pts[i-1], pts[i]) < want {
			walked += dist(pts[i-1], pts[i])
			i++
		}
		d := dist(pts[i-1], pts[i])
		if d == 0 {
			continue
		}
		t := (want - walked) / d
		out = append(out, xy{pts[i-1].x + (pts[i].x-pts[i-1].x)*t, pts[i-1].y + (pts[i].y-pts[i-1].y)*t})
	}
	return append(out, pts[len(pts)-1])
}

func dist(a, b xy) float64 { return math.Hypot(b.x-a.x, b.y-a.y) }

// nameSeries writes the name of a series beside its data. What finds no place
// goes into the legend.
func (f *figure) nameBeside(fr *frame, s *series, places []cand) {
	if s.legend == "" || f.inLegend(s) {
		return
	}
	bounds := fr.box.grow(4)
	bounds.x1, bounds.y0 = fr.panel.x1, fr.y0-18
	if !f.place(s.look.text(), shorten(s.legend, sizeNarrow, 200), bounds, places) {
		f.unnamed[s.legend] = true
	}
}

func (f *figure) inLegend(s *series) bool {
	return slices.ContainsFunc(f.legend, func(l *series) bool { return l.legend == s.legend })
}

// legendLimit is how many series a legend names; beyond it names are only in
// the tooltips.
const legendLimit = 12

// legendOf returns the series that found no place beside their data.
func (f *figure) legendOf() []*series {
	var out []*series
	for _, s := range f.group(f.data) {
		if f.unnamed[s.legend] && !slices.ContainsFunc(out, func(o *series) bool { return o.legend == s.legend }) {
			out = append(out, s)
		}
	}
	return out
}

// group splits rows into series.
func (f *figure) group(data []datum) []*series {
	return groupSeries(f.spec, data, f.opt.Methods, f.looks)
}

// legendLines breaks the legend into lines that fit the panel.
func (f *figure) legendLines() [][]legendItem {
	var lines [][]legendItem
	x := math.Inf(1)
	for i, s := range f.legend {
		item := legendItem{series: s, text: shorten(s.legend, sizeNarrow, 200)}
		if i == legendLimit-1 && len(f.legend) > legendLimit {
			item = legendItem{text: "and " + plain(float64(len(f.legend)-i)) + " more"}
		}
		w := 22 + textWidth(item.text, sizeNarrow, true)
		if x+w > f.w-4 {
			lines = append(lines, nil)
			x = 0
		}
		item.x = x
		lines[len(lines)-1] = append(lines[len(lines)-1], item)
		x += w + 12
		if item.series == nil {
			break
		}
	}
	return lines
}

type legendItem struct {
	series *series
	text   string
	x      float64
}

func (f *figure) drawLegend(lines [][]legendItem, x, y float64) {
	for _, line := range lines {
		for _, item := range line {
			if item.series == nil {
				f.text(x+item.x, y, start, "tk", item.text, "")
				continue
			}
			f.out.mark(item.series.look.shape, element{class: item.series.style.mark(item.series.look)}, x+item.x+6, y-4, 4.3)
			f.text(x+item.x+16, y, start, item.series.look.text(), item.text, "")
		}
		y += 18
	}
}
