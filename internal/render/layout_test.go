package render

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/notebook"
)

// svgText is a text element with its place.
type svgText struct {
	x, y   float64
	anchor anchor
	class  string
	s      string
}

// obstacle is a mark or line that no text may touch.
type obstacle struct {
	what string
	box  box  // of a mark
	line []xy // of a path
}

// parseSVG reads the elements of a figure and fails on what is not XML.
func parseSVG(t *testing.T, svg []byte) (texts []svgText, obstacles []obstacle, view box) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	var in *svgText
	title := false
	ids := map[string]bool{}
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return texts, obstacles, view
		}
		if err != nil {
			t.Fatalf("not well formed: %v\n%s", err, svg)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			a := map[string]string{}
			for _, at := range tok.Attr {
				a[at.Name.Local] = at.Value
			}
			if id := a["id"]; id != "" && ids[id] {
				t.Errorf("id %s twice", id)
			} else {
				ids[id] = true
			}
			for name, v := range a {
				if strings.Contains(v, "NaN") || strings.Contains(v, "Inf") && name != "aria-label" {
					t.Errorf("%s has %s=%q", tok.Name.Local, name, v)
				}
			}
			f := func(name string) float64 { v, _ := strconv.ParseFloat(a[name], 64); return v }
			class := " " + a["class"] + " "
			switch tok.Name.Local {
			case "svg":
				v := strings.Fields(a["viewBox"])
				if len(v) == 4 {
					w, _ := strconv.ParseFloat(v[2], 64)
					h, _ := strconv.ParseFloat(v[3], 64)
					view = box{0, 0, w, h}
				}
				if a["role"] != "img" || a["aria-label"] == "" {
					t.Error("no role or label")
				}
			case "text":
				in = &svgText{x: f("x"), y: f("y"), class: a["class"], anchor: map[string]anchor{"middle": middle, "end": end}[a["text-anchor"]]}
			case "title":
				title = true
			case "circle":
				obstacles = append(obstacles, obstacle{what: "circle" + class, box: box{f("cx") - f("r"), f("cy") - f("r"), f("cx") + f("r"), f("cy") + f("r")}})
			case "rect":
				if class == " plate " {
					obstacles = append(obstacles, obstacle{what: "plate", box: box{f("x"), f("y"), f("x") + f("width"), f("y") + f("height")}})
				}
				if strings.Contains(class, " m ") || strings.Contains(class, " bar ") {
					obstacles = append(obstacles, obstacle{what: "rect" + class, box: box{f("x"), f("y"), f("x") + f("width"), f("y") + f("height")}})
				}
			case "path":
				for _, c := range []string{" ln ", " sla ", " ident ", " ci ", " lim ", " limline ", " ref ", " m ", " axis "} {
					if strings.Contains(class, c) {
						obstacles = append(obstacles, obstacle{what: "path" + class, line: pathPoints(a["d"])})
						break
					}
				}
			}
		case xml.EndElement:
			switch tok.Name.Local {
			case "text":
				texts = append(texts, *in)
				in = nil
			case "title":
				title = false
			}
		case xml.CharData:
			if in != nil && !title {
				in.s += string(tok)
			}
		}
	}
}

// pathPoints reads the points of a path of M and L commands.
func pathPoints(d string) []xy {
	var pts []xy
	for _, p := range strings.FieldsFunc(d, func(r rune) bool { return r == 'M' || r == 'L' || r == 'Z' }) {
		v := strings.Fields(p)
		if len(v) < 2 {
			continue
		}
		x, _ := strconv.ParseFloat(v[0], 64)
		y, _ := strconv.ParseFloat(v[1], 64)
		pts = append(pts, xy{x, y})
	}
	return pts
}

func textsOf(t *testing.T, svg []byte) []svgText {
	texts, _, _ := parseSVG(t, svg)
	return texts
}

// checkLayout fails when, at that text size, two texts overlap, a text leaves
// the figure, or a text touches a mark or a line. Text on a plate covers what
// is below it on purpose.
func checkLayout(t *testing.T, svg []byte, size float64) {
	t.Helper()
	texts, obstacles, view := parseSVG(t, svg)
	var boxes []box
	var names []string
	for _, e := range texts {
		hidden := strings.HasSuffix(" "+e.class, " w")
		if hidden && size == sizeNarrow {
			continue
		}
		b := textBox(e.x, e.y, e.anchor, e.s, size, isBold(class(strings.TrimSuffix(e.class, " w"))))
		if !b.inside(view.grow(1)) {
			t.Errorf("%q leaves the figure at size %v: %v in %v", e.s, size, b, view)
		}
		for i, o := range boxes {
			if b.overlaps(o) {
				t.Errorf("%q touches %q at size %v", e.s, names[i], size)
			}
		}
		boxes, names = append(boxes, b), append(names, e.s)
		if strings.HasPrefix(e.class, "inv") || strings.HasPrefix(e.class, "an") && e.class != "an b" || onPlate(obstacles, b) {
			continue // inside a bar, or on a ground of its own
		}
		for _, o := range obstacles {
			if o.what != "plate" && o.line == nil && b.overlaps(o.box) {
				t.Errorf("%q touches %s at size %v", e.s, o.what, size)
			}
			for k := 1; k < len(o.line); k++ {
				if crosses(b, o.line[k-1], o.line[k]) {
					t.Errorf("%q is crossed by %s at size %v", e.s, o.what, size)
					break
				}
			}
		}
	}
}

