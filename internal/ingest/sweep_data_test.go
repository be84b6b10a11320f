package ingest

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/profile"
)

// shared is where the recorded data is, beside the checkout.
const shared = "../../../shared/data"

// readShared reads a table of the recorded data, with the files beside it.
func readShared(t *testing.T, file string, opt SweepOptions) ([]*profile.Run, []profile.Problem) {
	t.Helper()
	full := filepath.Join(shared, file)
	f, err := os.Open(full)
	if err != nil {
		t.Skip("the recorded data is not here")
	}
	defer f.Close()
	opt.Open = func(name string) (io.ReadCloser, error) { return os.Open(filepath.Join(filepath.Dir(full), name)) }
	runs, problems, err := ReadSweepTable(f, file, opt)
	if err != nil {
		t.Fatal(err)
	}
	return runs, problems
}

// TestSweepTablesOfTheRecordings: every row of every table is a candidate,
// rows without figures are refused with the tool's reason.
func TestSweepTablesOfTheRecordings(t *testing.T) {
	for _, c := range []struct {
		file                                     string
		runs, rows, refused, warnings, errors, k int // k: runs of kind measured
	}{
		// groups and rows counted with Python's csv module
		{"silicon-qwen3-32b/measured.csv", 37, 380, 0, 0, 0, 37},
		{"silicon-qwen3-32b/predicted.csv", 141, 1492, 109, 39, 0, 0},
		{"silicon-qwen3-32b/silicon_result.csv", 74, 760, 67, 0, 0, 0},
		{"silicon-other/measured.csv", 24, 523, 0, 0, 0, 24},
		{"silicon-other/predicted.csv", 60, 1176, 10, 10, 0, 0},
	} {
		runs, problems := readShared(t, c.file, SweepOptions{})
		rows, refused, measured := 0, 0, 0
		names := map[string]bool{}
		for _, r := range runs {
			names[r.Name] = true
			rows += len(r.Candidates)
			problems = append(problems, r.Problems...)
			if r.Kind == profile.Measured {
				measured++
			}
			for _, x := range r.Candidates {
				if x.Refused != "" {
					refused++
				}
				if (x.Refused == "") != (x.TTFT.OK && x.ITL.OK && x.Throughput.OK) {
					t.Errorf("%s:%d: figures and refusal disagree: %+v", c.file, x.Line, x)
				}
			}
		}
		warnings, errs := 0, 0
		for _, p := range problems {
			if p.Severity == profile.SeverityWarning {
				warnings++
			} else {
				errs++
			}
		}
		got := [...]int{len(runs), rows, refused, warnings, errs, measured}
		if want := [...]int{c.runs, c.rows, c.refused, c.warnings, c.errors, c.k}; got != want {
			t.Errorf("%s: runs, rows, refused, warnings, errors, measured runs: got %v, want %v", c.file, got, want)
		}
		if len(names) != len(runs) {
			t.Errorf("%s: %d names for %d runs", c.file, len(names), len(runs))
		}
	}
}

// TestSweepOfTheMainGroup compares with the values of expected.json, which
// were computed from the same files by other code.
func TestSweepOfTheMainGroup(t *testing.T) {
	measured, _ := readShared(t, "silicon-qwen3-32b/measured.csv", SweepOptions{})
	predicted, _ := readShared(t, "silicon-qwen3-32b/predicted.csv", SweepOptions{})
	for group, methods := range expectedGroups(t) {
		isl, osl := workload(t, group)
		m := runOf(t, measured, "measured", isl, osl)
		for method, want := range methods {
			p := runOf(t, predicted, method, isl, osl)
			if p.BackendVersion != "1.0.0rc3" || p.Model != m.Model || p.GPUType != m.GPUType || p.Precision != "fp8" || p.ServingMode != "aggregated" {
				t.Errorf("%s %s: not in the measured group: %s %s %s %s", group, method, p.BackendVersion, p.GPUType, p.Precision, p.ServingMode)
			}
			if len(m.Candidates) != want.Errors.Points || len(p.Candidates) != want.Errors.Points {
				t.Errorf("%s: %d measured and %d predicted rows, want %d", group, len(m.Candidates), len(p.Candidates), want.Errors.Points)
			}
			pairs := 0
			for _, x := range p.Candidates {
				at := fmt.Sprintf("%s @%d", x.Mapping, x.Concurrency.V)
				point, ok := want.Points[at]
				if !ok {
					t.Errorf("%s: no point %s in expected.json", group, at)
					continue
				}
				y := candidateAt(t, m, x)
				near(t, at+" measured throughput", y.Throughput.V, *point.Measured)
				if y.ThroughputSource != "formula" {
					t.Errorf("%s: measured throughput is %q", at, y.ThroughputSource)
				}
				if point.NotPredicted != nil {
					if !strings.HasPrefix(x.Refused, "out of memory: ") {
						t.Errorf("%s: want a refusal, got %q", at, x.Refused)
					}
					continue
				}
				pairs++
				near(t, at+" e of TTFT", x.TTFT.V/y.TTFT.V-1, *point.TTFT)
				near(t, at+" e of ITL", x.ITL.V/y.ITL.V-1, *point.TPOT)
				near(t, at+" reported throughput", x.Throughput.V, *point.Reported)
				if x.ThroughputSource != "reported" {
					t.Errorf("%s: predicted throughput is %q", at, x.ThroughputSource)
				}
			}
			if pairs != want.Errors.Predicted {
				t.Errorf("%s %s: %d predicted, want %d", group, method, pairs, want.Errors.Predicted)
			}
		}
	}
}

