package queries_test

import (
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/profreport/profreport/internal/profile"
)

// The runs here are written by hand, small enough to calculate with pencil.

func some[T any](v T) profile.Opt[T] { return profile.Some(v) }

// aRun is a complete run of one group: model m on backend b, ISL 1000, OSL
// 100, SLA 500/50.
func aRun(name, method string, kind profile.Kind, change ...func(*profile.Run)) *profile.Run {
	r := &profile.Run{
		Name: name, Method: method, Kind: kind, Status: profile.Complete, Model: "m", Backend: "b", ServingMode: "disaggregated",
		ISL: some(int64(1000)), OSL: some(int64(100)), SLA: profile.SLA{TTFT: some(500.0), ITL: some(50.0)},
		// Two runs of the same bytes are one run to the archive.
		Sources: []profile.Source{{Path: "fixture", Kind: "other", Size: int64(len(name)), Bytes: []byte(name)}},
	}
	for _, f := range change {
		f(r)
	}
	return r
}

// lasting gives a run a log of the given length in s.
func lasting(seconds int) func(*profile.Run) {
	return func(r *profile.Run) {
		start := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
		r.HasLog, r.HasDeploymentInfo = true, true
		r.StartedAt, r.FinishedAt = some(start), some(start.Add(time.Duration(seconds)*time.Second))
	}
}

// prefill and decode add a candidate; throughput is in tokens/s/GPU.
func prefill(mapping string, gpus int64, ttft, throughput float64) func(*profile.Run) {
	return func(r *profile.Run) {
		r.Candidates = append(r.Candidates, profile.Candidate{Phase: profile.Prefill, Mapping: mapping, GPUs: some(gpus), TTFT: some(ttft), Throughput: some(throughput), ThroughputSource: "reported", Source: "log"})
	}
}

func decode(mapping string, gpus, concurrency int64, itl, throughput float64) func(*profile.Run) {
	return func(r *profile.Run) {
		r.Candidates = append(r.Candidates, profile.Candidate{Phase: profile.Decode, Mapping: mapping, GPUs: some(gpus), Concurrency: some(concurrency), ITL: some(itl), Throughput: some(throughput), ThroughputSource: "reported", Source: "log"})
	}
}

// row of a sweep table, without a throughput of its own.
func tableRow(mapping string, gpus, concurrency int64, ttft, itl float64) func(*profile.Run) {
	return func(r *profile.Run) {
		r.ServingMode, r.SLA = "aggregated", profile.SLA{}
		r.Candidates = append(r.Candidates, profile.Candidate{Phase: profile.Aggregated, Mapping: mapping, GPUs: some(gpus), Concurrency: some(concurrency), TTFT: some(ttft), ITL: some(itl),
			Throughput: some(perGPU(gpus, concurrency, ttft, itl)), ThroughputSource: "formula", Source: "table"})
	}
}

// perGPU is DEFINITIONS 32 at OSL 100.
func perGPU(gpus, concurrency int64, ttft, itl float64) float64 {
	return float64(concurrency) * 100 * 1000 / (ttft + 99*itl) / float64(gpus)
}

func refusedRow(mapping string, gpus, concurrency int64, why string) func(*profile.Run) {
	return func(r *profile.Run) {
		r.ServingMode, r.SLA = "aggregated", profile.SLA{}
		r.Candidates = append(r.Candidates, profile.Candidate{Phase: profile.Aggregated, Mapping: mapping, GPUs: some(gpus), Concurrency: some(concurrency), Refused: why, Source: "table"})
	}
}

// chose adds what the log suggests.
func chose(phase profile.Phase, mapping string, gpus, concurrency int64, latency float64) func(*profile.Run) {
	return func(r *profile.Run) {
		c := profile.Recommendation{Phase: phase, Mapping: mapping, GPUs: some(gpus), Source: "log"}
		if phase == profile.Prefill {
			c.TTFT = some(latency)
		} else {
			c.ITL, c.Concurrency = some(latency), some(concurrency)
		}
		r.Recommendations = append(r.Recommendations, c)
	}
}

// deployed adds a deployment of one hour.
func deployed(phase profile.Phase, mapping, purpose string, gpus int64, failed bool) func(*profile.Run) {
	return func(r *profile.Run) {
		start := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC)
		r.Deployments = append(r.Deployments, profile.Deployment{Phase: phase, Mapping: mapping, Purpose: purpose, GPUs: some(gpus), Failed: failed,
			StartedAt: some(start), EndedAt: some(start.Add(time.Hour))})
	}
}

