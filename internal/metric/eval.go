package metric

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/expr-lang/expr/vm"

	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/table"
)

// Columns are those of metric_values.
var Columns = []table.Column{
	{Name: "run_id", Type: table.Int}, {Name: "run", Type: table.Text}, {Name: "metric", Type: table.Text}, {Name: "key", Type: table.Text},
	{Name: "value", Type: table.Float}, {Name: "unit", Type: table.Text}, {Name: "low", Type: table.Float}, {Name: "high", Type: table.Float},
	{Name: "n", Type: table.Int}, {Name: "verdict", Type: table.Text}, {Name: "note", Type: table.Text}, {Name: "definition_sha256", Type: table.Text},
}

// Check finds what is wrong with the named metrics, or all when none is named,
// and runs no query: columns come from the database's own reading of the
// statements and from `-- column:` lines.
func Check(ctx context.Context, set *Set, runner *query.Runner, names ...string) query.Faults {
	p := newPlan(set, runner, names)
	p.load(func(name string) ([]table.Column, error) { return runner.Columns(ctx, name) })
	p.order()
	p.compileAll()
	return p.faults()
}

// Eval computes the named metrics, or all when none is named, and those they
// need. The rows have the columns of metric_values, in the order of definition
// and then of the query. A metric with a fault has no rows; a row whose
// expression fails has a null value and says why in its note.
func Eval(ctx context.Context, set *Set, runner *query.Runner, names ...string) (*table.Table, query.Faults) {
	p := newPlan(set, runner, names)
	tables := map[string]*table.Table{}
	p.load(func(name string) ([]table.Column, error) {
		t, err := runner.Table(ctx, name)
		if err != nil {
			return nil, err
		}
		tables[name] = t
		return typed(t), nil
	})
	ordered := p.order()
	p.compileAll()
	e := &evaluation{plan: p, params: p.paramValues(), values: map[string]map[any]map[string]any{}, texts: map[string]string{}}
	rows := map[*job][][]any{}
	for _, j := range ordered {
		if j.faults.Err() != nil {
			continue
		}
		rows[j] = e.metric(ctx, j, tables[j.def.Query])
	}
	out := &table.Table{Columns: Columns}
	for _, d := range set.All() {
		if j := p.byName[d.Name]; j != nil && (len(names) == 0 || slices.Contains(names, d.Name)) {
			out.Rows = append(out.Rows, rows[j]...)
		}
	}
	return out, p.faults()
}

// load gets the columns of every query, once each, and resolves names. The
// fault of a query is reported once, with the metrics that it costs.
func (p *plan) load(columns func(string) ([]table.Column, error)) {
	got := map[string][]table.Column{}
	failed := map[string]*query.Fault{}
	for _, j := range p.jobs {
		name := j.def.Query
		if j.query == nil {
			continue
		}
		if f := failed[name]; f != nil {
			f.Hint += ", " + j.def.Name
			j.faults = append(j.faults, f)
			continue
		}
		if _, ok := got[name]; !ok {
			c, err := columns(name)
			if err != nil {
				f := asFault(err, j.def)
				f.Hint = strings.TrimPrefix(f.Hint+"; needed by metric "+j.def.Name, "; ")
				failed[name] = f
				j.faults = append(j.faults, f)
				continue
			}
			got[name] = c
		}
		j.columns = got[name]
		p.resolve(j)
	}
}

// asFault copies the fault inside err, or makes one at the definition.
func asFault(err error, d *Definition) *query.Fault {
	var f *query.Fault
	if errors.As(err, &f) {
		c := *f
		return &c
	}
	return d.fault("query", 0, "query %s: %v", d.Query, err)
}

// compileAll compiles what has no fault yet.
func (p *plan) compileAll() {
	for _, j := range p.jobs {
		if j.faults.Err() == nil {
			p.compile(j)
		}
	}
}

