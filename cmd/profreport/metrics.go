package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/profreport/profreport/internal/metric"
	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/store"
	"github.com/profreport/profreport/internal/table"
)

func (a *app) metricsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "metrics [list | show NAME | check]",
		Short:   "List the metrics, show one, or check their definitions",
		Args:    maxArgs(0),
		RunE:    func(*cobra.Command, []string) error { return a.listMetrics("table") },
		Example: examples("profreport metrics", "profreport metrics show regret", "profreport metrics check --queries mine/queries"),
	}
	var kind string
	list := &cobra.Command{
		Use: "list", Short: "List the metrics, their units and where they come from", Args: exactArgs(0),
		RunE:    func(*cobra.Command, []string) error { return a.listMetrics(kind) },
		Example: examples("profreport metrics list --format json"),
	}
	list.Flags().StringVar(&kind, "format", "table", "table, csv, json, jsonl or md")
	show := &cobra.Command{
		Use: "show NAME", Short: "Show the definition of a metric", Args: exactArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return a.showMetric(args[0]) },
		Example: examples("profreport metrics show ttft_error"),
	}
	check := &cobra.Command{
		Use: "check", Short: "Check all metric definitions and their queries, and run nothing", Args: exactArgs(0),
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.metricsCheck(cmd.Context()) },
		Example: examples("profreport metrics check --queries mine/queries"),
	}
	for _, c := range []*cobra.Command{cmd, list, show, check} {
		a.dbFlag(c)
		a.defsFlags(c)
	}
	cmd.AddCommand(list, show, check)
	return cmd
}

func (a *app) listMetrics(kind string) error {
	set, err := a.metricSet()
	if err != nil {
		return err
	}
	t := &table.Table{}
	for _, name := range []string{"metric", "unit", "better", "from", "doc"} {
		t.Columns = append(t.Columns, table.Column{Name: name, Type: table.Text})
	}
	for _, d := range set.All() {
		t.Rows = append(t.Rows, []any{d.Name, d.Unit, d.Better, d.From, firstSentence(d.Doc)})
	}
	return writeTable(a, t, kind)
}

func (a *app) showMetric(name string) error {
	set, err := a.metricSet()
	if err != nil {
		return err
	}
	d := set.Get(name)
	if d == nil {
		return unknownName("metric", name, set.Names())
	}
	fmt.Fprintf(a.stdout, "# from: %s:%d\n%s\n", d.File, d.Line, strings.TrimSpace(d.Text()))
	return nil
}

// metricsCheck checks against the schema of an archive in memory: no runs are
// needed.
func (a *app) metricsCheck(ctx context.Context) error {
	s, cleanup, err := emptySession(ctx)
	if err != nil {
		return err
	}
	defer cleanup()
	e, err := a.newEngine(ctx, s)
	if err != nil {
		return err
	}
	set, err := a.metricSet()
	if err != nil {
		return err
	}
	e.start(nil)
	faults := checkMetrics(ctx, e, set)
	for _, f := range faults {
		fmt.Fprintln(a.stderr, f.Error())
	}
	if faults.Err() != nil {
		return exitWith(exitUsage)
	}
	fmt.Fprintf(a.stdout, "%d metrics and %d queries: no errors\n", len(set.All()), len(e.set.All()))
	return nil
}

func checkMetrics(ctx context.Context, e *engine, set *metric.Set) query.Faults {
	return append(e.set.Check(), metric.Check(ctx, set, e.runner)...)
}

// checkMetrics checks the metrics that a report computes.
func (b *build) checkMetrics(ctx context.Context) query.Faults {
	return metric.Check(ctx, b.metrics, b.runner)
}

// emptySession is a session on an archive without runs.
func emptySession(ctx context.Context) (*store.Session, func(), error) {
	dir, err := tempDir()
	if err != nil {
		return nil, nil, err
	}
	db, err := store.OpenWith(ctx, dir.file("empty.db"), store.OpenOptions{Fresh: true})
	if err == nil {
		err = db.Close()
	}
	var s *store.Session
	if err == nil {
		s, err = store.OpenSession(ctx, dir.file("empty.db"), store.SessionOptions{})
	}
	if err == nil {
		err = s.Select(ctx, nil)
	}
	if err != nil {
		dir.remove()
		return nil, nil, err
	}
	return s, func() { s.Close(); dir.remove() }, nil
}