// level adds a load test with the given mean and median latencies in ms.
func level(name string, users, rate, ttft, itl, latency float64, change ...func(*profile.LoadLevel)) func(*profile.Run) {
	return func(r *profile.Run) {
		l := profile.LoadLevel{Level: name, Concurrency: some(users), Closed: true, RequestCount: some(int64(100)), RequestThroughput: some(rate)}
		for metric, v := range map[string]float64{"ttft": ttft, "itl": itl, "request_latency": latency} {
			for _, s := range []string{"avg", "p50"} {
				l.Statistics = append(l.Statistics, profile.Statistic{Metric: metric, Statistic: s, Value: v, Unit: "ms"})
			}
		}
		for _, f := range change {
			f(&l)
		}
		r.Levels = append(r.Levels, l)
	}
}

// check holds one metric: value, verdict, and what its note says.
func (a *archive) check(run, metricAndKey string, value any, verdict any, note string) {
	a.t.Helper()
	r, ok := a.metricRows(run)[metricAndKey]
	if !ok {
		a.t.Errorf("%s: no row for %s", run, metricAndKey)
		return
	}
	got, want := r["value"], value
	g, isG := got.(float64)
	w, isW := want.(float64)
	if isG && isW && math.Abs(g-w) <= 1e-9*math.Max(1, math.Abs(w)) {
		got = want
	}
	if got != want {
		a.t.Errorf("%s %s: value %v, want %v (%v)", run, metricAndKey, r["value"], value, r["note"])
	}
	if r["verdict"] != verdict {
		a.t.Errorf("%s %s: verdict %v, want %v (%v)", run, metricAndKey, r["verdict"], verdict, r["note"])
	}
	if !strings.Contains(fmt.Sprint(r["note"]), note) {
		a.t.Errorf("%s %s: note %v, want %q in it", run, metricAndKey, r["note"], note)
	}
}

// threeMethods is a simulation, two measured runs that repeat each other, and
// a second simulation that chose what was never measured.
func threeMethods() []*profile.Run {
	return []*profile.Run{
		aRun("sim", "Sim", profile.Simulated, lasting(20),
			prefill("TP=1", 1, 100, 10000), prefill("TP=2", 2, 60, 8000),
			decode("TP=1", 1, 1, 10, 100), decode("TP=1", 1, 5, 14, 300), decode("TP=2", 2, 1, 6, 80), decode("TP=2", 2, 5, 8, 310),
			chose(profile.Prefill, "TP=1", 1, 0, 100), chose(profile.Decode, "TP=2", 2, 5, 8)),
		aRun("real-1", "Real", profile.Measured, lasting(1000),
			prefill("TP=1", 1, 125, 8000), prefill("TP=2", 2, 80, 6000),
			decode("TP=1", 1, 1, 12, 80), decode("TP=1", 1, 3, 16, 180), decode("TP=2", 2, 1, 8, 60), decode("TP=2", 2, 3, 10, 140),
			chose(profile.Prefill, "TP=1", 1, 0, 125), chose(profile.Decode, "TP=1", 1, 3, 16),
			deployed(profile.Prefill, "TP=1", "sweep", 1, false), deployed(profile.Decode, "TP=2", "sweep", 2, false), deployed(profile.Decode, "TP=1", "interpolation", 1, false)),
		aRun("real-2", "Real again", profile.Measured, lasting(900),
			decode("TP=1", 1, 3, 20, 220),
			chose(profile.Prefill, "TP=1", 1, 0, 125), chose(profile.Decode, "TP=1", 1, 3, 20)),
		aRun("other", "Other sim", profile.Simulated, lasting(600),
			prefill("TP=1", 1, 100, 10000), decode("TP=4", 4, 9, 10, 400),
			chose(profile.Prefill, "TP=2", 2, 0, 60), chose(profile.Decode, "TP=4", 4, 9, 10)),
	}
}

