package notebook

import (
	"context"
	"strings"
)

// Run executes a notebook. What fails shows its fault in its place and is
// listed in Document.Faults; the rest runs. The error is for what ends the run
// itself: a cancelled context.
//
// When Check was called with the same Runner, its findings are used and
// repeated in Faults.
func (nb *Notebook) Run(ctx context.Context, env Env) (*Document, error) {
	st := nb.ready
	if st == nil || st.env.Runner != env.Runner {
		st = nb.prepare(env)
		st.compileAll()
	}
	nb.ready = nil // a second run has its own state
	st.ctx = ctx
	st.doc = &Document{Path: nb.Path, Source: nb.Source, Methods: env.Methods}
	for _, p := range nb.Params {
		p.Value, p.Set = st.params[p.Name], st.set[p.Name]
		st.doc.Params = append(st.doc.Params, p)
	}
	if nb.title != nil {
		st.doc.Title = st.fill(nb.title, st.names, nil, nil)
	}
	st.text = &expansion{}
	st.nodes(nb.body, st.names, nil)
	st.flush()
	st.fillStored()
	st.listQueries()
	st.fillListings()
	st.doc.Faults = sortFaults(append(append([]Fault(nil), nb.faults...), st.faults...))
	return st.doc, ctx.Err()
}

// nodes runs a list of nodes in a scope.
func (st *state) nodes(list []node, ns *names, sc *scope) {
	for _, n := range list {
		if st.ctx.Err() != nil {
			return
		}
		switch n := n.(type) {
		case *textNode:
			st.text.add(st.nb.Source, n.start, n.end, sc)
		case *cellNode:
			st.cell(n, ns, sc)
		case *ifNode:
			st.choose(n, ns, sc)
		case *forNode:
			st.loop(n, ns, sc)
		}
	}
}

// choose runs the branch of a condition that holds. `{{ else }}` is for
// conditions that are false: when one of them is unknown, the words for that
// stand in its place.
func (st *state) choose(n *ifNode, ns *names, sc *scope) {
	undecided := false
	for _, b := range n.branches {
		if b.cond == nil {
			if undecided {
				st.text.addUnknown(b.at, n.block)
				return
			}
			st.nodes(b.body, ns, sc)
			return
		}
		holds, err := st.condition(b.cond, ns, sc)
		if err != nil {
			st.text.addFault(n.start, n.block, asFault(err))
			st.fault(asFault(err))
			return
		}
		if holds == true {
			st.nodes(b.body, ns, sc)
			return
		}
		undecided = undecided || holds == nil
	}
}

// condition evaluates a condition: true, false, or nil when unknown.
func (st *state) condition(c *condition, ns *names, sc *scope) (any, error) {
	v, err := st.eval(c.expr, ns, sc)
	if err != nil {
		return nil, err
	}
	holds, err := truth(v)
	if err != nil {
		return nil, &placed{c.expr.runFault(st.nb.lines, err)}
	}
	return holds, nil
}

// loop runs the body once for each row.
func (st *state) loop(n *forNode, ns *names, sc *scope) {
	if n.rows.expr == nil || n.variable == "" {
		return
	}
	fail := func(f Fault) {
		st.text.addFault(n.start, true, f)
		st.fault(f)
	}
	v, err := st.eval(n.rows.expr, ns, sc)
	if err != nil {
		fail(asFault(err))
		return
	}
	if v == nil {
		return
	}
	rows, ok := v.([]any)
	if !ok {
		if rows = items(v); rows == nil {
			fail(st.nb.lines.fault(n.rows.span.at(leading(n.rows.span.text)), "a loop runs over rows or a list, not %s", typeName(v)))
			return
		}
	}
	st.loopColumns(n)
	for i, row := range rows {
		if st.rounds > maxRounds {
			return // an inner loop has said so
		}
		if st.rounds++; st.rounds > maxRounds {
			fail(st.nb.lines.fault(n.start, "the loops of this notebook have more than %d rounds", maxRounds))
			return
		}
		st.nodes(n.body, n.names, &scope{parent: sc, loop: n, row: row, index: i})
	}
}

// flush turns the prose gathered so far into a block.
func (st *state) flush() {
	x := st.text
	st.text = &expansion{}
	if len(x.buf) == 0 {
		return
	}
	p := st.prose(x)
	st.doc.parts = append(st.doc.parts, Block{Prose: p})
	if p.AST.HasChildren() {
		st.doc.Blocks = append(st.doc.Blocks, Block{Prose: p})
	}
}

// listQueries notes the queries that ran. One that reads a whole view goes by
// the name of the view, as cells and expressions do.
func (st *state) listQueries() {
	seen := map[string]bool{}
	for _, e := range st.env.Runner.Executed() {
		q := e.Query
		text := QueryText{Name: q.Name, SQL: q.SQL(), Doc: q.Doc, From: q.From, Rows: e.Rows, Params: e.Params}
		if view := strings.TrimPrefix(q.Name, viewPrefix); view != q.Name {
			if n := st.names.byName[view]; n != nil && n.view {
				text.Name = view
			}
		}
		if !seen[text.Name] {
			seen[text.Name] = true
			st.doc.Queries = append(st.doc.Queries, text)
		}
	}
}
