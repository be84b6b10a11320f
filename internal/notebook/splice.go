package notebook

import (
	"strings"

	"github.com/profreport/profreport/internal/format"
)

// splice writes the author's bytes with the values in place of the braces.
func (p *Prose) splice(b *strings.Builder) {
	pos := 0
	skip := func(to int) { // writes up to an offset, without what was cut
		for _, c := range p.Cuts {
			if c[0] >= pos && c[0] < to {
				b.Write(p.Source[pos:c[0]])
				pos = min(c[1], to)
			}
		}
		if to > pos {
			b.Write(p.Source[pos:to])
			pos = to
		}
	}
	for _, in := range p.Inlines {
		if in.From < pos || cut(p.Cuts, in.From) {
			continue
		}
		skip(in.From)
		b.WriteString(in.markdown())
		pos = in.To
	}
	skip(len(p.Source))
}

func cut(cuts [][2]int, at int) bool {
	for _, c := range cuts {
		if at >= c[0] && at < c[1] {
			return true
		}
	}
	return false
}

// markdown writes a value so that it reads as text.
func (in *Inline) markdown() string {
	switch {
	case in.Err != nil:
		return "**error**"
	case in.Unknown:
		return "*" + Missing + "*"
	}
	text := format.Markdown(in.Text)
	if strings.IndexByte("#>+-=", (text + " ")[0]) >= 0 {
		text = `\` + text // at the start of a line it would be more than text
	}
	return text
}
