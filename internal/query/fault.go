package query

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fault is an error or a warning about something that a user wrote, with its
// place.
type Fault struct {
	File         string
	Line, Column int    // 1-based, Column in characters; 0 when unknown
	Message      string // lower case, without position
	Excerpt      string // the line, a newline, and a caret under the column
	Hint         string // a remedy, "" when there is none
	Warning      bool
}

// Error implements error: `file:line:column: message`, then the excerpt.
func (f *Fault) Error() string {
	s := f.Head()
	if f.Excerpt != "" {
		s += "\n" + f.Excerpt
	}
	return s
}

// Head is the first line of Error: position, message and hint.
func (f *Fault) Head() string {
	var b strings.Builder
	if f.File != "" {
		b.WriteString(f.File + ":")
		if f.Line > 0 {
			fmt.Fprintf(&b, "%d:", f.Line)
			if f.Column > 0 {
				fmt.Fprintf(&b, "%d:", f.Column)
			}
		}
		b.WriteByte(' ')
	}
	if f.Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(f.Message)
	if f.Hint != "" {
		b.WriteString("; " + f.Hint)
	}
	return b.String()
}

// Faults is a list of faults, an error when it holds any that is no warning.
type Faults []*Fault

// Error implements error: one fault a paragraph.
func (fs Faults) Error() string {
	lines := make([]string, len(fs))
	for i, f := range fs {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the faults to errors.As.
func (fs Faults) Unwrap() []error {
	out := make([]error, len(fs))
	for i, f := range fs {
		out[i] = f
	}
	return out
}

// Err returns fs as an error, or nil when it holds only warnings.
func (fs Faults) Err() error {
	if slices.ContainsFunc(fs, func(f *Fault) bool { return !f.Warning }) {
		return fs
	}
	return nil
}

// Sort orders faults by file, line and column.
func (fs Faults) Sort() {
	slices.SortStableFunc(fs, func(a, b *Fault) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}

// Origin says where a text stands in a file, so that an offset in the text
// gives a place in the file.
type Origin struct {
	File   string
	Line   int // of the text's first line, 1-based; 0 means 1
	Column int // of the first character of each line, 1-based; 0 means 1
}

// At makes a fault about text[offset], which stands in a file as o says.
func (o Origin) At(text string, offset int, format string, args ...any) *Fault {
	offset = max(0, min(offset, len(text)))
	start := strings.LastIndexByte(text[:offset], '\n') + 1
	line := text[start:]
	if end := strings.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	column := utf8.RuneCountInString(text[start:offset]) + 1
	return &Fault{
		File:    o.File,
		Line:    max(o.Line, 1) + strings.Count(text[:offset], "\n"),
		Column:  max(o.Column, 1) + column - 1,
		Message: fmt.Sprintf(format, args...),
		Excerpt: excerpt(line, column),
	}
}

// excerpt prints a line with a caret under the 1-based column. A long line is
// cut around it, and control characters can't reach the terminal.
func excerpt(line string, column int) string {
	const before, after = 60, 40
	runes := []rune(strings.TrimRight(line, "\r"))
	at := min(column-1, len(runes))
	from, to := 0, len(runes)
	var head, tail string
	if len(runes) > before+after {
		if at > before {
			from, head = at-before, "…"
		}
		if to > at+after {
			to, tail = at+after, "…"
		}
	}
	var text, caret strings.Builder
	text.WriteString("    " + head)
	caret.WriteString("    ")
	if head != "" {
		caret.WriteByte(' ')
	}
	for i, r := range runes[from:to] {
		if unicode.IsControl(r) && r != '\t' {
			r = '·'
		}
		text.WriteRune(r)
		if from+i < at {
			if r != '\t' {
				r = ' '
			}
			caret.WriteRune(r)
		}
	}
	return text.String() + tail + "\n" + caret.String() + "^"
}

// Nearest returns the candidate closest in spelling to name, or "" when none
// is close: at most one change for three letters, two for six, three beyond.
func Nearest(name string, candidates []string) string {
	best, limit := "", min(3, max(1, utf8.RuneCountInString(name)/3))
	for _, c := range candidates {
		if d := Distance(strings.ToLower(name), strings.ToLower(c)); d <= limit && c != name {
			if d < limit || best == "" || c < best {
				best, limit = c, d
			}
		}
	}
	return best
}

// Distance is the number of letters to insert, delete, replace or exchange
// with the neighbour to get from a to b (optimal string alignment).
func Distance(a, b string) int {
	s, t := []rune(a), []rune(b)
	if len(s) > 200 || len(t) > 200 {
		return max(len(s), len(t))
	}
	rows := make([][]int, len(s)+1)
	for i := range rows {
		rows[i] = make([]int, len(t)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(s); i++ {
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			d := min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				d = min(d, rows[i-2][j-2]+1)
			}
			rows[i][j] = d
		}
	}
	return rows[len(s)][len(t)]
}

// DidYouMean is a hint with the nearest right spelling, or "".
func DidYouMean(name string, candidates []string) string {
	if n := Nearest(name, candidates); n != "" {
		return fmt.Sprintf("did you mean %s?", n)
	}
	return ""
}
