package notebook

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/table"
)

// Env is what a notebook runs against.
type Env struct {
	// Runner runs the queries. Its set gets the notebook's parameters and sql
	// cells added.
	Runner *query.Runner
	// Params are the values given by the user, by name: for `-p` as text, or of
	// the parameter's type. They must be the ones the Runner was made with.
	Params map[string]any
	// Views names the tables and views of the database, which can be used in
	// text and cells like queries.
	Views []string
	// Metrics are the metrics that are defined.
	Metrics []MetricDef
	// MetricValues gives the rows of metric_values. When it is nil, the Runner
	// is asked for a table of that name.
	MetricValues func(ctx context.Context) (*table.Table, error)
	// Methods goes into Document.Methods.
	Methods []string
}

// state is one notebook made ready for one Env.
type state struct {
	nb          *Notebook
	env         Env
	compiler    *exprCompiler
	names       *names
	metrics     *metricStore
	metricsRead bool
	metricsErr  error
	params      map[string]any // values in force, as expressions see them
	set         map[string]bool
	ids         *headingIDs
	ctx         context.Context
	tables      map[string]*table.Table // of queries outside loops
	rows        map[*table.Table][]any  // as expressions see them
	faults      []Fault
	broken      map[*cellNode]*Fault // cells that can't run, and why
	checked     bool                 // columns were looked up before running
	doc         *Document
	text        *expansion // prose not yet put into a block
	rounds      int        // of all loops
}

// prepare makes the namespace and adds the notebook to the runner's set.
func (nb *Notebook) prepare(env Env) *state {
	st := &state{
		nb: nb, env: env, names: newNames(nil), metrics: newMetricStore(env.Metrics, nil), params: map[string]any{},
		set: map[string]bool{}, tables: map[string]*table.Table{}, rows: map[*table.Table][]any{}, ctx: context.Background(),
		ids: &headingIDs{used: map[string]bool{}}, broken: map[*cellNode]*Fault{},
	}
	for _, c := range nb.cells {
		if c.broken != nil {
			st.broken[c] = c.broken
		}
	}
	st.names.metrics = map[string]*name{}
	st.names.excuse = nb.front.broken
	st.compiler = newExprCompiler(nb.lines, st.functions())
	if env.Runner == nil {
		st.env.Runner = query.NewRunner(query.NewSet(), nil, nil)
	}
	st.declareQueries()
	st.declareParams()
	for _, c := range nb.cells {
		if c.kind == "sql" && c.name != "" {
			st.declareCell(c)
		}
	}
	st.openLoops()
	return st
}

func (st *state) fault(faults ...Fault) { st.faults = append(st.faults, faults...) }

// declareQueries takes over the names of views, metrics and query files. The
// later hides the earlier.
func (st *state) declareQueries() {
	for _, v := range st.env.Views {
		v = strings.ToLower(v)
		st.names.byName[v] = &name{kind: isQuery, name: v, view: true, used: true}
	}
	for i := range st.env.Metrics {
		m := &st.env.Metrics[i]
		n := &name{kind: isMetric, name: m.Name, metric: m, used: true}
		st.names.byName[m.Name], st.names.metrics[m.Name] = n, n
	}
	for _, q := range st.env.Runner.Set.Names() {
		st.names.byName[q] = &name{kind: isQuery, name: q, used: true}
	}
}

// declareParams binds the parameters: the default, or the value given.
func (st *state) declareParams() {
	var declared []query.Param
	for i := range st.nb.front.params {
		p := &st.nb.front.params[i]
		if old := st.names.byName[p.Name]; old != nil && !old.view { // SQL tells :runs from runs
			st.fault(st.nb.lines.fault(p.offset, "parameter %s has the name of a %s", p.Name, old.kindWord()))
			continue
		}
		if p.broken {
			st.names.byName[p.Name] = &name{kind: isParam, name: p.Name, param: p, used: true}
			continue
		}
		v, given := st.env.Params[p.Name]
		value := p.Default
		if given {
			bound, err := query.Bind(p.Type, v)
			if err != nil {
				st.fault(st.nb.lines.fault(p.offset, "parameter %s: %s", p.Name, err))
			} else {
				value = bound
			}
		}
		st.params[p.Name] = seen(p.Type, value)
		st.set[p.Name] = given
		st.names.byName[p.Name] = &name{kind: isParam, name: p.Name, param: p}
		declared = append(declared, p.Param)
	}
	st.env.Runner.Set.Declare(declared...)
	st.checkGiven()
}

