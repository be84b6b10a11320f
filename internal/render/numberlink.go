package render

import (
	"regexp"
	"strings"
	"sync"

	"github.com/profreport/profreport/internal/notebook"
)

// aNumber finds a number with its sign, thousands and unit where a word could
// begin: "90.5 %" and "8 224 tokens", not the 2 of "TP=2".
var aNumber = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(^|[\s(\[±≤≥<>~])([+−-]?(?:\d{1,3}(?:[ \x{202f}]\d{3})+|\d+)(?:\.\d+)?(?:[ \x{202f}\x{a0}](?:%|(?:ms|s|min|h|tokens|requests|GPU-hours)\b))?)`)
})

// wholeLink is how long a text may be to be one link; in a sentence only the
// numbers are.
const wholeLink = 24

// linkNumbers writes a value so that its numbers lead to the SQL behind them.
// A sentence that a query wrote would else be one long link.
func (p *page) linkNumbers(o *out, in *notebook.Inline, to string) {
	link := func(s string) {
		o.raw(`<a class="q"`)
		o.attr("href", to)
		o.raw(">")
		o.text(s)
		o.raw("</a>")
	}
	if _, text := in.Value.(string); !text || len(in.Text) <= wholeLink && strings.ContainsAny(in.Text, "0123456789") {
		link(in.Text)
		return
	}
	done := 0
	for _, m := range aNumber().FindAllStringSubmatchIndex(in.Text, -1) {
		from, end := m[4], m[5]
		if end < len(in.Text) && (isWordByte(in.Text[end]) || strings.IndexByte("=@-:/", in.Text[end]) >= 0) {
			continue // 3D, 2=2, 2026-01-05, 12:30
		}
		o.text(in.Text[done:from])
		link(in.Text[from:end])
		done = end
	}
	o.text(in.Text[done:])
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