func TestRegretByHand(t *testing.T) {
	a := newArchive(t, nil, threeMethods())
	// Repeats: decode TP=1 @3 is the median of 180 and 220, 200; that is the
	// oracle, supplied by both measured runs. TP=2 gives 140 at most.
	a.check("sim", "regret decode", 1-140.0/200, "unknown", "measured at 3, oracle TP=1 @3; chosen at 5, measured up to 3")
	a.check("sim", "regret_load_covered decode", 0.0, nil, "regret at low load")
	a.check("sim", "regret prefill", 0.0, "pass", "same choice: TP=1")
	// GPU-seconds: own 1000/8000 + 100/140, oracle 1000/8000 + 100/200.
	a.check("sim", "regret combined", 1-(0.125+0.5)/(0.125+100.0/140), "unknown", "low load")
	a.check("real-1", "regret decode", 0.0, nil, "supplies the oracle")
	a.check("real-2", "regret decode", 0.0, nil, "supplies the oracle")
	a.check("other", "regret decode", nil, "unknown", "not measured: no measured candidate of TP=4")
	a.check("other", "regret prefill", 1-6000.0/8000, "fail", "regret: TP=2, oracle TP=1; point only")
	a.check("other", "regret combined", nil, "unknown", "decode: not measured")
	// Errors: TP=1 @3 is half-way between 10 and 14 ms; measured median 18.
	a.check("sim", "candidate_error decode TP=1 @3", 12.0/18-1, nil, "interpolated")
	a.check("sim", "candidate_error decode TP=2 @1", 6.0/8-1, nil, "the run has this point")
	a.check("sim", "candidate_error prefill TP=2", 60.0/80-1, nil, "")
	if r := a.metricRows("sim")["candidate_error decode TP=1 @3"]; r["n"] != int64(2) {
		t.Errorf("n %v, want the two repeats", r["n"])
	}
	// Ranks as selected: predicted 310 > 300, measured 140 < 200.
	a.check("sim", "rank_pairs_right decode as selected", 0.0, nil, "wrong: TP=1 before TP=2")
	a.check("sim", "rank_pairs decode as selected", 1.0, nil, "")
	// At the same points: TP=1 3000/12 = 250, TP=2 3000/7/2 = 214.3.
	a.check("sim", "rank_pairs_right decode same points", 1.0, nil, "1 of 1")
	a.check("sim", "rank_baseline_right decode", 1.0, nil, "")
	// The second best point is decode TP=2 @3: 140 of 200.
	a.check("sim", "oracle_lead decode", 1-140.0/200, nil, "TP=1 @3 before TP=2 @3")
	// Top-N: TP=2 first; its hour on 2 GPUs, then TP=1 has no sweep deployment.
	a.check("sim", "top_n_regret decode 1", 0.3, nil, "adds TP=2")
	a.check("sim", "top_n_gpu_hours decode 1", 2.0, nil, "")
	a.check("sim", "top_n_regret decode 2", 0.0, nil, "adds TP=1")
	a.check("sim", "top_n_gpu_hours decode 2", nil, nil, "no sweep deployment")
	// Break-even: 1 + 2 + 1 GPU-hours against none.
	own, best := 0.125+100.0/140, 0.125+0.5
	a.check("sim", "break_even", 4/((1-best/own)*100), nil, "in brackets")
	a.check("real-2", "break_even", nil, nil, "never")
}

func TestCostByHand(t *testing.T) {
	runs := threeMethods()
	runs = append(runs,
		aRun("broken", "Broken", profile.Measured, lasting(5), func(r *profile.Run) { r.Status = profile.Failed }),
		aRun("strict", "Strict", profile.Simulated, lasting(10), func(r *profile.Run) { r.SLA.ITL = some(20.0) }),
		aRun("near", "Near", profile.Simulated, lasting(500)),
	)
	a := newArchive(t, map[string]any{"ttft_ms": 500.0, "itl_ms": 50.0}, runs)
	// The reference is the complete measured run with most candidates.
	a.check("sim", "duration_saved", 1-20.0/1000, "pass", "against real-1")
	a.check("other", "duration_saved", 0.4, "fail", "against real-1")
	// 500 s of 1000 s: with 1 s on either side the half is neither reached nor missed.
	a.check("near", "duration_saved", 0.5, "unknown", "against real-1")
	a.check("real-1", "duration_saved", 0.0, nil, "the reference")
	a.check("broken", "duration_saved", 1-5.0/1000, nil, "the run failed: no verdict")
	a.check("strict", "duration_saved", 1-10.0/1000, nil, "another SLA: no verdict")
	a.check("sim", "gpu_hours", 0.0, nil, "nothing was deployed")
	a.check("sim", "gpu_hours_saved", 1.0, nil, "against real-1")
	a.check("sim", "duration", 20.0, nil, "")
	// Another reference by name; a failed run is never one.
	a = newArchive(t, map[string]any{"ttft_ms": 500.0, "itl_ms": 50.0, "reference": "real-2"}, runs)
	a.check("sim", "duration_saved", 1-20.0/900, "pass", "against real-2")
	a = newArchive(t, map[string]any{"ttft_ms": 500.0, "itl_ms": 50.0, "reference": "broken"}, runs)
	a.check("sim", "duration_saved", nil, "unknown", "no reference")
}

