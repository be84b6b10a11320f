package metric

import (
	"fmt"

	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/table"
)

// seenKeys holds the row of each run and key. Rows of one run mostly stand
// together, so its map is kept at hand.
type seenKeys struct {
	runs map[any]map[string]int
	last any
	keys map[string]int
}

// add notes the key of row i; twice is set when the run has an earlier row of
// that key.
func (s *seenKeys) add(t *table.Table, runColumn, i int, key string) (first int, twice bool) {
	run := t.Rows[i][runColumn]
	if s.keys == nil || run != s.last {
		if s.runs == nil {
			s.runs = map[any]map[string]int{}
		}
		if s.runs[run] == nil {
			ahead := i
			for ahead < len(t.Rows) && t.Rows[ahead][runColumn] == run {
				ahead++
			}
			s.runs[run] = make(map[string]int, ahead-i)
		}
		s.last, s.keys = run, s.runs[run]
	}
	if first, twice = s.keys[key]; !twice {
		s.keys[key] = i
	}
	return first, twice
}

// rowWriter makes rows of metric_values. Cells of many rows share one slice.
type rowWriter struct {
	name, unit, sha any
	rows            [][]any
	slab            []any
}

// write adds a row; left is how many more may come.
func (w *rowWriter) write(f *figure, left int) {
	if len(w.slab) == 0 {
		w.slab = make([]any, len(Columns)*min(left, 1024))
	}
	n := len(Columns)
	c := w.slab[:n:n]
	w.slab = w.slab[n:]
	c[0], c[1], c[2], c[3], c[4], c[5] = f.runID, f.run, w.name, f.keyCell, f.value, w.unit
	c[6], c[7], c[8], c[9], c[10], c[11] = f.low, f.high, f.n, f.verdict, f.note, w.sha
	w.rows = append(w.rows, c)
}

func (j *job) duplicate(f *figure, first, again int) *query.Fault {
	field := "key"
	label := ""
	if j.def.Key == "" {
		field = "query"
	} else {
		label = fmt.Sprintf(" and key %q", f.key)
	}
	return j.def.fault(field, 0, "rows %d and %d of query %s are both for run %v%s; a metric has one", first+1, again+1, j.def.Query, f.run, label)
}

// figure is one row of metric_values.
type figure struct {
	runID, run       any
	key              string
	keyCell          any // key
	value, low, high any // float64 or nil
	n                any // int64 or nil
	verdict, note    any // string or nil
}
