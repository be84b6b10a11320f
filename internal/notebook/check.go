package notebook

import (
	"github.com/profreport/profreport/internal/table"
)

// Check finds all that is wrong with a notebook before it runs: names,
// options, parameters, columns, types of expressions, cycles; as warnings,
// what is there without use. Faults of the syntax are among them. It runs no
// query.
func (nb *Notebook) Check(env Env) []Fault {
	st := nb.prepare(env)
	st.checkQueries(env.Runner != nil)
	st.checked = true
	st.compileAll()
	for _, c := range nb.cells {
		if c.kind == "sql" && c.name != "" {
			st.checkLoopParams(c)
		}
	}
	st.checkCells()
	st.warnUnused()
	nb.ready = st
	return sortFaults(append(append([]Fault(nil), nb.faults...), st.faults...))
}

// Failed reports whether any of the faults is more than a warning.
func Failed(faults []Fault) bool { return failed(faults) }

// checkCells checks what table, plot, tiles and listing cells refer to.
func (st *state) checkCells() {
	for _, c := range st.nb.cells {
		if c.kind == "sql" || c.kind == "listing" || c.name == "" {
			continue
		}
		n := st.source(c)
		if n == nil {
			continue
		}
		n.used = true
		columns := n.columns
		if n.kind == isMetric {
			columns = st.metrics.table(n.name).Columns
		}
		if f := st.checkColumns(c, columns); f != nil {
			st.fault(f...)
		}
	}
}

// source finds the query that a cell shows. A cell without one is broken.
func (st *state) source(c *cellNode) *name {
	n := c.names.find(c.name)
	if n != nil && (n.kind == isQuery || n.kind == isMetric) {
		return n
	}
	if st.broken[c] != nil {
		return nil
	}
	switch {
	case n != nil:
		st.breakCell(c, st.nb.lines.fault(c.nameAt, "%s is a %s; a %s cell shows a query", c.name, n.kindWord(), c.kind))
	case st.lookup(c.name) != nil:
		st.breakCell(c, st.nb.lines.fault(c.nameAt, "query %s belongs to the loop at line %d; this cell stands outside it",
			c.name, st.nb.lines.line(st.lookup(c.name).loop.start)))
	default:
		st.breakCell(c, st.nb.lines.fault(c.nameAt, "there is no query %s%s", c.name, hint(c.name, c.names.of(isQuery, isMetric))))
	}
	return nil
}

// checkColumns finds options that name a column the query does not have.
func (st *state) checkColumns(c *cellNode, columns []table.Column) []Fault {
	if columns == nil || c.spec == nil {
		return nil
	}
	var faults []Fault
	for _, use := range c.spec.columns {
		if !hasColumn(columns, use.name) {
			f := st.nb.lines.fault(use.at, "%s: query %s has no column %s%s", use.in, c.name, use.name, hint(use.name, columnNames(columns)))
			f.Cell = c.name
			faults = append(faults, f)
		}
	}
	if len(faults) > 0 && st.broken[c] == nil {
		st.broken[c] = &faults[0]
	}
	return faults
}

// warnUnused warns of parameters and sql cells that nothing uses.
func (st *state) warnUnused() {
	bound := map[string]bool{}
	for _, q := range st.env.Runner.Set.All() {
		for _, p := range q.Uses() {
			bound[p] = true
		}
		for _, r := range q.Reads() {
			if n := st.lookup(r); n != nil && r != q.Name {
				n.used = true
			}
		}
	}
	for i := range st.nb.front.params {
		p := &st.nb.front.params[i]
		if n := st.names.byName[p.Name]; n != nil && n.kind == isParam && !n.used && !bound[p.Name] {
			st.fault(st.nb.lines.warning(p.offset, "nothing uses the parameter %s", p.Name))
		}
	}
	for _, c := range st.nb.cells {
		if c.kind != "sql" || st.broken[c] != nil {
			continue
		}
		if n := st.lookup(c.name); n != nil && n.cell == c && !n.used {
			f := st.nb.lines.warning(c.nameAt, "nothing uses the result of %s", c.name)
			f.Cell = c.name
			st.fault(f)
		}
	}
}
