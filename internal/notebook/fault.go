package notebook

import (
	"fmt"
	"sort"
	"strings"

	"github.com/profreport/profreport/internal/query"
)

// Error prints a fault as `file:line:column: message`. A part that is unknown
// is left out.
func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
		if f.Column > 0 {
			fmt.Fprintf(&b, ":%d", f.Column)
		}
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	if f.Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(f.Message)
	return b.String()
}

// Detail is Error followed by the line and a caret, when there is one.
func (f *Fault) Detail() string {
	if f.Excerpt == "" {
		return f.Error()
	}
	return f.Error() + "\n" + f.Excerpt
}

// fromQuery turns a fault of package query into one of ours.
func fromQuery(f *query.Fault) Fault {
	message := f.Message
	if f.Hint != "" {
		message += "; " + f.Hint
	}
	return Fault{File: f.File, Line: f.Line, Column: f.Column, Message: message, Excerpt: f.Excerpt, Warning: f.Warning}
}

// hint is "; did you mean x?", or the whole list when nothing is close and the
// list is short, or "".
func hint(name string, candidates []string) string {
	if h := query.DidYouMean(name, candidates); h != "" {
		return "; " + h
	}
	if len(candidates) == 0 || len(candidates) > 16 {
		return ""
	}
	sorted := append([]string(nil), candidates...)
	sort.Strings(sorted)
	return "; known: " + strings.Join(sorted, ", ")
}

// sortFaults orders faults by place and keeps one a place: the first said, an
// error before a warning.
func sortFaults(faults []Fault) []Fault {
	sort.SliceStable(faults, func(i, j int) bool {
		a, b := faults[i], faults[j]
		if a.File != b.File {
			return a.File < b.File
		}
		if a.Line != b.Line {
			return a.Line < b.Line
		}
		if a.Column != b.Column {
			return a.Column < b.Column
		}
		return !a.Warning && b.Warning
	})
	out := faults[:0]
	for i, f := range faults {
		if i > 0 {
			last := out[len(out)-1]
			if f == last || f.Column > 0 && f.File == last.File && f.Line == last.Line && f.Column == last.Column {
				continue
			}
		}
		out = append(out, f)
	}
	return out
}

// failed reports whether a fault is more than a warning.
func failed(faults []Fault) bool {
	for i := range faults {
		if !faults[i].Warning {
			return true
		}
	}
	return false
}
