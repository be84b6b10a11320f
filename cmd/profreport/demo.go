package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/profreport/profreport/demodata"
	"github.com/profreport/profreport/internal/ingest"
	"github.com/profreport/profreport/internal/store"
)

// demoCases are the examples inside the binary and the parameters that they
// are shown with.
var demoCases = map[string][]string{
	"aggregated":    {"ttft_ms=500", "itl_ms=50", "workload=2048/256"},
	"disaggregated": {"ttft_ms=500", "itl_ms=50"},
}

// demoTime is when the example data was put together: a demo gives the same
// bytes on any day.
var demoTime = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)

func (a *app) demoCommand() *cobra.Command {
	f := reportFlags{}
	var which, keep string
	cmd := &cobra.Command{
		Use:   "demo [-o FILE]",
		Short: "Make a report from example data inside the program",
		Long: `Make a report from example data inside the program: no cluster, no files needed. All figures are recorded ones; what was not
recorded says so.
  aggregated     Qwen3-32B on H100: NVIDIA's measurements beside AIConfigurator's predictions, nine workloads (the default)
  disaggregated  Qwen3-32B on H200: the recorded curves and load tests of the original comparison`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.demo(cmd.Context(), f, which, keep) },
		Example: examples("profreport demo", "profreport demo -o report.html -p ttft_ms=300",
			"profreport demo --case disaggregated --keep demo.db -o disaggregated.html"),
	}
	fl := cmd.Flags()
	fl.StringVarP(&f.output, "output", "o", "report.html", "file to write")
	fl.StringVar(&f.format, "format", "", "html, md or json (default: by the ending of the output file)")
	fl.StringVar(&f.notebook, "notebook", "comparison", "notebook to run: a file, or a template by name")
	fl.StringArrayVarP(&f.params, "param", "p", nil, "value of a parameter, as key=value (repeatable)")
	fl.StringVar(&which, "case", "aggregated", "aggregated or disaggregated")
	fl.StringVar(&keep, "keep", "", "keep the archive of the demo in this file")
	a.defsFlags(cmd)
	return cmd
}

func (a *app) demo(ctx context.Context, f reportFlags, which, keep string) (err error) {
	format, err := f.pageFormat()
	if err != nil {
		return err
	}
	params, ok := demoCases[which]
	if !ok {
		return usagef("--case %s: want aggregated or disaggregated", which)
	}
	runs, err := ingest.Demo(demodata.FS, which)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "profreport-demo-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	a.db = filepath.Join(dir, "demo.db")
	db, err := store.OpenWith(ctx, a.db, store.OpenOptions{Fresh: true})
	if err != nil {
		return err
	}
	for _, r := range runs {
		if _, err := db.Load(ctx, r, store.LoadOptions{Now: demoTime}); err != nil {
			return errors.Join(fmt.Errorf("run %s: %w", r.Name, err), db.Close())
		}
	}
	if err := db.Close(); err != nil {
		return err
	}
	s, err := a.openSelected(ctx, nil)
	if err != nil {
		return err
	}
	defer s.Close()
	b, err := a.newBuild(ctx, s, f.notebook, append(params, f.params...))
	if err != nil {
		return err
	}
	doc, err := b.run(ctx)
	if err != nil {
		return err
	}
	if err := a.writePage(ctx, b, doc, format, f.output); err != nil {
		return err
	}
	if keep != "" {
		a.storeMetricValues(ctx, b)
		if err := s.Backup(ctx, keep); err != nil {
			return err
		}
	}
	if a.printFaults(doc.Faults) {
		return exitWith(exitFailed)
	}
	if f.output != "-" {
		fmt.Fprintf(a.stdout, "written: %s\n", f.output)
	}
	return nil
}