type expectedMethod struct {
	Errors struct{ Points, Predicted int }
	Points map[string]struct {
		TTFT         *float64 `json:"e_ttft"`
		TPOT         *float64 `json:"e_tpot"`
		Measured     *float64 `json:"measured_throughput_per_gpu"`
		Reported     *float64 `json:"aic_throughput_per_gpu"`
		NotPredicted *string  `json:"not_predicted"`
	}
}

func expectedGroups(t *testing.T) map[string]map[string]expectedMethod {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(shared, "expected.json"))
	if err != nil {
		t.Skip("the recorded data is not here")
	}
	var all struct {
		D struct {
			Groups map[string]map[string]expectedMethod `json:"groups"`
		} `json:"D_silicon"`
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	if len(all.D.Groups) == 0 {
		t.Fatal("no groups in expected.json")
	}
	return all.D.Groups
}

func workload(t *testing.T, group string) (isl, osl int64) {
	t.Helper()
	i := strings.Index(group, "isl=")
	if _, err := fmt.Sscanf(group[i:], "isl=%d osl=%d", &isl, &osl); err != nil {
		t.Fatal(err)
	}
	return isl, osl
}

func runOf(t *testing.T, runs []*profile.Run, method string, isl, osl int64) *profile.Run {
	t.Helper()
	for _, r := range runs {
		if r.Method == method && r.Backend == "trtllm" && r.BackendVersion == "1.0.0rc3" && r.GPUType == "h100_sxm" && r.ISL.V == isl && r.OSL.V == osl {
			return r
		}
	}
	t.Fatalf("no run of %s for %d/%d", method, isl, osl)
	return nil
}

func candidateAt(t *testing.T, r *profile.Run, x profile.Candidate) profile.Candidate {
	t.Helper()
	for _, y := range r.Candidates {
		if y.Mapping == x.Mapping && y.Concurrency == x.Concurrency {
			return y
		}
	}
	t.Fatalf("%s has no %s @%d", r.Name, x.Mapping, x.Concurrency.V)
	return profile.Candidate{}
}

// near allows the rounding of expected.json: six decimals of an error, three
// of a throughput.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	tolerance := 0.6e-6
	if math.Abs(want) > 1 {
		tolerance = 0.6e-3
	}
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// TestSweepRepeats: a mixture of experts, three parallel sizes at once, and
// the same configuration measured more than once.
func TestSweepRepeats(t *testing.T) {
	runs, _ := readShared(t, "silicon-other/measured.csv", SweepOptions{})
	mappings, repeated, points := map[string]int{}, 0, 0
	for _, r := range runs {
		at := map[string]int{}
		for _, c := range r.Candidates {
			mappings[fmt.Sprint(c.Mapping, " ", c.GPUs.V)]++
			at[fmt.Sprint(c.Mapping, c.Concurrency)]++
		}
		for _, n := range at {
			if n > 1 {
				points++
				repeated += n
			}
		}
	}
	want := map[string]int{"TP=4 4": 187, "TP=2 2": 156, "tp4-dp4-moeep16 16": 31, "tp2-dp2-moeep4 4": 36, "TP=1 1": 18,
		"TP=8 8": 60, "TEP=2 2": 14, "TEP=4 4": 21}
	if fmt.Sprint(mappings) != fmt.Sprint(want) {
		t.Errorf("mapping and GPUs: got %v, want %v", mappings, want)
	}
	if points != 128 || repeated != 331 {
		t.Errorf("repeats: %d points of %d rows, want 128 of 331", points, repeated)
	}
}

