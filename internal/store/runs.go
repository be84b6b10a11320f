package store

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/store/sqlite"
	"github.com/profreport/profreport/internal/table"
)

// runName is what a selector may look at.
type runName struct {
	run, method string
	tags        []string
	baseline    bool
}

// Select makes the temporary table selected(run) with the given names, in
// their order.
func (s *Session) Select(ctx context.Context, runs []string) error {
	t := &table.Table{Columns: []table.Column{{Name: "run", Type: table.Text}}}
	for _, r := range runs {
		t.Rows = append(t.Rows, []any{r})
	}
	return s.Put(ctx, "selected", t)
}

// ResolveRuns turns selectors into names of runs, each once, in the order of
// the selectors and within one in the order of ingest. A selector is a name,
// a glob, tag:NAME, method:NAME, latest or baseline; none at all means every
// run. A selector that matches nothing is an error that names near ones.
func (s *Session) ResolveRuns(ctx context.Context, selectors []string) ([]string, error) {
	var all []runName
	err := s.own(ctx, func() error {
		var err error
		all, err = listRuns(s.conn)
		return err
	})
	if err != nil {
		return nil, err
	}
	return resolve(all, selectors)
}

// ResolveRuns is Session.ResolveRuns for an archive open for writing.
func (db *DB) ResolveRuns(ctx context.Context, selectors []string) ([]string, error) {
	var all []runName
	err := db.read(ctx, func(c *sqlite.Conn) error {
		var err error
		all, err = listRuns(c)
		return err
	})
	if err != nil {
		return nil, err
	}
	return resolve(all, selectors)
}

func listRuns(c *sqlite.Conn) ([]runName, error) {
	var all []runName
	err := each(c, "select run, method, tags, baseline from stored_runs order by run_id", nil, func(s *sqlite.Stmt) error {
		r := runName{run: s.Text(0), method: s.Text(1), baseline: s.Int(3) != 0}
		if tags := s.Text(2); tags != "" {
			r.tags = strings.Split(tags, ",")
		}
		all = append(all, r)
		return nil
	})
	return all, err
}

func resolve(all []runName, selectors []string) ([]string, error) {
	var names []string
	seen := map[string]bool{}
	add := func(r runName) {
		if !seen[r.run] {
			seen[r.run] = true
			names = append(names, r.run)
		}
	}
	if len(selectors) == 0 {
		for _, r := range all {
			add(r)
		}
		return names, nil
	}
	for _, sel := range selectors {
		match, err := matcher(all, sel)
		if err != nil {
			return nil, err
		}
		found := false
		for i, r := range all {
			if match(i, r) {
				found = true
				add(r)
			}
		}
		if !found {
			return nil, unknownRun(all, sel)
		}
	}
	return names, nil
}

// matcher says which runs a selector means. An exact name goes before any
// other reading.
func matcher(all []runName, sel string) (func(i int, r runName) bool, error) {
	for _, r := range all {
		if r.run == sel {
			return func(_ int, r runName) bool { return r.run == sel }, nil
		}
	}
	kind, value, _ := strings.Cut(sel, ":")
	switch {
	case kind == "tag":
		return func(_ int, r runName) bool { return slices.Contains(r.tags, value) }, nil
	case kind == "method":
		return func(_ int, r runName) bool { return r.method == value }, nil
	case sel == "latest":
		return func(i int, _ runName) bool { return i == len(all)-1 }, nil
	case sel == "baseline":
		return func(_ int, r runName) bool { return r.baseline }, nil
	}
	if _, err := path.Match(sel, ""); err != nil {
		return nil, fmt.Errorf("%s: not a valid pattern", sel)
	}
	return func(_ int, r runName) bool {
		// A slash is no separator in a name.
		ok, _ := path.Match(strings.ReplaceAll(sel, "/", "\x00"), strings.ReplaceAll(r.run, "/", "\x00"))
		return ok
	}, nil
}

// UnknownRunError says that a selector matches no run.
type UnknownRunError struct {
	Selector string
	Near     []string // selectors that do match and are spelled alike
	Empty    bool     // the archive has no runs at all
}

func (e *UnknownRunError) Error() string {
	switch {
	case e.Empty:
		return fmt.Sprintf("no run %s: the archive holds no runs", e.Selector)
	case e.Selector == "baseline":
		return "no baseline is pinned; 'profreport baseline RUN' pins one"
	case len(e.Near) > 0:
		return fmt.Sprintf("no run %s; did you mean %s?", e.Selector, strings.Join(e.Near, " or "))
	}
	return fmt.Sprintf("no run %s; 'profreport runs' lists them", e.Selector)
}

func unknownRun(all []runName, sel string) error {
	known := []string{"latest", "baseline"}
	for _, r := range all {
		known = append(known, r.run, "method:"+r.method)
		for _, t := range r.tags {
			known = append(known, "tag:"+t)
		}
	}
	return &UnknownRunError{Selector: sel, Near: near(sel, known), Empty: len(all) == 0}
}
