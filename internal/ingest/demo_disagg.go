package ingest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/profreport/profreport/internal/profile"
	"go.yaml.in/yaml/v3"
)

// demoFacts is disaggregated/runs.yaml: what the runs state of themselves.
type demoFacts struct {
	Runs []demoRun
}

type demoRun struct {
	Run, Method, Kind, Model, Backend string
	GPUType                           string  `yaml:"gpu_type"`
	ServingMode                       string  `yaml:"serving_mode"`
	Profiler                          string  `yaml:"profiler"`
	ISL                               int64   `yaml:"isl"`
	OSL                               int64   `yaml:"osl"`
	TTFT                              float64 `yaml:"sla_ttft_ms"`
	ITL                               float64 `yaml:"sla_itl_ms"`
	MaxKVTokens                       int64   `yaml:"max_kv_tokens"`
	Planner                           bool
	Prefill, Decode                   demoPool
	Settings                          map[string]string
}

type demoPool struct {
	Mapping        string
	GPUs, Replicas int64
}

const demoFolder = "disaggregated/"

// demoDisaggregated reads the facts and then each table into their runs.
func demoDisaggregated(fsys fs.FS) ([]*profile.Run, error) {
	facts, err := fs.ReadFile(fsys, demoFolder+"runs.yaml")
	if err != nil {
		return nil, err
	}
	var list demoFacts
	if err := yaml.Unmarshal(facts, &list); err != nil {
		return nil, &SyntaxError{File: demoFolder + "runs.yaml", Msg: err.Error()}
	}
	d := demoReader{fsys: fsys, runs: map[string]*profile.Run{}}
	var runs []*profile.Run
	for _, f := range list.Runs {
		r := f.run()
		d.runs[r.Name] = r
		runs = append(runs, r)
	}
	for _, table := range []struct {
		file string
		read func(*profile.Run, demoRow) error
	}{{"prefill.csv", demoPrefill}, {"decode.csv", demoDecode}, {"levels.csv", demoLevel}, {"statistics.csv", demoStatistic}} {
		if err := d.table(demoFolder+table.file, table.read); err != nil {
			return nil, err
		}
	}
	sources := d.sources
	for name, kind := range map[string]string{demoFolder + "runs.yaml": "facts", "README.md": "other"} {
		s, err := demoSource(fsys, name, kind)
		if err != nil {
			return nil, err
		}
		sources = append(sources, s)
	}
	slices.SortFunc(sources, func(a, b profile.Source) int { return strings.Compare(a.Path, b.Path) })
	for _, r := range runs {
		r.Sources = slices.Clone(sources)
	}
	return runs, nil
}

func (f demoRun) run() *profile.Run {
	const facts = demoFolder + "runs.yaml"
	r := &profile.Run{
		Name: f.Run, Method: f.Method, Kind: profile.Kind(f.Kind), Status: profile.Complete,
		Model: f.Model, Backend: f.Backend, GPUType: f.GPUType, ServingMode: f.ServingMode, Profiler: f.Profiler,
		ISL: profile.Some(f.ISL), OSL: profile.Some(f.OSL), SLA: profile.SLA{TTFT: profile.Some(f.TTFT), ITL: profile.Some(f.ITL)},
		MaxKVTokens:     profile.Some(f.MaxKVTokens),
		PrefillReplicas: profile.Some(f.Prefill.Replicas), DecodeReplicas: profile.Some(f.Decode.Replicas),
		HasPlanner: f.Planner,
		Recommendations: []profile.Recommendation{
			{Phase: profile.Prefill, Mapping: f.Prefill.Mapping, GPUs: profile.Some(f.Prefill.GPUs), Source: "config", Path: facts},
			{Phase: profile.Decode, Mapping: f.Decode.Mapping, GPUs: profile.Some(f.Decode.GPUs), Source: "config", Path: facts},
		},
	}
	for key, value := range f.Settings {
		r.Settings = append(r.Settings, profile.Setting{Key: key, Value: value, Path: facts})
	}
	slices.SortFunc(r.Settings, func(a, b profile.Setting) int { return strings.Compare(a.Key, b.Key) })
	return r
}

// demoReader reads the tables, each row of which names its run.
type demoReader struct {
	fsys    fs.FS
	runs    map[string]*profile.Run
	sources []profile.Source
}

