package render

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// axis is the scale of one direction: numbers, or categories at 0, 1, 2, ...
type axis struct {
	min, max float64
	log      bool
	cats     []string
	ticks    []plot.Tick
	title    string
	signed   bool // an error: ticks carry signs, sides carry words
	only     []float64
	whole    bool               // values are whole numbers, and so are ticks
	nice     bool               // ends at ticks
	tight    bool               // need not begin at zero	left     float64 // room on the left that labels may reach into
	numbers  bool               // the categories are numbers
	left     float64            // room on the left that labels may reach into
	under    map[float64]string // second line of a tick
	zero     bool
	empty    bool
}

// extend widens the axis to hold v. Values that can't be drawn are left out.
func (a *axis) extend(v float64) {
	if !a.draws(v) {
		return
	}
	if a.empty {
		a.min, a.max, a.empty = v, v, false
		return
	}
	a.min, a.max = math.Min(a.min, v), math.Max(a.max, v)
}

// draws says whether the axis has a place for v.
func (a *axis) draws(v float64) bool {
	return !math.IsNaN(v) && math.Abs(v) < 1e280 && (!a.log || v > 1e-280)
}

// settle fixes the range around what the axis has been extended to. pad is
// the share of the range left free at both ends.
func (a *axis) settle(pad float64) {
	if a.cats != nil {
		a.min, a.max = -.5, float64(len(a.cats))-.5
		return
	}
	if a.empty {
		a.min, a.max, a.empty = 0, 1, false
		if a.log {
			a.min, a.max = 1, 10
		}
	}
	if a.log {
		a.settleLog(pad)
		return
	}
	if a.zero || !a.tight && a.min > 0 && a.min < .5*a.max {
		a.min = math.Min(a.min, 0)
	}
	if a.zero || !a.tight && a.max < 0 && a.max > .5*a.min {
		a.max = math.Max(a.max, 0)
	}
	if a.max-a.min <= math.Abs(a.max)*1e-9 {
		d := math.Abs(a.max) * .1
		if d == 0 {
			d = 1
		}
		a.min, a.max = a.min-d, a.max+d
		if a.min < 0 && a.max-d >= 0 && a.zero {
			a.min = 0
		}
	}
	span := a.max - a.min
	lo, hi := a.min-pad*span, a.max+pad*span
	if a.min == 0 {
		lo = 0
	}
	if a.max == 0 {
		hi = 0
	}
	if a.nice {
		lo, hi = a.toTicks(lo, hi)
	}
	a.min, a.max = lo, hi
}

// toTicks moves the ends of a range to ticks that are near.
func (a *axis) toTicks(lo, hi float64) (float64, float64) {
	t := linearTicks(a.min, a.max, 7)
	if len(t) > 1 {
		step := t[1] - t[0]
		first, last := math.Floor(a.min/step+1e-9)*step, math.Ceil(a.max/step-1e-9)*step
		if a.min-first < .6*step || a.min == 0 {
			lo = math.Min(first, a.min)
		}
		if last-a.max < .6*step {
			hi = math.Max(last, a.max)
		}
	}
	return lo, hi
}

func (a *axis) settleLog(pad float64) {
	lo, hi := math.Log10(a.min), math.Log10(a.max)
	if hi-lo < 1e-9 {
		lo, hi = lo-.3, hi+.3
	}
	span := hi - lo
	lo, hi = lo-pad*span, hi+pad*span
	if a.nice && span > .8 {
		// end at a decade that is near
		if f := math.Floor(math.Log10(a.min) + 1e-9); math.Log10(a.min)-f < .3 {
			lo = f
		}
		if c := math.Ceil(math.Log10(a.max) - 1e-9); c-math.Log10(a.max) < .25 {
			hi = c
		}
	}
	a.min, a.max = math.Pow(10, math.Max(lo, -290)), math.Pow(10, math.Min(hi, 290))
}

// norm returns the place of v between 0 at min and 1 at max.
func (a *axis) norm(v float64) float64 {
	if a.log {
		return plot.LogScale{}.Normalize(a.min, a.max, math.Max(v, a.min*1e-3)) // gonum panics at zero
	}
	return plot.LinearScale{}.Normalize(a.min, a.max, v)
}

// apply sets gonum's axis.
func (a *axis) apply(p *plot.Axis, size float64, h handler) {
	p.Min, p.Max = a.min, a.max
	if a.log {
		p.Scale = plot.LogScale{}
	}
	p.Tick.Marker = plot.ConstantTicks(a.ticks)
	p.Tick.Label.Font.Size = vg.Length(size)
	p.Tick.Label.Handler = h
	p.Tick.Label.Color = class("tk")
	if a.cats != nil && !a.numbers {
		p.Tick.Label.Color = class("lab")
	}
	p.Tick.Color = class("axis")
	p.Tick.Length = 4
	p.Color = class("axis")
	p.Width = 0
	p.Padding = 0
	p.Label.TextStyle.Font.Size = vg.Length(size) // gonum measures a space with it
	p.Label.TextStyle.Handler = h
}

// categories returns the distinct texts in the order of first appearance.
func categories(data []datum, get func(datum) string) []string {
	seen := map[string]bool{}
	var cats []string
	for _, d := range data {
		if s := get(d); !seen[s] {
			seen[s] = true
			cats = append(cats, s)
		}
	}
	return cats
}

// mostCategories is how many names an axis can hold before a figure says
// nothing any more.
const mostCategories = 1000

// name makes the axis one of categories and returns the place of each.
func (a *axis) name(cats []string) (place map[string]float64, err error) {
	if len(cats) > mostCategories {
		return nil, fmt.Errorf("plot: %d categories are too many to draw, at most %d", len(cats), mostCategories)
	}
	a.cats, a.log = cats, false
	place = make(map[string]float64, len(cats))
	for i, s := range cats {
		place[s] = float64(i)
	}
	return place, nil
}

// distinct returns the sorted distinct numbers, at most n of them; more give
// nil.
func distinct(data []datum, get func(datum) float64, n int) []float64 {
	var v []float64
	for _, d := range data {
		f := get(d)
		if math.IsNaN(f) || slices.Contains(v, f) {
			continue
		}
		if v = append(v, f); len(v) > n {
			return nil
		}
	}
	slices.Sort(v)
	return v
}

// splitUnit separates "TTFT [ms]" into "TTFT" and "ms".
func splitUnit(title string) (name, unit string) {
	i := strings.LastIndexByte(title, '[')
	if i < 0 || !strings.HasSuffix(title, "]") {
		return title, ""
	}
	return strings.TrimSpace(title[:i]), title[i+1 : len(title)-1]
}
