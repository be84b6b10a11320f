package query

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/profreport/profreport/internal/table"
)

// Runner runs the queries of a set in one session. What a query reads from
// other queries is materialized first, once, in order; only what is needed
// runs. A Runner is for one goroutine.
type Runner struct {
	Set *Set

	db       Querier
	values   map[string]any // given by the user, by parameter name
	provided map[string]Provider
	results  map[string]*result // by name and values bound
	inPlace  map[string]string  // name of a table in the session -> key of its result
	running  []string
	columns  map[string][]table.Column // of queries that were only prepared
	log      []*Executed
}

// Provider computes the rows of a table that is no SQL text, such as
// metric_values.
type Provider func(ctx context.Context) (*table.Table, error)

// Executed is a query that ran.
type Executed struct {
	Query  *Query
	Params map[string]any // the values bound
	Rows   int
	Time   time.Duration
	Err    error
}

// result is what came of one query with one set of values.
type result struct {
	table *table.Table
	err   error
}

// NewRunner returns a runner that gives each parameter its value from values,
// or its default where values has none. Values that no query uses may be
// there.
func NewRunner(set *Set, db Querier, values map[string]any) *Runner {
	return &Runner{
		Set: set, db: db, values: values,
		provided: map[string]Provider{}, results: map[string]*result{}, inPlace: map[string]string{},
		columns: map[string][]table.Column{},
	}
}

// Provide makes a table available under a name: when a query first reads it,
// p is called and its rows are put into the session.
func (r *Runner) Provide(name string, p Provider) {
	r.provided[strings.ToLower(name)] = p
	r.Set.Know(name)
}

// Executed returns the queries that ran, in order.
func (r *Runner) Executed() []*Executed { return r.log }

// Table returns the rows of a named query.
func (r *Runner) Table(ctx context.Context, name string) (*table.Table, error) {
	return r.TableWith(ctx, name, nil)
}

// TableWith is Table with other values for some parameters. Queries that do
// not depend on these are not run again.
func (r *Runner) TableWith(ctx context.Context, name string, values map[string]any) (*table.Table, error) {
	name = strings.ToLower(name)
	if p := r.provided[name]; p != nil && r.Set.Get(name) == nil {
		return r.provide(ctx, name, p)
	}
	q := r.Set.Get(name)
	if q == nil {
		err := fmt.Errorf("there is no query %s", name)
		if h := DidYouMean(name, r.Set.Names()); h != "" {
			err = fmt.Errorf("%w; %s", err, h)
		}
		return nil, err
	}
	if faults := r.Set.checkCycles([]string{name}); faults != nil {
		return nil, faults
	}
	res, _, err := r.run(ctx, q, values, false)
	if err != nil {
		return nil, err
	}
	return res.table, res.err
}

// Param returns the declaration of a parameter that any query of the set or
// the set itself declares, and the value in force.
func (r *Runner) Param(name string) (p Param, value any, err error) {
	p, ok := r.Set.AllParams()[name]
	if !ok {
		return p, nil, fmt.Errorf("there is no parameter %s", name)
	}
	v, set := r.values[name]
	if !set {
		return p, p.Default, nil
	}
	if value, err = Bind(p.Type, v); err != nil {
		return p, nil, fmt.Errorf("parameter %s: %w", name, err)
	}
	return p, value, nil
}

// run returns the result of q, from this session's memory if it has it. With
// asTable it also puts the rows where other statements can read them.
func (r *Runner) run(ctx context.Context, q *Query, values map[string]any, asTable bool) (*result, string, error) {
	key, err := r.key(q, values)
	if err != nil {
		return nil, "", err
	}
	res := r.results[key]
	if res == nil {
		if err := r.needs(ctx, q, values); err != nil {
			return nil, "", err
		}
		res = r.execute(ctx, q, values, asTable)
		if res.err != nil && ctx.Err() != nil {
			return nil, "", res.err // a time-out is not the query's last word
		}
		r.results[key] = res
		if asTable && res.err == nil {
			r.inPlace[q.Name] = key
		}
	}
	if asTable && res.err == nil && r.inPlace[q.Name] != key {
		if err := r.db.Put(ctx, q.Name, res.table); err != nil {
			return nil, "", fmt.Errorf("keep the rows of %s: %w", q.Name, err)
		}
		r.inPlace[q.Name] = key
	}
	return res, key, nil
}

