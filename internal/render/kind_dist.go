package render

import (
	"math"
	"slices"
)

// scaleECDF finds the axes of the share of rows at or below x, in percent.
// With a y column the query has computed it already.
func scaleECDF(f *figure) error {
	if f.y.title == "" {
		f.y.title = "rows at or below [%]"
	}
	f.y.log = false
	any := false
	for _, d := range f.data {
		if f.x.draws(d.x) && (f.spec.Y == "" || f.y.draws(d.y)) {
			f.x.extend(d.x)
			f.y.extend(d.y)
			any = true
		}
	}
	if !any {
		return ErrNoData
	}
	f.wants()
	f.x.tight = true
	f.x.settle(.04)
	if f.spec.Y == "" {
		f.y.extend(0)
		f.y.extend(100)
	}
	f.y.zero, f.y.nice = true, true
	f.y.settle(0)
	return nil
}

func drawECDF(f *figure, fr *frame, data []datum) {
	all := f.group(data)
	paths := make([][]xy, len(all))
	for i, s := range all {
		paths[i] = f.ecdfPath(fr, s)
		cls := "ln " + s.look.class
		if s.style.predicted {
			cls += " pred"
		}
		f.out.line(cls, paths[i], false)
		f.occ.line(paths[i])
		if len(s.data) > 0 {
			f.noteStyle(s, s.data[0])
		}
		if f.spec.Y != "" {
			f.points(fr, s, false)
		}
	}
	f.refLines(fr)
	f.refLabels(fr)
	for i, s := range all {
		f.nameBeside(fr, s, along(paths[i]))
	}
}

// ecdfPath returns the steps of the empirical distribution. Many rows are
// thinned to what can be seen.
func (f *figure) ecdfPath(fr *frame, s *series) []xy {
	if f.spec.Y != "" {
		return f.path(fr, s.data)
	}
	var v []float64
	for _, d := range s.data {
		if f.x.draws(d.x) {
			v = append(v, d.x)
		}
	}
	slices.Sort(v)
	var pts []xy
	n := float64(len(v))
	last := fr.y(0)
	for i, x := range v {
		if i+1 < len(v) && v[i+1] == x {
			continue
		}
		p := xy{fr.x(x), fr.y(100 * float64(i+1) / n)}
		if len(v) > 100 && len(pts) > 0 && i+1 < len(v) && dist(p, pts[len(pts)-1]) < 2 {
			continue
		}
		pts = append(pts, xy{p.x, last}, p)
		last = p.y
	}
	return pts
}

// histogram holds the edges of equal bins, and the highest count for the
// scale.
type histogram struct{ edges []float64 }

// scaleHistogram finds round bin edges: as many bins as asked for, else by
// Freedman and Diaconis, between 12 and 40.
func scaleHistogram(f *figure) error {
	f.y.log = false
	var v []float64
	for _, d := range f.data {
		if f.x.draws(d.x) {
			v = append(v, d.x)
			f.x.extend(d.x)
		}
	}
	if len(v) == 0 {
		return ErrNoData
	}
	f.wants()
	if f.y.title == "" {
		f.y.title = "rows"
	}
	slices.Sort(v)
	f.bins = &histogram{edges: binEdges(v, f.spec.Bins, f.x.log)}
	f.x.extend(f.bins.edges[0])
	f.x.extend(f.bins.edges[len(f.bins.edges)-1])
	top := 0
	for _, s := range f.group(f.data) {
		for _, n := range f.bins.count(s.data, &f.x) {
			top = max(top, n)
		}
	}
	f.y.extend(0)
	f.y.extend(float64(top))
	f.y.zero, f.y.nice, f.x.tight = true, true, true
	f.x.settle(.02)
	f.y.settle(.04)
	return nil
}

