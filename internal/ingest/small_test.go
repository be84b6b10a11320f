package ingest

import (
	"archive/zip"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/profile"
)

// The folder testdata/small is a whole classic results folder with figures of
// our own: ISL 1000, OSL 100, TP 1 and 2, six deployments of a minute each.
// PROFREPORT_UPDATE=1 go test -run TestSmallFolder writes it anew.

// aiperfSummary is an export with the metrics that the reader asks for.
func aiperfSummary(n int, ttft, itl, tokens float64, more string) string {
	return fmt.Sprintf(`{"request_count": {"unit": "requests", "avg": %d}, "time_to_first_token": {"unit": "ms", "avg": %v, "p50": %v, "max": %v},
 "inter_token_latency": {"unit": "ms", "avg": %v, "p50": %v}, "output_token_throughput": {"unit": "tokens/sec", "avg": %v}%s,
 "input_config": {"endpoint": {"model_names": ["acme/small-7b"]}, "input": {"prompt": {"input_tokens": {"mean": 1000}, "output_tokens": {"mean": 100}}}, "loadgen": {"concurrency": %d}}}
`, n, ttft, ttft, ttft, itl, itl, tokens, more, n)
}

// smallLog is the log of the run, in the words of the profiler.
func smallLog() string {
	var b strings.Builder
	clock := 0
	say := func(format string, args ...any) {
		fmt.Fprintf(&b, "2026-01-02 03:%02d:%02d - __main__ - INFO - %s\n", clock/60, clock%60, fmt.Sprintf(format, args...))
	}
	deploy := func(folder string) {
		say("Waiting for deployment to be ready...")
		clock += 40
		say("Deployment is ready")
		say("Logs have been saved to /data/%s/vllm-agg-1a2b", folder)
		clock += 20
		say("Deployment deleted")
	}
	say("Profiling GPU counts: [1, 2]")
	for _, phase := range []string{"prefill", "decode"} {
		say("Profiling %s...", phase)
		for _, gpus := range []int{1, 2} {
			say("Profiling %s with %d GPUs...", phase, gpus)
			deploy(fmt.Sprintf("%s_%dgpus_TP%d", phase, gpus, gpus))
		}
	}
	say("Analyzing results and generate recommendations...")
	say("Suggested prefill parallel mapping: TP=1 on 1 GPU(s) (TTFT 100.00 ms, throughput 10000.00 tokens/s/GPU)")
	say("Suggested decode parallel mapping: TP=1 on 1 GPU(s) (ITL 25.00 ms, throughput 160.00 tokens/s/GPU)")
	say("Profiling prefill under best 1 GPU(s) with parallel mapping [TP=1] with different ISL...")
	deploy("selected_prefill_interpolation")
	say("Profiling decode with 1 GPUs with parallel mapping [TP=1]...")
	deploy("selected_decode_interpolation")
	say("Final cleanup completed.")
	return b.String()
}

