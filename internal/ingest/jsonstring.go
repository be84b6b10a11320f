package ingest

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// str reads a string; a run of invalid UTF-8 becomes one U+FFFD.
func (p *jsonParser) str() string {
	p.at++
	start := p.at
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == '"':
			s := p.text[start:p.at]
			p.at++
			return string(bytes.ToValidUTF8(s, []byte("\uFFFD")))
		case c == '\\':
			return p.escaped(start)
		case c < ' ':
			p.fail("a control character inside a string")
			return ""
		}
		p.at++
	}
	p.unexpected("the end of a string")
	return ""
}

// escaped goes on with a string from its first backslash.
func (p *jsonParser) escaped(start int) string {
	out := append(make([]byte, 0, p.at-start+64), p.text[start:p.at]...)
	for p.at < len(p.text) {
		c := p.text[p.at]
		p.at++
		switch {
		case c == '"':
			return string(bytes.ToValidUTF8(out, []byte("\uFFFD")))
		case c == '\\':
			out = p.escape(out)
			if p.err != nil {
				return ""
			}
		case c < ' ':
			p.at--
			p.fail("a control character inside a string")
			return ""
		default:
			out = append(out, c)
		}
	}
	p.unexpected("the end of a string")
	return ""
}

var jsonEscapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// escape reads what follows a backslash.
func (p *jsonParser) escape(out []byte) []byte {
	c := p.next()
	if plain, ok := jsonEscapes[c]; ok {
		p.at++
		return append(out, plain)
	}
	if c != 'u' {
		p.unexpected("an escape")
		return out
	}
	r := p.hex()
	if utf16.IsSurrogate(r) {
		mark := p.at
		pair := rune(utf8.RuneError)
		if p.next() == '\\' {
			p.at++
			if p.next() == 'u' {
				pair = utf16.DecodeRune(r, p.hex())
			}
		}
		if pair == utf8.RuneError {
			p.at = mark // half a pair: what follows is read by itself
		}
		r = pair
	}
	return utf8.AppendRune(out, r)
}

// hex reads u and four hexadecimal digits.
func (p *jsonParser) hex() rune {
	if p.at+5 > len(p.text) {
		p.at = len(p.text)
		p.unexpected("four hexadecimal digits")
		return utf8.RuneError
	}
	n, err := strconv.ParseUint(string(p.text[p.at+1:p.at+5]), 16, 16)
	if err != nil {
		p.fail("an escape \\u without four hexadecimal digits")
		return utf8.RuneError
	}
	p.at += 5
	return rune(n)
}
