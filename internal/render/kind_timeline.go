package render

import (
	"math"
	"slices"
	"time"
)

// scaleTimeline finds the axes of spans of time. from and to are numbers, or
// times as ISO 8601 text, which then count from the first of them in the unit
// of the axis title: s, min (default) or h.
func scaleTimeline(f *figure) error {
	f.readTimes()
	nameNumbers(f.data, yNumber, yText)
	cats := categories(f.data, func(d datum) string { return d.ys })
	slices.Reverse(cats)
	place, err := f.y.name(cats)
	if err != nil {
		return err
	}
	f.x.log = false
	f.y.title = ""
	for i := range f.data {
		d := &f.data[i]
		d.y = place[d.ys]
		f.x.extend(d.from)
		f.x.extend(d.to)
	}
	f.wants()
	if f.x.empty {
		return ErrNoData
	}
	if f.x.min > 0 && f.x.min < .2*f.x.max {
		f.x.extend(0)
	}
	f.x.settle(.01)
	f.y.settle(0)
	f.shortenCategories(&f.y, .36*f.w)
	return nil
}

// readTimes turns from and to that hold times into numbers.
func (f *figure) readTimes() {
	var first time.Time
	for _, d := range f.data {
		if t, ok := parseTime(d.froms); ok && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	if first.IsZero() {
		return
	}
	unit := time.Minute
	switch _, u := splitUnit(f.x.title); u {
	case "s":
		unit = time.Second
	case "h":
		unit = time.Hour
	}
	if f.x.title == "" {
		f.x.title = "after start [min]"
	}
	for i := range f.data {
		d := &f.data[i]
		if t, ok := parseTime(d.froms); ok {
			d.from = float64(t.Sub(first)) / float64(unit)
		}
		if t, ok := parseTime(d.tos); ok {
			d.to = float64(t.Sub(first)) / float64(unit)
		}
	}
}

// parseTime reads the times of the archive: ISO 8601, UTC.
func parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// drawTimeline draws each span as a bar in its row, and the label column
// after the last span of the row.
func drawTimeline(f *figure, fr *frame, data []datum) {
	parts := categories(f.data, func(d datum) string { return d.by })
	slot := (fr.y1 - fr.y0) / math.Max(1, float64(len(f.y.cats)))
	width := math.Min(14, slot*.66)
	ends := map[float64]float64{}
	starts := map[float64]float64{}
	for _, d := range data {
		if isNaN(d.from) || isNaN(d.to) {
			f.missing = append(f.missing, gap{d, 0})
			continue
		}
		e := element{f.partClass(d, parts), d.title, d.key}
		if e.title == "" {
			_, unit := splitUnit(f.x.title)
			e.title = joined(", ", d.ys, d.by) + ": " + significant(d.from, 3) + " to " + joined(thin, significant(d.to, 3), unit)
		}
		r := f.cellRect(fr, e, d.from, d.to, d.y, 0, width)
		ends[d.y] = math.Max(ends[d.y], r.x1)
		if s, ok := starts[d.y]; !ok || r.x0 < s {
			starts[d.y] = r.x0
		}
	}
	f.refLines(fr)
	f.notMeasured(fr)
	f.refLabels(fr)
	done := map[float64]bool{}
	for _, d := range data {
		if d.label == "" || done[d.y] {
			continue
		}
		done[d.y] = true
		y := fr.y(d.y) + 4
		f.place("tk", d.label, fr.panel, []cand{{ends[d.y] + 6, y, start}, {starts[d.y] - 6, y, end}})
	}
}
