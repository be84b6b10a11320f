package ingest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/profile"
)

const genConfig = "Profiler config: model=org/some, model, backend=trtllm, system=h200_sxm, total_gpus=8, isl=2048, osl=256, ttft=500.0, itl=50.0, e2e_latency=None, strategy=%s, picking=autoscale"

// genThorough is a thorough run of the current profiler with one decode
// candidate that never became ready.
func genThorough() *genLog {
	g := currentLog("2026-08-24 13:00:00").add(0, genConfig, "thorough")
	g.logger, g.target = "dynamo.profiler.thorough", "thorough.run_thorough"
	for _, n := range []int{1, 2} {
		g.add(0, "Profiling prefill candidate tp%d with %d GPUs...", n, n).add(1, "Waiting for prefill deployment to be ready...").
			add(100, "Prefill deployment ready").
			by(0, "dynamo.profiler.utils.aiperf", "aiperf.benchmark_prefill", "INFO", "Running aiperf with isl 2048", "").
			by(9, "dynamo.profiler.utils.aiperf", "aiperf.benchmark_prefill", "INFO", "AIperf profiling completed successfully", "")
	}
	g.add(10, "Profiling decode candidate tp1-dp4-moeep4 with 4 GPUs...").add(0, "Waiting for decode deployment to be ready...").
		by(1800, g.logger, g.target, "ERROR", "Decode tp1-dp4-moeep4 with 4 GPUs timed out", "")
	g.add(0, "Profiling decode candidate tp2 with 2 GPUs...").add(0, "Waiting for decode deployment to be ready...").add(150, "Decode deployment ready").
		by(0, "dynamo.profiler.utils.config_modifiers.trtllm", "trtllm.get_kv_cache_size_from_dynamo_log", "INFO", "Found TRT-LLM KV cache max tokens: 8224", "").
		add(0, "Sweeping num_request: [1, 2, 3]").
		by(50, "aiconfigurator.generator.rendering.engine", "engine._log", "WARNING", "No version-specific template", "")
	g.logger, g.target = "dynamo.profiler.profile_sla", "profile_sla._execute_strategy"
	return g.add(0, "Selected prefill: tp1 (1 GPUs, tp=1 pp=1 dp=1 moe_tp=1 moe_ep=1), decode: tp2 (2 GPUs, tp=2 pp=1 dp=1 moe_tp=1 moe_ep=1)").
		by(0, "dynamo.profiler.interpolation", "interpolation.run_interpolation", "INFO", "Using real GPUs for decode interpolation.", "").
		by(0, "dynamo.profiler.interpolation", "interpolation.run_interpolation", "INFO", "Waiting for decode interpolation deployment...", "").
		add(600, "Final DGD config saved to /data/final_config.yaml").end()
}

func TestLogThorough(t *testing.T) {
	l := readOne(t, genThorough().file())
	if l.Profiler != ProfilerCurrent || l.Kind != profile.Measured || l.Model != "org/some, model" || l.System != "h200_sxm" || l.ISL.V != 2048 || l.OSL.V != 256 || l.SLA.TTFT.V != 500 || l.SLA.ITL.V != 50 {
		t.Errorf("config %+v", l)
	}
	// Each from its Waiting line to the next stage line: 109 s on 1 GPU, 119 s
	// on 2, 1800 s on 4, 200 s on 2 and 600 s on 2.
	if want := (109*1 + 119*2 + 1800*4 + 200*2 + 600*2) / 3600.0; len(l.Deployments) != 5 || gpuHours(l) != want {
		t.Errorf("%d deployments, %v GPU-hours, want 5 and %v", len(l.Deployments), gpuHours(l), want)
	}
	if d := l.Deployments[2]; d.Mapping != "DEP=4" || !d.Failed || d.ReadyAt.OK || d.Error != "Decode tp1-dp4-moeep4 with 4 GPUs timed out" {
		t.Errorf("failed deployment %+v", d)
	}
	if slices.ContainsFunc(l.Deployments, func(d profile.Deployment) bool { return d.Failed != (d.Mapping == "DEP=4") }) {
		t.Error("another deployment failed than the one that timed out")
	}
	if d := l.Deployments[4]; d.Purpose != "interpolation" || d.Mapping != "TP=2" || d.GPUs.V != 2 {
		t.Errorf("interpolation %+v", d)
	}
	if len(l.Recommendations) != 2 || l.Recommendations[1].Mapping != "TP=2" || l.Recommendations[1].ITL.OK || l.MaxKVTokens.V != 8224 {
		t.Errorf("recommendations %+v, KV capacity %v", l.Recommendations, l.MaxKVTokens.Any())
	}
}

