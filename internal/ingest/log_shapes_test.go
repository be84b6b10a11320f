package ingest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/profreport/profreport/internal/profile"
)

// genSimulated is a simulated run of a dense model: two GPU counts, two
// request counts each, and on the console the estimates of the ISL curve.
func genSimulated() *genLog {
	g := classicLog("2026-01-05 23:59:50")
	g.by(0, "benchmarks.profiler.utils.search_space_autogen", "search_space_autogen.auto_generate_search_space", "WARNING", "GPU discover is disabled and num_gpus_per_node is not specified, setting to 8", "")
	g.add(0, "Profiling GPU counts: [1, 2]").add(0, "Using model's maximum context length: 40960").
		add(0, "Using aiconfigurator to estimate performance...").add(8, "Profiling prefill...")
	for i, ttft := range []string{"200.50", "100.25"} {
		g.add(0, "Profiling prefill with %d GPUs...", i+1).add(0, "Using ai-configurator to estimate prefill latency").
			add(0, "Estimated prefill TTFT: %sms", ttft)
	}
	g.add(0, "Profiling decode...")
	for i, f := range [][2]string{{"20.00 50.00", "25.00 800.00"}, {"10.00 50.01", "15.00 1300.00"}} {
		g.add(1, "Profiling decode with %d GPUs...", i+1).
			add(0, "Sweeping num_request range based on maximum number of kv tokens: [1, %d]", 20*(i+1))
		for _, pair := range f {
			itl, thpt, _ := strings.Cut(pair, " ")
			g.add(0, "Using ai-configurator to estimate decode latency.").add(0, "Estimated decode ITL: %sms", itl).
				add(0, "Estimated decode throughput per GPU: %s tokens/s/GPU", thpt)
		}
	}
	g.add(0, "Analyzing results and generate recommendations...").
		add(0, "Suggested prefill parallel mapping: TP=1 on 1 GPU(s) (TTFT 200.50 ms, throughput 10214.46 tokens/s/GPU)").
		add(0, "Suggested decode parallel mapping: TP=2 on 2 GPU(s) (ITL 15.00 ms, throughput 1300.00 tokens/s/GPU)").
		add(0, "Profiling prefill under best 1 GPU(s) with parallel mapping [TP=1] with different ISL...")
	for i := range 17 {
		g.by(0, "benchmarks.profiler.utils.profile_prefill", "profile_prefill.get_ttft", "INFO", fmt.Sprintf("Estimated prefill TTFT: %d.00ms", 10+i), "")
	}
	return g.add(1, "Profiling decode with 2 GPUs with parallel mapping [TP=2]...").add(4, "Performing final cleanup of any remaining deployments...").add(1, "Final cleanup completed.")
}

// genMeasured is a measured run: two prefill and two decode candidates and
// both interpolations.
func genMeasured() *genLog {
	g := classicLog("2026-01-05 08:00:00")
	g.add(0, "Profiling GPU counts: [1, 4]").add(0, "Using model's maximum context length: 40960").add(0, "Profiling prefill...")
	for _, n := range []int{1, 4} {
		g.add(0, "Profiling prefill with %d GPUs...", n).add(0, "Created client with service_name: trtllm-agg-0001-frontend").
			print("Successfully created deployment trtllm-agg-0001").
			print("⏳ Waiting for deployment 'trtllm-agg-0001'...").
			print("\r\x1b[K⠋ [0s] Waiting for: a, b\r\x1b[K⠙ [20s] Waiting for: b +1 more\r\x1b[K✅ Deployment 'trtllm-agg-0001' ready after 100.0s").
			deploy(fmt.Sprintf("prefill_%dgpus_TP%d", n, n), 10)
	}
	g.add(0, "Profiling decode...")
	for _, n := range []int{1, 4} {
		g.add(0, "Profiling decode with %d GPUs...", n).add(1, "Waiting for deployment to be ready...").add(200, "Deployment is ready").
			add(0, "Logs have been saved to /data/decode_%dgpus_TP%d/trtllm-agg-0002", n, n).
			by(0, "benchmarks.profiler.utils.config_modifiers.trtllm", "trtllm.get_kv_cache_size_from_dynamo_log", "INFO", fmt.Sprintf("Found TRT-LLM KV cache max tokens: %d", 8000*n), "").
			add(0, "Sweeping num_request range based on maximum number of kv tokens: [1, 2, 3]").
			add(48, "Cleaning up deployment...").add(1, "Deployment deleted")
	}
	g.add(0, "Analyzing results and generate recommendations...").
		add(0, "Suggested prefill parallel mapping: TP=1 on 1 GPU(s) (TTFT 230.74 ms, throughput 8875.91 tokens/s/GPU)").
		add(0, "Suggested decode parallel mapping: TP=4 on 4 GPU(s) (ITL 20.67 ms, throughput 143.78 tokens/s/GPU)").
		add(0, "Profiling prefill under best 1 GPU(s) with parallel mapping [TP=1] with different ISL...").
		deploy("selected_prefill_interpolation", 300).
		add(0, "Profiling decode with 4 GPUs with parallel mapping [TP=4]...").
		deploy("selected_decode_interpolation", 400)
	return g.end()
}

