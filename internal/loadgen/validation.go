package loadgen

import (
	"path/filepath"
	"time"

	"github.com/profreport/profreport/internal/profile"
)

// Prediction is what the profiling run promised, ms.
type Prediction struct {
	TTFT, ITL profile.Opt[float64]
}

// Tested is one level with everything that is said of it.
type Tested struct {
	*Summary
	TTFT, ITL  P50
	Attainment Attainment
}

// NewTested summarizes and judges a result. want is the share of requests
// that must meet the SLA, 0 to 1.
func NewTested(res *Result, sla profile.SLA, want float64) *Tested {
	s := Summarize(res, sla)
	return &Tested{Summary: s, TTFT: MedianOf(res.Records, (*Record).TTFT), ITL: MedianOf(res.Records, (*Record).ITL), Attainment: Judge(s, want)}
}

// Validation is a whole test: the predictions and the levels.
type Validation struct {
	Meta        Meta
	MaxBatch    int
	SLA         profile.SLA
	Want        float64 // share of requests that must meet the SLA
	Predicted   Prediction
	Calibration *Calibration
	Levels      []*Tested
	At          time.Time
	Notes       []string // what the reader should know of how it was measured
}

// WriteJSON writes validation.json: the original's keys with right values, and
// some of our own. Errors are 100 (P/M - 1) with M the median; a share of
// requests is in percent; anything unknown is null.
func (v *Validation) WriteJSON(dir string) error {
	o := &object{}
	o.set("schema_version", 1)
	o.set("timestamp", stamp(v.At))
	o.set("model", v.Meta.Target.Model)
	o.set("url", v.Meta.Target.URL)
	o.set("ttft_target", v.SLA.TTFT.Any())
	o.set("itl_target", v.SLA.ITL.Any())
	o.set("predicted_ttft", v.Predicted.TTFT.Any())
	o.set("predicted_itl", v.Predicted.ITL.Any())
	o.set("max_batch_size", positive(v.MaxBatch))
	o.set("isl", positive(v.Meta.ISL))
	o.set("osl", positive(v.Meta.OSL))
	levels := []*object{}
	for _, t := range v.Levels {
		levels = append(levels, v.level(t))
	}
	o.set("load_level_results", levels)
	o.set("notes", append([]string{}, v.Notes...))
	b, err := o.indented()
	if err != nil {
		return err
	}
	return WriteFile(filepath.Join(dir, "validation.json"), b)
}

func positive(n int) any {
	if n <= 0 {
		return nil
	}
	return n
}

func (v *Validation) level(t *Tested) *object {
	o := &object{}
	o.set("load_level", t.Level.Name)
	o.set("concurrency", positive(t.Level.Concurrency))
	o.set("concurrency_pct", ratio(profile.Opt[float64]{V: float64(t.Level.Concurrency), OK: t.Level.Closed()}, profile.Some(float64(v.MaxBatch))).Any())
	o.set("ttft_p50", t.TTFT.Value.Any())
	o.set("ttft_p99", t.Percentile("time_to_first_token", 99).Any())
	o.set("itl_p50", t.ITL.Value.Any())
	o.set("itl_p99", t.Percentile("inter_token_latency", 99).Any())
	o.set("goodput_rps", t.one("goodput").Any())
	o.set("sla_hit_rate", percent(t.HitRate()).Any())
	o.set("ttft_error_pct", percent(Error(v.Predicted.TTFT, t.TTFT.Value)).Any())
	o.set("itl_error_pct", percent(Error(v.Predicted.ITL, t.ITL.Value)).Any())

	o.set("ttft_p50_low", t.TTFT.Low.Any())
	o.set("ttft_p50_high", t.TTFT.High.Any())
	o.set("itl_p50_low", t.ITL.Low.Any())
	o.set("itl_p50_high", t.ITL.High.Any())
	known := t.Attainment.Rate.OK
	o.set("sla_hit_rate_low", profile.Opt[float64]{V: 100 * t.Attainment.Low, OK: known && t.Attainment.Requests > 0}.Any())
	o.set("sla_hit_rate_high", profile.Opt[float64]{V: 100 * t.Attainment.High, OK: known && t.Attainment.Requests > 0}.Any())
	o.set("sla_verdict", t.Attainment.Verdict)
	o.set("request_count", t.Requests())
	o.set("error_count", t.Failed)
	o.set("excluded_count", t.Excluded)
	o.set("request_rate_asked", t.RateAsked.Any())
	o.set("request_rate", t.Rate.Any())
	o.set("request_throughput", t.one("request_throughput").Any())
	o.set("isl_obtained", t.mean("input_sequence_length").Any())
	o.set("osl_obtained", t.mean("output_sequence_length").Any())
	o.set("partial", t.Partial)
	return o
}

// one is a metric that has one value a level.
func (s *Summary) one(name string) profile.Opt[float64] { return s.mean(name) }

func (s *Summary) mean(name string) profile.Opt[float64] {
	m, ok := s.Metric(name)
	return profile.Opt[float64]{V: m.Avg, OK: ok}
}

func percent(v profile.Opt[float64]) profile.Opt[float64] {
	v.V *= 100
	return v
}
