package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/profreport/profreport/internal/ingest"
	"github.com/profreport/profreport/internal/profile"
	"github.com/profreport/profreport/internal/store"
)

// ingestFlags are the flags of the ingest command.
type ingestFlags struct {
	run, method, kind string
	mapping, table    string
	evidence          string
	strict            bool
	model, backend    string
	isl, osl          int64
	ttft, itl         float64
}

func (a *app) ingestCommand() *cobra.Command {
	var f ingestFlags
	cmd := &cobra.Command{
		Use:   "ingest PATH...",
		Short: "Read results folders, single files or - into the archive",
		Long: `Read profiling results into the archive: results folders (a folder that holds several gives one run each), logs, ConfigMap
dumps, npz files, AIPerf exports, sweep tables, or - for standard input. Prints one line a run. Records that could not be
believed are in the view "problems"; the bytes of every source are kept, and ingesting them again adds nothing.`,
		Args: minArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return a.ingest(cmd.Context(), f, args) },
		Example: examples(
			"profreport ingest results/aic_all results/online_all",
			"profreport ingest --method Bayesian --run bayes-1 results/bayes",
			"profreport ingest --map aic-measured measured.csv",
			"profreport ingest --table prices prices.csv",
			"kubectl logs job/profile-qwen | profreport ingest --run qwen -"),
	}
	a.dbFlag(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.run, "run", "", "name of the run (default: the folder's base name)")
	fl.StringVar(&f.method, "method", "", "how the report labels the way of profiling, such as AIC-Search")
	fl.StringVar(&f.kind, "kind", "", "simulated or measured, for inputs without a log that says it")
	fl.StringVar(&f.mapping, "map", "", "mapping of a sweep table: a name (built in, or of mappings/ beside the database), or a file (docs/formats.md)")
	fl.StringVar(&f.table, "table", "", "read a file of any layout (CSV, JSON, JSONL, npz) into a table of this name")
	fl.StringVar(&f.evidence, "evidence", "full", "full keeps the bytes of the sources, hash only their SHA-256")
	fl.BoolVar(&f.strict, "strict", false, "exit 1 if any record was refused")
	fl.StringVar(&f.model, "model", "", "model, where the inputs do not state it")
	fl.StringVar(&f.backend, "backend", "", "backend, where the inputs do not state it")
	fl.Int64Var(&f.isl, "isl", 0, "input tokens, where the inputs do not state them")
	fl.Int64Var(&f.osl, "osl", 0, "output tokens, where the inputs do not state them")
	fl.Float64Var(&f.ttft, "ttft", 0, "TTFT bound in ms, where the inputs do not state it")
	fl.Float64Var(&f.itl, "itl", 0, "ITL bound in ms, where the inputs do not state it")
	return cmd
}

func (f *ingestFlags) options() (ingest.Options, store.LoadOptions, error) {
	opt := ingest.Options{Run: f.run, Method: f.method, Kind: profile.Kind(f.kind), Map: f.mapping, Model: f.model, Backend: f.backend}
	switch opt.Kind {
	case "", profile.Simulated, profile.Measured:
	default:
		return opt, store.LoadOptions{}, usagef("--kind %s: want simulated or measured", f.kind)
	}
	opt.ISL, opt.OSL = positive(f.isl), positive(f.osl)
	opt.SLA = profile.SLA{TTFT: positive(f.ttft), ITL: positive(f.itl)}
	load := store.LoadOptions{Evidence: store.Evidence(f.evidence)}
	if load.Evidence != store.EvidenceFull && load.Evidence != store.EvidenceHash {
		return opt, load, usagef("--evidence %s: want full or hash", f.evidence)
	}
	return opt, load, nil
}

// userMappings returns the folder mappings/ beside the database, where mapping
// files are looked up by name, or nil.
func (a *app) userMappings() (fs.FS, error) {
	dir, err := a.userFolder("", "mappings")
	if err != nil || dir == "" {
		return nil, err
	}
	return os.DirFS(dir), nil
}

// positive is a flag that was given; 0 means that it was not.
func positive[T int64 | float64](v T) profile.Opt[T] {
	return profile.Opt[T]{V: v, OK: v > 0}
}

func (a *app) ingest(ctx context.Context, f ingestFlags, paths []string) error {
	opt, load, err := f.options()
	if err != nil {
		return err
	}
	if f.table != "" {
		return a.ingestTable(ctx, f.table, paths)
	}
	if opt.Maps, err = a.userMappings(); err != nil {
		return err
	}
	db, err := store.Open(ctx, a.db)
	if err != nil {
		return err
	}
	defer db.Close()
	tally := &refusals{}
	var failed error
	for _, path := range paths {
		runs, err := a.readPath(ctx, path, opt)
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			fmt.Fprintf(a.stderr, "profreport: %v\n", err)
			failed = exitWith(exitFailed)
			continue
		}
		for _, r := range runs {
			if err := a.loadRun(ctx, db, r, load, tally); err != nil {
				return err
			}
		}
	}
	tally.print(a.stderr)
	if failed == nil && f.strict && tally.refused > 0 {
		return &codeError{code: exitFailed, err: fmt.Errorf("%d records were refused (--strict)", tally.refused)}
	}
	return failed
}