func gpuHours(l *Log) (hours float64) {
	for _, d := range l.Deployments {
		hours += d.EndedAt.V.Sub(d.StartedAt.V).Hours() * float64(d.GPUs.V)
	}
	return hours
}

func seconds(l *Log) float64 { return l.FinishedAt.V.Sub(l.StartedAt.V).Seconds() }

// figures is what a log says in figures, without lines and texts.
func figures(l *Log) string {
	var b strings.Builder
	fmt.Fprintln(&b, l.Profiler, l.Kind, l.Status, l.StartedAt.V.Format(time.RFC3339), l.FinishedAt.V.Format(time.RFC3339), l.GPUCounts, l.MaxContext.Any(), l.SLA, l.ISL.Any())
	for _, c := range l.Candidates {
		fmt.Fprintln(&b, c.Phase, c.Mapping, c.GPUs.Any(), c.Concurrency.Any(), c.TTFT.Any(), c.ITL.Any(), c.Throughput.Any(), c.ThroughputSource)
	}
	for _, r := range l.Recommendations {
		fmt.Fprintln(&b, r.Phase, r.Mapping, r.GPUs.Any(), r.Concurrency.Any(), r.TTFT.Any(), r.ITL.Any(), r.Throughput.Any())
	}
	for _, d := range l.Deployments {
		fmt.Fprintln(&b, d.Phase, d.Mapping, d.GPUs.Any(), d.Purpose, d.StartedAt.Any(), d.ReadyAt.Any(), d.EndedAt.Any(), d.Failed)
	}
	fmt.Fprintln(&b, l.Artifacts, l.NoneFeasible)
	return b.String()
}

// TestLogShapes reads the same run in every shape: same figures, nothing
// twice (defects 6 and 11).
func TestLogShapes(t *testing.T) {
	scripts := map[string]*genLog{"simulated": genSimulated(), "measured": genMeasured(), "thorough": genThorough()}
	for name, g := range scripts {
		want := figures(readOne(t, g.file()))
		for shape, text := range g.shapes() {
			if got := figures(readOne(t, text)); got != want {
				t.Errorf("%s as %s:\n%s\nwant\n%s", name, shape, got, want)
			}
		}
	}
	for _, g := range []*genLog{scripts["simulated"], scripts["measured"]} {
		if got, want := figures(readOne(t, g.ownOnly().file())), figures(readOne(t, g.console())); got != want {
			t.Errorf("file handler:\n%s\nconsole:\n%s", got, want)
		}
	}
	if n := len(readOne(t, genSimulated().console()).Messages); n != 1 {
		t.Errorf("the console's warning is kept %d times, want once", n)
	}
}

