package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/store"
	"github.com/profreport/profreport/internal/table"
)

// engine runs named queries over one session of the archive.
type engine struct {
	session *store.Session
	set     *query.Set
	runner  *query.Runner
	db      query.Querier
}

// newEngine loads the queries in force and tells them which tables and views
// the archive has.
func (a *app) newEngine(ctx context.Context, s *store.Session) (*engine, error) {
	set, err := a.querySet()
	if err != nil {
		return nil, err
	}
	names, err := tableNames(ctx, s)
	if err != nil {
		return nil, err
	}
	set.Know(names...)
	set.Know("selected")
	return &engine{session: s, set: set, db: s}, nil
}

func tableNames(ctx context.Context, s *store.Session) ([]string, error) {
	t, err := s.Query(ctx, "select name from sqlite_schema where type in ('table', 'view') order by name", nil)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, row := range t.Rows {
		if name, ok := row[0].(string); ok {
			names = append(names, name)
		}
	}
	return names, nil
}

// start makes the runner with the parameter values in force.
func (e *engine) start(values map[string]any) {
	e.runner = query.NewRunner(e.set, e.db, values)
}

// addAdHoc adds a statement of the command line to the queries. A parameter
// that it uses needs no declaration: the value given says the type.
func (e *engine) addAdHoc(text string, given []string) error {
	q, faults := query.Parse(adHoc, text, query.Origin{File: "query"})
	if err := faults.Err(); err != nil {
		return err
	}
	for _, kv := range given {
		name, value, _ := strings.Cut(kv, "=")
		if q.Param(name) == nil && slices.Contains(q.Uses(), name) {
			e.set.Declare(query.Param{Name: name, Type: guessType(value)})
		}
	}
	if f := e.set.Add(q); f != nil {
		return f
	}
	return e.set.Check(adHoc).Err()
}

// guessType says what a value given to an undeclared parameter is.
func guessType(value string) string {
	for _, typ := range []string{"int", "number"} {
		if _, err := query.ParseParam(typ, value); err == nil {
			return typ
		}
	}
	return "text"
}

// parseParams reads -p key=value by the types of the declared parameters. A
// key that nothing declares is wrong usage.
func parseParams(given []string, declared []query.Param) (map[string]any, error) {
	values := map[string]any{}
	var names []string
	for _, p := range declared {
		names = append(names, p.Name)
	}
	for _, kv := range given {
		key, text, ok := strings.Cut(kv, "=")
		if !ok {
			return nil, usagef("-p %s: want key=value", kv)
		}
		i := slices.Index(names, key)
		if i < 0 {
			err := usagef("-p %s: there is no parameter %s", kv, key)
			if hint := didYouMean(key, names); hint != "" {
				return nil, withHint(err, hint)
			}
			return nil, withHint(err, "parameters: "+strings.Join(names, ", "))
		}
		v, err := query.ParseParam(declared[i].Type, text)
		if err != nil {
			return nil, usagef("-p %s: %v", kv, err)
		}
		values[key] = v
	}
	return values, nil
}

// limited is a session whose plain queries stop after max rows; tables that
// other queries read from are never cut.
type limited struct {
	*store.Session
	max       int
	truncated bool
}

// Query implements query.Querier.
func (l *limited) Query(ctx context.Context, sql string, args map[string]any) (*table.Table, error) {
	t, more, err := l.UserQuery(ctx, sql, args, l.max)
	l.truncated = l.truncated || more
	if err != nil {
		return nil, fmt.Errorf("%w", err)
	}
	return t, nil
}

// didYouMean is query.DidYouMean, which also knows a name by its beginning:
// ttft for ttft_ms.
func didYouMean(name string, known []string) string {
	for _, k := range known {
		if strings.HasPrefix(k, name+"_") {
			return "did you mean " + k + "?"
		}
	}
	return query.DidYouMean(name, known)
}
