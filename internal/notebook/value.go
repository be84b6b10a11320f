package notebook

import (
	"errors"
)

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
