// Package results writes the two small files that scripts around the original
// comparison program read: comparison_results.json, with its keys and right
// values, and summary.txt, with its sections. The figures come from queries
// and metric values; nothing is computed here but winners. Called by cmd.
package results

import (
	"encoding/json"
	"io"
	"math"
	"strings"

	"github.com/profreport/profreport/internal/table"
)

// SchemaVersion is that of comparison_results.json: raised when a key changes
// its meaning or goes away, not when one is added.
const SchemaVersion = 2

// Method is one compared method as the flags name it.
type Method struct {
	Run         string // run in the archive
	ID          string // aic_offline, online_aiperf, or the name given
	Label       string // as the report shows it
	Description string
	SourceDir   string
}

// Input is one source file of a run.
type Input struct {
	Run    string `json:"run"`
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
}

// Header is what the command line and the comparison say as a whole.
type Header struct {
	Timestamp   string // UTC, ISO 8601
	Version     string
	Commit      string
	Model       string
	Backend     string
	TTFT, ITL   any // ms, or nil
	ISL, OSL    any // tokens, or nil
	Methods     []Method
	Inputs      []Input
	MethodRows  *table.Table // query result_methods
	LevelRows   *table.Table // query result_levels
	MetricRows  *table.Table // metric_values
	Verdict     string       // pass, fail or unknown: of the comparison as a whole
	ExitCode    int
	JudgedLevel string
}

// Comparison is the content of comparison_results.json. Unknown is null.
type Comparison struct {
	SchemaVersion  int           `json:"schema_version"`
	Tool           tool          `json:"tool"`
	Timestamp      string        `json:"timestamp"`
	Model          any           `json:"model"`
	Backend        any           `json:"backend"`
	TargetTTFT     any           `json:"target_ttft"`
	TargetITL      any           `json:"target_itl"`
	ISL            any           `json:"isl"`
	OSL            any           `json:"osl"`
	GroundTruth    any           `json:"ground_truth_method"`
	TruthGoodput   any           `json:"ground_truth_goodput"`
	Fastest        any           `json:"fastest_method"`
	LowestCost     any           `json:"lowest_cost_method"`
	MostAccurate   any           `json:"most_accurate_at_medium"`
	BestOptimizing any           `json:"best_optimization_method"`
	Methods        []methodEntry `json:"methods"`
	Metrics        []metricEntry `json:"metrics"`
	Inputs         []Input       `json:"inputs"`
}

type tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Commit  string `json:"commit"`
}

type methodEntry struct {
	Name               string       `json:"method_name"`
	Label              string       `json:"label"`
	Description        string       `json:"method_description"`
	Run                string       `json:"run"`
	SHA256             any          `json:"run_sha256"`
	Kind               any          `json:"kind"`
	Status             any          `json:"status"`
	SourceDir          string       `json:"source_dir"`
	Duration           any          `json:"total_duration_seconds"`
	Deployments        any          `json:"num_deployments_created"`
	FailedDeployments  any          `json:"num_deployments_failed"`
	GPUHours           any          `json:"gpu_hours_consumed"`
	PrefillConfigs     any          `json:"num_prefill_configs_tested"`
	DecodeConfigs      any          `json:"num_decode_configs_tested"`
	PrefillGPUs        any          `json:"recommended_prefill_gpus"`
	DecodeGPUs         any          `json:"recommended_decode_gpus"`
	PrefillMapping     any          `json:"recommended_prefill_mapping"`
	DecodeMapping      any          `json:"recommended_decode_mapping"`
	PredictedTTFT      any          `json:"predicted_ttft"`
	PredictedITL       any          `json:"predicted_itl"`
	PrefillThroughput  any          `json:"predicted_prefill_thpt_per_gpu"`
	DecodeThroughput   any          `json:"predicted_decode_thpt_per_gpu"`
	RecommendationMeet any          `json:"recommendation_meets_sla"`
	Validated          bool         `json:"validated"`
	Levels             []levelEntry `json:"load_level_metrics"`
	ErrIdle            any          `json:"ttft_error_at_idle"`
	ErrMedium          any          `json:"ttft_error_at_medium"`
	ErrSaturation      any          `json:"ttft_error_at_saturation"`
	ErrOverload        any          `json:"ttft_error_at_overload"`
	OptValidated       bool         `json:"optimization_validated"`
	Goodput            any          `json:"actual_goodput"`
	HitRate            any          `json:"actual_sla_hit_rate"`
	Regret             any          `json:"optimization_regret"`
}

