package notebook

import (
	"bytes"
	"strings"
)

// itemKind says what a stretch of a notebook's source is.
type itemKind int

const (
	itemText itemKind = iota
	itemCell
	itemDirective
)

// item is a stretch of whole lines of the source.
type item struct {
	kind       itemKind
	start, end int
	// Of a cell: the info string and the body.
	infoStart, infoEnd int
	bodyStart, bodyEnd int
	unclosed           bool
	// Of a directive: the text between the braces.
	exprStart, exprEnd int
}

// cellKinds are the fence languages that make a cell.
var cellKinds = []string{"sql", "table", "plot", "tiles", "listing"}

// scanner cuts a source into items, line by line. It knows as much of Markdown
// as it takes to leave code blocks and comments alone.
type scanner struct {
	src   []byte
	items []item
}

// scan cuts src[from:] into items that cover it without gaps.
func scan(src []byte, from int) []item {
	s := &scanner{src: src}
	for pos := from; pos < len(src); {
		next := s.lineEnd(pos)
		line := src[pos:next]
		char, length, info := fence(line)
		switch {
		case length > 0:
			pos = s.fence(pos, next, char, length, info)
		case bytes.HasPrefix(bytes.TrimLeft(line, " "), []byte("<!--")):
			pos = s.comment(pos)
		default:
			if d, ok := directiveLine(line); ok {
				s.items = append(s.items, item{kind: itemDirective, start: pos, end: next, exprStart: pos + d[0], exprEnd: pos + d[1]})
			} else {
				s.text(pos, next)
			}
			pos = next
		}
	}
	return s.items
}

// lineEnd returns the offset after the line that begins at pos.
func (s *scanner) lineEnd(pos int) int {
	if i := bytes.IndexByte(s.src[pos:], '\n'); i >= 0 {
		return pos + i + 1
	}
	return len(s.src)
}

// text adds a stretch of prose, joined to the one before.
func (s *scanner) text(start, end int) {
	if n := len(s.items); n > 0 && s.items[n-1].kind == itemText {
		s.items[n-1].end = end
		return
	}
	s.items = append(s.items, item{kind: itemText, start: start, end: end})
}

// fence adds the fenced block that opens with the line src[start:body].
func (s *scanner) fence(start, body int, char byte, length int, info [2]int) int {
	pos, bodyEnd, closed := body, len(s.src), false
	for pos < len(s.src) && !closed {
		next := s.lineEnd(pos)
		c, n, in := fence(s.src[pos:next])
		if c == char && n >= length && in[0] == in[1] {
			bodyEnd, closed = pos, true
		}
		pos = next
	}
	language, _, _ := strings.Cut(string(s.src[start+info[0]:start+info[1]]), " ")
	if !isCellKind(language) {
		s.text(start, pos)
		return pos
	}
	s.items = append(s.items, item{
		kind: itemCell, start: start, end: pos, unclosed: !closed,
		infoStart: start + info[0], infoEnd: start + info[1], bodyStart: body, bodyEnd: bodyEnd,
	})
	return pos
}

// comment adds an HTML comment as prose: what stands in it is not run.
func (s *scanner) comment(start int) int {
	pos := len(s.src)
	if i := bytes.Index(s.src[start:], []byte("-->")); i >= 0 {
		pos = s.lineEnd(start + i)
	}
	s.text(start, pos)
	return pos
}

func isCellKind(language string) bool {
	for _, k := range cellKinds {
		if k == language {
			return true
		}
	}
	return false
}

// fence reads a line that opens or closes a fenced block: its character, how
// many there are (0 when it is no fence), and the range of the info string.
func fence(line []byte) (char byte, length int, info [2]int) {
	indent := 0
	for indent < len(line) && line[indent] == ' ' {
		indent++
	}
	if indent > 3 || indent == len(line) || line[indent] != '`' && line[indent] != '~' {
		return 0, 0, info
	}
	char = line[indent]
	end := indent
	for end < len(line) && line[end] == char {
		end++
	}
	if end-indent < 3 {
		return 0, 0, info
	}
	from, to := end, len(line)
	for from < to && isSpace(line[from]) {
		from++
	}
	for to > from && isSpace(line[to-1]) {
		to--
	}
	if char == '`' && bytes.IndexByte(line[from:to], '`') >= 0 {
		return 0, 0, info
	}
	return char, end - indent, [2]int{from, to}
}

// directiveLine reads a line that holds nothing but one `{{ if }}`, `{{ else
// }}`, `{{ for }}` or `{{ end }}`, and returns the range between the braces.
func directiveLine(line []byte) (inner [2]int, ok bool) {
	start, end := 0, len(line)
	for start < end && line[start] == ' ' {
		start++
	}
	for end > start && isSpace(line[end-1]) {
		end--
	}
	if start > 3 || end-start < 4 || !bytes.HasPrefix(line[start:], []byte("{{")) {
		return inner, false
	}
	var b braces
	if n := b.close(line[start+2 : end]); n != end-start-2 {
		return inner, false
	}
	inner = [2]int{start + 2, end - 2}
	return inner, keyword(string(line[inner[0]:inner[1]])) != ""
}

// keyword returns the keyword that makes the text between braces a directive,
// or "".
func keyword(inner string) string {
	inner = strings.TrimSpace(inner)
	word := inner
	if i := strings.IndexFunc(inner, func(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '(' }); i >= 0 {
		word = inner[:i]
	}
	switch word {
	case "if", "for", "else", "end":
		return word
	}
	return ""
}

// braces finds the `}}` that closes a `{{`, over any number of lines. Braces
// of a map and those in a quoted string do not close it.
type braces struct {
	depth int
	quote byte
}

// close returns the length of text up to and with the closing `}}`, or -1.
func (b *braces) close(text []byte) int {
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case b.quote != 0:
			if c == '\\' && b.quote != '`' {
				i++
			} else if c == b.quote {
				b.quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			b.quote = c
		case c == '{':
			b.depth++
		case c == '}' && b.depth > 0:
			b.depth--
		case c == '}' && i+1 < len(text) && text[i+1] == '}':
			return i + 2
		}
	}
	return -1
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
