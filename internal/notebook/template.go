package notebook

import (
	"strings"
)

// template is text of an option with `{{ expr }}` in it.
type template struct {
	source span
	parts  []templatePart
	to     *string // where the filled text goes
}

// templatePart is literal text, or an expression.
type templatePart struct {
	literal    string
	from, stop int // range in the source's text
	span       *span
	expr       *expression
}

// newTemplate cuts a text into parts. msg says what is wrong with it.
func newTemplate(s span, to *string) (t *template, msg string) {
	t = &template{source: s, to: to}
	*to = s.text
	pos := 0
	for {
		i := findBraces(s.text, pos)
		if i < 0 {
			t.parts = append(t.parts, templatePart{literal: s.text[pos:], from: pos, stop: len(s.text)})
			return t, ""
		}
		var b braces
		n := b.close([]byte(s.text[i+2:]))
		if n < 0 {
			return nil, "{{ is never closed by }}"
		}
		if i > pos {
			t.parts = append(t.parts, templatePart{literal: s.text[pos:i], from: pos, stop: i})
		}
		inner := s.after(i + 2)
		inner.text, inner.start, inner.end = inner.text[:n-2], s.offset(i), s.offset(i+2+n)
		if word := keyword(inner.text); word != "" {
			return nil, "{{ " + word + " }} can't stand in an option; write {{ condition ? this : that }}"
		}
		pos = i + 2 + n
		t.parts = append(t.parts, templatePart{from: i, stop: pos, span: &inner})
	}
}

// findBraces finds the next `{{` that is not in a code span.
func findBraces(text string, from int) int {
	code := false
	for i := from; i < len(text); i++ {
		switch {
		case text[i] == '`':
			code = !code && strings.IndexByte(text[i+1:], '`') >= 0
		case text[i] == '\\':
			i++
		case !code && strings.HasPrefix(text[i:], "{{"):
			return i
		}
	}
	return -1
}

// each calls f with every expression's span.
func (t *template) each(f func(span)) {
	for _, p := range t.parts {
		if p.span != nil {
			f(*p.span)
		}
	}
}
