package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/profreport/profreport/internal/ingest"
	"github.com/profreport/profreport/internal/notebook"
	"github.com/profreport/profreport/internal/profile"
	"github.com/profreport/profreport/internal/results"
	"github.com/profreport/profreport/internal/store"
	"github.com/profreport/profreport/internal/table"
)

// compareFlags are the flags of the compare command, the original's.
type compareFlags struct {
	aic, online    string
	additional     []string
	validation     []string
	model, backend string
	ttft, itl      float64
	isl, osl       int64
	outputDir      string
	notebook       string
	params         []string
	strict         bool
}

func (a *app) compareCommand() *cobra.Command {
	var f compareFlags
	cmd := &cobra.Command{
		Use:   "compare --aic-results DIR --online-results DIR",
		Short: "Compare results folders: one report, one archive, one JSON file",
		Long: `Read results folders of two or more ways of profiling and write into --output-dir: report.html, report.md, summary.txt,
comparison_results.json, plots/*.svg and the archive profreport.db. An archive that is there already is added to.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.compare(cmd.Context(), f) },
		Example: examples(
			"profreport compare --aic-results results/aic_all --online-results results/online_all --model Qwen/Qwen3-32B --ttft 500 --itl 50 --isl 2048 --osl 256 --output-dir comparison",
			"profreport compare --aic-results aic --online-results online --additional-results top3:results/top3 --output-dir comparison"),
	}
	fl := cmd.Flags()
	fl.StringVar(&f.aic, "aic-results", "", "results folder of AIC-Search (simulated)")
	fl.StringVar(&f.online, "online-results", "", "results folder of Profile-ALL (measured)")
	fl.StringArrayVar(&f.additional, "additional-results", nil, "one more method, as NAME:DIR (repeatable)")
	fl.StringArrayVar(&f.validation, "validation-results", nil, "a validation.json of a method, as NAME:FILE (repeatable)")
	fl.StringVar(&f.model, "model", "", "model, where the inputs do not state it")
	fl.StringVar(&f.backend, "backend", "", "backend, where the inputs do not state it")
	fl.Float64Var(&f.ttft, "ttft", 0, "SLA: time to first token, ms")
	fl.Float64Var(&f.itl, "itl", 0, "SLA: inter-token latency, ms")
	fl.Int64Var(&f.isl, "isl", 0, "input tokens, where the inputs do not state them")
	fl.Int64Var(&f.osl, "osl", 0, "output tokens, where the inputs do not state them")
	fl.StringVar(&f.outputDir, "output-dir", "comparison_results", "folder to write into")
	fl.StringVar(&f.notebook, "notebook", "comparison", "notebook of the report: a file, or a template by name")
	fl.StringArrayVarP(&f.params, "param", "p", nil, "value of a parameter, as key=value (repeatable)")
	fl.BoolVar(&f.strict, "strict", false, "exit 1 if any record was refused, or the report has warnings")
	a.defsFlags(cmd)
	return cmd
}

// compared is one method of a comparison and the runs read for it.
type compared struct {
	results.Method
	kind profile.Kind
	runs []*profile.Run
	err  error
}

// Identifiers and descriptions of the original's two methods.
const (
	idAIC    = "aic_offline"
	idOnline = "online_aiperf"
)

// methods reads the flags that name results folders.
func (f *compareFlags) methods() ([]*compared, error) {
	var out []*compared
	if f.aic != "" {
		out = append(out, &compared{Method: results.Method{ID: idAIC, Label: "AIC-Search", Description: "AI Configurator simulation (offline)", SourceDir: f.aic}, kind: profile.Simulated})
	}
	if f.online != "" {
		out = append(out, &compared{Method: results.Method{ID: idOnline, Label: "Profile-ALL", Description: "Real deployment of every candidate (online)", SourceDir: f.online}, kind: profile.Measured})
	}
	for _, spec := range f.additional {
		name, dir, ok := strings.Cut(spec, ":")
		if !ok || name == "" || dir == "" {
			return nil, usagef("--additional-results %s: want NAME:DIR", spec)
		}
		for _, m := range out {
			if m.ID == name || m.Label == name {
				return nil, usagef("--additional-results %s: the name %s is taken", spec, name)
			}
		}
		out = append(out, &compared{Method: results.Method{ID: name, Label: name, SourceDir: dir}})
	}
	if len(out) == 0 {
		return nil, usagef("nothing to compare: give --aic-results, --online-results or --additional-results")
	}
	return out, nil
}

func (a *app) compare(ctx context.Context, f compareFlags) error {
	methods, err := f.methods()
	if err != nil {
		return err
	}
	if err := a.readMethods(ctx, f, methods); err != nil {
		return err
	}
	if err := os.MkdirAll(f.outputDir, 0o755); err != nil {
		return err
	}
	a.db = filepath.Join(f.outputDir, "profreport.db")
	tally := &refusals{}
	var done comparison
	err = a.inArchive(ctx, a.db, func(open openArchive) error {
		db, err := open()
		if err != nil {
			return err
		}
		if err := errors.Join(a.loadMethods(ctx, db, methods, tally), db.Close()); err != nil {
			return err
		}
		if done, err = a.buildComparison(ctx, db.Path(), f, methods); err != nil {
			return err
		}
		if db, err = open(); err != nil {
			return err
		}
		return errors.Join(db.WriteMetricValues(ctx, done.values, done.runs...), db.Close())
	})
	if err != nil {
		return err
	}
	tally.print(a.stderr)
	if err := a.writeComparison(f, methods, done); err != nil {
		return err
	}
	failed := a.printFaults(done.doc.Faults)
	if failed || f.strict && (len(done.doc.Faults) > 0 || tally.refused > 0) {
		return exitWith(exitFailed)
	}
	return nil
}

// readMethods reads all folders at the same time.
func (a *app) readMethods(ctx context.Context, f compareFlags, methods []*compared) error {
	var wg sync.WaitGroup
	limit := make(chan struct{}, 4)
	for _, m := range methods {
		wg.Go(func() {
			limit <- struct{}{}
			defer func() { <-limit }()
			m.runs, m.err = ingest.Path(ctx, m.SourceDir, ingest.Options{
				Method: m.Label, Kind: m.kind, Model: f.model, Backend: f.backend,
				ISL: positive(f.isl), OSL: positive(f.osl), SLA: profile.SLA{TTFT: positive(f.ttft), ITL: positive(f.itl)},
			})
		})
	}
	wg.Wait()
	var errs []error
	for _, m := range methods {
		if m.err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", m.Label, m.err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return a.addValidations(ctx, f, methods)
}

// addValidations adds the load levels of validation.json files to the methods
// they belong to. A level that the method's own folder holds stays.
func (a *app) addValidations(ctx context.Context, f compareFlags, methods []*compared) error {
	for _, spec := range f.validation {
		name, file, ok := strings.Cut(spec, ":")
		if !ok || name == "" || file == "" {
			return usagef("--validation-results %s: want NAME:FILE", spec)
		}
		m := findMethod(methods, name)
		if m == nil {
			return usagef("--validation-results %s: there is no method %s", spec, name)
		}
		if err := ingest.AddValidation(ctx, m.runs[len(m.runs)-1], file); err != nil {
			return fmt.Errorf("%s: %w", spec, err)
		}
	}
	return nil
}

func findMethod(methods []*compared, name string) *compared {
	for _, m := range methods {
		if strings.EqualFold(m.ID, name) || strings.EqualFold(m.Label, name) {
			return m
		}
	}
	return nil
}

// openArchive opens the archive of a comparison for writing. Reading it is
// for when it is closed again.
type openArchive func() (*store.DB, error)

// inArchive runs f on the archive at path. A new archive is made aside and
// renamed when it is whole.
func (a *app) inArchive(ctx context.Context, path string, f func(openArchive) error) error {
	if _, err := os.Stat(path); err == nil {
		return f(func() (*store.DB, error) { return store.Open(ctx, path) })
	}
	tmp, err := os.MkdirTemp(filepath.Dir(path), ".profreport-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	aside := filepath.Join(tmp, filepath.Base(path))
	err = f(func() (*store.DB, error) { return store.OpenWith(ctx, aside, store.OpenOptions{Fresh: true}) })
	if err != nil {
		return err
	}
	return os.Rename(aside, path)
}

// loadMethods stores the runs and notes under which name each is kept.
func (a *app) loadMethods(ctx context.Context, db *store.DB, methods []*compared, tally *refusals) error {
	for _, m := range methods {
		for _, r := range m.runs {
			res, err := db.Load(ctx, r, store.LoadOptions{})
			if err != nil {
				return fmt.Errorf("run %s: %w", r.Name, err)
			}
			fmt.Fprintln(a.stderr, runLine(r, res))
			r.Name, m.Run = res.Run, res.Run
			if !res.Same {
				tally.add(r)
			}
		}
	}
	return nil
}

// comparison is what the report and the files beside it are made from.
type comparison struct {
	doc     *notebook.Document
	runs    []string
	html    []byte
	methods *table.Table
	levels  *table.Table
	values  *table.Table
	sources *table.Table
	scope   *table.Table
}

func (a *app) buildComparison(ctx context.Context, path string, f compareFlags, methods []*compared) (c comparison, err error) {
	s, err := store.OpenSession(ctx, path, store.SessionOptions{})
	if err != nil {
		return c, err
	}
	defer s.Close()
	for _, m := range methods {
		for _, r := range m.runs {
			c.runs = append(c.runs, r.Name)
		}
	}
	if err := s.Select(ctx, c.runs); err != nil {
		return c, err
	}
	b, err := a.newBuild(ctx, s, f.notebook, f.allParams())
	if err != nil {
		return c, err
	}
	if c.doc, err = b.run(ctx); err != nil {
		return c, err
	}
	c.values = b.values
	for name, t := range map[string]**table.Table{"result_methods": &c.methods, "result_levels": &c.levels, "report_sources": &c.sources, "scope": &c.scope} {
		if *t, err = b.runner.Table(ctx, name); err != nil {
			return c, err
		}
	}
	c.html, err = a.htmlBytes(ctx, b, c.doc)
	return c, err
}

// allParams are the parameters given with -p and those that flags stand for.
func (f *compareFlags) allParams() []string {
	var out []string
	add := func(name string, value any, given bool) {
		if given {
			out = append(out, fmt.Sprintf("%s=%v", name, value))
		}
	}
	add("ttft_ms", f.ttft, f.ttft > 0)
	add("itl_ms", f.itl, f.itl > 0)
	add("isl", f.isl, f.isl > 0)
	add("osl", f.osl, f.osl > 0)
	return append(out, f.params...)
}

// writeComparison writes the files of the output folder.
func (a *app) writeComparison(f compareFlags, methods []*compared, done comparison) error {
	header := results.Header{
		Timestamp: timestamp(), Version: version, Commit: commit(),
		Model: f.model, Backend: f.backend, MethodRows: done.methods, LevelRows: done.levels, MetricRows: done.values,
		TTFT: done.scope.Value(0, "comparison_ttft_ms"), ITL: done.scope.Value(0, "comparison_itl_ms"),
		ISL: done.scope.Value(0, "isl_tokens"), OSL: done.scope.Value(0, "osl_tokens"),
	}
	if model, ok := done.scope.Value(0, "model").(string); ok {
		header.Model = model
	}
	if backend, ok := done.scope.Value(0, "backend").(string); ok {
		header.Backend = backend
	}
	for _, m := range methods {
		header.Methods = append(header.Methods, m.Method)
	}
	for i := range done.sources.Rows {
		in := results.Input{}
		in.Run, _ = done.sources.Value(i, "run").(string)
		in.Path, _ = done.sources.Value(i, "path").(string)
		in.SHA256, _ = done.sources.Value(i, "sha256").(string)
		header.Inputs = append(header.Inputs, in)
	}
	c := results.Build(header)
	var json, summary, md strings.Builder
	if err := errors.Join(c.WriteJSON(&json), c.WriteSummary(&summary)); err != nil {
		return err
	}
	plots, err := a.markdownPage(&md, done.doc, "plots")
	if err != nil {
		return err
	}
	if err := writePlots(f.outputDir, plots); err != nil {
		return err
	}
	for _, file := range []struct {
		name string
		data []byte
	}{
		{"comparison_results.json", []byte(json.String())}, {"summary.txt", []byte(summary.String())},
		{"report.md", []byte(md.String())}, {"report.html", done.html},
	} {
		if err := writeAside(filepath.Join(f.outputDir, file.name), file.data); err != nil {
			return err
		}
	}
	fmt.Fprint(a.stdout, summary.String())
	fmt.Fprintf(a.stdout, "written: %s\n", filepath.Join(f.outputDir, "report.html"))
	return nil
}

// timestamp is now in UTC, or SOURCE_DATE_EPOCH for builds that must repeat.
func timestamp() string {
	now := time.Now()
	if epoch, err := time.ParseDuration(os.Getenv("SOURCE_DATE_EPOCH") + "s"); err == nil {
		now = time.Unix(int64(epoch.Seconds()), 0)
	}
	return now.UTC().Format(time.RFC3339)
}
