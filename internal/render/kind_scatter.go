package render

import (
	"math"
	"slices"
)

func scaleScatter(f *figure) error {
	if err := f.scaleXY(); err != nil {
		return err
	}
	f.x.nice, f.y.nice, f.y.zero = false, true, f.spec.Zero
	f.x.settle(.05)
	f.y.settle(.05)
	return nil
}

// drawScatter draws points. Where some are marked dominated, the others are
// the front and are joined by a line.
func drawScatter(f *figure, fr *frame, data []datum) {
	all := f.group(data)
	for _, s := range all {
		f.front(fr, s)
	}
	for _, s := range all {
		f.points(fr, s, true)
	}
	f.refLines(fr)
	f.refLabels(fr)
	f.nameClusters(fr, all)
	f.pointLabels(fr, all)
}

// front joins the points that nothing dominates, in the order of x. Points
// marked realised get the broad stroke of the realised front beneath.
func (f *figure) front(fr *frame, s *series) {
	var front, realised []xy
	dominated := false
	for _, d := range s.data {
		dominated = dominated || d.style.dominated
		if !fr.shows(d.x, d.y) {
			continue
		}
		p := xy{fr.x(d.x), fr.y(d.y)}
		if !d.style.dominated && !d.style.blocked {
			front = append(front, p)
		}
		if d.style.realised {
			realised = append(realised, p)
		}
	}
	byX := func(a, b xy) int { return compareNaN(a.x, b.x) }
	if len(realised) > 1 {
		slices.SortStableFunc(realised, byX)
		f.out.line("realised", realised, false)
		f.used.realised = true
	}
	if !dominated || len(front) < 2 {
		return
	}
	slices.SortStableFunc(front, byX)
	cls := "ln " + s.look.class
	if s.style.predicted {
		cls += " pred"
	}
	f.out.line(cls, front, false)
	f.occ.line(front)
}

// nameClusters writes the name of each series beside its points: near the
// middle of them, else beside any.
func (f *figure) nameClusters(fr *frame, all []*series) {
	for _, s := range all {
		var pts []xy
		for _, d := range s.data {
			if fr.shows(d.x, d.y) {
				pts = append(pts, xy{fr.x(d.x), fr.y(d.y)})
			}
		}
		if len(pts) == 0 {
			continue
		}
		f.nameBeside(fr, s, beside(pts, radius(len(s.data))))
	}
}

// beside lists places around points, those near their median first.
func beside(pts []xy, r float64) []cand {
	mid := xy{median(pts, func(p xy) float64 { return p.x }), median(pts, func(p xy) float64 { return p.y })}
	near := slices.Clone(pts)
	slices.SortStableFunc(near, func(a, b xy) int { return compareNaN(dist(a, mid), dist(b, mid)) })
	if len(near) > 60 {
		near = near[:60]
	}
	var c []cand
	for _, p := range near {
		c = append(c, around(p.x, p.y, r)...)
	}
	for _, gap := range []float64{12, 20, 32} {
		for _, p := range near {
			c = append(c, around(p.x, p.y, r+gap)...)
		}
	}
	return c
}

func median(pts []xy, get func(xy) float64) float64 {
	v := make([]float64, len(pts))
	for i, p := range pts {
		v[i] = get(p)
	}
	slices.Sort(v)
	return v[len(v)/2]
}

// scaleParity gives both axes the same range, so that the diagonal is where
// prediction and measurement agree.
func scaleParity(f *figure) error {
	if len(f.spec.Log) > 0 {
		f.x.log, f.y.log = true, true
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, d := range f.data {
		if !f.x.draws(d.x) || !f.y.draws(d.y) {
			continue
		}
		for _, v := range []float64{d.x, d.y, d.low, d.high} {
			if f.x.draws(v) {
				lo, hi = math.Min(lo, v), math.Max(hi, v)
			}
		}
	}
	if lo > hi {
		return ErrNoData
	}
	for _, a := range []*axis{&f.x, &f.y} {
		a.extend(lo)
		a.extend(hi)
		a.zero = f.spec.Zero
		a.settle(.05)
	}
	return nil
}

// drawParity draws the diagonal and the points, and names
// the two sides.
func drawParity(f *figure, fr *frame, data []datum) {
	f.out.seg("ident", fr.x0, fr.y1, fr.x1, fr.y0)
	f.occ.line([]xy{{fr.x0, fr.y1}, {fr.x1, fr.y0}})
	all := f.group(data)
	for _, s := range all {
		f.points(fr, s, false)
	}
	f.refLines(fr)
	f.refLabels(fr)
	f.nameSides(fr)
	f.nameClusters(fr, all)
	f.pointLabels(fr, all)
}

// toleranceBand returns the outline of M(1-tol) <= P <= M(1+tol) within the
// frame.
func (f *figure) toleranceBand(fr *frame) []xy {
	const n = 48
	var upper, lower []xy
	for i := 0; i <= n; i++ {
		t := float64(i) / n
		m := f.x.min + (f.x.max-f.x.min)*t
		if f.x.log {
			m = f.x.min * math.Pow(f.x.max/f.x.min, t)
		}
		x := fr.x(m)
		a, b := m*(1+f.spec.Tol), m*(1-f.spec.Tol)
		upper = append(upper, xy{x, fr.clampY(math.Max(a, b))})
		lower = append(lower, xy{x, fr.clampY(math.Min(a, b))})
	}
	slices.Reverse(lower)
	return straight(append(upper, lower...))
}

// straight drops the points of an outline that lie on the line between their
// neighbours.
func straight(pts []xy) []xy {
	out := pts[:0:0]
	for i, p := range pts {
		if i > 0 && i < len(pts)-1 {
			a, b := out[len(out)-1], pts[i+1]
			if math.Abs((b.x-a.x)*(p.y-a.y)-(b.y-a.y)*(p.x-a.x)) < .05*dist(a, b) {
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

// nameSides says on which side the prediction was too good to be true.
func (f *figure) nameSides(fr *frame) {
	above, below := "pessimistic", "optimistic"
	if higherIsBetter(f.y.title) || higherIsBetter(f.spec.Y) {
		above, below = below, above
	}
	var a, b []cand
	w, h := fr.x1-fr.x0, fr.y1-fr.y0
	for _, t := range []float64{.62, .75, .5, .86, .4, .95} {
		a = append(a, cand{fr.x0 + .06*w, fr.y1 - t*h, start}, cand{fr.x0 + .2*w, fr.y1 - t*h, start})
		b = append(b, cand{fr.x1 - .03*w, fr.y0 + t*h + 6, end}, cand{fr.x1 - .2*w, fr.y0 + t*h + 6, end})
	}
	f.place("tk", above, fr.box, a)
	f.place("tk", below, fr.box, b)
}
