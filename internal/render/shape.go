package render

import "strings"

// anchor says which end of a text its x belongs to.
type anchor int

const (
	start anchor = iota
	middle
	end
)

// element is what marks and cells share: classes, a tooltip and a key that
// ties marks of one configuration together across figures. All are optional.
type element struct {
	class string
	title string
	key   string
}

func (c *canvas) openPath(cls string) {
	c.buf = append(c.buf, `<path class="`...)
	c.buf = append(c.buf, cls...)
	c.buf = append(c.buf, `" d="`...)
}

// finish closes the open tag name, with a tooltip inside where there is one.
func (c *canvas) finish(name string, e element) {
	if e.key != "" {
		c.buf = append(c.buf, ` data-k="`...)
		c.buf = appendEscaped(c.buf, e.key)
		c.buf = append(c.buf, '"')
	}
	if e.title == "" {
		c.buf = append(c.buf, "/>\n"...)
		return
	}
	c.buf = append(c.buf, "><title>"...)
	c.buf = appendEscaped(c.buf, e.title)
	c.buf = append(c.buf, "</title></"...)
	c.buf = append(c.buf, name...)
	c.buf = append(c.buf, ">\n"...)
}

func (c *canvas) attr(name string, v float64) {
	c.buf = append(c.buf, ' ')
	c.buf = append(c.buf, name...)
	c.buf = append(c.buf, `="`...)
	c.buf = appendCoord(c.buf, v)
	c.buf = append(c.buf, '"')
}

// xy is a point in SVG coordinates.
type xy struct{ x, y float64 }

// line draws a path through the points; closed ones are filled by their class.
func (c *canvas) line(cls string, pts []xy, closed bool) {
	if len(pts) == 0 {
		return
	}
	c.openPath(cls)
	cmd := byte('M')
	for _, p := range pts {
		c.to(cmd, p.x, p.y)
		cmd = 'L'
	}
	if closed {
		c.buf = append(c.buf, 'Z')
	}
	c.buf = append(c.buf, "\"/>\n"...)
}

func (c *canvas) seg(cls string, x0, y0, x1, y1 float64) {
	c.line(cls, []xy{{x0, y0}, {x1, y1}}, false)
}

func (c *canvas) rect(e element, x, y, w, h float64) {
	c.buf = append(c.buf, `<rect class="`...)
	c.buf = append(c.buf, e.class...)
	c.buf = append(c.buf, '"')
	c.attr("x", x)
	c.attr("y", y)
	c.attr("width", w)
	c.attr("height", h)
	c.finish("rect", e)
}

// text writes one line of text with its baseline at y. full is the tooltip of
// a shortened text, or empty.
func (c *canvas) text(x, y float64, a anchor, cls class, s, full string) {
	c.buf = append(c.buf, "<text"...)
	c.attr("x", x)
	c.attr("y", y)
	c.buf = append(c.buf, ` class="`...)
	c.buf = append(c.buf, cls...)
	c.buf = append(c.buf, '"')
	switch a {
	case middle:
		c.buf = append(c.buf, ` text-anchor="middle"`...)
	case end:
		c.buf = append(c.buf, ` text-anchor="end"`...)
	}
	c.buf = append(c.buf, '>')
	c.buf = appendEscaped(c.buf, s)
	if full != "" {
		c.buf = append(c.buf, "<title>"...)
		c.buf = appendEscaped(c.buf, full)
		c.buf = append(c.buf, "</title>"...)
	}
	c.buf = append(c.buf, "</text>\n"...)
}

// The shapes of marks, in the order in which series take them.
const (
	circle = iota
	square
	triangle
	diamond
	cross
	triangleDown
	plus
	hexagon
	shapes
)

// outlines holds the corners of each shape but the circle for radius 1. Sizes
// are set by eye so that all shapes weigh about the same.
var outlines = [shapes][]xy{
	square:       {{-.9, -.9}, {.9, -.9}, {.9, .9}, {-.9, .9}},
	triangle:     {{0, -1.25}, {1.1, .8}, {-1.1, .8}},
	diamond:      {{0, -1.3}, {1.3, 0}, {0, 1.3}, {-1.3, 0}},
	cross:        {{-1.1, -.6}, {-.6, -1.1}, {0, -.5}, {.6, -1.1}, {1.1, -.6}, {.5, 0}, {1.1, .6}, {.6, 1.1}, {0, .5}, {-.6, 1.1}, {-1.1, .6}, {-.5, 0}},
	triangleDown: {{0, 1.25}, {1.1, -.8}, {-1.1, -.8}},
	plus:         {{-.4, -1.3}, {.4, -1.3}, {.4, -.4}, {1.3, -.4}, {1.3, .4}, {.4, .4}, {.4, 1.3}, {-.4, 1.3}, {-.4, .4}, {-1.3, .4}, {-1.3, -.4}, {-.4, -.4}},
	hexagon:      {{-1.15, 0}, {-.6, -1}, {.6, -1}, {1.15, 0}, {.6, 1}, {-.6, 1}},
}

// mark draws one data point.
func (c *canvas) mark(shape int, e element, x, y, r float64) {
	switch shape {
	case circle:
		c.buf = append(c.buf, `<circle class="`...)
		c.buf = append(c.buf, e.class...)
		c.buf = append(c.buf, '"')
		c.attr("cx", x)
		c.attr("cy", y)
		c.attr("r", r)
		c.finish("circle", e)
	case square:
		s := r * .9
		c.rect(e, x-s, y-s, 2*s, 2*s)
	default:
		c.openPath(e.class)
		cmd := byte('M')
		for _, p := range outlines[shape] {
			c.to(cmd, x+p.x*r, y+p.y*r)
			cmd = 'L'
		}
		c.buf = append(c.buf, `Z"`...)
		c.finish("path", e)
	}
}

// open starts the document; body is closed by shut. label is what a screen
// reader says: the finding, not the axes.
func svgOpen(w, h float64, cls, label, attrs string) []byte {
	b := append([]byte(nil), `<svg class="`...)
	b = append(b, strings.TrimSpace("fig "+cls)...)
	b = append(b, `" viewBox="0 0 `...)
	b = appendCoord(b, w)
	b = append(b, ' ')
	b = appendCoord(b, h)
	b = append(b, `" role="img" aria-label="`...)
	b = appendEscaped(b, label)
	b = append(b, '"')
	b = append(b, attrs...)
	return append(b, ">\n"...)
}