// smallFiles is the folder, path to content.
func smallFiles() map[string][]byte {
	files := map[string][]byte{}
	put := func(p, s string) { files[p] = []byte(s) }
	put("profile_sla.log", smallLog())
	put("NOTES.md", "Made by a test of profreport; no figure here was measured.\n")
	put("prefill_1gpus_TP1/aiperf_isl1000/profile_export_aiperf.json", aiperfSummary(1, 100, 20, 0.5, ""))
	put("prefill_2gpus_TP2/aiperf_isl1000/profile_export_aiperf.json", aiperfSummary(1, 60, 12, 0.5, ""))
	for _, c := range []struct {
		tp, n       int
		itl, tokens float64
	}{{1, 1, 20, 48}, {1, 4, 25, 160}, {2, 1, 12, 80}, {2, 4, 15, 256}} {
		dir := fmt.Sprintf("decode_%dgpus_TP%d/", c.tp, c.tp)
		name := fmt.Sprintf("aiperf_request%d_isl1000_osl100_n%d", c.n, c.n)
		put(dir+name+"/profile_export_aiperf.json", aiperfSummary(c.n, 100, c.itl, c.tokens, ""))
		put(dir+name+"_warmup/profile_export_aiperf.json", aiperfSummary(c.n, 9999, 9999, 1, ""))
		put(dir+"vllm-agg-1a2b/vllmdecodeworker/0.log", fmt.Sprintf("INFO starting\nINFO Maximum concurrency for 4,096 tokens per request: %d.00x\n", 2*c.tp))
		put(dir+"config.yaml", alpha(service("VllmDecodeWorker", "decode", fmt.Sprint(c.tp), fmt.Sprintf("[--model, acme/small-7b, --tensor-parallel-size, '%d']", c.tp))))
	}
	files["selected_prefill_interpolation/raw_data.npz"] = npzFile(zip.Store,
		member{"prefill_isl.npy", npyOf("<i8", "(3,)", []int64{100, 800, 1800})},
		member{"prefill_ttft.npy", npyOf("<f8", "(3,)", []float64{20, 80, 200})},
		member{"prefill_thpt_per_gpu.npy", npyOf("<f8", "(3,)", []float64{5000, 10000, 9000})})
	files["selected_decode_interpolation/raw_data.npz"] = npzFile(zip.Store,
		member{"x_kv_usage.npy", npyOf("<f8", "(2,)", []float64{350.0 / 8192, 1400.0 / 8192})},
		member{"y_context_length.npy", npyOf("<f8", "(2,)", []float64{350, 350})},
		member{"z_itl.npy", npyOf("<f8", "(2,)", []float64{19, 24})},
		member{"z_thpt_per_gpu.npy", npyOf("<f8", "(2,)", []float64{52, 165})},
		member{"max_kv_tokens.npy", npyOf("<i8", "(1,)", []int64{8192})})
	put("config_with_planner.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: planner-profile-data}\ndata:\n  prefill_raw_data.json: '{\"prefill_isl\": [100, 800, 1800], \"prefill_ttft\":\n    [20.0, 80.0, 200.0], \"prefill_thpt_per_gpu\": [5000.0, 10000.0, 9000.0]}'\n---\n"+
		alpha(service("VllmPrefillWorker", "prefill", "1", "[--model, acme/small-7b, --is-prefill-worker, --tensor-parallel-size, '1']")+
			service("VllmDecodeWorker", "decode", "1", "[--model, acme/small-7b, --tensor-parallel-size, '1']")+
			"\nPlanner:\n  componentType: planner\n  extraPodSpec: {mainContainer: {command: [python3, -m, dynamo.planner.planner_sla], args: [--backend=vllm, --itl=30]}}"))
	good := `, "goodput": {"unit": "requests/sec", "avg": 1.5}, "good_request_count": {"unit": "requests", "avg": 3}`
	put("validation/idle/profile_export_aiperf.json", aiperfSummary(4, 150, 21, 45, good))
	put("validation/idle/profile_export.jsonl", strings.Repeat(`{"metadata":{"request_start_ns":1000000000,"request_end_ns":3000000000,"benchmark_phase":"profiling"},"metrics":{"time_to_first_token":{"value":150,"unit":"ms"}},"error":null}`+"\n", 4))
	put("validation/c16/profile_export_aiperf.csv", "Metric,avg,min,max,p1,p5,p10,p25,p50,p75,p90,p95,p99,std\nTime to First Token (ms),300.00,,,,,,,290.00,,,,,\n\nMetric,Value\nRequest Count,16.00\n")
	put("optimization/profile_export_aiperf.json", aiperfSummary(2, 160, 22, 80, ""))
	return files
}

