package metric

import (
	"slices"

	"github.com/profreport/profreport/internal/table"
)

// typed returns the columns of a table with types from all its values: whole
// and other numbers together are numbers, a column without values is any.
func typed(t *table.Table) []table.Column {
	out := slices.Clone(t.Columns)
	for i := range out {
		if out[i].Type == "" || out[i].Type == table.Any {
			out[i].Type = valuesType(t, i)
		}
	}
	return out
}

func valuesType(t *table.Table, column int) table.Type {
	found := table.Any
	for _, r := range t.Rows {
		typ := table.Any
		switch r[column].(type) {
		case nil:
			continue
		case int64:
			typ = table.Int
		case float64:
			typ = table.Float
		case string:
			typ = table.Text
		}
		isNumber := typ == table.Int || typ == table.Float
		switch {
		case found == table.Any || found == typ:
			found = typ
		case isNumber && (found == table.Int || found == table.Float):
			found = table.Float
		default:
			return table.Any
		}
	}
	return found
}