// TestSLA holds rule 2: one SLA for the comparison, a run that stated another
// is judged at its own.
func TestSLA(t *testing.T) {
	runs := threeMethods()
	a := newArchive(t, map[string]any{"itl_ms": 15.0}, runs)
	for _, r := range a.rows("scope") {
		if r["own_sla"] != int64(1) || r["sla_itl_ms"] != 50.0 {
			t.Errorf("%v stated 50 ms and the comparison has 15: in force %v, own %v", r["run"], r["sla_itl_ms"], r["own_sla"])
		}
	}
	for _, r := range runs {
		r.SLA = profile.SLA{}
	}
	// Nothing stated: judged at the parameter. TP=1 @3 takes 18 ms: the oracle
	// is TP=2 @3 now.
	a = newArchive(t, map[string]any{"ttft_ms": 500.0, "itl_ms": 15.0}, runs)
	a.check("sim", "regret decode", 0.0, "unknown", "same choice: TP=2")
	// TP=1 meets 15 ms at one request only: 80 of 140.
	a.check("real-2", "regret decode", 1-80.0/140, "fail", "regret: TP=1, measured at 1, oracle TP=2 @3")
	// No SLA anywhere: nothing can be said, and nothing passes.
	a = newArchive(t, nil, runs)
	a.check("sim", "regret decode", nil, "unknown", "no SLA to judge by")
	a.check("sim", "feasible_both decode", nil, nil, "")
	// A bound that nothing meets.
	a = newArchive(t, map[string]any{"ttft_ms": 500.0, "itl_ms": 7.0}, runs)
	a.check("sim", "regret decode", nil, "unknown", "nothing feasible: the closest, TP=2 @1, misses by 1.0 ms")
	a.check("sim", "regret_overshoot decode", nil, nil, "misses by 1.0 ms")
}

func TestInfeasible(t *testing.T) {
	runs := threeMethods()
	for _, r := range runs {
		r.SLA.ITL = some(11.0)
	}
	a := newArchive(t, nil, runs)
	// Only TP=2 meets 11 ms; TP=1 comes closest at one request with 12 ms.
	a.check("real-2", "regret decode", nil, "unknown", "infeasible: the closest point of TP=1 @1 misses ITL by 1.0 ms")
	a.check("real-2", "regret_overshoot decode", 1.0, nil, "")
	a.check("sim", "regret decode", 0.0, "unknown", "same choice")
}

// TestGroups holds rule 1: an unknown field does not split a group, and a
// known difference does.
func TestGroups(t *testing.T) {
	set := func(f func(*profile.Run)) func(*profile.Run) { return f }
	a := newArchive(t, nil, []*profile.Run{
		aRun("a", "A", profile.Simulated, set(func(r *profile.Run) { r.GPUType, r.BackendVersion = "h100", "1" })),
		aRun("b", "B", profile.Measured, set(func(r *profile.Run) { r.BackendVersion = "1" })),
		aRun("c", "C", profile.Measured, set(func(r *profile.Run) { r.GPUType = "h100" })),
		aRun("d", "D", profile.Measured, set(func(r *profile.Run) { r.GPUType, r.BackendVersion = "h200", "1" })),
		aRun("e", "E", profile.Measured, set(func(r *profile.Run) { r.ISL = profile.Opt[int64]{} })),
		aRun("f", "F", profile.Measured, set(func(r *profile.Run) { r.ServingMode = "aggregated" })),
		aRun("g", "G", profile.Measured, set(func(r *profile.Run) { r.OSL = some(int64(200)) })),
	})
	group := map[string]any{}
	unknown := map[string]any{}
	for _, r := range a.rows("scope") {
		group[r["run"].(string)], unknown[r["run"].(string)] = r["group_id"], r["unknown_fields"]
	}
	for _, run := range []string{"b", "c", "e"} {
		if group[run] != group["a"] {
			t.Errorf("%s is in group %v, a in %v: a field unknown on one side does not split them", run, group[run], group["a"])
		}
	}
	for _, run := range []string{"d", "f", "g"} {
		if group[run] == group["a"] {
			t.Errorf("%s is in the group of a though a known field differs", run)
		}
	}
	for run, want := range map[string]any{"a": nil, "b": "GPU type", "c": "backend version", "e": "backend version, GPU type, ISL"} {
		if unknown[run] != want {
			t.Errorf("%s: unknown fields %v, want %v", run, unknown[run], want)
		}
	}
}