// readPath reads one argument of ingest.
func (a *app) readPath(ctx context.Context, path string, opt ingest.Options) ([]*profile.Run, error) {
	if path == "-" {
		name := opt.Run
		if name == "" {
			name = "stdin"
		}
		return ingest.Reader(ctx, name, a.stdin, opt)
	}
	return ingest.Path(ctx, path, opt)
}

// loadRun stores a run and prints its line.
func (a *app) loadRun(ctx context.Context, db *store.DB, r *profile.Run, load store.LoadOptions, tally *refusals) error {
	bar := newProgress(a.stderr, r.Name)
	load.Progress = bar.update
	res, err := db.Load(ctx, r, load)
	bar.done()
	if err != nil {
		return fmt.Errorf("run %s: %w", r.Name, err)
	}
	fmt.Fprintln(a.stdout, runLine(r, res))
	if !res.Same {
		tally.add(r)
	}
	return nil
}

// runLine says in one line what was read of a run.
func runLine(r *profile.Run, res store.LoadResult) string {
	if res.Same {
		return fmt.Sprintf("%s: these bytes are in the archive already; nothing was added", res.Run)
	}
	var parts []string
	if r.Method != "" {
		parts = append(parts, r.Method)
	}
	for _, s := range []string{string(r.Kind), string(r.Status)} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	count := func(n int, one, many string) {
		switch {
		case n == 1:
			parts = append(parts, "1 "+one)
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %s", n, many))
		}
	}
	count(len(r.Candidates), "candidate", "candidates")
	count(len(r.Recommendations), "recommendation", "recommendations")
	count(len(r.PrefillPoints)+len(r.DecodePoints), "curve point", "curve points")
	count(len(r.Deployments), "deployment", "deployments")
	count(len(r.Levels), "load level", "load levels")
	count(int(res.Requests), "request", "requests")
	count(res.Sources, "file", "files")
	refused := 0
	for _, p := range r.Problems {
		if p.Severity == profile.SeverityError {
			refused++
		}
	}
	count(refused, "record refused", "records refused")
	name := res.Run
	if res.Wanted != "" && res.Wanted != res.Run {
		name += " (" + res.Wanted + " is taken by other bytes)"
	}
	return name + ": " + strings.Join(parts, ", ")
}

// refusals counts what ingest would not believe, by reason.
type refusals struct {
	refused int
	reasons map[string]int
	first   map[string]profile.Problem
}

func (t *refusals) add(r *profile.Run) {
	if t.reasons == nil {
		t.reasons, t.first = map[string]int{}, map[string]profile.Problem{}
	}
	for _, p := range r.Problems {
		if p.Severity != profile.SeverityError {
			continue
		}
		t.refused++
		reason := p.Reason
		if reason == "" {
			reason = "other"
		}
		if t.reasons[reason]++; t.reasons[reason] == 1 {
			t.first[reason] = p
		}
	}
}

// print writes one line a reason, with the place of the first.
func (t *refusals) print(w io.Writer) {
	for _, reason := range slices.Sorted(maps.Keys(t.reasons)) {
		p := t.first[reason]
		place := p.Path
		if p.Line > 0 {
			place = fmt.Sprintf("%s:%d", p.Path, p.Line)
		}
		fmt.Fprintf(w, "refused: %d x %s; first %s: %s\n", t.reasons[reason], reason, place, p.Message)
	}
}

// progress draws a line with rate and time left, on a terminal only.
type progress struct {
	w     io.Writer
	name  string
	start time.Time
	last  time.Time
	drawn bool
}

func newProgress(w io.Writer, name string) *progress {
	p := &progress{name: name, start: time.Now()}
	if f, ok := w.(*os.File); ok && isTerminal(f) {
		p.w = w
	}
	return p
}

func (p *progress) update(done, total int64) {
	now := time.Now()
	if p.w == nil || now.Sub(p.start) < 500*time.Millisecond || now.Sub(p.last) < 100*time.Millisecond {
		return
	}
	p.last, p.drawn = now, true
	rate := float64(done) / now.Sub(p.start).Seconds()
	line := fmt.Sprintf("\r%s: %d MB, %.0f MB/s", p.name, done>>20, rate/(1<<20))
	if total > 0 && rate > 0 {
		left := time.Duration(float64(total-done) / rate * float64(time.Second))
		line += fmt.Sprintf(", %d %%, %s left", 100*done/total, left.Round(time.Second))
	}
	fmt.Fprint(p.w, line+"\x1b[K")
}

func (p *progress) done() {
	if p.drawn {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
