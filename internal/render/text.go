package render

import (
	"strings"
	"sync"

	stdfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// Text is shown at 11.5 px on wide screens and at 14 px on narrow ones, where
// the same figure is scaled down. Figures are laid out for the larger size, so
// that what fits then fits always; a label that only fits at the smaller size
// carries the class w and is left out on narrow screens.
const (
	sizeWide   = 11.5
	sizeNarrow = 14
)

// Share of the font size above and below the baseline that ink reaches in
// Liberation Sans: digits and capitals up, descenders down.
const (
	ascent  = .75
	descent = .22
)

// advances holds glyph advances of Liberation Sans, which are Arial's and
// Helvetica's, in thousandths of the font size.
type advances struct {
	once  sync.Once
	bold  bool
	latin [0x250]uint16
	mu    sync.Mutex
	other map[rune]uint16
	face  font.Face
}

var (
	regularAdvances = &advances{}
	boldAdvances    = &advances{bold: true}
)

func (a *advances) load() {
	f := font.Font{Typeface: "Liberation", Variant: "Sans"}
	if a.bold {
		f.Weight = stdfont.WeightBold
	}
	a.face = font.DefaultCache.Lookup(f, 10)
	a.other = map[rune]uint16{}
	var buf sfnt.Buffer
	for r := range a.latin {
		a.latin[r] = a.measure(&buf, rune(r))
	}
}

func (a *advances) measure(buf *sfnt.Buffer, r rune) uint16 {
	i, err := a.face.Face.GlyphIndex(buf, r)
	if err != nil || i == 0 {
		switch {
		case r == 0x202f: // narrow no-break space
			return 200
		case r >= 0x2070 && r <= 0x207f: // superscripts
			return 420
		case r >= 0x1100: // East Asian and symbols: a full square
			return 1000
		}
		return 600
	}
	w, err := a.face.Face.GlyphAdvance(buf, i, fixed.Int26_6(1000<<6), stdfont.HintingNone)
	if err != nil {
		return 600
	}
	return uint16(w >> 6)
}

func (a *advances) of(r rune) uint16 {
	if r >= 0 && int(r) < len(a.latin) {
		return a.latin[r]
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	w, ok := a.other[r]
	if !ok {
		var buf sfnt.Buffer
		w = a.measure(&buf, r)
		if len(a.other) < 4096 {
			a.other[r] = w
		}
	}
	return w
}

// textWidth returns the width of s at the given font size. Kerning is left
// out, which makes it an upper bound for all but a few pairs.
func textWidth(s string, size float64, bold bool) float64 {
	a := regularAdvances
	if bold {
		a = boldAdvances
	}
	a.once.Do(a.load)
	sum := 0
	for _, r := range s {
		sum += int(a.of(r))
	}
	return float64(sum) * size / 1000
}

// isBold says whether the style sheet sets texts of this class in bold.
func isBold(cls class) bool { return strings.HasSuffix(string(cls), "t") && cls != "axt" }

// shorten cuts s to the width by an ellipsis; the beginning and the end stay,
// because long names tend to differ there.
func shorten(s string, size, width float64) string {
	if textWidth(s, size, false) <= width {
		return s
	}
	r := []rune(s)
	for keep := len(r) - 1; keep > 2; keep-- {
		tail := keep / 3
		t := string(r[:keep-tail]) + "…" + string(r[len(r)-tail:])
		if textWidth(t, size, false) <= width {
			return t
		}
	}
	return "…"
}

// box is a rectangle in SVG coordinates.
type box struct{ x0, y0, x1, y1 float64 }

func (b box) grow(d float64) box { return box{b.x0 - d, b.y0 - d, b.x1 + d, b.y1 + d} }

func (b box) overlaps(o box) bool {
	return b.x0 < o.x1 && o.x0 < b.x1 && b.y0 < o.y1 && o.y0 < b.y1
}

func (b box) inside(o box) bool {
	return b.x0 >= o.x0 && b.x1 <= o.x1 && b.y0 >= o.y0 && b.y1 <= o.y1
}

// textBox returns the box that a text covers with its baseline at y.
func textBox(x, y float64, a anchor, s string, size float64, bold bool) box {
	w := textWidth(s, size, bold)
	switch a {
	case middle:
		x -= w / 2
	case end:
		x -= w
	}
	return box{x, y - ascent*size, x + w, y + descent*size}
}

// handler is the text.Handler that axes write through. It measures with the
// table above and writes anchored text, so that a viewer's other font moves
// nothing out of place. Boxes of what it wrote are kept in taken.
type handler struct {
	c     *canvas
	taken func(box)
	full  map[string]string // shortened text -> whole text
}

var _ text.Handler = handler{}

// Cache implements text.Handler.
func (handler) Cache() *font.Cache { return font.DefaultCache }

// Extents implements text.Handler. The descent is left out: gonum adds it to
// positions, and Draw here places the baseline itself.
func (handler) Extents(f font.Font) font.Extents {
	return font.Extents{Ascent: ascent * f.Size, Height: ascent * f.Size}
}

// Lines implements text.Handler.
func (handler) Lines(s string) []string { return strings.Split(s, "\n") }

// Box implements text.Handler.
func (handler) Box(s string, f font.Font) (w, h, d vg.Length) {
	return vg.Length(textWidth(s, float64(f.Size), false)), ascent * f.Size, (1 - ascent) * f.Size
}

// Draw implements text.Handler.
func (h handler) Draw(_ vg.Canvas, s string, sty text.Style, p vg.Point) {
	cls, _ := sty.Color.(class)
	size := float64(sty.Font.Size)
	x, y := h.c.at(p)
	lines := h.Lines(s)
	n := float64(len(lines))
	switch sty.YAlign {
	case text.YTop:
		y += ascent*size + 4
	case text.YCenter:
		y += 4 - size*(n-1)/2 // digits are centred at the size they are shown
	default:
		y += (ascent - n) * size
	}
	a := start
	switch sty.XAlign {
	case text.XCenter:
		a = middle
	case text.XRight:
		a = end
	}
	for _, line := range lines {
		if line != "" {
			h.c.text(x, y, a, cls, line, h.full[line])
			h.taken(textBox(x, y, a, line, size, false))
		}
		y += size
	}
}
