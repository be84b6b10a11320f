package ingest

import (
	"path/filepath"
	"testing"
)

// TestNaiveFallback reads a run of the current profiler for a model that its
// simulator does not know: the selected mappings in the log are placeholders,
// what is deployed is one aggregated engine.
func TestNaiveFallback(t *testing.T) {
	log := `2026-08-24 09:41:07 - dynamo.profiler.profile_sla - INFO - Profiler config: model=acme/odd-9b, backend=vllm, system=h200_sxm, total_gpus=8, isl=2048, osl=256, ttft=500.0, itl=50.0, e2e_latency=None, strategy=rapid, picking=default
2026-08-24 09:41:07 - dynamo.profiler.rapid - INFO - AIC does not support this combo — falling back to naive config generation.
2026-08-24 09:41:08 - dynamo.profiler.profile_sla - INFO - Selected prefill: tp1 (1 GPUs, tp=1 pp=1 dp=1 moe_tp=1 moe_ep=1), decode: tp1 (1 GPUs, tp=1 pp=1 dp=1 moe_tp=1 moe_ep=1)
2026-08-24 09:41:08 - dynamo.profiler.profile_sla - INFO - Final DGD config saved to /data/final_config.yaml
2026-08-24 09:41:08 - dynamo.profiler.profile_sla - INFO - Final cleanup completed.
`
	dir := filepath.Join(t.TempDir(), "naive")
	writeFiles(t, dir, map[string][]byte{"profile_sla.log": []byte(log), "final_config.yaml": []byte(beta(`
- {name: Frontend, type: frontend}
- name: VllmDecodeWorker
  type: worker
  replicas: 2
  podTemplate: {spec: {containers: [{name: main, image: 'r/vllm-runtime:1.4.0', args: [--model, acme/odd-9b, --tensor-parallel-size, '4'], resources: {limits: {nvidia.com/gpu: '4'}}}]}}`))})
	r := ingestOne(t, dir, Options{})
	if got := recommendations(r); got != "aggregated TP=4 g4 c0 0.000 0.00 config" || r.ServingMode != "aggregated" || r.DecodeReplicas.V != 2 || r.HasPlanner {
		t.Errorf("recommended %s, %s, %v", got, r.ServingMode, r.DecodeReplicas)
	}
}

// TestOutcomeOfCurrentRuns reads folders of the current profiler that ended in
// other ways.
func TestOutcomeOfCurrentRuns(t *testing.T) {
	tests := []struct {
		name   string
		files  map[string]string
		status string
		err    string
	}{
		{"null in a dry run", map[string]string{"final_config.yaml": "null\n", "profiler_status.yaml": "status: success\ntimestamp: 't'\nphase: Done\n"}, "complete", ""},
		{"running", map[string]string{"configmap.json": `{"kind":"ConfigMap","data":{"phase":"SweepingDecode","message":"Benchmarking"}}`}, "partial", ""},
		{"failed request", map[string]string{"dgdr.json": `{"kind":"DynamoGraphDeploymentRequest","spec":{"model":"m"},"status":{"phase":"Failed","conditions":[{"type":"Profiling","status":"False","message":"why"}]}}`}, "failed", "why"},
		{"curves only", map[string]string{"final_config.yaml": plannerData}, "partial", ""},
	}
	for _, tt := range tests {
		files := map[string][]byte{}
		for p, s := range tt.files {
			files[p] = []byte(s)
		}
		dir := filepath.Join(t.TempDir(), "x")
		writeFiles(t, dir, files)
		r := ingestOne(t, dir, Options{})
		if string(r.Status) != tt.status || r.Err != tt.err {
			t.Errorf("%s: %s %q", tt.name, r.Status, r.Err)
		}
	}
}
