package render

import (
	"math"
	"strings"

	"gonum.org/v1/plot"
)

// setTicks chooses round values that fit: at most n, and as many as leave
// gap units between labels when length units are available. horizontal axes
// need the width of their labels, vertical ones the height.
func (a *axis) setTicks(n int, length, size float64, horizontal bool) {
	if a.cats != nil {
		a.setCategoryTicks(length, size, horizontal)
		return
	}
	fits := func(t []plot.Tick) bool { return len(a.apart(t, length, size, horizontal)) == len(t) }
	if len(a.only) > 0 {
		a.ticks = tickLabels(a.only, a.signed)
		if len(a.under) > 0 {
			for i, t := range a.ticks {
				if s := a.under[t.Value]; s != "" {
					a.ticks[i].Label += "\n" + s
				}
			}
			if fits(a.ticks) {
				return
			}
			for i, t := range a.ticks { // saturation is satur.
				number, name, _ := strings.Cut(t.Label, "\n")
				a.ticks[i].Label = number + "\n" + abbreviate(name)
			}
			if fits(a.ticks) {
				return
			}
			a.ticks = tickLabels(a.only, a.signed)
		}
		if fits(a.ticks) {
			return
		}
	}
	for ; n >= 2; n-- {
		var v []float64
		if a.log {
			v = logTicks(a.min, a.max, n)
		} else {
			v = linearTicks(a.min, a.max, n)
		}
		if a.whole && n > 2 && onlyInts(v) == nil {
			continue
		}
		if a.ticks = tickLabels(v, a.signed); fits(a.ticks) {
			return
		}
	}
	a.ticks = a.apart(a.ticks, length, size, horizontal)
}

// apart returns the ticks whose labels stand 8 units apart, from the lowest
// on, and within the figure.
func (a *axis) apart(t []plot.Tick, length, size float64, horizontal bool) []plot.Tick {
	var keep []plot.Tick
	last := math.Inf(-1)
	for _, k := range t {
		at, half := a.norm(k.Value)*length, size/2
		if horizontal {
			half = 0
			for _, line := range strings.Split(k.Label, "\n") {
				half = math.Max(half, textWidth(line, size, false)/2)
			}
		}
		if at-half < last+8 || horizontal && at-half < -a.left-4 {
			continue
		}
		last = at + half
		keep = append(keep, k)
	}
	return keep
}

// abbreviate cuts a word to five letters and a point.
func abbreviate(s string) string {
	if r := []rune(s); len(r) > 6 {
		return string(r[:5]) + "."
	}
	return s
}

// setCategoryTicks names every category, on two lines where that helps, and
// every second, third, ... one where there are too many.
func (a *axis) setCategoryTicks(length, size float64, horizontal bool) {
	n := len(a.cats)
	slot := length / float64(max(n, 1))
	step := 1
	label := func(i int) string { return a.cats[i] }
	if horizontal {
		wide := 0.0
		for _, s := range a.cats {
			wide = math.Max(wide, textWidth(s, size, false))
		}
		if wide > slot-8 {
			label = func(i int) string { return wrapTwo(a.cats[i], size) }
			wide = 0
			for i := range a.cats {
				for _, line := range strings.Split(label(i), "\n") {
					wide = math.Max(wide, textWidth(line, size, false))
				}
			}
		}
		for step < n && wide > slot*float64(step)-8 && slot*float64(step) < 90 {
			step++
		}
		room := math.Min(slot*float64(step)-8, slot+2*a.left)
		inner := label
		label = func(i int) string {
			lines := strings.Split(inner(i), "\n")
			for k := range lines {
				lines[k] = shorten(lines[k], size, room)
			}
			return strings.Join(lines, "\n")
		}
	} else {
		for step < n && slot*float64(step) < size+2 {
			step++
		}
	}
	a.ticks = a.ticks[:0]
	for i := 0; i < n; i += step {
		a.ticks = append(a.ticks, plot.Tick{Value: float64(i), Label: label(i)})
	}
}

// wrapTwo breaks a label into two lines at the space nearest to its middle.
func wrapTwo(s string, size float64) string {
	best, at := math.Inf(1), -1
	total := textWidth(s, size, false)
	for i, r := range s {
		if r == ' ' {
			if d := math.Abs(textWidth(s[:i], size, false) - total/2); d < best {
				best, at = d, i
			}
		}
	}
	if at < 0 {
		return s
	}
	return s[:at] + "\n" + s[at+1:]
}
