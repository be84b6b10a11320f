package ingest

import (
	"bytes"
	"fmt"

	"github.com/profreport/profreport/internal/profile"
)

// parseJSON reads one JSON value. A key given twice takes its last value and
// becomes a problem. NaN and Infinity, which Python writes, are read as null.
//
// It is a parser of its own because encoding/json tells neither duplicate keys
// nor lines, refuses NaN, and takes a third of the time of reading a folder.
// What it accepts besides is compared with encoding/json by a fuzz test.
func parseJSON(b []byte, path string) (tree, []profile.Problem, error) {
	b, err := utf8Text(b, path)
	if err != nil {
		return nil, nil, err
	}
	if len(b) > MaxTreeBytes {
		return nil, nil, &SyntaxError{File: path, Msg: fmt.Sprintf("JSON of %d bytes, at most %d are read", len(b), MaxTreeBytes)}
	}
	p := jsonParser{text: b, path: path, budget: treeBudget{MaxTreeNodes}}
	p.blanks()
	v := p.value(0)
	p.blanks()
	if p.err == nil && p.at < len(p.text) {
		p.fail("text after the end of the JSON value")
	}
	if p.nan > 0 {
		p.problems = append(p.problems, profile.Problem{Path: path, Severity: profile.SeverityWarning, Reason: ReasonBadNumber,
			Message: fmt.Sprintf("%d values are NaN or Infinity and are read as unknown", p.nan)})
	}
	if p.err != nil {
		return nil, p.problems, p.err
	}
	return v, p.problems, nil
}

// jsonParser builds a tree from one JSON text. The first error ends it: every
// method then returns at once.
type jsonParser struct {
	text     []byte
	path     string
	at       int
	budget   treeBudget
	nan      int // values that are no JSON numbers
	problems []profile.Problem
	err      error
}

// fail sets the error, at the line read so far.
func (p *jsonParser) fail(msg string) {
	if p.err == nil {
		p.err = p.here("JSON: " + msg)
	}
}

func (p *jsonParser) here(msg string) *SyntaxError {
	return &SyntaxError{File: p.path, Line: 1 + bytes.Count(p.text[:min(p.at, len(p.text))], []byte("\n")), Msg: msg}
}

// next returns the byte at hand; 0 at the end.
func (p *jsonParser) next() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *jsonParser) blanks() {
	for p.at < len(p.text) {
		switch p.text[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// take skips c if it is at hand.
func (p *jsonParser) take(c byte) bool {
	if p.next() == c && p.at < len(p.text) {
		p.at++
		return true
	}
	return false
}

// word skips a literal if it is at hand.
func (p *jsonParser) word(w string) bool {
	if bytes.HasPrefix(p.text[p.at:], []byte(w)) {
		p.at += len(w)
		return true
	}
	return false
}

func (p *jsonParser) value(depth int) tree {
	if !p.budget.node() {
		p.fail(fmt.Sprintf("more than %d values", MaxTreeNodes))
	}
	if depth > MaxNesting {
		p.fail(fmt.Sprintf("nested deeper than %d", MaxNesting))
	}
	if p.err != nil {
		return nil
	}
	switch c := p.next(); {
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '"':
		return p.str()
	case c == '-' && p.word("-Infinity"), c == 'N' && p.word("NaN"), c == 'I' && p.word("Infinity"):
		p.nan++
		return nil
	case c == '-' || c >= '0' && c <= '9':
		return p.num()
	case c == 't' && p.word("true"):
		return "true"
	case c == 'f' && p.word("false"):
		return "false"
	case c == 'n' && p.word("null"):
		return nil
	}
	p.unexpected("a value")
	return nil
}

func (p *jsonParser) unexpected(want string) {
	if p.at >= len(p.text) {
		p.fail("ends where " + want + " is expected")
		return
	}
	p.fail(fmt.Sprintf("%q where %s is expected", p.text[p.at], want))
}

func (p *jsonParser) array(depth int) tree {
	p.at++
	list := []any{}
	p.blanks()
	if p.take(']') {
		return list
	}
	for p.err == nil {
		p.blanks()
		list = append(list, p.value(depth+1))
		p.blanks()
		if p.take(']') {
			return list
		}
		if !p.take(',') {
			p.unexpected("a comma or ]")
		}
	}
	return nil
}

func (p *jsonParser) object(depth int) tree {
	p.at++
	m := map[string]any{}
	p.blanks()
	if p.take('}') {
		return m
	}
	for p.err == nil {
		p.blanks()
		if p.next() != '"' {
			p.unexpected("a key")
			break
		}
		key := p.str()
		if _, twice := m[key]; twice && p.err == nil && len(p.problems) < MaxProblems {
			p.problems = append(p.problems, problem(p.path, profile.SeverityWarning, ReasonDuplicate,
				p.here(fmt.Sprintf("key %q is given twice, the last value counts", clip(key)))))
		}
		p.blanks()
		if !p.take(':') {
			p.unexpected("a colon")
			break
		}
		p.blanks()
		m[key] = p.value(depth + 1)
		p.blanks()
		if p.take('}') {
			return m
		}
		if !p.take(',') {
			p.unexpected("a comma or }")
		}
	}
	return nil
}

// num reads a number and returns it as written.
func (p *jsonParser) num() tree {
	start := p.at
	p.take('-')
	if !p.take('0') && !p.digits() {
		p.unexpected("a digit")
		return nil
	}
	if p.take('.') && !p.digits() {
		p.unexpected("a digit")
		return nil
	}
	if p.take('e') || p.take('E') {
		_ = p.take('+') || p.take('-')
		if !p.digits() {
			p.unexpected("a digit")
			return nil
		}
	}
	return string(p.text[start:p.at])
}

func (p *jsonParser) digits() bool {
	start := p.at
	for c := p.next(); c >= '0' && c <= '9'; c = p.next() {
		p.at++
	}
	return p.at > start
}
