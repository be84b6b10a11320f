package notebook

import (
	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/table"
)

// stored are the listings that come from the database: of the selected runs
// where there is a selection.
var stored = map[string]string{
	"sources":  "select run, path, kind, bytes, sha256 from sources where run in selected order by run, path",
	"problems": "select run, path, line, severity, message from problems where run in selected order by run, path, line, message",
}

// fillStored gives the listing cells that come from the database their rows.
func (st *state) fillStored() {
	for _, c := range st.listings() {
		if stored[c.Listing] == "" {
			continue
		}
		t, err := st.stored(c.Listing)
		if err != nil {
			f := asFault(err)
			f.Cell = c.Listing
			c.Err = &f
			st.fault(f)
		}
		c.Data = t
	}
}

func (st *state) listings() []*Cell {
	var out []*Cell
	for _, b := range st.doc.Blocks {
		if b.Cell != nil && b.Cell.Kind == "listing" && b.Cell.Err == nil {
			out = append(out, b.Cell)
		}
	}
	return out
}

// fillListings gives the other listing cells their rows, when all queries have
// run.
func (st *state) fillListings() {
	for _, c := range st.listings() {
		switch c.Listing {
		case "queries":
			c.Data = st.queryRows()
		case "metrics":
			c.Data = st.metricRows()
		case "params":
			c.Data = st.paramRows()
		}
	}
}

// stored runs the query behind a listing.
func (st *state) stored(listing string) (*table.Table, error) {
	n := &name{kind: isQuery, name: "listing_" + listing}
	if st.env.Runner.Set.Get(n.name) == nil {
		q, faults := query.Parse(n.name, stored[listing], query.Origin{File: st.nb.Path})
		if faults.Err() != nil {
			return nil, faults.Err()
		}
		q.From = "built in"
		if f := st.env.Runner.Set.Add(q); f != nil {
			return nil, &placed{fromQuery(f)}
		}
	}
	return st.query(n, nil)
}

func textTable(columns ...string) *table.Table {
	t := &table.Table{}
	for _, c := range columns {
		t.Columns = append(t.Columns, table.Column{Name: c, Type: table.Text})
	}
	return t
}

func (st *state) queryRows() *table.Table {
	t := textTable("query", "doc", "from")
	t.Columns = append(t.Columns, table.Column{Name: "rows", Type: table.Int})
	for _, q := range st.doc.Queries {
		t.Rows = append(t.Rows, []any{q.Name, q.Doc, q.From, int64(q.Rows)})
	}
	return t
}

func (st *state) metricRows() *table.Table {
	t := textTable("metric", "unit", "better", "doc")
	for _, m := range st.env.Metrics {
		t.Rows = append(t.Rows, []any{m.Name, m.Unit, m.Better, m.Doc})
	}
	return t
}

func (st *state) paramRows() *table.Table {
	t := textTable("parameter", "type", "value", "default", "doc")
	for _, p := range st.doc.Params {
		t.Rows = append(t.Rows, []any{p.Name, p.Type, paramText(p.Value), paramText(seen(p.Type, p.Default)), p.Doc})
	}
	return t
}

func paramText(v any) any {
	if v == nil {
		return nil
	}
	if s := exact(v); s != "" {
		return s
	}
	s, err := show(v, "", "")
	if err != nil {
		return nil
	}
	return s
}
