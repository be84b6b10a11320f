package ingest

import (
	"archive/zip"
	"fmt"
	"math"
	"strings"
	"testing"
)

// curvesOf reads arrays of float64 as an npz file would give them.
func curvesOf(t *testing.T, shape string, columns map[string][]float64) *curves {
	t.Helper()
	var members []member
	for _, name := range []string{"prefill_isl", "prefill_ttft", "prefill_thpt_per_gpu", "x_kv_usage", "y_context_length", "z_itl", "z_thpt_per_gpu", "max_kv_tokens", "tp", "dp", "gpu_count"} {
		if v, ok := columns[name]; ok {
			s := fmt.Sprintf("(%d,)", len(v))
			if shape != "" && len(v) > 2 {
				s = shape
			} else if shape != "" {
				s = fmt.Sprintf("(%d, 1)", len(v))
			}
			members = append(members, member{name + ".npy", npyOf("<f8", s, v)})
		}
	}
	arrays, problems, err := readNpz(npzFile(zip.Store, members...), "c.npz")
	if err != nil || len(problems) > 0 {
		t.Fatal(err, problems)
	}
	return readCurves(arrays, "c.npz")
}

func TestCurves(t *testing.T) {
	nan := math.NaN()
	tests := []struct {
		name    string
		columns map[string][]float64
		want    string // prefill and decode points
		problem string
	}{
		{"NaN is kept as unknown", map[string][]float64{"prefill_isl": {100, 200}, "prefill_ttft": {nan, 20}, "prefill_thpt_per_gpu": {5, nan}},
			"[{ {0 false} 100 {0 false} {5 true}} { {0 false} 200 {20 true} {0 false}}] []", "prefill_isl[0]: TTFT is NaN and is kept as unknown; prefill_isl[1]: throughput is NaN and is kept as unknown"},
		{"a row of NaN fills up", map[string][]float64{"prefill_isl": {100, nan}, "prefill_ttft": {10, nan}, "prefill_thpt_per_gpu": {5, nan}},
			"[{ {0 false} 100 {10 true} {5 true}}] []", ""},
		{"no ISL", map[string][]float64{"prefill_isl": {nan, -5}, "prefill_ttft": {10, 20}, "prefill_thpt_per_gpu": {5, 5}},
			"[] []", "prefill_isl[0]: ISL NaN is no length; the point is refused; prefill_isl[1]: ISL -5 is no length; the point is refused"},
		{"latency of 0 stays", map[string][]float64{"prefill_isl": {100}, "prefill_ttft": {0}, "prefill_thpt_per_gpu": {math.Inf(1)}},
			"[{ {0 false} 100 {0 true} {0 false}}] []", "prefill_isl[0]: TTFT is 0 ms; the point is kept and enters no figure; prefill_isl[0]: throughput is +Inf and is kept as unknown"},
		{"arrays of different length", map[string][]float64{"prefill_isl": {100, 200}, "prefill_ttft": {10}, "prefill_thpt_per_gpu": {5, 5}},
			"[] []", "prefill curve: an array is missing or of another shape; the curve is not read"},
		{"array missing", map[string][]float64{"x_kv_usage": {0.5}, "y_context_length": {400}, "z_itl": {10}},
			"[] []", "decode curve: an array is missing or of another shape; the curve is not read"},
		{"concurrency from the capacity", map[string][]float64{"x_kv_usage": {0.5, 0.126}, "y_context_length": {400, 400}, "z_itl": {10, 11}, "z_thpt_per_gpu": {9, 9}, "max_kv_tokens": {3200}},
			"[] [{ {0 false} {0.5 true} 400 {4 true} {10 true} {9 true}} { {0 false} {0.126 true} 400 {1 true} {11 true} {9 true}}]", ""},
		{"no capacity", map[string][]float64{"x_kv_usage": {0.5}, "y_context_length": {400}, "z_itl": {10}, "z_thpt_per_gpu": {9}},
			"[] [{ {0 false} {0.5 true} 400 {0 false} {10 true} {9 true}}]", "max_kv_tokens is missing or no number; the concurrency of decode points is unknown"},
		{"no points", map[string][]float64{"x_kv_usage": {}, "y_context_length": {}, "z_itl": {}, "z_thpt_per_gpu": {}}, "[] []", ""},
		{"context of 0", map[string][]float64{"x_kv_usage": {0.5}, "y_context_length": {0}, "z_itl": {10}, "z_thpt_per_gpu": {9}, "max_kv_tokens": {3200}},
			"[] []", "z_itl[0]: context length 0 is no length; the point is refused"},
	}
	for _, tt := range tests {
		c := curvesOf(t, "", tt.columns)
		if got := fmt.Sprint(c.Prefill, c.Decode); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
		var said []string
		for _, p := range c.Problems {
			said = append(said, p.Message)
		}
		if got := strings.Join(said, "; "); got != tt.problem {
			t.Errorf("%s:\nsaid %s\nwant %s", tt.name, got, tt.problem)
		}
	}
}

// TestCurvesOfSeveral reads two configurations of three points; the throughput
// of the second was divided by 8 GPUs instead of 2.
func TestCurvesOfSeveral(t *testing.T) {
	c := curvesOf(t, "(2, 3)", map[string][]float64{
		"prefill_isl": {100, 200, 300, 100, 200, 300}, "prefill_ttft": {10, 20, 30, 20, 40, 60},
		"prefill_thpt_per_gpu": {1250, 1250, 1250, 625, 625, 625}, "tp": {8, 2}, "gpu_count": {8, 8}})
	if got := fmt.Sprint(c.Prefill[2], c.Prefill[3]); got != "{TP=8 {8 true} 300 {30 true} {1250 true}} {TP=2 {2 true} 100 {20 true} {625 true}}" {
		t.Errorf("points %s", got)
	}
	c.checkGPUs()
	if len(c.Problems) != 1 || c.Problems[0].Message != "prefill TP=2: ISL x 1000 / TTFT / throughput per GPU gives 8 GPUs, the mapping has 2; the value is kept as recorded" {
		t.Errorf("problems %v", c.Problems)
	}
}

// TestNaNInConfigMap reads what Python's json.dumps makes of a missing figure.
func TestNaNInConfigMap(t *testing.T) {
	m := readManifest([]byte("kind: ConfigMap\ndata:\n  prefill_raw_data.json: '{\"prefill_isl\": [100], \"prefill_ttft\": [NaN], \"prefill_thpt_per_gpu\": [5.0]}'\n"), "f.yaml", kindPlanner)
	if m.Curves == nil || len(m.Curves.Prefill) != 1 || m.Curves.Prefill[0].TTFT.OK || len(m.Problems) != 1 || m.Problems[0].Path != "f.yaml: prefill_raw_data.json" {
		t.Errorf("%+v, problems %v", m.Curves, m.Problems)
	}
}
