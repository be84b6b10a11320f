package render

import (
	"math"
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/table"
)

// sortValue is the raw value that the sorting script compares; empty sorts
// last.
func sortValue(v any) string {
	f, ok := table.Number(v)
	if !ok || math.IsNaN(f) || math.IsInf(f, 0) {
		return ""
	}
	return shortFloat(f)
}

// sortedRows returns the rows in the order that the names ask for, "-" before
// a name for descending. Nulls come last either way.
func sortedRows(t *table.Table, by []string) [][]any {
	rows := slices.Clone(t.Rows)
	if len(by) == 0 {
		return rows
	}
	slices.SortStableFunc(rows, func(a, b []any) int {
		for _, name := range by {
			down := strings.HasPrefix(name, "-")
			i := t.Index(strings.TrimPrefix(name, "-"))
			if i < 0 {
				continue
			}
			if c := compareCells(a[i], b[i], down); c != 0 {
				return c
			}
		}
		return 0
	})
	return rows
}

func compareCells(a, b any, down bool) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	x, okX := table.Number(a)
	y, okY := table.Number(b)
	c := 0
	switch {
	case okX && okY:
		c = compareNaN(x, y)
	case okX:
		c = -1
	case okY:
		c = 1
	default:
		s, _ := a.(string)
		t, _ := b.(string)
		c = strings.Compare(s, t)
	}
	if down {
		return -c
	}
	return c
}
