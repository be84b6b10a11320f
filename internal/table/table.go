// Package table holds the rows that a query gives, with column types and
// nulls. It is what store hands to metric and notebook, and what render draws.
package table

// Type is the type of a column.
type Type string

// The column types. Any is a column with mixed or no values.
const (
	Int   Type = "int"
	Float Type = "float"
	Text  Type = "text"
	Any   Type = "any"
)

// Column is a named column.
type Column struct {
	Name string
	Type Type
}

// Table is the result of one query. Each cell is nil, int64, float64 or
// string; rows are in query order and each has len(Columns) cells.
type Table struct {
	Columns []Column
	Rows    [][]any
}

// Index returns the position of the named column, or -1.
func (t *Table) Index(name string) int {
	for i, c := range t.Columns {
		if c.Name == name {
			return i
		}
	}
	return -1
}

// Value returns the cell at row i of the named column: nil when there is no
// such row or column.
func (t *Table) Value(i int, name string) any {
	j := t.Index(name)
	if j < 0 || i < 0 || i >= len(t.Rows) {
		return nil
	}
	return t.Rows[i][j]
}

// Number returns a numeric cell as float64; ok is false for null and text.
func Number(v any) (f float64, ok bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	case int:
		return float64(v), true
	}
	return 0, false
}
