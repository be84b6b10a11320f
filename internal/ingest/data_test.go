package ingest

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/profile"
)

// recorded returns a folder of the recorded data, or skips the test where the
// data is not beside the repository.
func recorded(t *testing.T, name string) string {
	t.Helper()
	p := filepath.Join("..", "..", "..", "shared", "data", filepath.FromSlash(name))
	if _, err := os.Stat(p); err != nil {
		t.Skip("recorded data is not here")
	}
	return p
}

// ingestAll reads a path and returns its runs by name.
func ingestAll(t *testing.T, p string, opt Options) map[string]*profile.Run {
	t.Helper()
	runs, err := Path(context.Background(), p, opt)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]*profile.Run{}
	for _, r := range runs {
		if by[r.Name] != nil {
			t.Fatalf("two runs named %s", r.Name)
		}
		by[r.Name] = r
	}
	return by
}

// ingestOne reads a path that holds one run.
func ingestOne(t *testing.T, p string, opt Options) *profile.Run {
	t.Helper()
	runs, err := Path(context.Background(), p, opt)
	if err != nil {
		t.Fatal(err)
	}
	if len(runs) != 1 {
		t.Fatalf("%d runs in %s", len(runs), p)
	}
	return runs[0]
}

// hoursOfRun is the sum of duration x GPUs of the deployments.
func hoursOfRun(r *profile.Run) float64 {
	var h float64
	for _, d := range r.Deployments {
		h += d.EndedAt.V.Sub(d.StartedAt.V).Hours() * float64(d.GPUs.V)
	}
	return h
}

func closeTo(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(math.Abs(a), math.Abs(b)) }

// recommendations spells what a run proposes.
func recommendations(r *profile.Run) string {
	var out []string
	for _, x := range r.Recommendations {
		latency := x.TTFT.V + x.ITL.V
		out = append(out, fmt.Sprintf("%s %s g%d c%d %.3f %.2f %s", x.Phase, x.Mapping, x.GPUs.V, x.Concurrency.V, latency, x.Throughput.V, x.Source))
	}
	return strings.Join(out, "; ")
}

// TestFull holds the figures of issue 3 for both complete folders.
func TestFull(t *testing.T) {
	runs := ingestAll(t, recorded(t, "qwen3-32b-full"), Options{ISL: profile.Some[int64](2048), OSL: profile.Some[int64](256)})
	tests := []struct {
		name, kind                                        string
		duration, hours                                   float64
		deployments, candidates, prefill, decode, sources int
		kv                                                int64
		recommended                                       string
	}{
		{"aic_all", "simulated", 27, 0, 0, 28, 17, 36, 28, 502272, "prefill TP=1 g1 c0 197.150 10387.87 log; decode TP=2 g2 c218 30.680 3552.92 log"},
		{"online_all", "measured", 2703, 2.1428, 10, 16, 17, 7, 225, 8224, "prefill TP=1 g1 c0 230.740 8875.91 log; decode TP=1 g1 c3 20.670 143.78 log"},
	}
	if len(runs) != len(tests) {
		t.Errorf("%d runs", len(runs))
	}
	for _, tt := range tests {
		r := runs[tt.name]
		if r == nil {
			t.Errorf("no run %s", tt.name)
			continue
		}
		if string(r.Kind) != tt.kind || r.Status != profile.Complete || r.Profiler != "classic" || !r.HasLog || !r.HasDeploymentInfo || !r.HasPlanner || r.ServingMode != "disaggregated" {
			t.Errorf("%s: kind %s, status %s, profiler %s", tt.name, r.Kind, r.Status, r.Profiler)
		}
		if d := r.FinishedAt.V.Sub(r.StartedAt.V).Seconds(); d != tt.duration {
			t.Errorf("%s: %v s, want %v", tt.name, d, tt.duration)
		}
		if h := hoursOfRun(r); math.Abs(h-tt.hours) > 5e-5 {
			t.Errorf("%s: %v GPU-hours, want %v", tt.name, h, tt.hours)
		}
		got := []int{len(r.Deployments), len(r.Candidates), len(r.PrefillPoints), len(r.DecodePoints), len(r.Sources), len(r.Levels)}
		if want := []int{tt.deployments, tt.candidates, tt.prefill, tt.decode, tt.sources, 4}; !slices.Equal(got, want) {
			t.Errorf("%s: deployments, candidates, prefill, decode, sources, levels %v, want %v", tt.name, got, want)
		}
		if r.MaxKVTokens.V != tt.kv || recommendations(r) != tt.recommended {
			t.Errorf("%s: capacity %d, recommended %s", tt.name, r.MaxKVTokens.V, recommendations(r))
		}
		if r.Model != "Qwen/Qwen3-32B" || r.Backend != "trtllm" || r.BackendVersion != "0.7.0" || r.SLA.TTFT.V != 500 || r.SLA.ITL.V != 50 || r.ISL.V != 2048 || r.OSL.V != 256 {
			t.Errorf("%s: %s %s %s %v %v %v", tt.name, r.Model, r.Backend, r.BackendVersion, r.SLA, r.ISL, r.OSL)
		}
		if len(r.Problems) > 0 {
			t.Errorf("%s: problems %v", tt.name, r.Problems)
		}
	}
}