// TestSweepFolders reads what two versions of AIConfigurator wrote.
func TestSweepFolders(t *testing.T) {
	const sweep = "silicon-qwen3-32b/aic_sweep/"
	for _, c := range []struct {
		folder, version, precision, mode string
		candidates                       int // pareto.csv, and best_config_topn.csv without what is in both
		recommended                      string
		settings                         map[string]string
	}{
		{"aic-0.9.0/results/Qwen/Qwen3-32B_h100_sxm_trtllm_isl2048_osl256_ttft500_tpot50_878389/agg", "1.3.0rc10", "bfloat16", "aggregated",
			37 + 3, "TP=4 @128 on 4: 326.787 48.371 653.687", map[string]string{"exp.config.worker_config.gemm_quant_mode": "bfloat16", "kvcache_quant": "bfloat16"}},
		{"aic-0.9.0/results/Qwen/Qwen3-32B_h100_sxm_trtllm_isl2048_osl256_ttft500_tpot50_878389/disagg", "1.3.0rc10", "bfloat16", "disaggregated",
			7 + 1, "P 6xTP=1 + D 1xTP=2 @160 on 8: 397.319 32.308 571.754", map[string]string{"exp.config.replica_config.max_gpu_per_replica": "8"}},
		{"aic-0.11.0/results-exp/Qwen/Qwen3-32B_h100_sxm_trtllm_isl2048_osl256_ttft500_tpot50_870542/agg_fp8_1.2.0rc5", "1.2.0rc5", "fp8", "aggregated",
			45 + 3, "TP=2 @80 on 2: 423.41 45.816 856.496", map[string]string{"exp.database_mode": "SILICON", "parallel": "tp2pp1dp1etp1ep1, tp4pp1dp1etp1ep1, tp8pp1dp1etp1ep1, tp1pp1dp1etp1ep1"}},
		{"aic-0.11.0/results-exp/Qwen/Qwen3-32B_h100_sxm_trtllm_isl2048_osl256_ttft500_tpot50_870542/disagg_fp8_1.3.0rc20", "1.3.0rc20", "fp8", "disaggregated",
			11 + 3, "P 2xTP=1 + D 1xTP=2 @100 on 4: 260.177 24.579 796.954", map[string]string{"prefill_gemm_quant": "fp8"}},
	} {
		runs, problems := readShared(t, sweep+c.folder+"/pareto.csv", SweepOptions{})
		if len(runs) != 1 || len(problems) > 0 {
			t.Errorf("%s: %d runs, problems %v", c.folder, len(runs), problems)
			continue
		}
		r := runs[0]
		if want := strings.ReplaceAll(strings.Join(strings.Split(c.folder, "/")[3:], "-"), "/", "-"); r.Name != want {
			t.Errorf("%s: name %s", c.folder, r.Name)
		}
		if r.Kind != profile.Simulated || r.BackendVersion != c.version || r.Precision != c.precision || r.ServingMode != c.mode ||
			r.SLA.TTFT.V != 500 || r.SLA.ITL.V != 50 || r.ISL.V != 2048 || r.OSL.V != 256 {
			t.Errorf("%s: %+v", c.folder, r)
		}
		if len(r.Candidates) != c.candidates {
			t.Errorf("%s: %d candidates, want %d", c.folder, len(r.Candidates), c.candidates)
		}
		if len(r.Recommendations) != 1 || recommendation(r.Recommendations[0]) != c.recommended {
			t.Errorf("%s: recommends %v, want %s", c.folder, r.Recommendations, c.recommended)
		}
		for key, want := range c.settings {
			if got := settingOf(r, key); got != want {
				t.Errorf("%s: setting %s: got %q, want %q", c.folder, key, got, want)
			}
		}
		if len(r.Sources) != 3 {
			t.Errorf("%s: %d sources, want pareto.csv, exp_config.yaml and best_config_topn.csv", c.folder, len(r.Sources))
		}
		if also, problems := readShared(t, sweep+c.folder+"/best_config_topn.csv", SweepOptions{}); len(also)+len(problems) > 0 {
			t.Errorf("%s: best_config_topn.csv is read twice", c.folder)
		}
	}
}

func recommendation(r profile.Recommendation) string {
	return fmt.Sprintf("%s @%d on %d: %v %v %v", r.Mapping, r.Concurrency.V, r.GPUs.V, r.TTFT.V, r.ITL.V, r.Throughput.V)
}

func settingOf(r *profile.Run, key string) string {
	for _, s := range r.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}