// onPlate says whether a text stands on a plate.
func onPlate(obstacles []obstacle, b box) bool {
	for _, o := range obstacles {
		if o.what == "plate" && b.inside(o.box) {
			return true
		}
	}
	return false
}

// crosses says whether a segment runs through a box (Liang and Barsky).
func crosses(b box, p, q xy) bool {
	t0, t1 := 0.0, 1.0
	clip := func(d, e float64) bool { // d*t <= e
		switch {
		case d == 0:
			return e >= 0
		case d < 0:
			t0 = math.Max(t0, e/d)
		default:
			t1 = math.Min(t1, e/d)
		}
		return t0 <= t1
	}
	dx, dy := q.x-p.x, q.y-p.y
	return clip(-dx, p.x-b.x0) && clip(dx, b.x1-p.x) && clip(-dy, p.y-b.y0) && clip(dy, b.y1-p.y)
}

func TestCrosses(t *testing.T) {
	b := box{0, 0, 10, 10}
	for _, c := range []struct {
		p, q xy
		want bool
	}{
		{xy{-5, 5}, xy{15, 5}, true}, {xy{-5, 11}, xy{15, 11}, false}, {xy{-5, 4}, xy{4, -5}, false}, {xy{-5, 6}, xy{6, -5}, true},
		{xy{2, 2}, xy{3, 3}, true}, {xy{12, -1}, xy{12, 20}, false},
	} {
		if got := crosses(b, c.p, c.q); got != c.want {
			t.Errorf("%v to %v: %v", c.p, c.q, got)
		}
	}
}

// TestLayout: at 11.5 px as at 14 px no text touches another, a mark or a
// line, in every figure of the goldens. Wide figures scroll on narrow screens
// and keep the smaller text.
func TestLayout(t *testing.T) {
	for _, c := range plotCases() {
		t.Run(c.name, func(t *testing.T) {
			svg := drawCase(t, c, false)
			checkLayout(t, svg, sizeWide)
			if !strings.Contains(string(svg[:40]), "wide") {
				checkLayout(t, svg, sizeNarrow)
			}
			narrow := drawCase(t, c, true)
			checkLayout(t, narrow, sizeNarrow)
			if strings.Contains(string(narrow), ` w">`) {
				t.Error("a narrow figure holds labels that do not fit")
			}
		})
	}
}

// TestFacetPanels: panels are figures of their own and lie as well.
func TestFacetPanels(t *testing.T) {
	for _, c := range plotCases() {
		if c.spec.Facet == "" {
			continue
		}
		f, err := newFigure(&c.spec, c.data, PlotOptions{Methods: methodsOf(c)})
		if err != nil {
			t.Fatal(err)
		}
		panels := f.panels()
		if len(panels) != 4 {
			t.Fatalf("%d panels, want 4", len(panels))
		}
		var ticks []string
		for _, svg := range panels {
			checkLayout(t, svg, sizeNarrow)
			var s string
			for _, e := range textsOf(t, svg) {
				if e.class == "tk" {
					s += e.s + " "
				}
			}
			ticks = append(ticks, s)
		}
		for _, s := range ticks[1:] {
			if s != ticks[0] {
				t.Errorf("panels do not share their axes: %q and %q", ticks[0], s)
			}
		}
	}
}

// TestPanelsStandLevel: a panel whose series has no room for its name gets a
// legend, and the panels beside it the same room, so that axes stand level.
func TestPanelsStandLevel(t *testing.T) {
	var all [][]any
	for i := range 30 {
		for _, x := range []int{1, 2, 3} {
			all = append(all, []any{"full", "a long name of series " + grouplessInt(i), x, 10 + float64(i)})
		}
	}
	all = append(all, []any{"bare", "one", 1, 10.0}, []any{"bare", "one", 3, 10.1})
	spec := notebook.PlotSpec{Kind: "line", X: "x", Y: "y", By: "name", Facet: "facet", YLabel: "ITL [ms]"}
	f, err := newFigure(&spec, rows("facet name x y", all...), PlotOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var first []float64
	for _, svg := range f.panels() {
		for _, e := range textsOf(t, svg) {
			if e.class == "tk" && e.anchor == end {
				first = append(first, e.y)
				break
			}
		}
	}
	if len(first) != 2 || first[0] != first[1] {
		t.Errorf("the lowest ticks stand at %v", first)
	}
	if f.minLegend == 0 {
		t.Error("no panel needed a legend, so nothing was tested")
	}
}

// TestStandalone: an SVG file brings its style and stays well formed.
func TestStandalone(t *testing.T) {
	for _, c := range plotCases() {
		spec := c.spec
		svg, err := Plot(&spec, c.data, PlotOptions{Name: c.name, Methods: methodsOf(c), Standalone: true})
		if err != nil {
			t.Fatal(err)
		}
		parseSVG(t, svg)
		for _, want := range []string{`xmlns="http://www.w3.org/2000/svg"`, "<style>", "prefers-color-scheme:dark", `id="hatch"`, `id="` + c.name + `"`} {
			if !strings.Contains(string(svg), want) {
				t.Errorf("%s: no %s", c.name, want)
			}
		}
	}
}
