package render

import (
	_ "embed"
	"strconv"
)

//go:embed plot.css
var plotCSS string

//go:embed color.css
var colorCSS string

// standaloneAttrs makes an SVG element a document.
func standaloneAttrs(name string, w, h float64) string {
	id := ""
	if name != "" {
		id = ` id="` + slug(name) + `"`
	}
	return id + ` xmlns="http://www.w3.org/2000/svg" width="` + strconv.FormatFloat(w, 'f', -1, 64) + `" height="` + string(appendCoord(nil, h)) + `"`
}

// standaloneStyle is the style sheet of an SVG that is a file of its own: the
// same rules as in the page, on paper of its own.
func standaloneStyle(narrow bool) string {
	size := ""
	if narrow {
		size = "svg.fig text{font-size:14px}svg .axt{font-size:14px}"
	}
	return "<defs>" + hatchPattern + "</defs>\n<style>" + colorCSS + plotCSS +
		`svg{font-family:"Helvetica Neue",Helvetica,Arial,"Liberation Sans",sans-serif;font-variant-numeric:tabular-nums;background:var(--paper)}` + size + "</style>\n"
}

const hatchPattern = `<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="var(--wash)"/><path d="M0 0V6" stroke="var(--rule)" stroke-width="2"/></pattern>`