// checkGiven refuses values for parameters that nobody has.
func (st *state) checkGiven() {
	known := st.names.of(isParam)
	for _, q := range st.env.Runner.Set.All() {
		for _, p := range q.Params {
			known = append(known, p.Name)
		}
	}
	var unknown []string
	for n := range st.env.Params {
		if !slices.Contains(known, n) {
			unknown = append(unknown, n)
		}
	}
	slices.Sort(unknown)
	for _, n := range unknown {
		st.fault(Fault{File: st.nb.Path, Message: "there is no parameter " + n + hint(n, known)})
	}
}

// seen is a bound value as expressions see it: a bool is true or false, a list
// its items.
func seen(typ string, v any) any {
	if v == nil {
		return nil
	}
	switch typ {
	case "bool":
		return v == int64(1)
	case "list", "runs":
		return jsonList(v)
	}
	return v
}

// declareCell adds a sql cell to the names and to the runner's set.
func (st *state) declareCell(c *cellNode) {
	lines := st.nb.lines
	space := st.names
	if c.loop != nil {
		return // openLoops declares it inside the loop
	}
	if old := space.byName[c.name]; old != nil {
		switch {
		case old.cell != nil:
			st.breakCell(c, lines.fault(c.nameAt, "%s is already the name of the cell at line %d", c.name, old.cell.line))
			return
		case old.kind == isParam || old.view:
			st.breakCell(c, lines.fault(c.nameAt, "cell %s has the name of a %s", c.name, old.kindWord()))
			return
		}
	}
	st.addQuery(c, space)
}

// addQuery parses a cell's SQL and puts it into the runner's set.
func (st *state) addQuery(c *cellNode, space *names) {
	file := st.env.Runner.Set.Get(c.name)
	if file != nil && file.Origin.File == st.nb.Path {
		file = nil // the cell itself, from an earlier run
	}
	overrides := file != nil || c.override
	space.byName[c.name] = &name{kind: isQuery, name: c.name, cell: c, loop: c.loop, used: overrides}
	if len(bytes.TrimSpace(st.nb.Source[c.item.bodyStart:c.item.bodyEnd])) == 0 {
		st.breakCell(c, st.nb.lines.fault(c.nameAt, "sql cell %s has no statement", c.name))
		return
	}
	origin := query.Origin{File: st.nb.Path, Line: st.nb.lines.line(c.item.bodyStart)}
	q, faults := query.Parse(c.name, string(st.nb.Source[c.item.bodyStart:c.item.bodyEnd]), origin)
	for _, f := range faults {
		own := fromQuery(f)
		if own.Warning {
			st.fault(own)
		} else {
			st.breakCell(c, own)
		}
	}
	if faults.Err() != nil {
		return
	}
	if file == nil && c.override && st.env.Runner.Set.Get(c.name) == nil {
		st.breakCell(c, st.nb.lines.fault(c.nameAt, "there is no query %s to override%s", c.name, hint(c.name, st.env.Runner.Set.Names())))
		return
	}
	if file != nil && !c.override {
		st.breakCell(c, st.nb.lines.fault(c.nameAt, "%s is the name of a query (%s); take another, or write override behind it to replace that query", c.name, file.From))
		return
	}
	if old := st.env.Runner.Set.Get(q.Name); old != nil && old.Origin == q.Origin && old.Text == q.Text {
		return // prepared before, with another runner over the same set
	}
	if f := st.env.Runner.Set.Add(q); f != nil {
		st.breakCell(c, fromQuery(f))
	}
}

// breakCell notes that a cell can't run. It shows the first fault.
func (st *state) breakCell(c *cellNode, f Fault) {
	f.Cell = c.name
	if st.broken[c] == nil {
		st.broken[c] = &f
	}
	st.fault(f)
}

// kindWord names the kind of a name in an error.
func (n *name) kindWord() string {
	switch {
	case n.kind == isParam:
		return "parameter"
	case n.kind == isMetric:
		return "metric"
	case n.kind == isRow:
		return "loop variable"
	case n.view:
		return "table of the database"
	}
	return "query"
}
