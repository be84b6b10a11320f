package render

import (
	"math"
	"slices"
)

// scaleXY finds the axes of plots whose rows are points. Text on an axis makes
// it one of categories.
func (f *figure) scaleXY() error {
	numeric := 0
	for _, d := range f.data {
		if !isNaN(d.x) {
			numeric++
		}
	}
	if numeric == 0 {
		cats := categories(f.data, func(d datum) string { return d.xs })
		if len(cats) == 1 && cats[0] == "" {
			return ErrNoData
		}
		place, err := f.x.name(cats)
		if err != nil {
			return err
		}
		for i := range f.data {
			f.data[i].x = place[f.data[i].xs]
		}
	}
	if f.spec.Order == "" && f.x.cats == nil && f.kind.connects(f.spec.Kind) {
		slices.SortStableFunc(f.data, func(a, b datum) int { return compareNaN(a.x, b.x) })
	}
	any := false
	for _, d := range f.data {
		if f.x.cats == nil && !f.x.draws(d.x) {
			continue
		}
		any = any || f.y.draws(d.y)
		f.x.extend(d.x)
		f.y.extend(d.y)
		f.y.extend(d.low)
		f.y.extend(d.high)
	}
	if !any {
		return ErrNoData
	}
	f.wants()
	f.x.signed, f.y.signed = isErrorTitle(f.x.title), isErrorTitle(f.y.title)
	return nil
}

func (kind) connects(name string) bool { return name == "line" || name == "step" }

// compareNaN orders numbers with NaN last.
func compareNaN(a, b float64) int {
	switch {
	case isNaN(a) && isNaN(b):
		return 0
	case isNaN(a):
		return 1
	case isNaN(b):
		return -1
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func scaleLine(f *figure) error {
	if err := f.scaleXY(); err != nil {
		return err
	}
	f.y.nice, f.y.zero = true, f.spec.Zero
	f.y.whole = allWhole(f.data, func(d datum) float64 { return d.y })
	f.x.whole = allWhole(f.data, func(d datum) float64 { return d.x })
	if !f.x.log && f.x.cats == nil && f.x.min >= 0 {
		f.x.only = onlyInts(distinct(f.data, func(d datum) float64 { return d.x }, 7))
		f.x.under = f.namesOfX()
	}
	f.x.settle(.03)
	f.y.settle(.04)
	return nil
}

// namesOfX returns the label of each x when every x has one label: then it
// names the place, such as a load level, and stands under the tick. More than
// one label an x are labels of points.
func (f *figure) namesOfX() map[float64]string {
	if len(f.x.only) < 2 || f.spec.Label == "" {
		return nil
	}
	names := map[float64]string{}
	for _, d := range f.data {
		if isNaN(d.x) || d.label == "" {
			continue
		}
		if s, ok := names[d.x]; ok && s != d.label {
			return nil
		}
		names[d.x] = d.label
	}
	for i := range f.data {
		f.data[i].label = ""
	}
	return names
}

// allWhole says whether every value is a whole number, so that ticks between
// two of them would mean nothing.
func allWhole(data []datum, get func(datum) float64) bool {
	for _, d := range data {
		if v := get(d); !isNaN(v) && v != math.Trunc(v) {
			return false
		}
	}
	return true
}

// onlyInts returns v when all are whole numbers: then a line plot ticks where
// it was measured.
func onlyInts(v []float64) []float64 {
	for _, x := range v {
		if x != math.Trunc(x) {
			return nil
		}
	}
	return v
}

// drawLine draws line and step plots: spread bands, lines, intervals, marks,
// then the names.
func drawLine(f *figure, fr *frame, data []datum) {
	all := f.group(data)
	spread := f.isSpread()
	if spread {
		for _, s := range all {
			f.spreadBand(fr, s)
		}
	}
	for _, s := range all {
		f.connect(fr, s)
	}
	for _, s := range all {
		f.points(fr, s, !spread)
	}
	f.refLines(fr)
	f.refLabels(fr)
	for _, s := range all {
		path := f.path(fr, s.data)
		places := along(path)
		if len(path) == 1 {
			places = append(around(path[0].x, path[0].y, 4.3), around(path[0].x, path[0].y, 16)...)
		}
		f.nameBeside(fr, s, places)
	}
	f.pointLabels(fr, all)
}

// isSpread says whether low and high are drawn as a band: along a scale. Over
// names they are lines through the marks, since there is nothing between two
// names.
func (f *figure) isSpread() bool {
	if f.spec.Low == "" || f.spec.High == "" {
		return false
	}
	return f.x.cats == nil
}

// spreadBand fills between low and high; it ends where either is missing.
func (f *figure) spreadBand(fr *frame, s *series) {
	var lo, hi []xy
	flush := func() {
		if len(lo) == 1 { // nothing to span between
			f.out.seg("ci "+s.look.class, lo[0].x, lo[0].y, hi[0].x, hi[0].y)
			f.occ.line([]xy{lo[0], hi[0]})
			f.used.interval = true
		}
		if len(lo) > 1 {
			slices.Reverse(hi)
			f.out.line("band "+s.look.class, append(lo, hi...), true)
			f.used.spread = true
		}
		lo, hi = nil, nil
	}
	for _, d := range s.data {
		if !fr.shows(d.x, d.low) || !fr.shows(d.x, d.high) {
			flush()
			continue
		}
		lo = append(lo, xy{fr.x(d.x), fr.y(d.low)})
		hi = append(hi, xy{fr.x(d.x), fr.y(d.high)})
	}
	flush()
}

// connect draws the line of a series. A row without a value ends it: nothing
// is joined across what was not measured.
func (f *figure) connect(fr *frame, s *series) {
	cls := "ln " + s.look.class
	if s.style.predicted {
		cls += " pred"
	}
	for _, run := range f.runs(fr, s.data) {
		if f.spec.Kind == "step" {
			run = steps(run)
		}
		if len(run) < 2 {
			continue
		}
		f.out.line(cls, thinOut(run), false)
		f.occ.line(run)
	}
}

// runs returns the points of a series as unbroken stretches.
func (f *figure) runs(fr *frame, data []datum) [][]xy {
	var out [][]xy
	broken := true
	for _, d := range data {
		if !fr.shows(d.x, d.y) {
			broken = true
			continue
		}
		if broken {
			out = append(out, nil)
			broken = false
		}
		out[len(out)-1] = append(out[len(out)-1], xy{fr.x(d.x), fr.y(d.y)})
	}
	return out
}

// path returns all the points of a series, for finding a place beside it.
func (f *figure) path(fr *frame, data []datum) []xy {
	var out []xy
	for _, run := range f.runs(fr, data) {
		out = append(out, run...)
	}
	return out
}

func steps(pts []xy) []xy {
	var out []xy
	for i, p := range pts {
		if i > 0 {
			out = append(out, xy{p.x, pts[i-1].y})
		}
		out = append(out, p)
	}
	return out
}

// thinOut leaves out points that lie within half a unit of the last one kept,
// which nobody can see. Highest and lowest survive to that precision.
func thinOut(pts []xy) []xy {
	if len(pts) < 400 {
		return pts
	}
	out := pts[:1:1]
	for i, p := range pts {
		if i == len(pts)-1 || dist(out[len(out)-1], p) >= .5 {
			out = append(out, p)
		}
	}
	return out
}