// siliconByHand is one workload of a sweep table: three mappings, five points.
func siliconByHand() []*profile.Run {
	return []*profile.Run{
		aRun("measured", "Real", profile.Measured,
			tableRow("TP=1", 1, 4, 200, 20), tableRow("TP=1", 1, 8, 600, 22), tableRow("TP=2", 2, 8, 300, 20), tableRow("TP=4", 4, 8, 150, 12), tableRow("TP=4", 4, 16, 400, 60)),
		aRun("predicted", "Sim", profile.Simulated,
			tableRow("TP=1", 1, 4, 100, 22), tableRow("TP=1", 1, 8, 300, 24.2), tableRow("TP=2", 2, 8, 150, 22), tableRow("TP=4", 4, 8, 75, 13.2), refusedRow("TP=4", 4, 16, "out of memory")),
	}
}

func TestSweepTableByHand(t *testing.T) {
	a := newArchive(t, map[string]any{"ttft_ms": 500.0, "itl_ms": 50.0}, siliconByHand())
	// Every TTFT is half, every ITL 1.1 times the measured one.
	a.check("predicted", "sweep_level aggregated ttft", -0.5, nil, "")
	a.check("predicted", "sweep_level aggregated itl", 0.1, nil, "")
	a.check("predicted", "sweep_shape aggregated ttft", 0.0, nil, "")
	a.check("predicted", "sweep_error_worst aggregated ttft", -0.5, nil, "at TP=1 @4")
	a.check("predicted", "candidate_error aggregated TP=2 @8 itl", 0.1, nil, "")
	// TP=1 @8 misses 500 ms by 100 as measured; TP=4 @16 by 10 ms of ITL, and is refused.
	a.check("predicted", "feasible_both aggregated", 3.0, nil, "")
	a.check("predicted", "feasible_predicted_only aggregated", 1.0, nil, "TP=1 @8")
	a.check("predicted", "feasible_measured_only aggregated", 0.0, nil, "")
	a.check("predicted", "feasible_neither aggregated", 1.0, nil, "")
	// It chooses TP=1 @8; the best feasible one as measured is TP=1 @4.
	a.check("predicted", "point_regret aggregated", nil, "unknown", "infeasible: TP=1 @8 misses TTFT by 100.0 ms; oracle TP=1 @4")
	a.check("predicted", "point_overshoot aggregated", 100.0, nil, "")
	a.check("predicted", "regret aggregated", 0.0, "pass", "same choice: TP=1, measured at 4")
	second := perGPU(2, 8, 300, 20)
	a.check("predicted", "oracle_lead aggregated", 1-second/perGPU(1, 4, 200, 20), nil, "TP=1 @4 before TP=2 @8")
	// Random: the three mappings are worth best, second and third; a draw of
	// one is their mean, of two the best twice of three times.
	best, third := perGPU(1, 4, 200, 20), perGPU(4, 8, 150, 12)
	a.check("predicted", "random_n_regret aggregated 1", (0+(1-second/best)+(1-third/best))/3, nil, "")
	a.check("predicted", "random_n_regret aggregated 2", (0+0+(1-second/best))/3, nil, "")
	// Concurrency per GPU: TP=1 @8 8, TP=1 @4 and TP=2 @8 4, TP=4 @8 2.
	a.check("predicted", "rank_pairs aggregated all points", 6.0, nil, "")
	a.check("predicted", "rank_tied_pairs aggregated", 1.0, nil, "")
	a.check("predicted", "rank_tied_right aggregated", 1.0, nil, "")
	a.check("predicted", "rank_baseline_right aggregated", 5.0, nil, "")
	a.check("predicted", "calibrated_error_median aggregated ttft", nil, nil, "no other workload")
	a.check("measured", "regret aggregated", 0.0, nil, "supplies the oracle")
	a.check("predicted", "ttft_error medium", nil, "unknown", "no load test named medium")
	tile := find(t, a.rows("answer"), row{"verdict_of": "optimization"})
	if tile["verdict"] != "fail" || tile["value"] != 100.0 || tile["unit"] != "ms" {
		t.Errorf("a choice that breaks the SLA as measured is no open question: %v", tile)
	}
}

