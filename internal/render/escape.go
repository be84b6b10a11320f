package render

import (
	"strings"
	"unicode/utf8"
)

// appendEscaped appends s so that it stays text in HTML, in XML and in a
// double-quoted attribute of either. Control characters, invalid UTF-8 and
// the marks that turn the reading direction become U+FFFD: they can't be
// shown, and a name made of them should not look like another name.
func appendEscaped(b []byte, s string) []byte {
	last := 0
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if rep := escapes[c]; rep != "" {
				b = append(b, s[last:i]...)
				b = append(b, rep...)
				last = i + 1
			}
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if unprintable(r, n) {
			b = append(b, s[last:i]...)
			b = append(b, "\uFFFD"...)
			last = i + n
		}
		i += n
	}
	return append(b, s[last:]...)
}

// visible returns s as appendEscaped shows it, for measuring.
func visible(s string) string {
	clean := true
	for _, r := range s {
		if r < 0x20 || r == 0x7f || r == utf8.RuneError || r >= 0x80 && unprintable(r, 2) {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case r < 0x20 || r == 0x7f || r >= 0x80 && unprintable(r, 2):
			return utf8.RuneError
		}
		return r
	}, s)
}

// unprintable says whether a rune beyond ASCII, n bytes long, is replaced.
func unprintable(r rune, n int) bool {
	switch {
	case r == utf8.RuneError && n <= 1: // invalid UTF-8
		return true
	case r >= 0x80 && r < 0xa0: // C1 controls
		return true
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x200e, r == 0x200f: // direction
		return true
	case r == 0x2028 || r == 0x2029: // line and paragraph separators
		return true
	}
	return r&0xfffe == 0xfffe // not characters, refused by XML
}

// escapes holds what replaces an ASCII byte; empty for itself.
var escapes = func() (t [utf8.RuneSelf]string) {
	for c := 0; c < 0x20; c++ {
		t[c] = "\uFFFD"
	}
	t['\t'], t['\n'], t['\r'] = " ", "\n", " "
	t[0x7f] = "\uFFFD"
	t['&'], t['<'], t['>'], t['"'], t['\''] = "&amp;", "&lt;", "&gt;", "&#34;", "&#39;"
	return t
}()
