package render

import (
	"math"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/notebook"
)

// TestGaugeRange: shares gauge from 0 to 1, errors both ways, others from
// zero to a little beyond the largest.
func TestGaugeRange(t *testing.T) {
	none := math.NaN()
	for _, c := range []struct {
		name   string
		tile   tile
		lo, hi float64
	}{
		{"share", tile{format: "percent", value: .99, low: none, high: none, limitLow: .5, limitHigh: none}, 0, 1},
		{"small share", tile{format: "percent", value: .05, low: none, high: none, limitLow: none, limitHigh: .1}, 0, .112},
		{"error", tile{format: "signed_percent", value: -.156, low: -.159, high: -.154, limitLow: -.2, limitHigh: .2}, -.248, .248},
		{"time", tile{value: 93.6, low: none, high: none, limitLow: none, limitHigh: 0.0}, 0, 104.832},
		{"nothing", tile{value: nil, low: none, high: none, limitLow: none, limitHigh: 0.0}, -1, 1},
	} {
		lo, hi := c.tile.gaugeRange()
		if math.Abs(lo-c.lo) > 1e-9 || math.Abs(hi-c.hi) > 1e-9 {
			t.Errorf("%s: %v to %v, want %v to %v", c.name, lo, hi, c.lo, c.hi)
		}
	}
}

// TestGauge: the grey part is what passes, the dot stands at the value, and
// what was not measured is hatched and has no dot.
func TestGauge(t *testing.T) {
	gauge := func(value, low, high any) string {
		p := small(t, cellOf(notebook.Cell{Kind: "tiles", Query: "q", Data: rows("label value format verdict limit_low limit_high", []any{"Cost", value, "percent", nil, low, high})}))
		if len(p.all("span.chip")) > 0 {
			t.Error("a tile without a verdict has a chip")
		}
		var b strings.Builder
		svg := p.one(t, "svg.gauge")
		svg.walk(func(n *node) {
			for _, k := range []string{"class", "x", "width", "cx", "d"} {
				if v := n.attr[k]; v != "" {
					b.WriteString(k + "=" + v + " ")
				}
			}
		})
		return svg.attr["aria-label"] + " | " + b.String()
	}
	for _, c := range []struct{ got, want string }{
		{gauge(.75, .5, nil), "Cost: 75.0" + thin + "%, at least 50" + thin + "% | class=tol x=120 width=118 class=axis d=M2 16L238 16 class=lim d=M120 7L120 25 class=m ink meas cx=179 "},
		{gauge(nil, nil, .1), "Cost: not measured, at most 10" + thin + "% | class=tol x=2 width=210.7 class=hatch x=2 width=236 class=lim d=M212.7 7L212.7 25 "},
	} {
		if !strings.HasPrefix(c.got, c.want) {
			t.Errorf("\n got %s\nwant %s", c.got, c.want)
		}
	}
}

// TestTotals: only what adds up is summed.
func TestTotals(t *testing.T) {
	for _, c := range []struct {
		spec notebook.ColumnSpec
		want bool
	}{
		{notebook.ColumnSpec{Name: "wait_s", Format: "duration"}, true}, {notebook.ColumnSpec{Name: "b", Format: "bytes"}, true},
		{notebook.ColumnSpec{Name: "gpu_hours", Unit: "GPU-hours"}, true}, {notebook.ColumnSpec{Name: "itl_ms", Unit: "ms"}, false},
		{notebook.ColumnSpec{Name: "throughput", Unit: "tokens/s/GPU"}, false}, {notebook.ColumnSpec{Name: "e", Format: "percent"}, false},
		{notebook.ColumnSpec{Name: "hit_count", Format: "factor"}, false}, {notebook.ColumnSpec{Name: "miss_count", Format: "percent"}, false}, {notebook.ColumnSpec{Name: "request_count"}, true},
		{notebook.ColumnSpec{Name: "concurrency"}, false}, {notebook.ColumnSpec{Name: "n"}, true}, {notebook.ColumnSpec{Name: "tokens_per_s"}, false},
	} {
		if got := (column{ColumnSpec: c.spec, numeric: true}).adds(); got != c.want {
			t.Errorf("%+v: %v", c.spec, got)
		}
	}
	if (column{ColumnSpec: notebook.ColumnSpec{Name: "n"}}).adds() {
		t.Error("text adds up")
	}
}

// TestTimelineOfTimes: times count from the first one in the unit of the
// axis, and a span without an end is not measured.
func TestTimelineOfTimes(t *testing.T) {
	data := rows("name from to", []any{"a", "2026-01-05T10:00:00Z", "2026-01-05T10:30:00Z"}, []any{"b", "2026-01-05T10:30:00.000Z", "2026-01-05T12:00:00Z"}, []any{"c", "2026-01-05T12:00:00Z", nil})
	for title, want := range map[string]string{"": "0 to 30.0", "start [min]": "0 to 30.0" + thin + "min", "start [s]": "0 to 1" + thin + "800" + thin + "s", "start [h]": "0 to 0.500" + thin + "h"} {
		spec := notebook.PlotSpec{Kind: "timeline", Y: "name", From: "from", To: "to", XLabel: title}
		svg := string(drawCase(t, plotCase{spec: spec, data: data}, false))
		if title == "" {
			want += thin + "min"
		}
		if !strings.Contains(svg, "<title>a: "+want+"</title>") {
			t.Errorf("%q: no span %q in\n%s", title, want, svg)
		}
		if !strings.Contains(svg, ">not measured</text>") {
			t.Errorf("%q: the open span is not marked", title)
		}
	}
}
