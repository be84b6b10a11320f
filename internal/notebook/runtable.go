package notebook

import (
	"sort"
	"strings"

	"github.com/profreport/profreport/internal/table"
)

// where keeps the rows that all filters let through.
func (st *state) where(filters []filter, t *table.Table, ns *names, sc *scope) (*table.Table, error) {
	if len(filters) == 0 {
		return t, nil
	}
	wanted := make([][]any, len(filters))
	for i, f := range filters {
		for _, v := range f.values {
			value, err := st.dynamic(v, ns, sc)
			if err != nil {
				return nil, err
			}
			if many := items(value); many != nil {
				wanted[i] = append(wanted[i], many...)
			} else {
				wanted[i] = append(wanted[i], plainValue(value))
			}
		}
	}
	out := &table.Table{Columns: t.Columns}
rows:
	for r, row := range t.Rows {
		for i, f := range filters {
			if !oneOf(t.Value(r, f.column), wanted[i]) {
				continue rows
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

// oneOf compares as `is` does in SQL: null is null.
func oneOf(v any, wanted []any) bool {
	for _, w := range wanted {
		if v == nil || w == nil {
			if v == nil && w == nil {
				return true
			}
			continue
		}
		if same(plainValue(v), plainValue(w)) {
			return true
		}
	}
	return false
}

// tableSpec lists the columns to show, with labels, units and formats.
func (st *state) tableSpec(c *cellNode, t *table.Table) *TableSpec {
	out := *c.spec.table
	out.Columns = nil
	shown := c.spec.shown
	if shown == nil {
		for _, column := range t.Columns {
			shown = append(shown, column.Name)
		}
	}
	q := st.env.Runner.Set.Get(c.name)
	helpers := map[string]bool{} // columns that show as part of another
	for _, l := range c.spec.looks {
		helpers[l.Low], helpers[l.High], helpers[l.Note] = true, true, true
	}
	for _, name := range shown {
		spec := ColumnSpec{Name: name}
		for _, l := range c.spec.looks {
			if l.Name == name {
				spec = *l
			}
		}
		if helpers[name] && c.spec.shown == nil && spec == (ColumnSpec{Name: name}) {
			spec.Hidden = true
		}
		l := lookOf(q, name)
		if spec.Label == "" {
			spec.Label = l.label
		}
		if !spec.unitSet && spec.Unit == "" {
			spec.Unit = l.unit
		}
		if spec.Format == "" && (!spec.unitSet || spec.Unit == l.unit) {
			spec.Format = l.format
		}
		switch {
		case spec.Missing != "":
		case spec.Format == "verdict":
			spec.Missing = "–" // no verdict is about it; one that can't be had is `unknown`
		default:
			spec.Missing = Missing
		}
		out.Columns = append(out.Columns, spec)
	}
	return &out
}

// sortTable sorts rows by columns, "-" before a name turning the order round;
// null comes last, ties stay as the query gave them.
func sortTable(t *table.Table, by []string) *table.Table {
	if len(by) == 0 {
		return t
	}
	out := &table.Table{Columns: t.Columns, Rows: append([][]any(nil), t.Rows...)}
	type key struct {
		column     int
		descending bool
	}
	var keys []key
	for _, b := range by {
		keys = append(keys, key{t.Index(strings.TrimPrefix(b, "-")), strings.HasPrefix(b, "-")})
	}
	sort.SliceStable(out.Rows, func(i, j int) bool {
		for _, k := range keys {
			if k.column < 0 {
				continue
			}
			a, b := plainValue(out.Rows[i][k.column]), plainValue(out.Rows[j][k.column])
			if before(a, b, k.descending) {
				return true
			}
			if before(b, a, k.descending) {
				return false
			}
		}
		return false
	})
	return out
}