// TestLogSimulated checks the figures of a simulated run by hand.
func TestLogSimulated(t *testing.T) {
	l := readOne(t, genSimulated().console())
	if l.Kind != profile.Simulated || l.Status != profile.Complete || seconds(l) != 16 || len(l.Deployments) != 0 || !l.HasDeployments {
		t.Errorf("kind %s, status %s, %v s, %d deployments", l.Kind, l.Status, seconds(l), len(l.Deployments))
	}
	want := []string{"prefill TP=1 1 <nil> 200.5 <nil> <nil>", "prefill TP=2 2 <nil> 100.25 <nil> <nil>",
		"decode TP=1 1 1 <nil> 20 50", "decode TP=1 1 20 <nil> 25 800", "decode TP=2 2 1 <nil> 10 50.01", "decode TP=2 2 40 <nil> 15 1300"}
	var got []string
	for _, c := range l.Candidates {
		got = append(got, fmt.Sprint(c.Phase, " ", c.Mapping, " ", c.GPUs.Any(), " ", c.Concurrency.Any(), " ", c.TTFT.Any(), " ", c.ITL.Any(), " ", c.Throughput.Any()))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("candidates\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if c := l.Recommendations[1]; c.Mapping != "TP=2" || c.Concurrency != profile.Some(int64(40)) || c.ITL.V != 15 || c.Throughput.V != 1300 {
		t.Errorf("chosen %+v", c)
	}
	if c := l.Candidates[3]; !strings.HasPrefix(strings.Split(genSimulated().console(), "\n")[c.Line-1], "2026-01-05 23:59:59 - __main__ - INFO - Estimated decode throughput per GPU: 800.00") {
		t.Errorf("line %d is not the candidate's", c.Line)
	}
}

// TestLogMeasured: every deployment counts, not only those of the prefill
// sweep, which alone print `Created client` (defect 6); GPU-hours come from
// the log (defect 7).
func TestLogMeasured(t *testing.T) {
	l := readOne(t, genMeasured().console())
	// From `Waiting` to `deleted`: prefill 111 s, decode 249 s, interpolations 401 and 501 s.
	if want := (111*1 + 111*4 + 249*1 + 249*4 + 401*1 + 501*4) / 3600.0; len(l.Deployments) != 6 || gpuHours(l) != want {
		t.Errorf("%d deployments, %v GPU-hours, want 6 and %v", len(l.Deployments), gpuHours(l), want)
	}
	if l.Kind != profile.Measured || len(l.Candidates) != 0 || len(l.Recommendations) != 2 {
		t.Errorf("kind %s, %d candidates, %d recommendations", l.Kind, len(l.Candidates), len(l.Recommendations))
	}
	if d := l.Deployments[5]; d.Mapping != "TP=4" || d.Purpose != "interpolation" || d.ReadyAt.V.Sub(d.StartedAt.V) != 100*time.Second {
		t.Errorf("decode interpolation %+v", d)
	}
	if l.MaxKVTokens != profile.Some(int64(32000)) {
		t.Errorf("KV capacity %v, want that of the chosen TP=4", l.MaxKVTokens.Any())
	}
	interpolated := genMeasured()
	for i, r := range interpolated.records {
		if strings.Contains(r.msg, "/data/selected_decode_interpolation/") {
			kv := genRecord{at: r.at, logger: "benchmarks.profiler.utils.config_modifiers.trtllm", target: "trtllm.get", level: "INFO", msg: "Found TRT-LLM KV cache max tokens: 31000"}
			interpolated.records = slices.Insert(interpolated.records, i, kv)
			break
		}
	}
	if n := readOne(t, interpolated.console()).MaxKVTokens; n != profile.Some(int64(31000)) {
		t.Errorf("KV capacity %v, want that of the decode interpolation", n.Any())
	}
	cands := []profile.Candidate{
		{Phase: profile.Decode, Mapping: "TP=1", Concurrency: profile.Some(int64(2)), ITL: profile.Some(20.67), Throughput: profile.Some(143.78)},
		{Phase: profile.Decode, Mapping: "TP=4", Concurrency: profile.Some(int64(2)), ITL: profile.Some(20.6749), Throughput: profile.Some(143.70)},
		{Phase: profile.Decode, Mapping: "TP=4", Concurrency: profile.Some(int64(1)), ITL: profile.Some(20.66), Throughput: profile.Some(143.78)},
		{Phase: profile.Decode, Mapping: "TP=4", Concurrency: profile.Some(int64(3)), ITL: profile.Some(20.6749), Throughput: profile.Some(143.7751)},
	}
	if l.MatchConcurrency(cands); l.Recommendations[1].Concurrency != profile.Some(int64(3)) {
		t.Errorf("chosen concurrency %v, want 3: both figures must match", l.Recommendations[1].Concurrency.Any())
	}
}
