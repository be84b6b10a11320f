package render

import (
	"image"
	"image/color"
	"math"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// class is a list of CSS classes that travels through gonum/plot as a colour.
// Style sheets give it a colour, so the SVG carries none.
type class string

// RGBA implements color.Color. Nothing reads the colour.
func (class) RGBA() (r, g, b, a uint32) { return 0, 0, 0, 0xffff }

// canvas implements vg.Canvas and writes SVG, one element a line, with one
// decimal in coordinates. vg's origin is bottom left, SVG's is top left; the
// methods that are ours (mark, rect, text) take SVG coordinates.
type canvas struct {
	buf   []byte
	h     float64 // height, for turning y over
	state state
	stack []state
}

type state struct {
	class class
	width vg.Length
	// a point (x, y) is drawn at (a*x + b*y + e, c*x + d*y + f)
	a, b, c, d, e, f float64
}

func newCanvas(h float64) *canvas {
	return &canvas{h: h, buf: make([]byte, 0, 8<<10), state: state{width: 1, a: 1, d: 1}}
}

// SetLineWidth implements vg.Canvas. Widths come from the style sheet; only
// whether the line is drawn at all counts.
func (c *canvas) SetLineWidth(w vg.Length) { c.state.width = w }

// SetLineDash implements vg.Canvas. Dashes come from the style sheet.
func (c *canvas) SetLineDash([]vg.Length, vg.Length) {}

// SetColor implements vg.Canvas. The colour is a class of ours; any other
// colour is drawn without one.
func (c *canvas) SetColor(col color.Color) {
	c.state.class, _ = col.(class)
}

// Rotate implements vg.Canvas.
func (c *canvas) Rotate(rad float64) {
	sin, cos := math.Sincos(rad)
	s := &c.state
	s.a, s.b, s.c, s.d = s.a*cos+s.b*sin, s.b*cos-s.a*sin, s.c*cos+s.d*sin, s.d*cos-s.c*sin
}

// Translate implements vg.Canvas.
func (c *canvas) Translate(p vg.Point) {
	s := &c.state
	s.e += s.a*float64(p.X) + s.b*float64(p.Y)
	s.f += s.c*float64(p.X) + s.d*float64(p.Y)
}

// Scale implements vg.Canvas.
func (c *canvas) Scale(x, y float64) {
	s := &c.state
	s.a, s.b, s.c, s.d = s.a*x, s.b*y, s.c*x, s.d*y
}

// Push implements vg.Canvas.
func (c *canvas) Push() { c.stack = append(c.stack, c.state) }

// Pop implements vg.Canvas.
func (c *canvas) Pop() {
	c.state = c.stack[len(c.stack)-1]
	c.stack = c.stack[:len(c.stack)-1]
}

// at returns the SVG coordinates of a point of vg's.
func (c *canvas) at(p vg.Point) (x, y float64) {
	s := &c.state
	x = s.a*float64(p.X) + s.b*float64(p.Y) + s.e
	y = s.c*float64(p.X) + s.d*float64(p.Y) + s.f
	return x, c.h - y
}

// Stroke implements vg.Canvas.
func (c *canvas) Stroke(p vg.Path) {
	if c.state.width > 0 {
		c.vgPath(p)
	}
}

// Fill implements vg.Canvas.
func (c *canvas) Fill(p vg.Path) { c.vgPath(p) }

func (c *canvas) vgPath(p vg.Path) {
	if len(p) == 0 {
		return
	}
	c.openPath(string(c.state.class))
	for _, k := range p {
		switch k.Type {
		case vg.MoveComp:
			c.pair('M', k.Pos)
		case vg.LineComp:
			c.pair('L', k.Pos)
		case vg.ArcComp:
			c.arc(k)
		case vg.CurveComp:
			cmd := byte('Q')
			if len(k.Control) == 2 {
				cmd = 'C'
			}
			for _, q := range k.Control {
				c.pair(cmd, q)
				cmd = ' '
			}
			c.pair(' ', k.Pos)
		case vg.CloseComp:
			c.buf = append(c.buf, 'Z')
		}
	}
	c.buf = append(c.buf, "\"/>\n"...)
}

// arc draws an arc as two halves, which is also right for a full circle.
func (c *canvas) arc(k vg.PathComp) {
	point := func(angle float64) vg.Point {
		sin, cos := math.Sincos(angle)
		return vg.Point{X: k.Pos.X + k.Radius*vg.Length(cos), Y: k.Pos.Y + k.Radius*vg.Length(sin)}
	}
	cmd := byte('L')
	if n := len(c.buf); n > 0 && c.buf[n-1] == '"' {
		cmd = 'M'
	}
	c.pair(cmd, point(k.Start))
	sweep := byte('0') // counter-clockwise in vg is counter-clockwise on screen
	if k.Angle < 0 {
		sweep = '1'
	}
	for _, a := range []float64{k.Start + k.Angle/2, k.Start + k.Angle} {
		c.buf = append(c.buf, 'A')
		c.buf = appendCoord(c.buf, float64(k.Radius))
		c.buf = append(c.buf, ' ')
		c.buf = appendCoord(c.buf, float64(k.Radius))
		c.buf = append(c.buf, " 0 0 "...)
		c.buf = append(c.buf, sweep)
		c.pair(' ', point(a))
	}
}

func (c *canvas) pair(cmd byte, p vg.Point) {
	x, y := c.at(p)
	c.to(cmd, x, y)
}

// FillString implements vg.Canvas. Text goes through textHandler, which knows
// how it is anchored; this is the fallback for plotters that write directly.
func (c *canvas) FillString(_ font.Face, p vg.Point, s string) {
	x, y := c.at(p)
	c.text(x, y, start, c.state.class, s, "")
}

// DrawImage implements vg.Canvas. No plot of ours holds an image.
func (c *canvas) DrawImage(vg.Rectangle, image.Image) {}

// to appends one path command with a point in SVG coordinates.
func (c *canvas) to(cmd byte, x, y float64) {
	c.buf = append(c.buf, cmd)
	c.buf = appendCoord(c.buf, x)
	c.buf = append(c.buf, ' ')
	c.buf = appendCoord(c.buf, y)
}

// appendCoord appends v with at most one decimal: 58, 137.6, -0.5.
func appendCoord(b []byte, v float64) []byte {
	if math.IsNaN(v) || math.Abs(v) > 1e7 {
		v = 0
	}
	t := int64(math.Round(v * 10))
	if t < 0 {
		b = append(b, '-')
		t = -t
	}
	b = appendInt(b, t/10)
	if d := t % 10; d != 0 {
		b = append(b, '.', byte('0'+d))
	}
	return b
}

func appendInt(b []byte, v int64) []byte {
	if v >= 10 {
		b = appendInt(b, v/10)
	}
	return append(b, byte('0'+v%10))
}
