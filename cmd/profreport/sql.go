package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/store"
	"github.com/profreport/profreport/internal/table"
)

// sqlFlags are the flags of the sql command.
type sqlFlags struct {
	format  string
	params  []string
	file    string
	name    string
	timeout time.Duration
	maxRows int
	runs    []string
}

func (a *app) sqlCommand() *cobra.Command {
	var f sqlFlags
	cmd := &cobra.Command{
		Use:   "sql [QUERY | -f FILE | --name NAME | -]",
		Short: "Ask the archive in SQL, read-only",
		Long: `Run one select statement over the views of the archive (docs/schema.md). It may also read from any named query
(profreport queries) by its name, and from the table "selected", which holds the runs chosen with --runs (default: all).
Nothing can be written: attach, pragmas, temporary tables and second statements are refused.
Without a QUERY a terminal gets a prompt.`,
		Args: maxArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.sql(cmd.Context(), f, args) },
		Example: examples(
			`profreport sql 'select run, duration_s, gpu_hours from runs'`,
			`profreport sql --format csv 'select * from candidates where run = :run' -p run=aic_all`,
			`profreport sql --name regrets`,
			`echo 'select count(*) from requests' | profreport sql -`),
	}
	a.dbFlag(cmd)
	a.defsFlags(cmd)
	cmd.Flags().StringVar(&f.format, "format", "table", "table, csv, json, jsonl or md")
	cmd.Flags().StringArrayVarP(&f.params, "param", "p", nil, "value of a :parameter, as key=value (repeatable)")
	cmd.Flags().StringVarP(&f.file, "file", "f", "", "read the query from a file")
	cmd.Flags().StringVar(&f.name, "name", "", "run a named query")
	cmd.Flags().DurationVar(&f.timeout, "timeout", 30*time.Second, "stop the query after this time")
	cmd.Flags().IntVar(&f.maxRows, "max-rows", 100_000, "print at most so many rows")
	cmd.Flags().StringArrayVar(&f.runs, "runs", nil, `runs in the table "selected": a name, a pattern, tag:T, method:M, latest or baseline (repeatable)`)
	return cmd
}

func (a *app) sql(ctx context.Context, f sqlFlags, args []string) error {
	text, err := a.sqlText(f, args)
	if err != nil {
		return err
	}
	s, err := a.openSelected(ctx, f.runs)
	if err != nil {
		return err
	}
	defer s.Close()
	if text == "" && f.name == "" {
		return a.sqlPrompt(ctx, s, f)
	}
	return a.runSQL(ctx, s, f, text)
}

// sqlText finds the statement; it is empty when a prompt is wanted, or when
// --name says it all.
func (a *app) sqlText(f sqlFlags, args []string) (string, error) {
	given := 0
	for _, is := range []bool{len(args) > 0, f.file != "", f.name != ""} {
		if is {
			given++
		}
	}
	switch {
	case given > 1:
		return "", usagef("give one of QUERY, --file and --name")
	case f.name != "":
		return "", nil
	case f.file != "" && f.file != "-":
		b, err := os.ReadFile(f.file)
		return string(b), err
	case f.file == "-", len(args) == 1 && args[0] == "-", given == 0 && !isTerminal(a.stdin):
		b, err := io.ReadAll(io.LimitReader(a.stdin, query.MaxText+1))
		if err == nil && len(b) == 0 {
			err = usagef("no query on standard input")
		}
		return string(b), err
	case given == 1:
		return args[0], nil
	}
	return "", nil
}

// openSelected opens the archive for reading and selects runs.
func (a *app) openSelected(ctx context.Context, selectors []string) (*store.Session, error) {
	s, err := store.OpenSession(ctx, a.db, store.SessionOptions{})
	if err != nil {
		return nil, err
	}
	runs, err := s.ResolveRuns(ctx, selectors)
	if err == nil {
		err = s.Select(ctx, runs)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// runSQL runs one statement, with the named queries in reach, and prints it.
func (a *app) runSQL(ctx context.Context, s *store.Session, f sqlFlags, text string) error {
	ctx, cancel := context.WithTimeout(ctx, f.timeout)
	defer cancel()
	t, more, err := a.queryText(ctx, s, f, text)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("stopped after %s; --timeout gives it more", f.timeout)
	case err != nil:
		return err
	}
	if more {
		fmt.Fprintf(a.stderr, "profreport: there are more than %d rows; --max-rows shows them\n", f.maxRows)
	}
	return writeTable(a, t, f.format)
}

// adHoc is the name under which a query of the command line runs.
const adHoc = "ad_hoc_query"

func (a *app) queryText(ctx context.Context, s *store.Session, f sqlFlags, text string) (t *table.Table, more bool, err error) {
	e, err := a.newEngine(ctx, s)
	if err != nil {
		return nil, false, err
	}
	l := &limited{Session: s, max: f.maxRows}
	e.db = l
	name := f.name
	if name == "" {
		name = adHoc
		if err := e.addAdHoc(text, f.params); err != nil {
			return nil, false, err
		}
	} else if e.set.Get(name) == nil {
		return nil, false, unknownName("query", name, e.set.Names())
	}
	values, err := parseParams(f.params, e.set.Params(name))
	if err != nil {
		return nil, false, err
	}
	e.start(values)
	t, err = e.runner.Table(ctx, name)
	return t, l.truncated, err
}
