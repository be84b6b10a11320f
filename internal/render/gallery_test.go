package render

import (
	"os"
	"strings"
	"testing"
)

// TestGallery writes all figures on one page, to be looked at, when
// PROFREPORT_GALLERY names a file.
func TestGallery(t *testing.T) {
	path := os.Getenv("PROFREPORT_GALLERY")
	if path == "" {
		t.Skip("PROFREPORT_GALLERY names no file")
	}
	var b strings.Builder
	b.WriteString(`<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><style>` + colorCSS + plotCSS +
		`body{margin:16px;background:var(--paper);color:var(--ink);font:15px/1.5 "Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif}
.g{display:grid;grid-template-columns:repeat(2,minmax(0,520px));gap:20px 40px}.w{grid-column:1/-1}@media (max-width:760px){.g{grid-template-columns:minmax(0,1fr)}svg.fig text{font-size:14px}svg text.axt{font-size:14px}svg text.w{display:none}}</style><svg width="0" height="0" style="position:absolute"><defs>` + hatchPattern + `</defs></svg><div class="g">`)
	for _, c := range plotCases() {
		svg, err := Plot(&c.spec, c.data, PlotOptions{Name: c.name, Methods: methodsOf(c)})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		cls := ""
		if strings.Contains(string(svg[:60]), "wide") {
			cls = "w"
		}
		b.WriteString(`<div class="` + cls + `"><b>` + c.name + "</b>" + string(svg) + "</div>")
	}
	if err := os.WriteFile(path, []byte(b.String()+"</div>"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestSamplePage writes the sample page, to be looked at, when
// PROFREPORT_SAMPLE names a file.
func TestSamplePage(t *testing.T) {
	path := os.Getenv("PROFREPORT_SAMPLE")
	if path == "" {
		t.Skip("PROFREPORT_SAMPLE names no file")
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	doc, opt := sampleDocument()
	if err := HTML(f, doc, opt); err != nil {
		t.Fatal(err)
	}
}