// TestLogRapid: what a rapid run can say, by its own statements.
func TestLogRapid(t *testing.T) {
	rapid := func() *genLog { return currentLog("2026-08-24 09:41:07").add(0, genConfig, "rapid") }
	selected := "Selected prefill: tp1-pp2 (2 GPUs, tp=1 pp=2 dp=1 moe_tp=1 moe_ep=1), decode: tp8-moeep8 (8 GPUs, tp=8 pp=1 dp=1 moe_tp=1 moe_ep=8)"
	trace := "Traceback (most recent call last):\n  File \"/x/facts.py\", line 1, in f\nRuntimeError: aiconfigurator is unavailable"

	l := readOne(t, rapid().
		by(0, "dynamo.profiler.facts", "facts.resolve", "WARNING", "Fact self-resolution failed; continuing without facts.", trace).
		add(6, "%s", selected).add(0, "Final DGD config saved to /data/final_config.yaml").end().file())
	if l.Kind != profile.Simulated || l.Status != profile.Complete || l.Err != "" || seconds(l) != 6 {
		t.Errorf("a traceback in a successful run: kind %s, status %s, error %q, %v s", l.Kind, l.Status, l.Err, seconds(l))
	}
	if r := l.Recommendations; len(r) != 2 || r[0].Mapping != "tp1-pp2" || r[0].GPUs.V != 2 || r[1].Mapping != "TEP=8" || r[1].GPUs.V != 8 {
		t.Errorf("recommendations %+v", r)
	}
	if m := l.Messages; len(m) != 1 || m[0].Message != "Fact self-resolution failed; continuing without facts.\nRuntimeError: aiconfigurator is unavailable" {
		t.Errorf("messages %+v", m)
	}

	naive := readOne(t, rapid().add(0, "AIC does not support this combo — falling back to naive config generation.").add(1, "%s", selected).end().file())
	if !naive.Naive || len(naive.Recommendations) != 0 {
		t.Errorf("the placeholder of a naive fallback was taken for a recommendation: %+v", naive.Recommendations)
	}

	tight := readOne(t, rapid().by(0, "dynamo.profiler.rapid", "rapid.run", "WARNING", "TTFT SLA 20.0ms is unachievable. Best achievable: 36.7ms. Updating SLA.", "").add(1, "%s", selected).end().file())
	if fmt.Sprint(tight.NoneFeasible) != "[prefill]" || tight.SLA.TTFT.V != 500 {
		t.Errorf("none feasible %v at SLA %v", tight.NoneFeasible, tight.SLA)
	}

	dry := readOne(t, rapid().add(0, "%s", selected).add(0, "Dry run mode — skipping deployment and benchmarking.").end().file())
	if !dry.DryRun || len(dry.Recommendations) != 0 || dry.Status != profile.Complete {
		t.Errorf("dry run: %v, %d recommendations, %s", dry.DryRun, len(dry.Recommendations), dry.Status)
	}
}

// TestLogCurrentFailed: the error is the exception, and the deployment that
// was open failed with it.
func TestLogCurrentFailed(t *testing.T) {
	trace := "Traceback (most recent call last):\n  File \"/x/profile_sla.py\", line 402, in run_profile\n    f(\n    ^^^\n  File \"/x/a.py\", line 1\nKeyError: 'services'"
	g := currentLog("2026-08-22 10:20:02").add(0, genConfig, "thorough").
		add(0, "Profiling prefill candidate tp1 with 1 GPUs...").add(0, "Waiting for prefill deployment to be ready...")
	g.by(60, g.logger, g.target, "ERROR", "Profile job failed with error", trace).
		by(0, "deploy.utils.dynamo_deployment", "dynamo_deployment.cleanup", "INFO", "Cleaning up 1 remaining deployments...", "")
	g.add(40, "Final cleanup completed.")
	for shape, text := range map[string]string{"file": g.file(), "console": g.console() + trace + "\n", "json": g.shapes()["json and python"]} {
		l := readOne(t, text)
		if l.Status != profile.Failed || l.Err != "KeyError: 'services'" || seconds(l) != 100 {
			t.Errorf("%s: status %s, error %q, %v s", shape, l.Status, l.Err, seconds(l))
		}
		if d := l.Deployments; len(d) != 1 || !d[0].Failed || d[0].EndedAt != l.FinishedAt || d[0].Error != l.Err {
			t.Errorf("%s: deployments %+v", shape, d)
		}
	}
	for _, msg := range []string{"No prefill results produced in THOROUGH mode.", "Profiler did not produce a DGD config."} {
		g := currentLog("2026-08-22 10:20:02").add(0, genConfig, "thorough")
		g.by(1, g.logger, g.target, "ERROR", msg, "").end()
		if l := readOne(t, g.file()); l.Status != profile.Failed || l.Err != msg {
			t.Errorf("%q: status %s, error %q", msg, l.Status, l.Err)
		}
	}
	if !strings.Contains(genConfig, "model, backend") {
		t.Fatal("the model name of the test must hold a comma")
	}
}