// TestFewPoints holds rule 37: two mappings have errors, but no regret.
func TestFewPoints(t *testing.T) {
	runs := siliconByHand()
	for _, r := range runs {
		r.Candidates = r.Candidates[:3]
	}
	a := newArchive(t, map[string]any{"ttft_ms": 500.0, "itl_ms": 50.0}, runs)
	a.check("predicted", "regret aggregated", nil, "unknown", "fewer than 3 mappings or 4 points")
	a.check("predicted", "rank_pairs_right aggregated all points", nil, nil, "fewer than 3 mappings or 4 points")
	a.check("predicted", "candidate_error aggregated TP=2 @8 ttft", -0.5, nil, "")
}

// TestNothingPredicted holds rule 34: with nothing feasible by prediction
// nothing is chosen.
func TestNothingPredicted(t *testing.T) {
	a := newArchive(t, map[string]any{"ttft_ms": 500.0, "itl_ms": 13.0}, siliconByHand())
	a.check("predicted", "point_regret aggregated", nil, "unknown", "prediction finds nothing feasible")
	a.check("predicted", "regret aggregated", nil, "unknown", "prediction finds nothing feasible")
}

// TestCalibration learns the level on the other workload and divides it out.
func TestCalibration(t *testing.T) {
	runs := siliconByHand()
	for _, r := range siliconByHand() {
		r.Name += "-long"
		r.Sources[0].Bytes = []byte(r.Name)
		r.Sources[0].Size = int64(len(r.Name))
		r.ISL = some(int64(2000))
		runs = append(runs, r)
	}
	a := newArchive(t, map[string]any{"ttft_ms": 500.0, "itl_ms": 50.0}, runs)
	// The other workload shows exactly 0.5 and 1.1: nothing is left.
	a.check("predicted", "calibrated_error_median aggregated ttft", 0.0, nil, "divided by 0.500, learnt on 4 points")
	a.check("predicted", "calibrated_error_median aggregated itl", 0.0, nil, "divided by 1.100")
	a.check("predicted", "calibrated_feasible_predicted_only aggregated", 0.0, nil, "")
	a.check("predicted", "calibrated_point_regret aggregated", 0.0, nil, "same choice: chosen TP=1 @4")
	for _, r := range a.rows("calibration") {
		if r["offered"] != int64(1) {
			t.Errorf("%v: offered %v; both errors and choices improve in both workloads", r["run"], r["offered"])
		}
	}
}

