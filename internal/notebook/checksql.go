package notebook

import (
	"context"
	"errors"
	"strings"

	"github.com/profreport/profreport/internal/query"
)

// checkQueries checks the SQL of the cells and of every query they reach, and
// looks up the columns of all queries the notebook shows.
func (st *state) checkQueries(withColumns bool) {
	var cells []string
	for _, c := range st.nb.cells {
		if c.kind != "sql" || c.name == "" {
			continue
		}
		if st.broken[c] == nil {
			cells = append(cells, c.name)
		}
	}
	wanted := append(cells, st.referenced()...)
	bad := map[string]bool{} // files and cells with faults, whose columns can't be had
	if len(wanted) > 0 {
		for _, f := range st.env.Runner.Set.Check(wanted...) {
			own := fromQuery(f)
			if c := st.cellAt(f); c != nil && !own.Warning {
				if st.broken[c] == nil {
					st.breakCell(c, own)
				}
				own.Cell = c.name
				bad[c.name] = true
			}
			if !own.Warning {
				bad[f.File] = true
			}
			if own.Cell == "" {
				st.fault(own)
			}
		}
	}
	st.checkLocal()
	if !withColumns {
		return
	}
	for _, q := range wanted {
		n := st.lookup(strings.TrimPrefix(q, viewPrefix))
		if n == nil || n.sqlName() != q {
			n = st.lookup(q)
		}
		if n != nil && !st.reaches(q, bad, map[string]bool{}) {
			st.columns(n)
		}
	}
}

// referenced lists the query files and views that cells and expressions name.
func (st *state) referenced() []string {
	seen := map[string]bool{}
	var out []string
	add := func(n *name) {
		if n != nil && n.kind == isQuery && n.cell == nil && !seen[n.name] {
			seen[n.name] = true
			if n.view {
				st.viewQuery(n.name)
			}
			out = append(out, n.sqlName())
		}
	}
	for _, c := range st.nb.cells {
		if c.kind != "sql" && c.kind != "listing" {
			add(st.names.find(c.name))
		}
	}
	for _, w := range st.nb.identifiers() {
		add(st.names.find(w))
	}
	return out
}

// lookup finds a query by name, in loops too.
func (st *state) lookup(q string) *name {
	if n := st.names.byName[q]; n != nil && n.kind == isQuery {
		return n
	}
	for _, l := range st.nb.loops {
		if n := l.names.byName[q]; n != nil && n.kind == isQuery {
			return n
		}
	}
	return nil
}

// cellAt returns the sql cell that a fault stands in.
func (st *state) cellAt(f *query.Fault) *cellNode {
	if f.File != st.nb.Path {
		return nil
	}
	for _, c := range st.nb.cells {
		first, last := c.line, st.nb.lines.line(c.item.bodyEnd)
		if c.kind == "sql" && f.Line >= first && f.Line <= last {
			return c
		}
	}
	return nil
}

// checkLocal refuses reading a loop's cell from outside the loop.
func (st *state) checkLocal() {
	for _, c := range st.nb.cells {
		if c.kind != "sql" || st.broken[c] != nil {
			continue
		}
		q := st.env.Runner.Set.Get(c.name)
		if q == nil {
			continue
		}
		for _, read := range q.Reads() {
			if n := st.lookup(read); n != nil && n.loop != nil && !inside(c.loop, n.loop) {
				st.breakCell(c, st.nb.lines.fault(c.nameAt, "%s reads from %s, which is defined inside the loop at line %d",
					c.name, read, st.nb.lines.line(n.loop.start)))
				break
			}
		}
	}
}

// inside reports whether loop l is outer or stands in it.
func inside(l, outer *forNode) bool {
	for ; l != nil; l = l.outer {
		if l == outer {
			return true
		}
	}
	return false
}

// reaches reports whether a query reads, directly or not, from one in bad.
func (st *state) reaches(q string, bad, seen map[string]bool) bool {
	if seen[q] {
		return false
	}
	seen[q] = true
	if bad[q] {
		return true
	}
	def := st.env.Runner.Set.Get(q)
	if def == nil {
		return false
	}
	if n := st.lookup(q); n != nil && n.cell != nil && st.broken[n.cell] != nil {
		return true
	}
	if def.Origin.File != st.nb.Path && bad[def.Origin.File] {
		return true
	}
	for _, r := range def.Reads() {
		if st.reaches(r, bad, seen) {
			return true
		}
	}
	return false
}

// columns looks up the columns of a query without running it.
func (st *state) columns(n *name) {
	columns, err := st.env.Runner.Columns(context.Background(), n.sqlName())
	if err == nil {
		n.columns = columns
		return
	}
	f := st.queryFault(n, err)
	var qf *query.Fault
	if errors.As(err, &qf) {
		if c := st.cellAt(qf); c != nil {
			if st.broken[c] == nil {
				st.breakCell(c, f)
			}
			return
		}
	}
	st.fault(f)
}

// identifiers lists the words in all expressions, so that the queries among
// them can be checked before the expressions are compiled.
func (nb *Notebook) identifiers() []string {
	seen := map[string]bool{}
	var out []string
	add := func(s span) {
		for _, w := range strings.FieldsFunc(s.text, func(r rune) bool { return r >= 0x80 || !isWordByte(byte(r)) }) {
			if !seen[w] {
				seen[w] = true
				out = append(out, w)
			}
		}
	}
	for _, v := range nb.inlines {
		add(v.span)
	}
	if nb.title != nil {
		nb.title.each(add)
	}
	var conditions func(nodes []node)
	conditions = func(nodes []node) {
		for _, n := range nodes {
			switch n := n.(type) {
			case *ifNode:
				for _, b := range n.branches {
					if b.cond != nil {
						add(b.cond.span)
					}
					conditions(b.body)
				}
			case *forNode:
				add(n.rows.span)
				conditions(n.body)
			}
		}
	}
	conditions(nb.body)
	for _, c := range nb.cells {
		if c.cond != nil {
			add(c.cond.span)
		}
		if c.spec == nil {
			continue
		}
		for _, v := range c.spec.values {
			if v.span != nil {
				add(*v.span)
			}
		}
		for _, t := range c.spec.texts {
			t.each(add)
		}
	}
	return out
}