// binEdges returns the edges of bins over sorted values.
func binEdges(v []float64, want int, log bool) []float64 {
	lo, hi := v[0], v[len(v)-1]
	if log {
		w := make([]float64, len(v))
		for i, x := range v {
			w[i] = math.Log10(x)
		}
		edges := binEdges(w, want, false)
		for i, e := range edges {
			edges[i] = math.Pow(10, e)
		}
		return edges
	}
	if hi-lo <= math.Abs(hi)*1e-9 {
		d := math.Max(math.Abs(hi)*.05, 1e-3)
		return []float64{lo - d, lo + d}
	}
	n := float64(want)
	if want <= 0 {
		n = 10
		iqr := v[len(v)*3/4] - v[len(v)/4]
		if width := 2 * iqr / math.Cbrt(float64(len(v))); width > 0 {
			n = (hi - lo) / width
		}
		n = math.Max(12, math.Min(40, n))
	}
	n = math.Min(n, 200)
	step := (hi - lo) / n
	mag := math.Pow(10, math.Floor(math.Log10(step)))
	for _, s := range linearSteps {
		if s*mag >= step*.99 {
			step = s * mag
			break
		}
	}
	var edges []float64
	for i := math.Floor(lo/step + 1e-9); i*step <= hi+step*1e-9 || len(edges) < 2; i++ {
		edges = append(edges, roundTo(i*step, step))
	}
	if last := edges[len(edges)-1]; last <= hi {
		edges = append(edges, roundTo(last+step, step))
	}
	return edges
}

// count returns how many values fall into each bin; the last holds its upper
// edge.
func (h *histogram) count(data []datum, a *axis) []int {
	n := make([]int, len(h.edges)-1)
	for _, d := range data {
		if !a.draws(d.x) {
			continue
		}
		i, found := slices.BinarySearch(h.edges, d.x)
		if !found {
			i--
		}
		n[clampInt(i, 0, len(n)-1)]++
	}
	return n
}

func drawHistogram(f *figure, fr *frame, data []datum) {
	all := f.group(data)
	tops := make([][]xy, len(all))
	for i, s := range all {
		tops[i] = f.binOutline(fr, s)
		f.out.line("band "+s.look.class, tops[i], true)
	}
	for i, s := range all {
		cls := "ln " + s.look.class
		if s.style.predicted {
			cls += " pred"
		}
		f.out.line(cls, tops[i], false)
		f.occ.line(tops[i])
		f.binTips(fr, s)
	}
	f.refLines(fr)
	f.refLabels(fr)
	for i, s := range all {
		f.nameBeside(fr, s, append(atPeak(tops[i]), along(tops[i])...))
	}
}

// atPeak lists places above and beside the highest part of an outline.
func atPeak(pts []xy) []cand {
	if len(pts) < 2 {
		return nil
	}
	top := 0
	for i, p := range pts {
		if p.y < pts[top].y {
			top = i
		}
	}
	a, b := pts[top], pts[min(top+1, len(pts)-1)]
	return []cand{{(a.x + b.x) / 2, a.y - 7, middle}, {b.x + 7, a.y + 12, start}, {a.x - 7, a.y + 12, end}}
}

// binOutline returns the tops of the bins from the first to the last that
// holds something, both ends on the axis.
func (f *figure) binOutline(fr *frame, s *series) []xy {
	n := f.bins.count(s.data, &f.x)
	first, last := 0, len(n)
	for first < last && n[first] == 0 {
		first++
	}
	for last > first && n[last-1] == 0 {
		last--
	}
	if first == last {
		return nil
	}
	out := []xy{{fr.x(f.bins.edges[first]), fr.y(0)}}
	for k := first; k < last; k++ {
		y := fr.y(float64(n[k]))
		out = append(out, xy{fr.x(f.bins.edges[k]), y}, xy{fr.x(f.bins.edges[k+1]), y})
	}
	return append(out, xy{fr.x(f.bins.edges[last]), fr.y(0)})
}

// binTips lays an invisible cell with a tooltip over each bin.
func (f *figure) binTips(fr *frame, s *series) {
	for k, n := range f.bins.count(s.data, &f.x) {
		if n == 0 {
			continue
		}
		x0, x1, y := fr.x(f.bins.edges[k]), fr.x(f.bins.edges[k+1]), fr.y(float64(n))
		_, unit := splitUnit(f.x.title)
		title := exactly(f.bins.edges[k]) + " to " + exactly(f.bins.edges[k+1])
		if unit != "" {
			title += thin + unit
		}
		if s.name != "" {
			title = s.name + ", " + title
		}
		f.out.rect(element{class: "hit", title: title + ": " + plain(float64(n))}, x0, y, x1-x0, fr.y1-y)
	}
}