func (d *demoReader) table(file string, read func(*profile.Run, demoRow) error) error {
	source, err := demoSource(d.fsys, file, "table")
	if err != nil {
		return err
	}
	d.sources = append(d.sources, source)
	g, err := newGrid(source.Bytes, file)
	if err != nil {
		return noEOF(err, file)
	}
	for {
		cells, err := g.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		row := demoRow{g, cells}
		run := d.runs[row.text("run")]
		if run == nil {
			return &SyntaxError{file, cells.line, fmt.Sprintf("no run %q in runs.yaml", row.text("run"))}
		}
		if err := read(run, row); err != nil {
			return &SyntaxError{file, cells.line, err.Error()}
		}
	}
}

// demoRow is one row of a demo table, by column.
type demoRow struct {
	g   *grid
	row gridRow
}

func (r demoRow) text(column string) string {
	if i := slices.Index(r.g.columns, column); i >= 0 {
		return r.row.text[i]
	}
	return ""
}

func (r demoRow) number(column string) (o profile.Opt[float64]) {
	if i := slices.Index(r.g.columns, column); i >= 0 {
		if f, ok, err := cellNumber(r.row.values[i]); ok && err == nil {
			return profile.Some(f)
		}
	}
	return o
}

func (r demoRow) count(column string) (o profile.Opt[int64]) {
	f := r.number(column)
	if n, ok, err := cellWhole(f.Any()); ok && err == nil {
		return profile.Some(n)
	}
	return o
}

func demoPrefill(run *profile.Run, r demoRow) error {
	isl := r.number("isl_tokens")
	if !isl.OK {
		return errors.New("no isl_tokens")
	}
	run.PrefillPoints = append(run.PrefillPoints, profile.PrefillPoint{
		Mapping: r.text("mapping"), GPUs: r.count("gpus"), ISL: isl.V,
		TTFT: r.number("ttft_ms"), Throughput: r.number("throughput_per_gpu"),
	})
	return nil
}

func demoDecode(run *profile.Run, r demoRow) error {
	context, usage := r.number("context_tokens"), r.number("kv_usage")
	if !context.OK || context.V <= 0 || !usage.OK {
		return errors.New("no context_tokens or kv_usage")
	}
	n := math.Round(usage.V * float64(run.MaxKVTokens.V) / context.V)
	run.DecodePoints = append(run.DecodePoints, profile.DecodePoint{
		Mapping: r.text("mapping"), GPUs: r.count("gpus"), KVUsage: usage, Context: context.V,
		Concurrency: profile.Some(int64(n)), ITL: r.number("itl_ms"), Throughput: r.number("throughput_per_gpu"),
	})
	return nil
}

// demoLevel reads one load test: every request of these was answered.
func demoLevel(run *profile.Run, r demoRow) error {
	started, err := time.Parse(time.RFC3339Nano, r.text("started_at"))
	if err != nil {
		return err
	}
	run.Levels = append(run.Levels, profile.LoadLevel{
		Level: r.text("level"), Concurrency: r.number("concurrency"), Closed: true,
		RequestCount: r.count("request_count"), GoodCount: r.count("good_count"), ErrorCount: profile.Some(int64(0)),
		Duration: r.number("duration_s"), RequestThroughput: r.number("request_throughput"),
		OutputThroughput: r.number("output_token_throughput"), Goodput: r.number("goodput"),
		ISL: r.number("isl_tokens"), OSL: r.number("osl_tokens"),
		SLA:       profile.SLA{TTFT: r.number("sla_ttft_ms"), ITL: r.number("sla_itl_ms")},
		StartedAt: profile.Some(started.UTC()), Path: demoFolder + "levels.csv",
	})
	return nil
}

func demoStatistic(run *profile.Run, r demoRow) error {
	i := slices.IndexFunc(run.Levels, func(l profile.LoadLevel) bool { return l.Level == r.text("level") })
	if i < 0 {
		return fmt.Errorf("no level %q", r.text("level"))
	}
	l := &run.Levels[i]
	for _, name := range StatisticNames {
		if v := r.number(name); v.OK {
			l.Statistics = append(l.Statistics, profile.Statistic{Metric: r.text("metric"), Statistic: name, Value: v.V, Unit: r.text("unit")})
		}
	}
	return nil
}
