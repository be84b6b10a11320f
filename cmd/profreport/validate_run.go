package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/profreport/profreport/internal/ingest"
	"github.com/profreport/profreport/internal/loadgen"
	"github.com/profreport/profreport/internal/profile"
	"github.com/profreport/profreport/internal/store"
)

// validation is a load test on its way.
type validation struct {
	*app
	f       *validateFlags
	client  *loadgen.Client
	prompts loadgen.Prompts
	report  *loadgen.Validation
	valid   int // valid answers so far
}

func (a *app) validate(ctx context.Context, f *validateFlags) error {
	if err := f.verify(); err != nil {
		return err
	}
	levels, notes, err := f.plan()
	if err != nil {
		return err
	}
	v, err := a.newValidation(f)
	if err != nil {
		return err
	}
	defer v.client.Close()
	v.report.Notes = notes
	for _, n := range notes {
		fmt.Fprintln(a.stderr, n)
	}
	if err := v.preparePrompts(ctx); err != nil {
		return err
	}
	if rt := v.client.RoundTrip(ctx, 10); rt.OK {
		v.note("an empty request (GET /v1/models) takes %.3g ms from here: network, tunnel and front end are in every TTFT", rt.V)
	}
	runErr := v.levels(ctx, levels)
	if len(v.report.Levels) == 0 {
		return runErr
	}
	if err := v.write(); err != nil {
		return err
	}
	if f.db != "" {
		// What was measured is kept also when the user has had enough.
		if err := v.archive(context.WithoutCancel(ctx)); err != nil {
			return err
		}
	}
	return v.verdict(runErr)
}

func (a *app) newValidation(f *validateFlags) (*validation, error) {
	target, err := f.target()
	if err != nil {
		return nil, err
	}
	client, err := loadgen.NewClient(target)
	if err != nil {
		return nil, &codeError{code: exitUsage, err: err}
	}
	if err := os.MkdirAll(f.output, 0o755); err != nil {
		return nil, err
	}
	return &validation{app: a, f: f, client: client, report: &loadgen.Validation{
		Meta:     loadgen.Meta{Target: target, ISL: f.isl, OSL: f.osl, Seed: f.seed, Version: version, Command: f.command()},
		MaxBatch: f.maxBatch, SLA: loadgen.SLA(f.ttft, f.itl), Want: f.attainment, At: time.Now(),
		Predicted: loadgen.Prediction{TTFT: positive(f.predTTFT), ITL: positive(f.predITL)},
	}}, nil
}

// command is the command line for the record, without what may be secret.
func (f *validateFlags) command() string {
	return fmt.Sprintf("profreport validate --url %s --model %s --api %s --max-batch-size %d --ttft-target %g --itl-target %g --isl %d --osl %d --requests-per-level %d --warmup %d --seed %d --output-dir %s",
		f.url, f.model, f.api, f.maxBatch, f.ttft, f.itl, f.isl, f.osl, f.requests, f.warmup, f.seed, f.output)
}

// preparePrompts reads the prompt file or calibrates prompts; either way it
// is known afterwards that the server answers.
func (v *validation) preparePrompts(ctx context.Context) error {
	s := loadgen.NewSynthetic(v.client, v.f.isl, v.f.osl, v.f.seed)
	s.Same = v.f.samePrompt
	v.prompts = s
	if v.f.prompts != "" {
		return v.readPrompts(ctx, s)
	}
	cal, err := s.Calibrate(ctx, v.f.isl)
	if err != nil {
		return err
	}
	v.report.Calibration = &cal
	switch {
	case cal.Source == "":
		v.note("the server counts no tokens: prompts have %d words for --isl %d, and ISL, OSL and ITL are not measured", s.Words, v.f.isl)
	case cal.Tokens.V != int64(v.f.isl):
		v.note("prompts have %d tokens, the closest to --isl %d that whole words give", cal.Tokens.V, v.f.isl)
	}
	if s.Same {
		v.note("every request has the same prompt: prefix caches help")
	} else {
		v.note("every prompt is unique (seed %d), %d words of %d tokens by the server's %s", v.f.seed, s.Words, cal.Tokens.V, cmp.Or(cal.Source, "count: none"))
	}
	return nil
}

func (v *validation) readPrompts(ctx context.Context, probe *loadgen.Synthetic) error {
	file, err := os.Open(v.f.prompts)
	if err != nil {
		return err
	}
	defer file.Close()
	d, err := v.client.ReadDataset(file, v.f.prompts, v.f.osl)
	if err != nil {
		return err
	}
	for _, bad := range d.Bad {
		fmt.Fprintf(v.stderr, "refused: %v\n", bad)
	}
	v.note("%d prompts from %s (%s); a longer test begins again", d.Len(), filepath.Base(v.f.prompts), d.Source)
	v.report.Meta.ISL = 0
	v.prompts = d
	return probe.Ping(ctx)
}

func (v *validation) note(format string, args ...any) {
	v.report.Notes = append(v.report.Notes, fmt.Sprintf(format, args...))
	fmt.Fprintf(v.stderr, format+"\n", args...)
}

