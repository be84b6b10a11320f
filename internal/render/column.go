package render

import (
	"math"
	"strings"

	"github.com/profreport/profreport/internal/notebook"
	"github.com/profreport/profreport/internal/table"
)

// column is one shown column of a table.
type column struct {
	notebook.ColumnSpec
	at, low, high, note int // positions in the rows, -1 for none
	numeric             bool
	best                map[int]bool // rows with the best value
}

// columnsOf returns the columns to show and finds the best value of those
// that say what is better.
func columnsOf(spec *notebook.TableSpec, t *table.Table, rows [][]any) []column {
	specs := spec.Columns
	if len(specs) == 0 {
		for _, c := range t.Columns {
			specs = append(specs, notebook.ColumnSpec{Name: c.Name})
		}
	}
	var cols []column
	for _, s := range specs {
		at := t.Index(s.Name)
		if at < 0 || s.Hidden || s.Name == spec.Group {
			continue
		}
		index := func(name string) int {
			if name == "" {
				return -1
			}
			return t.Index(name)
		}
		c := column{ColumnSpec: s, at: at, low: index(s.Low), high: index(s.High), note: index(s.Note)}
		c.numeric = isNumeric(t.Columns[at].Type, at, rows) && s.Format != "text" && s.Format != "verdict" && s.Format != "code"
		if c.numeric && s.Better != "" {
			c.best = bestRows(rows, at, s.Better)
		}
		cols = append(cols, c)
	}
	return cols
}

func isNumeric(t table.Type, at int, rows [][]any) bool {
	switch t {
	case table.Int, table.Float:
		return true
	case table.Text:
		return false
	}
	numbers := 0
	for _, row := range rows {
		switch row[at].(type) {
		case int64, float64:
			numbers++
		case string:
			return false
		}
	}
	return numbers > 0
}

// bestRows returns the rows with the best value; ties are all best. A single
// value is not marked.
func bestRows(rows [][]any, at int, better string) map[int]bool {
	best, n := math.Inf(1), 0
	score := func(row []any) float64 {
		v, ok := table.Number(row[at])
		if !ok || math.IsNaN(v) {
			return math.Inf(1)
		}
		switch better {
		case "higher":
			return -v
		case "zero":
			return math.Abs(v)
		}
		return v
	}
	for _, row := range rows {
		if s := score(row); !math.IsInf(s, 1) {
			best = math.Min(best, s)
			n++
		}
	}
	marks := map[int]bool{}
	if n < 2 {
		return marks
	}
	for i, row := range rows {
		if score(row) == best {
			marks[i] = true
		}
	}
	return marks
}

// right says whether the column is set right.
func (c column) right() bool {
	if c.Align != "" {
		return c.Align == "right"
	}
	return c.numeric
}

// heading is the label with the unit in brackets, unless cells carry it.
func (c column) heading() string {
	label := c.Label
	if label == "" {
		label = strings.ReplaceAll(c.Name, "_", " ")
	}
	if c.Unit != "" && cellUnit(c.ColumnSpec) == "" && c.numeric && c.Format != "duration" && c.Format != "bytes" && !strings.Contains(label, "[") {
		label += " [" + c.Unit + "]"
	}
	return label
}

// cellUnit is the unit that each cell repeats: only durations need it, to know
// what they count in.
func cellUnit(c notebook.ColumnSpec) string {
	if c.Format == "duration" {
		return c.Unit
	}
	return ""
}