// TestCandidatesAsExpected compares all candidates with the independently
// computed ones.
func TestCandidatesAsExpected(t *testing.T) {
	runs := ingestAll(t, recorded(t, "qwen3-32b-full"), Options{ISL: profile.Some[int64](2048), OSL: profile.Some[int64](256)})
	b, err := os.ReadFile(recorded(t, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected struct {
		B struct {
			Candidates struct {
				Value map[string][]struct {
					Phase, Mapping string
					GPUs           int64
					Concurrency    *int64
					Lat, Thpt      float64
				}
			}
		} `json:"B_full"`
	}
	if err := json.Unmarshal(b, &expected); err != nil {
		t.Fatal(err)
	}
	for name, want := range expected.B.Candidates.Value {
		got := runs[name].Candidates
		if len(got) != len(want) {
			t.Errorf("%s: %d candidates, want %d", name, len(got), len(want))
			continue
		}
		for i, w := range want {
			c := got[i]
			same := string(c.Phase) == w.Phase && c.Mapping == w.Mapping && c.GPUs.V == w.GPUs && closeTo(c.TTFT.V+c.ITL.V, w.Lat) && closeTo(c.Throughput.V, w.Thpt)
			if w.Concurrency != nil {
				same = same && c.Concurrency.V == *w.Concurrency
			} else {
				same = same && !c.Concurrency.OK
			}
			if !same {
				t.Errorf("%s %d: got %+v, want %+v", name, i, c, w)
			}
		}
	}
}

// TestConsoleAlone reads the folders with the console in place of the file log:
// the rows must be the same.
func TestConsoleAlone(t *testing.T) {
	for _, name := range []string{"aic_all", "online_all"} {
		dir := recorded(t, "qwen3-32b-full/"+name)
		var got [2]string
		for i, drop := range []string{"console.log", "profile_sla.log"} {
			f, err := openFolder(dir)
			if err != nil {
				t.Fatal(err)
			}
			f.Files = slices.DeleteFunc(f.Files, func(x *entry) bool { return x.Path == drop })
			runs, err := readResults(context.Background(), f, name, Options{})
			f.Close()
			if err != nil || len(runs) != 1 {
				t.Fatal(len(runs), err)
			}
			r := runs[0]
			for i := range r.Candidates {
				if r.Candidates[i].Source == "log" {
					r.Candidates[i].Line, r.Candidates[i].Path = 0, ""
				}
			}
			for i := range r.Recommendations {
				r.Recommendations[i].Line, r.Recommendations[i].Path = 0, ""
			}
			for i := range r.Deployments {
				r.Deployments[i].Line = 0
			}
			got[i] = fmt.Sprintln(r.Kind, r.Status, r.StartedAt, r.FinishedAt, r.MaxKVTokens, r.Candidates, r.Recommendations, r.Deployments, r.PrefillPoints, r.DecodePoints)
		}
		if got[0] != got[1] {
			t.Errorf("%s: file log and console differ:\n%s\n%s", name, got[0], got[1])
		}
	}
}

// TestRecordedOnly reads the published files, which hold no log: defects 1 and
// 2 of the original lost their curves.
func TestRecordedOnly(t *testing.T) {
	isl := Options{Kind: profile.Simulated, ISL: profile.Some[int64](2048)}
	r := ingestOne(t, recorded(t, "qwen3-32b/aic_all"), isl)
	if r.Kind != profile.Simulated || r.HasLog || r.HasDeploymentInfo || r.StartedAt.OK || len(r.Deployments) > 0 || len(r.Candidates) > 0 {
		t.Errorf("cost of a run without a log: %+v", r)
	}
	if len(r.PrefillPoints) != 17 || len(r.DecodePoints) != 36 || r.MaxKVTokens.V != 502272 || len(r.Levels) != 4 {
		t.Errorf("%d prefill, %d decode, capacity %v, %d levels", len(r.PrefillPoints), len(r.DecodePoints), r.MaxKVTokens, len(r.Levels))
	}
	// 19.855 ms at ISL 100 and 249.305 at 2621: at 2048 linear 197.1531356604522 (expected.json).
	if got := recommendations(r); got != "prefill TP=1 g1 c0 197.153 0.00 curve; decode TP=2 g2 c0 0.000 0.00 config" {
		t.Errorf("recommended %s", got)
	}
	if p := r.DecodePoints[1]; p.Mapping != "TP=2" || p.GPUs.V != 2 || p.Concurrency.V != 168 { // 0.11706804281345566 x 502272 / 350
		t.Errorf("decode point %+v", p)
	}
	for _, l := range r.Levels {
		if l.RequestCount.V != 100 || !l.GoodCount.OK || l.GoodCount.V != 0 || !l.Closed {
			t.Errorf("level %+v", l)
		}
	}
	if got := []string{r.Levels[0].Level, r.Levels[1].Level, r.Levels[2].Level, r.Levels[3].Level}; !slices.Equal(got, []string{"idle", "medium", "saturation", "overload"}) {
		t.Errorf("levels %v", got)
	}
	if len(r.Problems) > 0 {
		t.Errorf("problems %v", r.Problems)
	}
	if r := ingestOne(t, recorded(t, "qwen3-32b/aic_all"), Options{}); recommendations(r) != "prefill TP=1 g1 c0 0.000 0.00 config; decode TP=2 g2 c0 0.000 0.00 config" || r.Kind != "" {
		t.Errorf("without ISL and flag: %s %s", r.Kind, recommendations(r))
	}
}

// TestCurrent holds the table of the folder's README.
func TestCurrent(t *testing.T) {
	runs := ingestAll(t, recorded(t, "qwen3-32b-current"), Options{})
	tests := []struct {
		name                string
		kind                profile.Kind
		status              profile.Status
		duration            float64
		deployments         int
		hours               float64
		candidates, pre, de int
		kv                  int64
		recommended         string
	}{
		{"rapid", profile.Simulated, profile.Complete, 6, 0, 0, 0, 0, 0, 0, "prefill TP=2 g2 c0 0.000 0.00 log; decode TP=1 g1 c0 0.000 0.00 log"},
		{"thorough", profile.Measured, profile.Complete, 3565, 10, 2.7725, 16, 17, 23, 8224, "prefill TP=1 g1 c0 230.973 8866.83 log; decode TP=2 g2 c3 13.662 108.33 log"},
		{"thorough_unpatched_failed", profile.Measured, profile.Failed, 1, 0, 0, 0, 0, 0, 0, ""},
	}
	for _, tt := range tests {
		r := runs[tt.name]
		if r == nil {
			t.Errorf("no run %s", tt.name)
			continue
		}
		if r.Kind != tt.kind || r.Status != tt.status || r.Profiler != "current" || r.GPUType != "h200_sxm" || r.BackendVersion != "1.4.0" || r.Backend != "trtllm" || r.ISL.V != 2048 || r.OSL.V != 256 || r.SLA.TTFT.V != 500 {
			t.Errorf("%s: %s %s %s %s %s %s", tt.name, r.Kind, r.Status, r.Profiler, r.GPUType, r.Backend, r.BackendVersion)
		}
		if d := r.FinishedAt.V.Sub(r.StartedAt.V).Seconds(); d != tt.duration {
			t.Errorf("%s: %v s", tt.name, d)
		}
		if h := hoursOfRun(r); len(r.Deployments) != tt.deployments || math.Abs(h-tt.hours) > 5e-5 {
			t.Errorf("%s: %d deployments, %v GPU-hours", tt.name, len(r.Deployments), h)
		}
		if got, want := []int{len(r.Candidates), len(r.PrefillPoints), len(r.DecodePoints)}, []int{tt.candidates, tt.pre, tt.de}; !slices.Equal(got, want) || r.MaxKVTokens.V != tt.kv {
			t.Errorf("%s: candidates, prefill, decode %v, capacity %d", tt.name, got, r.MaxKVTokens.V)
		}
		if got := recommendations(r); got != tt.recommended {
			t.Errorf("%s: recommended %s", tt.name, got)
		}
	}
	if r := runs["thorough_unpatched_failed"]; r.Err == "" || !strings.Contains(r.Err, "services") {
		t.Errorf("error text %q", r.Err)
	}
	// The README's table: decode tp2 at 1, 2 and 3 requests.
	var tp2 []string
	for _, c := range runs["thorough"].Candidates {
		if c.Phase == profile.Decode && c.Mapping == "TP=2" {
			tp2 = append(tp2, fmt.Sprintf("%d %.3f %.2f", c.Concurrency.V, c.ITL.V, c.Throughput.V))
		}
	}
	if !slices.Equal(tp2, []string{"1 13.128 37.72", "2 13.470 73.24", "3 13.662 108.33"}) {
		t.Errorf("decode TP=2: %v", tp2)
	}
}

func TestPreSwept(t *testing.T) {
	r := ingestOne(t, recorded(t, "pre_swept"), Options{})
	if r.Name != "llama-3.3-70b" || r.Model != "nvidia/Llama-3.3-70B-Instruct-FP8" || r.Backend != "vllm" || r.BackendVersion != "0.10.1.1" || r.GPUType != "h100_sxm" {
		t.Errorf("%s %s %s %s %s", r.Name, r.Model, r.Backend, r.BackendVersion, r.GPUType)
	}
	pre, dec := map[string]int{}, map[string]int{}
	for _, p := range r.PrefillPoints {
		pre[fmt.Sprint(p.Mapping, " ", p.GPUs.V)]++
	}
	for _, p := range r.DecodePoints {
		dec[fmt.Sprint(p.Mapping, " ", p.GPUs.V)]++
		n := p.KVUsage.V * 224133 / p.Context
		if math.Abs(n-math.Round(n)) > 1e-6 || float64(p.Concurrency.V) != math.Round(n) {
			t.Errorf("%v requests at %+v", n, p)
		}
	}
	if fmt.Sprint(pre) != "map[TP=2 2:9 TP=4 4:9 TP=8 8:9]" || fmt.Sprint(dec) != "map[TP=2 2:39 TP=4 4:39 TP=8 8:39]" {
		t.Errorf("prefill %v, decode %v", pre, dec)
	}
	// gpu_count is 8 in every row, and TP=4 and TP=2 were divided by it too.
	if len(r.Problems) != 4 {
		t.Errorf("problems %v", r.Problems)
	}
	for _, p := range r.Problems {
		if p.Reason != ReasonDisagree || strings.Contains(p.Message, "TP=8") {
			t.Errorf("problem %+v", p)
		}
	}
}

func TestPlannerFixture(t *testing.T) {
	r := ingestOne(t, recorded(t, "h200_llama8b_tp1"), Options{})
	if len(r.PrefillPoints) != 17 || len(r.DecodePoints) != 41 || r.MaxKVTokens.V != 945029 || r.PrefillPoints[0].Mapping != "TP=1" || r.Model != "nvidia/Llama-3.1-8B-Instruct-FP8" || r.Backend != "vllm" || r.BackendVersion != "" {
		t.Errorf("%d prefill, %d decode, %+v", len(r.PrefillPoints), len(r.DecodePoints), r.PrefillPoints[:1])
	}
}

func TestOtherVersions(t *testing.T) {
	runs := ingestAll(t, recorded(t, "qwen3-32b/other_versions"), Options{})
	tests := []struct {
		name, backend, version string
		prefill, decode        int
		kv                     int64
	}{
		{"aic_all.63683e1", "trtllm", "0.7.0", 17, 36, 502272},
		{"online_all.63683e1", "trtllm", "0.7.0", 17, 7, 8224},
		{"online_all.84bfc5c-vllm", "vllm", "0.6.1", 14, 9, 256000},
	}
	for _, tt := range tests {
		r := runs[tt.name]
		if r == nil || r.Backend != tt.backend || r.BackendVersion != tt.version || len(r.PrefillPoints) != tt.prefill || len(r.DecodePoints) != tt.decode || r.MaxKVTokens.V != tt.kv || r.SLA.TTFT.V != 500 || len(r.Recommendations) != 2 {
			t.Errorf("%s: %+v", tt.name, r)
		}
	}
}

// TestRunNames reads a folder of folders of folders, in which names repeat.
func TestRunNames(t *testing.T) {
	runs := ingestAll(t, recorded(t, "."), Options{})
	for _, name := range []string{"aic_all", "online_all", "qwen3-32b-full/aic_all", "qwen3-32b-full/online_all", "rapid", "thorough", "schema_1_5", "multi_run", "llama-3.3-70b", "h200_llama8b_tp1"} {
		if runs[name] == nil {
			t.Errorf("no run %s", name)
		}
	}
}

// TestEverySourceIsWhole reads each source as the store will.
func TestEverySourceIsWhole(t *testing.T) {
	dir := recorded(t, "qwen3-32b-current/thorough")
	r := ingestOne(t, dir, Options{})
	for _, s := range r.Sources {
		b := sourceBytes(t, s)
		want, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(s.Path)))
		if err != nil || string(b) != string(want) || s.Size != int64(len(want)) {
			t.Errorf("%s: %d bytes of %d, %v", s.Path, len(b), len(want), err)
		}
	}
}