// writeFiles lays files out below dir.
func writeFiles(t testing.TB, dir string, files map[string][]byte) {
	t.Helper()
	for p, b := range files {
		full := filepath.Join(dir, filepath.FromSlash(p))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// smallFolder writes the folder, after change has had its way with it.
func smallFolder(t testing.TB, change func(files map[string][]byte)) string {
	t.Helper()
	files := smallFiles()
	if change != nil {
		change(files)
	}
	dir := filepath.Join(t.TempDir(), "small")
	writeFiles(t, dir, files)
	return dir
}

func TestSmallFolder(t *testing.T) {
	if os.Getenv("PROFREPORT_UPDATE") != "" {
		writeFiles(t, filepath.Join("testdata", "small"), smallFiles())
	}
	r := ingestOne(t, filepath.Join("testdata", "small"), Options{})
	if r.Name != "small" || r.Kind != profile.Measured || r.Status != profile.Complete || r.Model != "acme/small-7b" || r.Backend != "vllm" || r.BackendVersion != "1.2.3" ||
		r.ISL.V != 1000 || r.OSL.V != 100 || r.SLA.TTFT.V != 500 || r.SLA.ITL.V != 30 || r.MaxKVTokens.V != 8192 || r.DecodeReplicas.V != 3 || !r.HasPlanner {
		t.Errorf("facts %+v", r)
	}
	if d := r.FinishedAt.V.Sub(r.StartedAt.V).Seconds(); d != 360 || len(r.Deployments) != 6 || math.Abs(hoursOfRun(r)-480.0/3600) > 1e-12 { // (1 + 2 + 1 + 2 + 1 + 1) x 60 s
		t.Errorf("%v s, %d deployments, %v GPU-hours", d, len(r.Deployments), hoursOfRun(r))
	}
	var candidates []string
	for _, c := range r.Candidates {
		candidates = append(candidates, fmt.Sprintf("%s %s g%d c%d %g %.2f %s", c.Phase, c.Mapping, c.GPUs.V, c.Concurrency.V, c.TTFT.V+c.ITL.V, c.Throughput.V, c.ThroughputSource))
	}
	want := "prefill TP=1 g1 c0 100 10000.00 formula; prefill TP=2 g2 c0 60 8333.33 formula; " +
		"decode TP=1 g1 c1 20 48.00 reported; decode TP=1 g1 c4 25 160.00 reported; decode TP=2 g2 c1 12 40.00 reported; decode TP=2 g2 c4 15 128.00 reported"
	if got := strings.Join(candidates, "; "); got != want {
		t.Errorf("candidates\ngot  %s\nwant %s", got, want)
	}
	if got := recommendations(r); got != "prefill TP=1 g1 c0 100.000 10000.00 log; decode TP=1 g1 c4 25.000 160.00 log" {
		t.Errorf("recommended %s", got)
	}
	if len(r.PrefillPoints) != 3 || r.PrefillPoints[0].Mapping != "TP=1" || len(r.DecodePoints) != 2 || r.DecodePoints[1].Concurrency.V != 4 {
		t.Errorf("points %v %v", r.PrefillPoints, r.DecodePoints)
	}
	var levels []string
	for _, l := range r.Levels {
		levels = append(levels, fmt.Sprintf("%s c%v n%d good %v", l.Level, l.Concurrency.V, l.RequestCount.V, l.GoodCount))
	}
	if got := strings.Join(levels, "; "); got != "idle c4 n4 good {3 true}; c16 c0 n16 good {0 false}; optimization c2 n2 good {0 false}" {
		t.Errorf("levels %s", got)
	}
	if len(r.RequestLogs) != 1 || r.Sources[r.RequestLogs[0].Source].Path != "validation/idle/profile_export.jsonl" {
		t.Errorf("request logs %+v", r.RequestLogs)
	}
	kinds := map[string]string{}
	for _, s := range r.Sources {
		kinds[s.Path] = s.Kind
	}
	for p, kind := range map[string]string{"NOTES.md": kindOther, "profile_sla.log": kindLog, "validation/c16/profile_export_aiperf.csv": kindAIPerfCSV,
		"decode_1gpus_TP1/vllm-agg-1a2b/vllmdecodeworker/0.log": kindEngineLog, "selected_decode_interpolation/raw_data.npz": kindNpz, "config_with_planner.yaml": kindPlanner} {
		if kinds[p] != kind {
			t.Errorf("kind of %s is %s, want %s", p, kinds[p], kind)
		}
	}
	if len(r.Problems) > 0 {
		t.Errorf("problems %v", r.Problems)
	}
	for _, s := range r.Sources { // what was parsed is not read again
		parsed := s.Kind == kindLog || s.Kind == kindPlanner || s.Kind == kindNpz || s.Kind == kindAIPerfCSV || s.Kind == kindEngineLog
		if parsed != (s.Bytes != nil) && s.Kind != kindAIPerfJSON && s.Kind != kindGraph {
			t.Errorf("%s (%s): bytes at hand %v", s.Path, s.Kind, s.Bytes != nil)
		}
	}
}

// TestTestdataIsCurrent keeps the folder on disk equal to its description.
func TestTestdataIsCurrent(t *testing.T) {
	files := smallFiles()
	f, err := openFolder(filepath.Join("testdata", "small"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if len(f.Files) != len(files) {
		t.Errorf("%d files on disk, %d described", len(f.Files), len(files))
	}
	for _, x := range f.Files {
		b, err := f.load(x, MaxSmallFile)
		if err != nil || string(b) != string(files[x.Path]) {
			t.Errorf("%s differs: %v", x.Path, err)
		}
	}
}