// TestLoadLevels calculates one level with an interval from its requests.
func TestLoadLevels(t *testing.T) {
	curves := func(r *profile.Run) {
		for isl, ttft := range map[float64]float64{500: 50, 1500: 150} {
			r.PrefillPoints = append(r.PrefillPoints, profile.PrefillPoint{Mapping: "TP=1", GPUs: some(int64(1)), ISL: isl, TTFT: some(ttft)})
		}
		// Two slices around context 1050; 3 requests lie inside both.
		for _, p := range []struct {
			context float64
			n       int64
			itl     float64
		}{{800, 1, 10}, {800, 5, 14}, {1300, 1, 12}, {1300, 5, 20}} {
			r.DecodePoints = append(r.DecodePoints, profile.DecodePoint{Mapping: "TP=2", GPUs: some(int64(2)), Context: p.context, Concurrency: some(p.n), ITL: some(p.itl)})
		}
	}
	requests := func(r *profile.Run) {
		r.Levels[len(r.Levels)-1].RequestCount = some(int64(6))
		r.Sources = append(r.Sources, profile.Source{Path: "requests.jsonl", Kind: "aiperf_jsonl", Size: 1, Bytes: []byte("x")})
		r.RequestLogs = append(r.RequestLogs, profile.RequestLog{Level: "medium", Source: 1, Decode: func(in io.Reader, yield func(*profile.Request, *profile.Problem) error) error {
			if _, err := io.Copy(io.Discard, in); err != nil {
				return err
			}
			for i, ttft := range []float64{90, 100, 110, 120, 130, 200} {
				if err := yield(&profile.Request{Request: int64(i), TTFT: some(ttft), ITL: some(15.0), Status: "ok"}, nil); err != nil {
					return err
				}
			}
			return yield(&profile.Request{Request: 6, TTFT: some(9999.0), Status: "error"}, nil)
		}})
	}
	two := func(r *profile.Run) { r.DecodeReplicas = some(int64(2)) }
	a := newArchive(t, nil, []*profile.Run{aRun("sim", "Sim", profile.Simulated, curves, two,
		chose(profile.Prefill, "TP=1", 1, 0, 101), chose(profile.Decode, "TP=2", 2, 9, 25),
		level("medium", 8, 4, 115, 16, 1615), requests)})
	// 4/s x (1615 - 115) ms = 6 in decode, 3 for each of two engines.
	a.check("sim", "concurrency_obtained medium", 3.0, nil, "")
	a.check("sim", "ttft_predicted medium", 100.0, nil, "prefill curve")
	a.check("sim", "itl_predicted medium", 14.0, nil, "surface") // 12 and 16, half-way
	a.check("sim", "ttft_error medium", 100.0/115-1, "unknown", "optimistic")
	a.check("sim", "itl_error medium", 14.0/16-1, "pass", "optimistic")
	a.check("sim", "itl_headline_error medium", 25.0/16-1, nil, "not judged")
	r := a.metricRows("sim")["ttft_measured medium"]
	if r["low"] != 90.0 || r["high"] != 200.0 || r["n"] != int64(6) || r["note"] != "order statistics" {
		t.Errorf("six requests: the interval of the median is their whole range, got %v to %v, n %v (%v)", r["low"], r["high"], r["n"], r["note"])
	}
	e := a.metricRows("sim")["ttft_error medium"]
	if e["low"] != -0.5 || math.Abs(e["high"].(float64)-1.0/9) > 1e-12 {
		t.Errorf("error interval %v to %v, want that of M alone", e["low"], e["high"])
	}
	a.check("sim", "sla_hit_rate medium", nil, nil, "no goodput definition")
}

// TestKeptInterval: order statistics that the archive kept stand for those of
// the requests.
func TestKeptInterval(t *testing.T) {
	kept := func(l *profile.LoadLevel) {
		l.Statistics = append(l.Statistics, profile.Statistic{Metric: "ttft", Statistic: "p50_low", Value: 90, Unit: "ms"},
			profile.Statistic{Metric: "ttft", Statistic: "p50_high", Value: 140, Unit: "ms"}, profile.Statistic{Metric: "ttft", Statistic: "count", Value: 50, Unit: "requests"})
	}
	requests := func(r *profile.Run) {
		r.Sources = append(r.Sources, profile.Source{Path: "requests.jsonl", Kind: "aiperf_jsonl", Size: 1, Bytes: []byte("y")})
		r.RequestLogs = append(r.RequestLogs, profile.RequestLog{Level: "medium", Source: 1, Decode: func(in io.Reader, yield func(*profile.Request, *profile.Problem) error) error {
			if _, err := io.Copy(io.Discard, in); err != nil {
				return err
			}
			return yield(&profile.Request{TTFT: some(1.0), Status: "ok"}, nil)
		}})
	}
	a := newArchive(t, nil, []*profile.Run{aRun("sim", "Sim", profile.Simulated, level("medium", 4, 2, 115, 16, 1615, kept), requests)})
	r := a.metricRows("sim")["ttft_measured medium"]
	if r["low"] != 90.0 || r["high"] != 140.0 || r["n"] != int64(50) || r["note"] != "order statistics" {
		t.Errorf("got %v to %v, n %v (%v), want what was kept", r["low"], r["high"], r["n"], r["note"])
	}
}

func TestNominalLoad(t *testing.T) {
	bare := func(l *profile.LoadLevel) { l.Statistics, l.RequestThroughput = nil, profile.Opt[float64]{} }
	a := newArchive(t, nil, []*profile.Run{aRun("sim", "Sim", profile.Simulated, level("medium", 4, 0, 0, 0, 0, bare))})
	a.check("sim", "concurrency_obtained medium", 4.0, nil, "nominal")
	a.check("sim", "ttft_error medium", nil, "unknown", "no prefill curve")
}

