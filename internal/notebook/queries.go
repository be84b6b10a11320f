package notebook

import (
	"errors"
	"fmt"
	"strings"

	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/table"
)

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