type levelEntry struct {
	Level          string `json:"load_level"`
	Concurrency    any    `json:"concurrency"`
	ConcurrencyPct any    `json:"concurrency_pct"`
	TTFTP50        any    `json:"actual_ttft_p50"`
	TTFTP99        any    `json:"actual_ttft_p99"`
	ITLP50         any    `json:"actual_itl_p50"`
	ITLP99         any    `json:"actual_itl_p99"`
	TTFTError      any    `json:"ttft_error_pct"`
	TTFTBasis      any    `json:"ttft_error_basis"`
	ITLError       any    `json:"itl_error_pct"`
	ITLBasis       any    `json:"itl_error_basis"`
	HitRate        any    `json:"sla_hit_rate"`
	MeetsSLA       any    `json:"meets_sla"`
}

type metricEntry struct {
	Run     any `json:"run"`
	Metric  any `json:"metric"`
	Key     any `json:"key"`
	Value   any `json:"value"`
	Unit    any `json:"unit"`
	Low     any `json:"low"`
	High    any `json:"high"`
	N       any `json:"n"`
	Verdict any `json:"verdict"`
	Note    any `json:"note"`
}

// Build puts the rows into the shape of comparison_results.json.
func Build(h Header) *Comparison {
	c := &Comparison{
		SchemaVersion: SchemaVersion,
		Tool:          tool{"profreport", h.Version, h.Commit},
		Timestamp:     h.Timestamp,
		Model:         orNil(h.Model), Backend: orNil(h.Backend),
		TargetTTFT: h.TTFT, TargetITL: h.ITL, ISL: h.ISL, OSL: h.OSL,
		Methods: []methodEntry{}, Metrics: []metricEntry{}, Inputs: h.Inputs,
	}
	if c.Inputs == nil {
		c.Inputs = []Input{}
	}
	for _, m := range h.Methods {
		c.Methods = append(c.Methods, buildMethod(h, m))
	}
	for i := range h.MetricRows.Rows {
		v := func(name string) any { return finite(h.MetricRows.Value(i, name)) }
		c.Metrics = append(c.Metrics, metricEntry{v("run"), v("metric"), v("key"), v("value"), v("unit"), v("low"), v("high"), v("n"), v("verdict"), v("note")})
	}
	c.pickWinners()
	return c
}

func buildMethod(h Header, m Method) methodEntry {
	i := rowOf(h.MethodRows, m.Run)
	v := func(name string) any { return finite(h.MethodRows.Value(i, name)) }
	e := methodEntry{
		Name: m.ID, Label: m.Label, Description: m.Description, Run: m.Run, SourceDir: m.SourceDir,
		SHA256: v("sha256"), Kind: v("kind"), Status: v("status"),
		Duration: v("duration_s"), Deployments: v("deployments"), FailedDeployments: v("failed_deployments"), GPUHours: v("gpu_hours"),
		PrefillConfigs: v("prefill_configs"), DecodeConfigs: v("decode_configs"),
		PrefillGPUs: v("prefill_gpus"), DecodeGPUs: v("decode_gpus"),
		PrefillMapping: v("prefill_mapping"), DecodeMapping: v("decode_mapping"),
		PredictedTTFT: v("predicted_ttft_ms"), PredictedITL: v("predicted_itl_ms"),
		PrefillThroughput: v("prefill_throughput_per_gpu"), DecodeThroughput: v("decode_throughput_per_gpu"),
		RecommendationMeet: both(v("prefill_meets_sla"), v("decode_meets_sla")),
		OptValidated:       isOne(v("optimization_validated")),
		Goodput:            v("goodput"), HitRate: percent(v("sla_hit_rate")),
		Regret: percent(metricValue(h.MetricRows, m.Run, "goodput_regret", "")),
		Levels: []levelEntry{},
	}
	for i := range h.LevelRows.Rows {
		if h.LevelRows.Value(i, "run") == m.Run {
			e.Levels = append(e.Levels, buildLevel(h.LevelRows, i))
		}
	}
	e.Validated = len(e.Levels) > 0
	e.ErrIdle, e.ErrMedium = e.ttftErrorAt("idle"), e.ttftErrorAt("medium")
	e.ErrSaturation, e.ErrOverload = e.ttftErrorAt("saturation"), e.ttftErrorAt("overload")
	return e
}

