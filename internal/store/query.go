package store

import (
	"fmt"
	"strings"

	"github.com/profreport/profreport/internal/store/sqlite"
	"github.com/profreport/profreport/internal/table"
)

// compile prepares the one statement of text under the session's rules.
func (s *Session) compile(text string) (*sqlite.Stmt, error) {
	s.denied = ""
	st, err := s.conn.Prepare(text)
	if err != nil {
		return nil, sqlError(text, err, s.denied)
	}
	if st.Columns() == 0 {
		st.Close()
		return nil, &SQLError{Msg: "not a select statement", Hint: onlySelect}
	}
	return st, nil
}

// query runs text and reads at most maxRows rows; more tells whether it has
// others.
func (s *Session) query(text string, args map[string]any, maxRows int) (t *table.Table, more bool, err error) {
	st, err := s.compile(text)
	if err != nil {
		return nil, false, err
	}
	defer st.Close()
	if err := bindNamed(st, text, args); err != nil {
		return nil, false, err
	}
	t = &table.Table{Columns: columnsOf(st)}
	width := len(t.Columns)
	var block []any // rows are cut from blocks, to spare the allocator
	for {
		row, err := st.Step()
		if err != nil {
			return nil, false, sqlError(text, err, s.denied)
		}
		if !row {
			settleTypes(t)
			return t, false, nil
		}
		if len(t.Rows) == maxRows {
			settleTypes(t)
			return t, true, nil
		}
		if len(block) < width {
			block = make([]any, width*min(256, 8+len(t.Rows)))
		}
		cells := block[:width:width]
		block = block[width:]
		for i := range cells {
			cells[i] = cell(st.Value(i))
		}
		t.Rows = append(t.Rows, cells)
	}
}

// cell turns a value into one that a table may hold: bytes become text.
func cell(v any) any {
	b, ok := v.([]byte)
	if !ok {
		return v
	}
	if len(b) > 64 {
		return fmt.Sprintf("(%d bytes)", len(b))
	}
	return fmt.Sprintf("x'%x'", b)
}

// bindNamed binds the values that text asks for.
func bindNamed(st *sqlite.Stmt, text string, args map[string]any) error {
	for i, p := range st.Params() {
		name := strings.TrimLeft(p, ":@$")
		if name == "" || p[0] == '?' {
			return at(text, strings.IndexByte(text, '?'), "give parameters a name, such as :run")
		}
		v, ok := args[name]
		if !ok {
			return at(text, strings.Index(text, p), "no value for the parameter "+p)
		}
		if err := st.Bind(i+1, v); err != nil {
			return at(text, strings.Index(text, p), fmt.Sprintf("parameter %s: %v", p, err))
		}
	}
	return nil
}

// columnsOf returns the columns of st with the types that the tables behind
// them declare.
func columnsOf(st *sqlite.Stmt) []table.Column {
	cols := make([]table.Column, st.Columns())
	for i := range cols {
		cols[i] = table.Column{Name: st.ColumnName(i), Type: table.Any}
		switch strings.ToLower(st.ColumnDecl(i)) {
		case "integer", "int":
			cols[i].Type = table.Int
		case "real":
			cols[i].Type = table.Float
		case "text":
			cols[i].Type = table.Text
		}
	}
	return cols
}

// settleTypes gives every column the type of its values where it has any,
// and keeps the declared one where it has none. Whole numbers in a column of
// numbers become float64.
func settleTypes(t *table.Table) {
	for j := range t.Columns {
		ints, floats, texts := 0, 0, 0
		for _, row := range t.Rows {
			switch row[j].(type) {
			case int64:
				ints++
			case float64:
				floats++
			case string:
				texts++
			}
		}
		c := &t.Columns[j]
		switch {
		case ints+floats+texts == 0:
		case texts > 0 && ints+floats > 0:
			c.Type = table.Any
		case texts > 0:
			c.Type = table.Text
		case floats > 0 || c.Type == table.Float:
			c.Type = table.Float
			for _, row := range t.Rows {
				if n, ok := row[j].(int64); ok {
					row[j] = float64(n)
				}
			}
		default:
			c.Type = table.Int
		}
	}
}
