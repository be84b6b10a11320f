package notebook

import (
	"errors"
	"fmt"
	"strings"

	"github.com/expr-lang/expr/vm"

	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/table"
)

// evalBudget bounds what one expression may allocate, in elements.
const evalBudget = 2_000_000

// eval computes an expression in a scope: nil when it is unknown.
func (st *state) eval(e *expression, ns *names, sc *scope) (any, error) {
	if e.broken != nil {
		return nil, &placed{*e.broken}
	}
	if err := st.fetch(e, ns, sc); err != nil {
		return nil, err
	}
	env := make(map[string]any, len(e.uses))
	for _, u := range e.uses {
		v, err := st.use(u, sc)
		if err != nil {
			return nil, &placed{e.runFault(st.nb.lines, err)}
		}
		env[u.name.name+string(u.as)] = v
	}
	machine := vm.VM{MemoryBudget: evalBudget}
	v, err := machine.Run(e.program, env)
	if err != nil {
		return nil, &placed{e.runFault(st.nb.lines, err)}
	}
	if _, isMetric := v.(*MetricValue); isMetric {
		return v, nil
	}
	return plainValue(v), nil
}

// fetch runs the queries of an expression. Columns learnt by that are checked
// against the expression, once.
func (st *state) fetch(e *expression, ns *names, sc *scope) error {
	learnt := false
	for _, u := range e.uses {
		switch u.name.kind {
		case isQuery:
			t, err := st.query(u.name, sc)
			if err != nil {
				return err
			}
			learnt = st.learn(u.name, t.Columns) || learnt
		case isMetric:
			if err := st.loadMetrics(); err != nil {
				return err
			}
		case isRow:
			learnt = u.name.columns != nil && !e.typed || learnt
		}
	}
	if !learnt || e.typed {
		return nil
	}
	again, faults := st.compiler.compile(e.span, ns, e.want)
	again.typed = true
	*e = *again
	for _, f := range faults {
		st.fault(f)
	}
	if e.broken != nil {
		return &placed{*e.broken}
	}
	return nil
}

// learn notes the columns of a query that were not known before it ran.
func (st *state) learn(n *name, columns []table.Column) bool {
	if n.columns != nil || columns == nil {
		return false
	}
	n.columns = columns
	return true
}

// use returns the value of a name for an expression.
func (st *state) use(u use, sc *scope) (any, error) {
	switch n := u.name; n.kind {
	case isParam:
		return orKnown(u, st.params[n.name]), nil
	case isRow:
		return orKnown(u, sc.find(n.name)), nil
	case isMetric:
		return st.useMetric(u)
	default:
		t, err := st.query(n, sc)
		if err != nil {
			return nil, err
		}
		return st.useTable(n.name, t, u.as)
	}
}

// orKnown answers is_known of a value.
func orKnown(u use, v any) any {
	if u.as == asKnown {
		return isKnown(v)
	}
	return v
}

// useMetric gives the only value of a metric. is_known asks for any value.
func (st *state) useMetric(u use) (any, error) {
	switch u.as {
	case asNamed:
		return nil, nil
	case asRows, asCount:
		return st.useTable(u.name.name, st.metrics.table(u.name.name), u.as)
	case asKnown:
		for _, v := range st.metrics.values[u.name.name] {
			if v.Value != nil {
				return true, nil
			}
		}
		return false, nil
	}
	return st.metrics.get(u.name.name, nil, nil)
}

// useTable gives a query's rows as an expression wants them.
func (st *state) useTable(name string, t *table.Table, as usage) (any, error) {
	switch as {
	case asCount:
		return int64(len(t.Rows)), nil
	case asKnown:
		return len(t.Rows) > 0 && (len(t.Rows) > 1 || len(t.Columns) != 1 || t.Rows[0][0] != nil), nil
	case asRow:
		if len(t.Rows) > 1 {
			return nil, errorf("%s has %d rows; take one, as in first(%s).column or {{ for row in %s }}", name, len(t.Rows), name, name)
		}
		if len(t.Rows) == 0 {
			return map[string]any(nil), nil
		}
		return rowMap(t, 0), nil
	case asValue:
		switch {
		case len(t.Rows) == 0 && len(t.Columns) == 1:
			return nil, nil
		case len(t.Rows) == 1 && len(t.Columns) == 1:
			return t.Rows[0][0], nil
		}
		return nil, errorf("%s has %d rows and %d columns; a value is one of each, so ask for %s.column or count(%s)",
			name, len(t.Rows), len(t.Columns), name, name)
	}
	if cached, ok := st.rows[t]; ok {
		return cached, nil
	}
	if len(t.Rows) > maxExprRows {
		return nil, errorf("%s has %d rows, more than an expression may hold (%d); do it in SQL", name, len(t.Rows), maxExprRows)
	}
	rows := make([]any, len(t.Rows))
	for i := range rows {
		rows[i] = rowMap(t, i)
	}
	st.rows[t] = rows
	return rows, nil
}

// maxExprRows is how many rows an expression may see as a list.
const maxExprRows = 200_000

func rowMap(t *table.Table, i int) map[string]any {
	m := make(map[string]any, len(t.Columns))
	for j, c := range t.Columns {
		m[c.Name] = t.Rows[i][j]
	}
	return m
}

