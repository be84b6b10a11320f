package ingest

import (
	"regexp"
	"sync"
)

// lineForm is the form of a log line that carries values: a regular
// expression, compiled when the first line is held against it, so that a
// command that reads no log pays nothing for it.
type lineForm struct {
	expr string
	once sync.Once
	re   *regexp.Regexp
}

func form(expr string) *lineForm { return &lineForm{expr: expr} }

// match returns the whole line and its values, nil if it has another form.
func (f *lineForm) match(s string) []string {
	f.once.Do(func() { f.re = regexp.MustCompile(f.expr) })
	return f.re.FindStringSubmatch(s)
}
