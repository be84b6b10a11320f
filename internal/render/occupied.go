package render

import "math"

// cell is the side of a cell of the occupancy map, in SVG units.
const cell = 2

// occupied remembers what parts of a figure are drawn on, so that labels can
// be put where nothing is. It is a bitmap: a cell is taken when anything
// touches it, hence a free place is really free, whatever has been drawn.
type occupied struct {
	w, h int
	bits []bool
}

func newOccupied(w, h float64) *occupied {
	o := &occupied{w: int(w/cell) + 1, h: int(h/cell) + 1}
	o.bits = make([]bool, o.w*o.h)
	return o
}

func clampInt(v, lo, hi int) int { return max(lo, min(v, hi)) }

func (o *occupied) cells(b box) (x0, y0, x1, y1 int) {
	x0 = clampInt(int(math.Floor(b.x0/cell)), 0, o.w)
	y0 = clampInt(int(math.Floor(b.y0/cell)), 0, o.h)
	x1 = clampInt(int(math.Floor(b.x1/cell))+1, 0, o.w)
	y1 = clampInt(int(math.Floor(b.y1/cell))+1, 0, o.h)
	return
}

// take marks a box.
func (o *occupied) take(b box) {
	x0, y0, x1, y1 := o.cells(b)
	for y := y0; y < y1; y++ {
		for x := x0; x < x1; x++ {
			o.bits[y*o.w+x] = true
		}
	}
}

// line marks a line of about 2 units' width.
func (o *occupied) line(pts []xy) {
	for i := 1; i < len(pts); i++ {
		a, b := pts[i-1], pts[i]
		n := math.Ceil(math.Max(math.Abs(b.x-a.x), math.Abs(b.y-a.y)) / (cell / 2))
		if n > 4*float64(o.w+o.h) {
			n = 4 * float64(o.w+o.h)
		}
		for k := 0.0; k <= n; k++ {
			t := k / math.Max(n, 1)
			x, y := a.x+(b.x-a.x)*t, a.y+(b.y-a.y)*t
			o.take(box{x - 1, y - 1, x + 1, y + 1})
		}
	}
}

// free says whether nothing is drawn in the box.
func (o *occupied) free(b box) bool {
	x0, y0, x1, y1 := o.cells(b)
	for y := y0; y < y1; y++ {
		row := o.bits[y*o.w : (y+1)*o.w]
		for x := x0; x < x1; x++ {
			if row[x] {
				return false
			}
		}
	}
	return true
}
