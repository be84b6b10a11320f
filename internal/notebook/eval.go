package notebook

import (
	"github.com/expr-lang/expr/vm"

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
