package queries_test

import (
	"testing"

	"github.com/profreport/profreport/internal/profile"
)

// TestRepeatsOfATable: latencies are reduced column by column, and a
// throughput that was not measured follows from the reduced latencies.
func TestRepeatsOfATable(t *testing.T) {
	runs := siliconByHand()
	// TP=1 @4 again, twice: TTFT 200, 260, 100 and ITL 20, 16, 30.
	for _, f := range []func(*profile.Run){tableRow("TP=1", 1, 4, 260, 16), tableRow("TP=1", 1, 4, 100, 30)} {
		f(runs[0])
	}
	a := newArchive(t, map[string]any{"ttft_ms": 500.0, "itl_ms": 50.0}, runs)
	p := find(t, a.rows("measured_points"), row{"mapping": "TP=1", "concurrency": int64(4)})
	if p["n"] != int64(3) || p["ttft_ms"] != 200.0 || p["itl_ms"] != 20.0 || p["throughput"] != perGPU(1, 4, 200, 20) {
		t.Errorf("n %v, TTFT %v, ITL %v, throughput %v; want 3, 200, 20 and that of the two", p["n"], p["ttft_ms"], p["itl_ms"], p["throughput"])
	}
	a.check("predicted", "candidate_error aggregated TP=1 @4 ttft", -0.5, nil, "")
}

// TestSupplierChoseOtherwise: the run that supplies the oracle has regret 0
// whatever it chose, and no verdict (rule 12).
func TestSupplierChoseOtherwise(t *testing.T) {
	runs := threeMethods()
	runs[1].Recommendations[1].Mapping = "TP=2"
	a := newArchive(t, nil, runs)
	a.check("real-1", "regret decode", 0.0, nil, "supplies the oracle")
	if r := find(t, a.rows("regrets"), row{"run": "real-1", "phase": "decode"}); r["state"] != "supplies the oracle" {
		t.Errorf("state %v though it chose %v and the oracle is %v", r["state"], r["mapping"], r["oracle_mapping"])
	}
}

// TestBothLimits: where a point misses both bounds the larger miss is told
// (rule 34).
func TestBothLimits(t *testing.T) {
	a := newArchive(t, map[string]any{"ttft_ms": 590.0, "itl_ms": 50.0}, []*profile.Run{
		aRun("measured", "Real", profile.Measured, tableRow("TP=1", 1, 4, 200, 20), tableRow("TP=1", 1, 8, 600, 80), tableRow("TP=2", 2, 8, 300, 20), tableRow("TP=4", 4, 8, 150, 12)),
		aRun("predicted", "Sim", profile.Simulated, tableRow("TP=1", 1, 4, 200, 20), tableRow("TP=1", 1, 8, 300, 22), tableRow("TP=2", 2, 8, 300, 20), tableRow("TP=4", 4, 8, 150, 12)),
	})
	// 10 ms of TTFT and 30 ms of ITL.
	a.check("predicted", "point_overshoot aggregated", 30.0, nil, "misses ITL by 30.0 ms")
}

// curveOf adds a prefill curve of one mapping.
func curveOf(mapping string, points ...[2]float64) func(*profile.Run) {
	return func(r *profile.Run) {
		for _, p := range points {
			r.PrefillPoints = append(r.PrefillPoints, profile.PrefillPoint{Mapping: mapping, GPUs: some(int64(1)), ISL: p[0], TTFT: some(p[1])})
		}
	}
}

// surfaceOf adds a decode surface of one mapping: context, concurrency, ITL.
func surfaceOf(mapping string, points ...[3]float64) func(*profile.Run) {
	return func(r *profile.Run) {
		for _, p := range points {
			r.DecodePoints = append(r.DecodePoints, profile.DecodePoint{Mapping: mapping, GPUs: some(int64(1)), Context: p[0], Concurrency: some(int64(p[1])), ITL: some(p[2])})
		}
	}
}

func TestCurvesByHand(t *testing.T) {
	a := newArchive(t, nil, []*profile.Run{
		aRun("sim", "Sim", profile.Simulated,
			curveOf("TP=1", [2]float64{50, 9}, [2]float64{200, 18}, [2]float64{300, 45}, [2]float64{500, 1}),
			surfaceOf("TP=2", [3]float64{100, 1, 10}, [3]float64{100, 3, 12}, [3]float64{100, 5, 18}, [3]float64{300, 1, 20}, [3]float64{300, 3, 24})),
		aRun("real", "Real", profile.Measured,
			curveOf("TP=1", [2]float64{100, 10}, [2]float64{300, 30}, [2]float64{400, 0}),
			surfaceOf("TP=2", [3]float64{100, 3, 24}, [3]float64{200, 2, 16.5}, [3]float64{200, 4, 9}, [3]float64{400, 1, 9})),
		// Another mapping with more points is no partner while the same one is there, though
		// this run is the later one and so the reference.
		aRun("other", "Other", profile.Measured, curveOf("TP=4", [2]float64{50, 1}, [2]float64{100, 2}, [2]float64{200, 3}, [2]float64{300, 4}, [2]float64{400, 5})),
	})
	// ISL 50 lies outside the measured curve, so does 500: its last point has
	// a latency of 0. M(200) = 20, M(300) = 30: ratios 0.9 and 1.5.
	level := 1.161895003862225 // sqrt(1.35)
	a.check("sim", "prefill_curve_level", level-1, nil, "TP=1 against real")
	a.check("sim", "prefill_curve_shape_max", 1.5/level-1, nil, "at ISL 300")
	// (100, 3) exactly: 12/24. (200, 2): 11 and 22 half-way, 16.5/16.5.
	// (200, 4) is defined below but not above, (400, 1) lies outside.
	surface := a.rows("decode_surface")
	if len(surface) != 2 {
		t.Fatalf("%d knots, want 2: %v", len(surface), surface)
	}
	for i, want := range []row{{"p": 12.0, "exact": int64(1), "value": -0.5}, {"p": 16.5, "exact": int64(0), "value": 0.0}} {
		if !matches(surface[i], want) {
			t.Errorf("knot %d: %v, want %v", i, surface[i], want)
		}
	}
	a.check("sim", "decode_curve_level", 0.7071067811865476-1, nil, "1 of 2 knots exact")
}
