package notebook

import (
	"sort"

	"github.com/profreport/profreport/internal/query"
)

// lines maps byte offsets of a source to lines and columns.
type lines struct {
	path   string
	src    []byte
	starts []int // offset of the first byte of each line
}

func newLines(path string, src []byte) *lines {
	starts := make([]int, 1, 1+len(src)/32)
	for i, b := range src {
		if b == '\n' {
			starts = append(starts, i+1)
		}
	}
	return &lines{path: path, src: src, starts: starts}
}

// line returns the 1-based line that holds offset.
func (l *lines) line(offset int) int {
	return sort.Search(len(l.starts), func(i int) bool { return l.starts[i] > offset })
}

// offset returns the offset of a 1-based line and a 1-based byte column.
func (l *lines) offset(line, column int) int {
	if line < 1 || line > len(l.starts) {
		return len(l.src)
	}
	return min(l.starts[line-1]+max(column-1, 0), len(l.src))
}

// fault places a message at a byte offset.
func (l *lines) fault(offset int, format string, args ...any) Fault {
	n := l.line(min(max(offset, 0), len(l.src)))
	start := l.offset(n, 1)
	end := len(l.src)
	if n < len(l.starts) {
		end = l.starts[n]
	}
	origin := query.Origin{File: l.path, Line: n}
	return fromQuery(origin.At(string(l.src[start:end]), offset-start, format, args...))
}

// warning is fault, marked as a warning.
func (l *lines) warning(offset int, format string, args ...any) Fault {
	f := l.fault(offset, format, args...)
	f.Warning = true
	return f
}
