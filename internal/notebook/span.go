package notebook

import (
	"sort"
	"strings"
)

// span is the text between braces, or of an option. Its bytes need not be
// neighbours in the source: lines of a quotation and the `\|` of a table row
// are joined, and YAML unfolds lines. runs says where each part stands.
type span struct {
	text  string
	runs  []textRun
	start int // of the first brace
	end   int // after the last brace
	fault string
}

// textRun is a part of a span's text whose bytes are neighbours in the source.
type textRun struct {
	at     int // in the text
	source int
	fixed  bool // every byte has the place of the first: no better is known
}

// offset returns where byte i of the text stands.
func (s *span) offset(i int) int {
	i = min(max(i, 0), len(s.text))
	k := sort.Search(len(s.runs), func(k int) bool { return s.runs[k].at > i }) - 1
	if k < 0 {
		return s.start
	}
	if s.runs[k].fixed {
		return s.runs[k].source
	}
	return s.runs[k].source + i - s.runs[k].at
}

// lineSpan is a span of neighbouring bytes of src.
func lineSpan(src []byte, exprStart, exprEnd, start, end int) span {
	return span{text: string(src[exprStart:exprEnd]), runs: []textRun{{source: exprStart}}, start: start, end: end}
}

// add appends bytes that stand at offset at, with `\|` read as `|` in a table.
func (s *span) add(text []byte, at int, inTable bool) {
	from := 0
	for i := range text {
		if inTable && text[i] == '\\' && i+1 < len(text) && text[i+1] == '|' {
			s.run(text[from:i], at+from)
			from = i + 1
		}
	}
	s.run(text[from:], at+from)
}

func (s *span) run(text []byte, at int) {
	s.runs = append(s.runs, textRun{at: len(s.text), source: at})
	s.text += string(text)
}

// after is the rest of a span from byte i of its text on.
func (s span) after(i int) span {
	i = min(i, len(s.text))
	out := span{text: s.text[i:], start: s.offset(i), end: s.end}
	for k, r := range s.runs {
		if k+1 < len(s.runs) && s.runs[k+1].at <= i {
			continue
		}
		if r.at < i {
			if !r.fixed {
				r.source += i - r.at
			}
			r.at = i
		}
		r.at -= i
		out.runs = append(out.runs, r)
	}
	return out
}

// moved maps the places of a span.
func (s span) moved(to func(int) int) span {
	out := s
	out.start, out.end = to(s.start), to(max(s.end-1, 0))+1
	out.runs = make([]textRun, len(s.runs))
	for i, r := range s.runs {
		r.source = to(r.source)
		out.runs[i] = r
	}
	return out
}

// anchor gives the bytes from each `{{` on the place of the `{{` of the same
// number in the source, as far as text and source agree.
func (s *span) anchor(src []byte) {
	at, pos := s.start, 0
	for {
		i := strings.Index(s.text[pos:], "{{")
		j := strings.Index(string(src[at:min(len(src), at+4*maxExpr)]), "{{")
		if i < 0 || j < 0 {
			return
		}
		pos, at = pos+i, at+j
		n := 0
		for pos+n < len(s.text) && at+n < len(src) && src[at+n] == s.text[pos+n] {
			n++
		}
		s.runs = append(s.runs, textRun{at: pos, source: at}, textRun{at: pos + n, source: at + n, fixed: true})
		pos, at = pos+max(n, 2), at+max(n, 2)
	}
}

// at returns the place of a character of the text.
func (s *span) at(char int) int {
	for i := range s.text {
		if char <= 0 {
			return s.offset(i)
		}
		char--
	}
	return s.offset(len(s.text))
}
