package ingest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/profile"
)

func classicHead(start string) *genLog {
	return classicLog(start).add(0, "Profiling GPU counts: [1, 2]").add(0, "Using model's maximum context length: 40960")
}

// TestLogSuggestions reads the three forms of the recommendation (defects 17
// and 36).
func TestLogSuggestions(t *testing.T) {
	for _, c := range []struct{ name, prefill, decode, want string }{
		{"mapping", "Suggested prefill parallel mapping: TEP=4 on 4 GPU(s) (TTFT 48.37 ms, throughput 1234.56 tokens/s/GPU)",
			"Suggested decode parallel mapping: DEP=8 on 8 GPU(s) (ITL 4.83 ms, throughput 51.22 tokens/s/GPU)",
			"prefill TEP=4 4 48.37 <nil> 1234.56; decode DEP=8 8 <nil> 4.83 51.22"},
		{"TP", "Suggested prefill TP:4 (TTFT 48.37 ms, throughput 1234.56 tokens/s/GPU)", "Suggested decode TP:2 (ITL 4.83 ms, throughput 51.22 tokens/s/GPU)",
			"prefill TP=4 4 48.37 <nil> 1234.56; decode TP=2 2 <nil> 4.83 51.22"},
		{"GPU count", "Suggested number of GPUs for prefill: 4 (TTFT 48.37 ms, throughput 1234.56 tokens/s/GPU)",
			"Suggested number of GPUs for decode: 2 (ITL 4.83 ms, throughput 51.22 tokens/s/GPU)",
			"prefill TP=4 4 48.37 <nil> 1234.56; decode TP=2 2 <nil> 4.83 51.22"},
		{"none printed", "Profiling prefill under best 4 GPU(s) with parallel mapping [TEP=4] with different ISL...",
			"Profiling decode with 2 GPUs with parallel mapping [DEP=2]...", "prefill TEP=4 4 <nil> <nil> <nil>; decode DEP=2 2 <nil> <nil> <nil>"},
	} {
		l := readOne(t, classicHead("2025-10-01 10:00:00").add(1, "%s", c.prefill).add(0, "Suggested planner upper/lower bound for prefill queue size: 5/3").
			add(0, "%s", c.decode).end().console())
		var got []string
		for _, r := range l.Recommendations {
			got = append(got, fmt.Sprint(r.Phase, " ", r.Mapping, " ", r.GPUs.Any(), " ", r.TTFT.Any(), " ", r.ITL.Any(), " ", r.Throughput.Any()))
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
	}
}

// TestLogKind decides simulated or measured by the log's own statements
// (defect 18), in a run that reached its sweep.
func TestLogKind(t *testing.T) {
	const use = "Using aiconfigurator to estimate performance..."
	sweep := func(g *genLog) *genLog { return g.add(1, "Profiling prefill...") }
	cases := []struct {
		name string
		log  *genLog
		want profile.Kind
	}{
		{"statement", sweep(classicHead("2026-01-05 10:00:00").add(0, use)), profile.Simulated},
		{"legacy statement", sweep(classicLog("2025-07-05 10:00:00").add(0, "Profiling TP sizes: [1, 2]").add(0, "Will use aiconfigurator to estimate perf.")), profile.Simulated},
		{"no statement", sweep(classicHead("2026-01-05 10:00:00")), profile.Measured},
		{"head missing", classicLog("2026-01-05 10:00:00").add(0, "Using model's maximum context length: 40960").add(1, "Profiling prefill..."), ""},
		{"ended before it", classicHead("2026-01-05 10:00:00"), ""},
		{"options ignored", sweep(classicHead("2026-01-05 10:00:00").by(0, "__main__", "profile_sla.run_profile", "WARNING", "Ignoring --aic-system, --aic-hf-id, and/or --backend-version when not using --use-ai-configurator.", "")), profile.Measured},
		{"another logger says it", sweep(classicHead("2026-01-05 10:00:00").by(0, "some.library", "library.f", "INFO", use, "")), profile.Measured},
		{"the word in an error", sweep(classicHead("2026-01-05 10:00:00")).by(5, "__main__", "profile_sla.run_profile", "ERROR", "Profile job failed with error: /opt/aiconfigurator/x.py: "+use, ""), profile.Measured},
		{"the word in a traceback", sweep(classicHead("2026-01-05 10:00:00")).by(5, "__main__", "profile_sla.run_profile", "ERROR", "Profile job failed with error: boom",
			"Traceback (most recent call last):\n  File \"/opt/aiconfigurator/sdk.py\", line 3\n    logger.info(\""+use+"\")\n"+use+"\nRuntimeError: boom"), profile.Measured},
	}
	for _, c := range cases {
		if l := readOne(t, c.log.end().file()); l.Kind != c.want {
			t.Errorf("%s: kind %q, want %q", c.name, l.Kind, c.want)
		}
		if l := readOne(t, c.log.console()); l.Kind != c.want {
			t.Errorf("%s on the console: kind %q, want %q", c.name, l.Kind, c.want)
		}
	}
}

// TestLogFailed: a failed run says so, with its text, and what it had done
// stays (defects 7 and 10).
func TestLogFailed(t *testing.T) {
	g := classicHead("2026-01-05 10:00:00").add(0, "Profiling prefill...").add(0, "Profiling prefill with 1 GPUs...").deploy("prefill_1gpus_TP1", 10).
		add(0, "Profiling prefill with 2 GPUs...").add(0, "Created client with service_name: x").add(0, "Waiting for deployment to be ready...")
	g.by(1800, "__main__", "profile_sla.run_profile", "ERROR", "Profile job failed with error: not ready", "details: a\n  b").add(0, "Performing final cleanup of any remaining deployments...").
		by(0, "deploy.utils", "dynamo_deployment.cleanup_remaining_deployments", "INFO", "Cleaning up 1 remaining deployments...", "").add(88, "Final cleanup completed.")
	text := g.file() + "Traceback (most recent call last):\n  File \"/x\", line 1\nTimeoutError: not ready\n"
	l := readOne(t, text)
	if l.Status != profile.Failed || l.Err != "not ready\ndetails: a\n  b" || seconds(l) != 112+1888 {
		t.Errorf("status %s, error %q, %v s", l.Status, l.Err, seconds(l))
	}
	if len(l.Deployments) != 2 || l.Deployments[0].Failed || !l.Deployments[1].Failed {
		t.Fatalf("deployments %+v", l.Deployments)
	}
	if want := (111*1 + 1888*2) / 3600.0; gpuHours(l) != want {
		t.Errorf("%v GPU-hours, want %v: the failed one ran to the run's last line", gpuHours(l), want)
	}
	if d := l.Deployments[1]; d.Mapping != "TP=2" || d.ReadyAt.OK || !strings.HasPrefix(d.Error, "not ready") {
		t.Errorf("failed deployment %+v", d)
	}

	timeout := classicHead("2026-01-05 10:00:00").add(0, "Profiling prefill...").add(0, "Profiling prefill under best 2 GPU(s) with parallel mapping [TP=2] with different ISL...").
		add(0, "Waiting for deployment to be ready...").by(1800, "__main__", "profile_sla.run_profile", "ERROR", "Deployment or model failed to become ready within timeout, skipping profiling", "").
		add(0, "Cleaning up deployment...").add(2, "Deployment deleted").end()
	if l := readOne(t, timeout.file()); l.Status != profile.Complete || len(l.Deployments) != 1 || !l.Deployments[0].Failed || gpuHours(l) != 1802*2/3600.0 {
		t.Errorf("timed out: status %s, deployments %+v", l.Status, l.Deployments)
	}
	for _, msg := range []string{"No prefill results produced; skipping recommendations.", "No decode results produced; skipping recommendations."} {
		g := classicHead("2026-01-05 10:00:00").by(0, "__main__", "profile_sla.run_profile", "ERROR", msg, "").end()
		if l := readOne(t, g.file()); l.Status != profile.Failed || l.Err != msg {
			t.Errorf("%q: status %s, error %q", msg, l.Status, l.Err)
		}
	}
}

// TestLogNoneFeasible: the warning is the only sign that nothing meets the SLA
// (defect 35).
func TestLogNoneFeasible(t *testing.T) {
	g := classicHead("2026-01-05 10:00:00")
	for _, m := range []string{"TTFT", "ITL"} {
		g.by(0, "__main__", "profile_sla.run_profile", "WARNING", "No engine configuration satisfies the "+m+" requirement, please try a smaller model or more powerful hardware", "")
		if l := readOne(t, g.console()); len(l.NoneFeasible) != len(l.Messages) {
			t.Errorf("none feasible %v after %d warnings", l.NoneFeasible, len(l.Messages))
		}
	}
	if l := readOne(t, g.console()); fmt.Sprint(l.NoneFeasible) != "[prefill decode]" {
		t.Errorf("none feasible %v", l.NoneFeasible)
	}
	if l := readOne(t, genSimulated().file()); len(l.NoneFeasible) != 0 {
		t.Errorf("a run that met its SLA: %v", l.NoneFeasible)
	}
}

// TestLogDryRun: its stage lines name a placeholder, not a choice.
func TestLogDryRun(t *testing.T) {
	l := readOne(t, classicHead("2026-01-05 10:00:00").add(0, "Profiling prefill...").add(0, "Profiling prefill with 1 GPUs...").add(0, "Skipping deployment creation in dry run mode").
		add(0, "Skipping recommendations in dry run mode").add(0, "Profiling prefill under best 1 GPU(s) with parallel mapping [TP=1] with different ISL...").end().file())
	if !l.DryRun || len(l.Recommendations) != 0 || len(l.Deployments) != 0 || l.Status != profile.Complete {
		t.Errorf("%+v", l)
	}
}

// TestLogMixtureOfExperts: several mappings follow one GPU line. TEP comes
// before DEP for prefill, after it for decode.
func TestLogMixtureOfExperts(t *testing.T) {
	g := classicHead("2026-01-05 10:00:00").add(0, "Using aiconfigurator to estimate performance...").add(0, "Profiling prefill...").
		add(0, "Profiling prefill with 4 GPUs...").add(0, "Estimated prefill TTFT: 40.00ms").add(0, "Estimated prefill TTFT: 41.00ms").
		add(0, "Profiling prefill with 8 GPUs...").add(0, "Estimated prefill TTFT: 30.00ms").
		add(0, "Profiling decode...").add(0, "Profiling decode with 4 GPUs...")
	for i := range 2 {
		g.add(0, "Sweeping num_request range based on maximum number of kv tokens: [8]").add(0, "Estimated decode ITL: %d.00ms", 5+i).add(0, "Estimated decode throughput per GPU: 100.00 tokens/s/GPU")
	}
	l := readOne(t, g.end().console())
	mappings := func() (s string) {
		for _, c := range l.Candidates {
			s += c.Mapping + ","
		}
		return s
	}
	if got := mappings(); got != "TEP=4,DEP=4,8 GPUs,DEP=4,TEP=4," {
		t.Errorf("mappings %s", got)
	}
	l.NameCandidates([]string{"prefill_4gpus_TEP4", "prefill_4gpus_DEP4", "prefill_8gpus_DEP8", "decode_4gpus_DEP4", "selected_prefill_interpolation"})
	if got := mappings(); got != "TEP=4,DEP=4,DEP=8,DEP=4,TEP=4," {
		t.Errorf("mappings with folders %s", got)
	}
}
