package render

import (
	"strconv"
	"unicode/utf8"
)

// out is a growing buffer of HTML. It is a goldmark BufWriter too, so that
// prose goes into it directly.
type out struct{ b []byte }

// Write implements io.Writer.
func (o *out) Write(p []byte) (int, error) { o.b = append(o.b, p...); return len(p), nil }

// WriteString implements util.BufWriter.
func (o *out) WriteString(s string) (int, error) { o.b = append(o.b, s...); return len(s), nil }

// WriteByte implements util.BufWriter.
func (o *out) WriteByte(c byte) error { o.b = append(o.b, c); return nil }

// WriteRune implements util.BufWriter.
func (o *out) WriteRune(r rune) (int, error) {
	n := len(o.b)
	o.b = utf8.AppendRune(o.b, r)
	return len(o.b) - n, nil
}

// Available implements util.BufWriter.
func (o *out) Available() int { return cap(o.b) - len(o.b) }

// Buffered implements util.BufWriter.
func (o *out) Buffered() int { return len(o.b) }

// Flush implements util.BufWriter.
func (o *out) Flush() error { return nil }

// raw appends markup.
func (o *out) raw(parts ...string) {
	for _, s := range parts {
		o.b = append(o.b, s...)
	}
}

// text appends text, escaped for content and attributes.
func (o *out) text(s string) { o.b = appendEscaped(o.b, s) }

func (o *out) int(n int) { o.b = strconv.AppendInt(o.b, int64(n), 10) }

// attr appends a name="value" pair.
func (o *out) attr(name, value string) {
	o.raw(" ", name, `="`)
	o.text(value)
	o.raw(`"`)
}