// needs puts everything that q reads into the session.
func (r *Runner) needs(ctx context.Context, q *Query, values map[string]any) error {
	for _, name := range q.Reads() {
		if p := r.provided[name]; p != nil && r.Set.Get(name) == nil {
			if _, err := r.provide(ctx, name, p); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			continue
		}
		dep := r.Set.Get(name)
		if dep == nil {
			continue
		}
		res, _, err := r.run(ctx, dep, values, true)
		if err == nil {
			err = res.err
		}
		if err != nil {
			return &DependencyError{Query: q.Name, On: name, Err: err}
		}
	}
	return nil
}

// DependencyError says that a query could not run because another one, which
// it reads from, failed.
type DependencyError struct {
	Query, On string
	Err       error
}

// Error implements error.
func (e *DependencyError) Error() string {
	return fmt.Sprintf("%s reads from %s, which failed: %v", e.Query, e.On, e.Err)
}

// Unwrap returns the failure of the other query.
func (e *DependencyError) Unwrap() error { return e.Err }

func (r *Runner) provide(ctx context.Context, name string, p Provider) (*table.Table, error) {
	if res := r.results[name]; res != nil {
		return res.table, res.err
	}
	for _, n := range r.running {
		if n == name {
			return nil, fmt.Errorf("%s reads from itself", name)
		}
	}
	r.running = append(r.running, name)
	t, err := p(ctx)
	r.running = r.running[:len(r.running)-1]
	if err == nil {
		err = r.db.Put(ctx, name, t)
	}
	r.results[name] = &result{t, err}
	return t, err
}

// execute runs the text of q.
func (r *Runner) execute(ctx context.Context, q *Query, values map[string]any, asTable bool) *result {
	args, err := r.bind(q, values)
	e := &Executed{Query: q, Params: args, Err: err}
	r.log = append(r.log, e)
	if err != nil {
		return &result{err: err}
	}
	start := time.Now()
	var t *table.Table
	if asTable {
		t, err = r.db.Materialize(ctx, q.Name, q.SQL(), args)
	} else {
		t, err = r.db.Query(ctx, q.SQL(), args)
	}
	e.Time = time.Since(start)
	if err != nil {
		e.Err = r.locate(ctx, q, err)
		return &result{err: e.Err}
	}
	e.Rows = len(t.Rows)
	return &result{table: t}
}

// bind returns the values of the parameters that q uses.
func (r *Runner) bind(q *Query, values map[string]any) (map[string]any, error) {
	args := map[string]any{}
	for _, name := range q.Uses() {
		p, ok := r.Set.lookup(q, name)
		if !ok {
			return nil, r.Set.checkParams(q).Err()
		}
		v, set := values[name]
		if !set {
			v, set = r.values[name]
		}
		if !set {
			args[name] = p.Default
			continue
		}
		b, err := Bind(p.Type, v)
		if err != nil {
			return nil, fmt.Errorf("parameter %s: %w", name, err)
		}
		args[name] = b
	}
	return args, nil
}

// key tells results apart: the name and the values of all parameters that q
// and what it reads from use.
func (r *Runner) key(q *Query, values map[string]any) (string, error) {
	all := map[string]any{}
	for _, dep := range r.Set.closure(q.Name) {
		args, err := r.bind(dep, values)
		if err != nil {
			return "", err
		}
		for k, v := range args {
			all[dep.Name+" "+k] = v
		}
	}
	b, err := json.Marshal(all)
	return q.Name + " " + string(b), err
}
