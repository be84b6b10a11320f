package render

import (
	"math"
	"strings"

	"github.com/profreport/profreport/internal/format"
	"github.com/profreport/profreport/internal/notebook"
	"github.com/profreport/profreport/internal/table"
)

// tileColumn is the column that plays a role; by default the one of its name.
func tileColumn(spec *notebook.TilesSpec, role string) string {
	if spec != nil && spec.Columns[role] != "" {
		return spec.Columns[role]
	}
	return role
}

// tile is one verdict: its figure, words and, where there is a limit, a gauge.
type tile struct {
	label, unit, format, note string
	value                     any
	verdict                   any
	low, high                 float64 // 95 % interval, NaN when there is none
	limitLow, limitHigh       float64
}

func readTile(t *table.Table, spec *notebook.TilesSpec, i int) tile {
	get := func(role string) any { return t.Value(i, tileColumn(spec, role)) }
	text := func(role string) string { return words(get(role)) }
	return tile{
		label: text("label"), unit: text("unit"), format: text("format"), note: text("note"),
		value: get("value"), verdict: get("verdict"), low: number(get("low")), high: number(get("high")),
		limitLow: number(get("limit_low")), limitHigh: number(get("limit_high")),
	}
}

// tiles writes a row of tiles, one a row of the query.
func (p *page) tiles(c *notebook.Cell) {
	if c.Data == nil || len(c.Data.Rows) == 0 {
		p.empty(c, "")
		return
	}
	o := &p.body
	p.openFold(c, "")
	n := len(c.Data.Rows)
	o.raw(`<div class="tiles t`, grouplessInt(min(n, 4)), `">`, "\n")
	judged := c.Data.Index(tileColumn(c.Tiles, "verdict")) >= 0
	for i := range c.Data.Rows {
		p.tile(readTile(c.Data, c.Tiles, i), judged)
	}
	o.raw("</div>\n")
	if c.Caption != "" {
		o.raw(`<p class="cap">`)
		p.caption(c)
		o.raw("</p>\n")
	}
	p.sql(c.Query, c.Data)
	p.closeFold(c)
}

func (p *page) tile(t tile, judged bool) {
	o := &p.body
	o.raw(`<div class="tile"><div class="hd"><span>`)
	o.text(t.label)
	o.raw("</span>")
	if judged && t.verdict != nil {
		chipOf(t.verdict).write(o)
	}
	o.raw(`</div><div class="v">`)
	s, ok := format.Number(t.value, t.format, durationUnit(t.format, t.unit))
	if !ok {
		o.missing("")
	} else {
		o.text(s)
		if t.unit != "" && t.format != "duration" {
			o.raw(" <small>")
			o.text(t.unit)
			o.raw("</small>")
		}
	}
	o.raw("</div>")
	hasInterval := !isNaN(t.low) && !isNaN(t.high)
	if hasInterval || t.note != "" {
		o.raw("<p>")
		if hasInterval {
			var b out
			b.interval(t.low, t.high, t.format)
			o.b = append(o.b, b.b[1:]...) // without the space before
			if t.note != "" {
				o.raw(" ")
			}
		}
		o.text(t.note)
		o.raw("</p>")
	}
	p.gauge(t)
	o.raw("</div>\n")
}

func durationUnit(spec, unit string) string {
	if spec == "duration" {
		return unit
	}
	return ""
}

// gauge draws value and interval against the limits: the grey part is what
// passes. Without a limit there is nothing to gauge.
func (p *page) gauge(t tile) {
	if isNaN(t.limitLow) && isNaN(t.limitHigh) {
		return
	}
	lo, hi := t.gaugeRange()
	x := func(v float64) float64 { return 2 + 236*math.Max(0, math.Min(1, (v-lo)/(hi-lo))) }
	say := func(v float64) string { return format.Or(v, t.format, durationUnit(t.format, t.unit), "") }
	limit := func(v float64) string { return strings.Replace(say(v), ".0"+thin+"%", thin+"%", 1) }
	v := number(t.value)
	label := t.label + ": "
	if isNaN(v) {
		label += "not measured"
	} else {
		label += say(v)
	}
	c := newCanvas(40)
	from, to := 2.0, 238.0
	if !isNaN(t.limitLow) {
		from = x(t.limitLow)
		label += ", at least " + limit(t.limitLow)
	}
	if !isNaN(t.limitHigh) {
		to = x(t.limitHigh)
		label += ", at most " + limit(t.limitHigh)
	}
	if to > from {
		c.rect(element{class: "tol"}, from, 9, to-from, 14)
	}
	if isNaN(v) {
		c.rect(element{class: "hatch", title: "not measured"}, 2, 12, 236, 8)
	} else {
		c.seg("axis", 2, 16, 238, 16)
	}
	if lo < 0 && hi > 0 {
		c.seg("axis", x(0), 12, x(0), 20)
	}
	for _, l := range []float64{t.limitLow, t.limitHigh} {
		if !isNaN(l) {
			c.seg("lim", x(l), 7, x(l), 25)
		}
	}
	if !isNaN(v) {
		if !isNaN(t.low) && !isNaN(t.high) {
			c.seg("ci ink", x(t.low), 16, x(t.high), 16)
		}
		c.mark(circle, element{class: "m ink meas", title: t.label + ": " + say(v)}, x(v), 16, 4.3)
	}
	t.gaugeLabels(c, x, limit)
	p.body.b = append(p.body.b, svgOpen(240, 40, "gauge", label, "")...)
	p.body.b = append(p.body.b, c.buf...)
	p.body.raw("</svg>")
}

// gaugeLabels names the limits below their lines; two that would touch are
// pushed apart.
func (t tile) gaugeLabels(c *canvas, x func(float64) float64, say func(float64) string) {
	type label struct {
		at float64
		s  string
	}
	var all []label
	if !isNaN(t.limitLow) && isNaN(t.limitHigh) {
		all = append(all, label{x(t.limitLow), "needs " + say(t.limitLow)})
	} else if isNaN(t.limitLow) {
		all = append(all, label{x(t.limitHigh), "limit " + say(t.limitHigh)})
	} else {
		all = append(all, label{x(t.limitLow), say(t.limitLow)}, label{x(t.limitHigh), say(t.limitHigh)})
	}
	edge := 2.0
	for i, l := range all {
		w := textWidth(l.s, sizeWide, false)
		left := math.Max(edge, math.Min(l.at-w/2, 238-w))
		if i == 0 && len(all) == 2 {
			left = math.Min(left, 238-w-8-textWidth(all[1].s, sizeWide, false))
		}
		c.text(left, 37, start, "tk", l.s, "")
		edge = left + w + 8
	}
}

// gaugeRange is what the gauge spans: from zero, or as far below as above for
// errors, to a little beyond all that is on it.
func (t tile) gaugeRange() (lo, hi float64) {
	lo, hi = 0, math.Inf(-1)
	for _, v := range []float64{number(t.value), t.low, t.high, t.limitLow, t.limitHigh} {
		if isNaN(v) {
			continue
		}
		lo, hi = math.Min(lo, v), math.Max(hi, v)
	}
	share := t.format == "percent"
	switch {
	case lo >= 0 && share && hi > .4 && hi <= 1:
		return 0, 1
	case hi <= lo:
		return lo - 1, lo + 1
	}
	pad := .12 * (hi - lo)
	if lo < 0 {
		lo -= pad
	}
	return lo, hi + pad
}