// levels runs one level after the other; what was measured before an error
// stays.
func (v *validation) levels(ctx context.Context, levels []loadgen.Level) error {
	seen := 0.0
	for _, l := range levels {
		if l.Concurrency == 0 && l.Pacer == nil {
			var note string
			var err error
			if l, note, err = v.f.sine(l, seen); err != nil {
				return err
			}
			if note != "" {
				v.note("%s", note)
			}
		}
		if l.Requests > 0 {
			fmt.Fprintf(v.stderr, "%s: %s\n", l.Name, loadgen.Plan(l.Requests))
		}
		t, err := v.level(ctx, l)
		if t != nil {
			v.report.Levels = append(v.report.Levels, t)
			v.valid += t.Valid
			if m, ok := t.Metric("request_throughput"); ok {
				seen = max(seen, m.Avg)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// level runs one level and writes its folder. The result is nil when nothing
// was measured.
func (v *validation) level(ctx context.Context, l loadgen.Level) (*loadgen.Tested, error) {
	dir := filepath.Join(v.f.output, l.Name)
	log, err := loadgen.NewRequestLog(dir)
	if err != nil {
		return nil, err
	}
	live := loadgen.NewLive(l, v.report.SLA)
	stop := v.draw(live)
	runner := loadgen.Runner{Client: v.client, Prompts: v.prompts, Sink: log.Add, Observe: live.Add}
	res, runErr := runner.Run(ctx, l)
	stop()
	if res == nil || len(res.Records) == 0 {
		log.Drop()
		return nil, runErr
	}
	if err := log.Close(); err != nil {
		return nil, errors.Join(runErr, err)
	}
	t := loadgen.NewTested(res, v.report.SLA, v.f.attainment)
	if err := loadgen.Export(dir, t.Summary, v.report.Meta); err != nil {
		return t, errors.Join(runErr, err)
	}
	return t, errors.Join(runErr, loadgen.WriteInputs(dir, v.prompts, l, len(res.Records)))
}

// draw shows the state of a level on a terminal until stop is called.
func (v *validation) draw(live *loadgen.Live) (stop func()) {
	if !isTerminal(v.stderr) {
		return func() {}
	}
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(500 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				fmt.Fprintf(v.stderr, "\r%s\x1b[K", live.Line(time.Now()))
			case <-quit:
				fmt.Fprint(v.stderr, "\r\x1b[K")
				return
			}
		}
	}()
	return func() {
		close(quit)
		<-gone
	}
}

// write prints the closing table and writes validation.json and validation.md.
func (v *validation) write() error {
	if err := v.report.WriteJSON(v.f.output); err != nil {
		return err
	}
	if err := v.report.WriteMarkdown(v.f.output); err != nil {
		return err
	}
	header, rows := v.report.Table()
	if err := printColumns(v.stdout, header, rows); err != nil {
		return err
	}
	for _, t := range v.report.Levels {
		for _, line := range t.Lines(v.report.Meta) {
			fmt.Fprintf(v.stderr, "%s: %s\n", t.Level.Name, line)
		}
	}
	fmt.Fprintf(v.stderr, "written to %s: validation.md, validation.json and a folder for each level\n", v.f.output)
	return nil
}

func printColumns(w io.Writer, header []string, rows [][]string) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range append([][]string{header}, rows...) {
		fmt.Fprintln(tw, strings.Join(r, "\t"))
	}
	return tw.Flush()
}

// archive ingests the folder that was written.
func (v *validation) archive(ctx context.Context) error {
	opt := ingest.Options{Run: v.f.run, Method: v.f.method, Kind: profile.Measured, Model: v.f.model,
		ISL: positive(int64(v.f.isl)), OSL: positive(int64(v.f.osl)), SLA: v.report.SLA}
	runs, err := ingest.Path(ctx, v.f.output, opt)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, v.f.db)
	if err != nil {
		return err
	}
	tally := &refusals{}
	for _, r := range runs {
		if err = v.loadRun(ctx, db, r, store.LoadOptions{Evidence: store.EvidenceFull}, tally); err != nil {
			break
		}
	}
	tally.print(v.stderr)
	return errors.Join(err, db.Close())
}

// verdict is how the command ends: with the error of the test, with 1 when
// nothing was answered, and with --check by the judged levels.
func (v *validation) verdict(runErr error) error {
	if errors.Is(runErr, context.Canceled) {
		return &codeError{code: exitInterrupt, err: fmt.Errorf("interrupted: what was measured is in %s, the last level is partial", v.f.output)}
	}
	if runErr != nil {
		return runErr
	}
	if v.valid == 0 {
		return &codeError{code: exitFailed, err: errors.New("every request failed; validation.md says how")}
	}
	if !v.f.check {
		return nil
	}
	code, judged := exitDone, 0
	for _, t := range v.report.Levels {
		if !slices.Contains(v.f.judged, t.Level.Name) {
			continue
		}
		judged++
		switch t.Attainment.Verdict {
		case loadgen.Fail:
			code = exitMissed
		case loadgen.Unknown:
			if code == exitDone {
				code = exitUnknown
			}
		}
	}
	if judged == 0 {
		return &codeError{code: exitUnknown, err: fmt.Errorf("no level that was run is judged; --judge names them")}
	}
	if code != exitDone {
		return exitWith(code)
	}
	return nil
}