func TestGoodputRegret(t *testing.T) {
	good := func(rate float64) func(*profile.Run) {
		return level("optimization", 8, 4, 100, 10, 1000, func(l *profile.LoadLevel) { l.Goodput, l.GoodCount = some(rate), some(int64(50)) })
	}
	deploy := func(gpus int64) func(*profile.Run) {
		return func(r *profile.Run) {
			chose(profile.Prefill, "TP=1", 1, 0, 100)(r)
			chose(profile.Decode, "TP=2", gpus-1, 3, 10)(r)
		}
	}
	a := newArchive(t, nil, []*profile.Run{
		aRun("three", "A", profile.Simulated, deploy(3), good(3)),
		aRun("two", "B", profile.Measured, deploy(2), good(1.5)),
		aRun("none", "C", profile.Measured, deploy(2)),
	})
	a.check("three", "goodput_regret", 0.0, nil, "on 3 GPUs")
	a.check("two", "goodput_regret", 0.25, nil, "on 2 GPUs")
	a.check("none", "goodput_regret", nil, nil, "no optimization level")
	// Two prefill engines and one for decode: 3 good requests/s on 4 GPUs.
	twice := func(r *profile.Run) { r.PrefillReplicas = some(int64(2)) }
	a = newArchive(t, nil, []*profile.Run{aRun("four", "A", profile.Simulated, deploy(3), twice, good(3)), aRun("two", "B", profile.Measured, deploy(2), good(2))})
	a.check("four", "goodput_regret", 0.25, nil, "on 4 GPUs")
	a = newArchive(t, nil, []*profile.Run{aRun("zero", "A", profile.Simulated, deploy(3), good(0))})
	a.check("zero", "goodput_regret", nil, nil, "no method met the SLA")
}

// TestBottleneckConditions holds the conditions of rule 28.
func TestBottleneckConditions(t *testing.T) {
	base := []func(*profile.Run){level("idle", 1, 0.5, 500, 10, 2000), level("medium", 4, 1, 1000, 10, 4000), level("saturation", 8, 1.02, 3000, 10, 7800)}
	failed := func(l *profile.LoadLevel) { l.ErrorCount = some(int64(3)) }
	open := func(l *profile.LoadLevel) { l.Closed = false }
	for _, c := range []struct {
		name   string
		levels []func(*profile.Run)
		knee   any
		note   string
	}{
		{"plateau", base, 2 * 1.02, "hypothesis"},
		{"two levels", base[:2], nil, "fewer than three"},
		{"not from one user", append(base[1:3:3], level("overload", 9, 1.03, 3000, 10, 8000)), nil, "no load level at one user"},
		{"still rising", []func(*profile.Run){base[0], base[1], level("saturation", 8, 1.2, 3000, 10, 6600)}, nil, "no plateau"},
		{"errors", []func(*profile.Run){base[0], base[1], level("saturation", 8, 1.02, 3000, 10, 7800, failed)}, nil, "3 failed requests"},
		{"open load", []func(*profile.Run){base[0], base[1], level("saturation", 8, 1.02, 3000, 10, 7800, open)}, nil, "fewer than three"},
	} {
		a := newArchive(t, nil, []*profile.Run{aRun(c.name, "Sim", profile.Simulated, c.levels...)})
		a.check(c.name, "saturation_concurrency", c.knee, nil, c.note)
	}
}

// TestNoiseFloor holds rule 15: a measured tie is no pair.
func TestNoiseFloor(t *testing.T) {
	params := map[string]any{"noise_floor": 0.35}
	a := newArchive(t, params, threeMethods())
	// 140 against 200 is 30 % apart: a tie at 35 %.
	a.check("sim", "rank_pairs decode as selected", 0.0, nil, "1 ties left out")
	a.check("sim", "oracle_lead decode", 0.3, nil, "")
}

// TestOneRun: a report over a single run has rows with reasons, no failures.
func TestOneRun(t *testing.T) {
	a := newArchive(t, nil, []*profile.Run{aRun("alone", "Sim", profile.Simulated)})
	a.check("alone", "duration_saved", nil, "unknown", "no profiler log")
	a.check("alone", "regret combined", nil, "unknown", "no measured candidates")
	a.check("alone", "kv_capacity_ratio", nil, nil, "states no KV capacity")
	a.check("alone", "prefill_curve_level", nil, nil, "no prefill curve")
	a = newArchive(t, nil, []*profile.Run{aRun("alone", "Sim", profile.Simulated, func(r *profile.Run) { r.MaxKVTokens = some(int64(8000)) })})
	a.check("alone", "kv_capacity_ratio", 1.0, nil, "alone")
}