// faults returns the faults of all jobs, each once, by place.
func (p *plan) faults() query.Faults {
	var out query.Faults
	for _, j := range p.jobs {
		for _, f := range j.faults {
			if !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	out.Sort()
	return out
}

// paramValues returns the values in force as expressions see them: a bool is
// true or false, a list is a list.
func (p *plan) paramValues() map[string]any {
	out := map[string]any{}
	for name := range p.params {
		param, v, err := p.runner.Param(name)
		if err != nil {
			continue // the query that uses it says so
		}
		switch s := v.(type) {
		case string:
			if param.Type == "list" || param.Type == "runs" {
				var items []any
				if json.Unmarshal([]byte(s), &items) == nil {
					v = items
				}
			}
		case int64:
			if param.Type == "bool" {
				v = s != 0
			}
		}
		out[name] = v
	}
	return out
}

// evaluation holds the values as they come in.
type evaluation struct {
	*plan
	params map[string]any
	values map[string]map[any]map[string]any // metric -> run_id -> key -> value
	texts  map[string]string                 // query -> queryTexts
}

// metric evaluates one metric over the rows of its query.
func (e *evaluation) metric(ctx context.Context, j *job, t *table.Table) [][]any {
	if _, ok := e.texts[j.def.Query]; !ok {
		e.texts[j.def.Query] = queryTexts(e.runner.Set, j.def.Query)
	}
	w := &rowWriter{name: j.def.Name, unit: nilIfEmpty(j.def.Unit), sha: j.def.hash(e.texts[j.def.Query])}
	if field := j.usesRows(); field != "" && len(t.Rows) > maxListRows {
		f := j.def.fault(field, 0, "query %s has %d rows, and rows holds at most %d", j.def.Query, len(t.Rows), maxListRows)
		f.Hint = "of_run('...') and column('...') hold any number of values"
		j.faults = append(j.faults, f)
		return nil
	}
	needed := e.neededByOthers(j.def.Name)
	seen := seenKeys{}
	r := newRowRunner(ctx, e, j, t)
	var f figure
	duplicates := 0
	for i, row := range t.Rows {
		if i%1024 == 0 && ctx.Err() != nil {
			j.faults = append(j.faults, j.def.fault("expr", 0, "stopped after %d rows: %v", i, ctx.Err()))
			break
		}
		if !r.figure(i, row, &f) {
			continue
		}
		if first, twice := seen.add(t, r.runID, i, f.key); twice {
			if duplicates++; duplicates == 1 {
				j.faults = append(j.faults, j.duplicate(&f, first, i))
			}
			continue
		}
		if needed {
			e.keep(j.def.Name, &f)
		}
		w.write(&f, len(t.Rows)-i)
	}
	r.report()
	return w.rows
}

// usesRows returns the first field that names rows, or "".
func (j *job) usesRows() string {
	for _, field := range exprFields {
		if x := j.exprs[field]; x != nil && slices.ContainsFunc(x.uses, func(u use) bool { return u.what == allRows }) {
			return field
		}
	}
	return ""
}

// neededByOthers tells whether another metric names this one.
func (e *evaluation) neededByOthers(metric string) bool {
	for _, j := range e.jobs {
		for _, x := range j.exprs {
			for _, u := range x.uses {
				if u.what == aMetric && u.name.name == metric {
					return true
				}
			}
		}
	}
	return false
}

func (e *evaluation) keep(metric string, f *figure) {
	byRun := e.values[metric]
	if byRun == nil {
		byRun = map[any]map[string]any{}
		e.values[metric] = byRun
	}
	if byRun[f.runID] == nil {
		byRun[f.runID] = map[string]any{}
	}
	byRun[f.runID][f.key] = f.value
}

// valueOf returns the value of another metric for a row: of the given key, else
// of the row's own key, else the one value of the run.
func (e *evaluation) valueOf(u use, runID any, key string) any {
	byKey := e.values[u.name.name][runID]
	if u.arg != "" {
		return byKey[u.arg]
	}
	if v, ok := byKey[key]; ok {
		return v
	}
	return byKey[""]
}

// machine is one expr VM with its memory bound.
func machine() *vm.VM { return &vm.VM{MemoryBudget: memoryBudget} }

// toNumber converts the result of an expression to a float64 or nil.
func toNumber(v any) (any, error) {
	if isNull(v) {
		return nil, nil
	}
	if b, ok := v.(bool); ok {
		if b {
			return 1.0, nil
		}
		return 0.0, nil
	}
	f, ok := number(v)
	if !ok {
		return nil, fmt.Errorf("want a number, got %s", show(v))
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, nil
	}
	if _, as := v.(float64); as {
		return v, nil // not boxed again
	}
	return f, nil
}
