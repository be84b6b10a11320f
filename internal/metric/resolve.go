package metric

import (
	"fmt"
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/table"
)

// job is one metric on its way from text to values.
type job struct {
	def     *Definition
	query   *query.Query
	columns []table.Column
	exprs   map[string]*expression // by field; a field without text has none
	faults  query.Faults
}

// expression is an expression of a metric, with what its names stand for.
type expression struct {
	*parsed
	program *program
	uses    []use
}

// use is a name and what it stands for.
type use struct {
	name
	what meaning
}

// meaning is what a name can stand for. A name is the first of these that fits.
type meaning uint8

const (
	aColumn    meaning = iota
	aResult            // value, low, high, n: what the other fields gave
	allRows            // rows
	aParameter         // a parameter of the query, of another one or of the notebook
	aMetric            // another metric of the same run
)

// results are the names that a field may use for what fields before it gave.
var results = map[string][]string{
	"note": {"value", "low", "high", "n"}, "limit": {"value", "low", "high", "n"},
	"low": {"value"}, "high": {"value"}, "n": {"value"},
}

// plan holds all jobs of one evaluation or check.
type plan struct {
	set    *Set
	runner *query.Runner
	params map[string]query.Param
	jobs   []*job
	byName map[string]*job
}

func newPlan(set *Set, runner *query.Runner, names []string) *plan {
	p := &plan{set: set, runner: runner, params: runner.Set.AllParams(), byName: map[string]*job{}}
	for _, d := range set.All() {
		if len(names) == 0 || slices.Contains(names, d.Name) {
			p.add(d)
		}
	}
	return p
}

// add adds the job of a definition and of the metrics it may need: every
// metric that one of its expressions names.
func (p *plan) add(d *Definition) {
	if p.byName[d.Name] != nil {
		return
	}
	j := &job{def: d, exprs: map[string]*expression{}, query: p.runner.Set.Get(d.Query)}
	p.byName[d.Name] = j
	p.jobs = append(p.jobs, j)
	for _, field := range exprFields {
		text := *d.field(field)
		if text == "" {
			continue
		}
		parsed, err := parse(text)
		if err != nil {
			j.fault(field, err)
			continue
		}
		j.exprs[field] = &expression{parsed: parsed}
		for _, n := range parsed.names {
			if other := p.set.Get(n.name); other != nil && (n.kind == plainName || n.kind == metricName) {
				p.add(other)
			}
		}
	}
	if j.query == nil && d.Query != "" {
		f := d.fault("query", 0, "there is no query %s", d.Query)
		f.Hint = query.DidYouMean(d.Query, p.runner.Set.Names())
		j.faults = append(j.faults, f)
	}
}

func (j *job) fault(field string, err *exprError) {
	j.faults = append(j.faults, j.def.fault(field, err.at, "%s: %s", field, err.msg))
}

// resolve finds out what every name of j stands for. Its columns are known.
func (p *plan) resolve(j *job) {
	for _, c := range []string{"run_id", "run"} {
		if j.index(c) < 0 {
			j.faults = append(j.faults, j.def.fault("query", 0, "query %s has no column %s: a metric has one row a run", j.def.Query, c))
		}
	}
	for _, field := range exprFields {
		e := j.exprs[field]
		if e == nil {
			continue
		}
		for _, n := range e.names {
			if n.kind == functionName {
				if err := checkFunction(n); err != nil {
					j.fault(field, err)
				}
				continue
			}
			what, err := p.meaning(j, field, n)
			if err != nil {
				j.fault(field, err)
				continue
			}
			e.uses = append(e.uses, use{n, what})
		}
	}
}

// meaning finds what a name in a field stands for.
func (p *plan) meaning(j *job, field string, n name) (meaning, *exprError) {
	isColumn, isMetric := j.index(n.name) >= 0, p.set.Get(n.name) != nil
	switch n.kind {
	case columnName, ofRunName:
		if isColumn {
			return aColumn, nil
		}
		return 0, unknownName(n, "column "+n.name, j.columnNames())
	case metricName:
		if isMetric {
			return aMetric, p.checkMetric(j, n)
		}
		return 0, unknownName(n, "metric "+n.name, p.set.Names())
	}
	_, isParam := p.params[n.name]
	switch {
	case slices.Contains(results[field], n.name) && (n.name == "value" || *j.def.field(n.name) != ""):
		return aResult, nil
	case isColumn:
		return aColumn, nil
	case slices.Contains(results[field], n.name):
		return aResult, nil
	case n.name == "rows":
		return allRows, nil
	case isParam:
		return aParameter, nil
	case isMetric:
		return aMetric, p.checkMetric(j, n)
	}
	known := append(j.columnNames(), p.set.Names()...)
	for name := range p.params {
		known = append(known, name)
	}
	return 0, unknownName(n, "column, parameter or metric "+n.name, append(append(known, results[field]...), "rows"))
}

// checkMetric refuses what would have many values for one row.
func (p *plan) checkMetric(j *job, n name) *exprError {
	other := p.set.Get(n.name)
	if other.Key != "" && j.def.Key == "" && n.arg == "" {
		return &exprError{n.at, fmt.Sprintf("metric %s has a value for each %s; write metric('%s', '...')", n.name, other.Key, n.name)}
	}
	if other.Key == "" && n.arg != "" {
		return &exprError{n.at, fmt.Sprintf("metric %s has one value a run, no key", n.name)}
	}
	return nil
}

func unknownName(n name, what string, known []string) *exprError {
	msg := "there is no " + what
	if h := query.DidYouMean(n.name, known); h != "" {
		msg += "; " + h
	}
	return &exprError{n.at, msg}
}

func checkFunction(n name) *exprError {
	_, ours := library[n.name]
	if ours || n.name == "column" || n.name == "of_run" || n.name == "metric" {
		return nil
	}
	msg := "there is no function " + n.name
	var names []string
	for _, f := range Functions() {
		names = append(names, f.Name)
	}
	if h := query.DidYouMean(n.name, names); h != "" {
		msg += "; " + h
	}
	return &exprError{n.at, msg}
}

func (j *job) index(column string) int {
	return slices.IndexFunc(j.columns, func(c table.Column) bool { return c.Name == column })
}

func (j *job) columnNames() []string {
	out := make([]string, len(j.columns))
	for i, c := range j.columns {
		out[i] = c.Name
	}
	return out
}

// order sorts the jobs so that a metric comes after those it names. A metric
// that names itself, directly or through others, is a fault.
func (p *plan) order() []*job {
	var out []*job
	const open, done = 1, 2
	state := map[*job]int{}
	var trail []string
	var visit func(j *job)
	visit = func(j *job) {
		state[j] = open
		trail = append(trail, j.def.Name)
		for _, field := range exprFields {
			e := j.exprs[field]
			if e == nil {
				continue
			}
			for _, u := range e.uses {
				if u.what != aMetric {
					continue
				}
				next := p.byName[u.name.name]
				switch state[next] {
				case open:
					ring := append(slices.Clone(trail[slices.Index(trail, next.def.Name):]), next.def.Name)
					j.fault(field, &exprError{u.at, "needs itself: " + strings.Join(ring, " -> ")})
				case 0:
					visit(next)
				}
			}
		}
		trail = trail[:len(trail)-1]
		state[j] = done
		out = append(out, j)
	}
	for _, j := range p.jobs {
		if state[j] == 0 {
			visit(j)
		}
	}
	return out
}
