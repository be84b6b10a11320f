package notebook

import (
	"context"
	"errors"
	"strings"

	"github.com/profreport/profreport/internal/query"
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

// loopColumns gives a loop's variable the columns of the rows it runs over.
func (st *state) loopColumns(l *forNode) {
	v, e := l.names.byName[l.variable], l.rows.expr
	if v != nil && v.columns == nil && e != nil && e.rows != nil {
		v.columns = e.rows.rowFields()
	}
}

// compileAll compiles every expression of the notebook.
func (st *state) compileAll() {
	st.compileIn(st.nb.body, st.names)
	if st.nb.title != nil {
		st.compileTemplate(st.nb.title, st.names)
	}
}

func (st *state) compileIn(nodes []node, ns *names) {
	for _, n := range nodes {
		switch n := n.(type) {
		case *textNode:
			for _, v := range st.nb.inlines {
				if v.span.start >= n.start && v.span.start < n.end {
					v.names = ns
					v.expr = st.compile(v.span, ns, wantValue)
				}
			}
		case *cellNode:
			n.names = ns
			st.compileCell(n, ns)
		case *ifNode:
			for i := range n.branches {
				if c := n.branches[i].cond; c != nil {
					c.expr = st.compile(c.span, ns, wantCondition)
				}
				st.compileIn(n.branches[i].body, ns)
			}
		case *forNode:
			if n.variable != "" {
				n.rows.expr = st.compile(n.rows.span, ns, wantRows)
				st.loopColumns(n)
			}
			st.compileIn(n.body, n.names)
		}
	}
}

// compile compiles an expression and keeps its faults.
func (st *state) compile(s span, ns *names, want wanted) *expression {
	e, faults := st.compiler.compile(s, ns, want)
	st.fault(faults...)
	e.typed = st.checked
	for _, u := range e.uses {
		u.name.used = true
	}
	return e
}

func (st *state) compileCell(c *cellNode, ns *names) {
	if c.cond != nil {
		c.cond.expr = st.compile(c.cond.span, ns, wantCondition)
	}
	if c.spec == nil {
		return
	}
	for _, v := range c.spec.values {
		if v.span != nil {
			v.expr = st.compile(*v.span, ns, wantValue)
		}
	}
	for _, t := range c.spec.texts {
		st.compileTemplate(t, ns)
	}
}

func (st *state) compileTemplate(t *template, ns *names) {
	for i := range t.parts {
		if t.parts[i].span != nil {
			t.parts[i].expr = st.compile(*t.parts[i].span, ns, wantValue)
		}
	}
}

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