func buildLevel(t *table.Table, i int) levelEntry {
	v := func(name string) any { return finite(t.Value(i, name)) }
	level, _ := t.Value(i, "level").(string)
	e := levelEntry{
		Level: level, Concurrency: v("concurrency"), ConcurrencyPct: ratio(v("concurrency"), v("max_batch_size")),
		TTFTP50: v("ttft_p50_ms"), TTFTP99: v("ttft_p99_ms"), ITLP50: v("itl_p50_ms"), ITLP99: v("itl_p99_ms"),
		TTFTError: percent(v("ttft_error")), TTFTBasis: v("ttft_basis"),
		ITLError: percent(v("itl_error")), ITLBasis: v("itl_basis"),
		HitRate: percent(v("sla_hit_rate")),
	}
	if rate, ok := table.Number(v("sla_hit_rate")); ok {
		e.MeetsSLA = rate == 1
	}
	return e
}

func (e *methodEntry) ttftErrorAt(level string) any {
	for _, l := range e.Levels {
		if l.Level == level {
			return l.TTFTError
		}
	}
	return nil
}

// pickWinners names the method with the lowest (or highest) known figure.
// Failed and partial runs, runs whose recommendation misses the SLA, unknown
// figures and ties win nothing.
func (c *Comparison) pickWinners() {
	ran := func(e methodEntry) bool { return e.Status == "complete" && e.RecommendationMeet != false }
	c.Fastest = c.best(ran, func(e methodEntry) any { return e.Duration }, 1)
	c.LowestCost = c.best(ran, func(e methodEntry) any { return e.GPUHours }, 1)
	always := func(methodEntry) bool { return true }
	c.MostAccurate = c.best(always, func(e methodEntry) any { return abs(e.ErrMedium) }, 1)
	c.BestOptimizing = c.best(always, func(e methodEntry) any { return e.Regret }, 1)
	goodput := func(e methodEntry) any {
		if g, ok := table.Number(e.Goodput); !ok || g <= 0 || !e.OptValidated {
			return nil
		}
		return e.Goodput
	}
	c.GroundTruth = c.best(always, goodput, -1)
	for _, e := range c.Methods {
		if c.GroundTruth == e.Name {
			c.TruthGoodput = e.Goodput
		}
	}
}

// best returns the name of the one method with the smallest sign*figure, nil
// when none is known or the best is a tie.
func (c *Comparison) best(may func(methodEntry) bool, figure func(methodEntry) any, sign float64) any {
	var name any
	least, tied := math.Inf(1), false
	for _, e := range c.Methods {
		v, ok := table.Number(figure(e))
		if !ok || !may(e) {
			continue
		}
		switch v *= sign; {
		case v < least:
			name, least, tied = e.Name, v, false
		case v == least:
			tied = true
		}
	}
	if tied {
		return nil
	}
	return name
}

// WriteJSON writes the comparison, indented, with a final newline.
func (c *Comparison) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(c)
}

func rowOf(t *table.Table, run string) int {
	for i := range t.Rows {
		if t.Value(i, "run") == run {
			return i
		}
	}
	return -1
}

func metricValue(t *table.Table, run, metric, key string) any {
	for i := range t.Rows {
		k, _ := t.Value(i, "key").(string)
		if t.Value(i, "run") == run && t.Value(i, "metric") == metric && k == key {
			return finite(t.Value(i, "value"))
		}
	}
	return nil
}

// finite turns what JSON can't carry into null.
func finite(v any) any {
	if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return nil
	}
	return v
}

func percent(v any) any {
	if f, ok := table.Number(v); ok {
		return 100 * f
	}
	return nil
}

func ratio(a, b any) any {
	x, ok1 := table.Number(a)
	y, ok2 := table.Number(b)
	if !ok1 || !ok2 || y == 0 {
		return nil
	}
	return x / y
}

func abs(v any) any {
	if f, ok := table.Number(v); ok {
		return math.Abs(f)
	}
	return nil
}

func isOne(v any) bool { f, ok := table.Number(v); return ok && f == 1 }

// both is true when both are 1, false when one is known to be 0, else nil.
func both(a, b any) any {
	x, ok1 := table.Number(a)
	y, ok2 := table.Number(b)
	switch {
	case ok1 && x == 0, ok2 && y == 0:
		return false
	case ok1 && ok2:
		return true
	}
	return nil
}

func orNil(s string) any {
	if strings.TrimSpace(s) == "" {
		return nil
	}
	return s
}