// query returns the rows of a query, running it if need be.
func (st *state) query(n *name, sc *scope) (*table.Table, error) {
	if n.kind == isMetric {
		if err := st.loadMetrics(); err != nil {
			return nil, err
		}
		return st.metrics.table(n.name), nil
	}
	if t := st.tables[n.name]; t != nil && n.loop == nil {
		return t, nil
	}
	if n.cell != nil && st.broken[n.cell] != nil {
		return nil, &placed{*st.broken[n.cell]}
	}
	if n.view {
		st.viewQuery(n.name)
	}
	t, err := st.env.Runner.TableWith(st.ctx, n.sqlName(), st.bindLoops(sc))
	if err != nil {
		f := st.queryFault(n, err)
		if n.cell != nil && n.loop == nil {
			st.broken[n.cell] = &f
		}
		return nil, &placed{f}
	}
	if n.loop == nil {
		st.tables[n.name] = t
	}
	return t, nil
}

// viewPrefix goes before the name of a view in the name of the query that reads
// it whole.
const viewPrefix = "all_"

// sqlName is the name of the query behind a name.
func (n *name) sqlName() string {
	if n.view {
		return viewPrefix + n.name
	}
	return n.name
}

// viewQuery makes sure that there is a query that reads a view.
func (st *state) viewQuery(view string) {
	set := st.env.Runner.Set
	if set.Get(viewPrefix+view) != nil {
		return
	}
	q, faults := query.Parse(viewPrefix+view, "select * from "+view, query.Origin{File: st.nb.Path})
	if q.From = "built in"; faults.Err() == nil {
		set.Add(q)
	}
}

// queryFault places the failure of a query: where the runner says, else at the
// cell that holds it.
func (st *state) queryFault(n *name, err error) Fault {
	var qf *query.Fault
	if errors.As(err, &qf) && qf.File != "" {
		f := fromQuery(qf)
		f.Cell = n.name
		return f
	}
	var many query.Faults
	if errors.As(err, &many) && len(many) > 0 {
		f := fromQuery(many[0])
		f.Cell = n.name
		return f
	}
	message := fmt.Sprintf("query %s: %s", n.name, firstLine(err.Error()))
	if n.cell != nil {
		f := st.nb.lines.fault(n.cell.item.bodyStart, "%s", message)
		f.Cell = n.name
		return f
	}
	return Fault{File: st.nb.Path, Message: message, Cell: n.name}
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	return s
}

// loadMetrics reads metric_values once.
func (st *state) loadMetrics() error {
	if st.metricsRead {
		return st.metricsErr
	}
	st.metricsRead = true
	var t *table.Table
	var err error
	if st.env.MetricValues != nil {
		t, err = st.env.MetricValues(st.ctx)
	} else {
		t, err = st.env.Runner.Table(st.ctx, "metric_values")
	}
	if err != nil {
		st.metricsErr = &placed{Fault{File: st.nb.Path, Message: "metric values: " + firstLine(err.Error())}}
		return st.metricsErr
	}
	st.metrics = newMetricStore(st.env.Metrics, t)
	return nil
}

// value fills in an inline value.
func (st *state) value(in *Inline, v *inlineValue, sc *scope) {
	got, err := st.eval(v.expr, v.names, sc)
	if err != nil {
		st.failInline(in, asFault(err))
		return
	}
	in.Query = v.expr.source()
	text, err := st.print(v.expr, got)
	if err != nil {
		st.failInline(in, v.expr.runFault(st.nb.lines, err))
		return
	}
	if m, ok := got.(*MetricValue); ok {
		in.Metric = m
		if in.Query == "" {
			in.Query = m.Metric
		}
	}
	in.Text, in.Value = text, plainValue(got)
	in.Unknown = in.Value == nil
}

// asFault returns the fault in an error of eval.
func asFault(err error) Fault {
	var p *placed
	if errors.As(err, &p) {
		return p.Fault
	}
	return Fault{Message: err.Error()}
}

// source names the first query or metric of an expression.
func (e *expression) source() string {
	for _, u := range e.uses {
		switch u.name.kind {
		case isQuery, isMetric:
			return u.name.name
		case isRow:
			if e := u.name.loop.rows.expr; e != nil && e.rows != nil && e.rows.kind != isParam {
				return e.rows.name
			}
		}
	}
	return ""
}

// print formats the value of an expression. A bare column prints with its own
// unit, a metric with that of its definition, a parameter as it was given.
func (st *state) print(e *expression, v any) (string, error) {
	if m, ok := v.(*MetricValue); ok {
		return show(m.Value, m.Format, m.Unit)
	}
	n, column := e.form.name, e.form.column
	if _, isNumber := number(plainValue(v)); !isNumber || n == nil {
		return show(v, "", "")
	}
	var l look
	switch n.kind {
	case isParam:
		return exact(v), nil
	case isMetric:
		if column == "low" || column == "high" || column == "value" {
			l = look{format: n.metric.Format, unit: n.metric.Unit}
		}
	case isRow:
		if rows := n.loop.rows.expr.rows; column != "" && rows != nil {
			l = lookOf(st.env.Runner.Set.Get(rows.name), column)
		} else if column != "" {
			l = guess(column)
		}
	case isQuery:
		if column == "" && len(n.columns) == 1 {
			column = n.columns[0].Name
		}
		l = lookOf(st.env.Runner.Set.Get(n.name), column)
	}
	return show(v, l.format, l.unit)
}
