package ingest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

const plannerData = `apiVersion: v1
data:
  decode_raw_data.json: '{"x_kv_usage": [0.25, 0.5], "y_context_length": [400.0,
    400.0], "z_itl": [10.0, 12.5], "z_thpt_per_gpu": [95.0, 150.0], "max_kv_tokens":
    3200}'
  prefill_raw_data.json: '{"prefill_isl": [100, 1000], "prefill_ttft": [20.0, 100.0],
    "prefill_thpt_per_gpu": [5000.0, 10000.0]}'
kind: ConfigMap
metadata:
  name: planner-profile-data
`

func TestManifestCurves(t *testing.T) {
	m := readManifest([]byte(plannerData), "config_with_planner.yaml", kindPlanner)
	if len(m.Problems) > 0 || m.Curves == nil {
		t.Fatalf("no curves: %v", m.Problems)
	}
	c := m.Curves
	if len(c.Prefill) != 2 || c.Prefill[1].ISL != 1000 || c.Prefill[1].TTFT.V != 100 || c.Prefill[1].Throughput.V != 10000 {
		t.Errorf("prefill %v", c.Prefill)
	}
	// round(0.25 x 3200 / 400) = 2 and round(0.5 x 3200 / 400) = 4
	if len(c.Decode) != 2 || c.Decode[0].Concurrency.V != 2 || c.Decode[1].Concurrency.V != 4 || c.MaxKV.V != 3200 {
		t.Errorf("decode %v, capacity %v", c.Decode, c.MaxKV)
	}
}

func TestManifestCapacityAsList(t *testing.T) {
	m := readManifest([]byte(strings.Replace(plannerData, "3200}", "[3200]}", 1)), "f.yaml", kindPlanner)
	if m.Curves == nil || m.Curves.MaxKV.V != 3200 {
		t.Errorf("max_kv_tokens as a list: %+v %v", m.Curves, m.Problems)
	}
}

// dump wraps texts as kubectl prints a ConfigMap, with the annotation in which
// kubectl apply keeps everything a second time.
func dump(t *testing.T, data map[string]string) []byte {
	t.Helper()
	applied, err := json.Marshal(map[string]any{"kind": "ConfigMap", "data": data})
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "data": data,
		"metadata": map[string]any{"name": "dgdr-output-x", "annotations": map[string]string{"kubectl.kubernetes.io/last-applied-configuration": string(applied)}}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestConfigMapForms(t *testing.T) {
	data := map[string]string{"config_with_planner.yaml": plannerData, "mocker_config_with_planner.yaml": plannerData}
	bare, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	whole := dump(t, data)
	tests := []struct {
		name, want string
		in         []byte
	}{
		{"data only", "[config_with_planner.yaml mocker_config_with_planner.yaml] empty=false problems=0", bare},
		{"whole object", "[config_with_planner.yaml mocker_config_with_planner.yaml] empty=false problems=0", whole},
		{"list", "[config_with_planner.yaml mocker_config_with_planner.yaml] empty=false problems=0", fmt.Appendf(nil, `{"kind":"List","items":[%s]}`, whole)},
		{"{}", "[] empty=true problems=0", []byte("{}")},
		{"no data", "[] empty=true problems=0", []byte(`{"kind":"ConfigMap","metadata":{"name":"x"}}`)},
		{"Go map", "[] empty=false problems=1 configmap_data.json:1: this is a Go map as text, not JSON: save the object with `kubectl get configmap NAME -o json`", []byte("map[config_with_planner.yaml:apiVersion: v1\n")},
		{"duplicate key", "[config_with_planner.yaml] empty=false problems=1 configmap_data.json:1: key \"config_with_planner.yaml\" is given twice, the last value counts", []byte(`{"config_with_planner.yaml":"a: 1","config_with_planner.yaml":"a: 2"}`)},
		{"cut", "[] empty=false problems=1 configmap_data.json:1: JSON: ends where the end of a string is expected", whole[:60]},
	}
	for _, tt := range tests {
		m := readManifest(tt.in, "configmap_data.json", kindConfigMap)
		var names []string
		for _, e := range m.Texts {
			names = append(names, e.Name)
		}
		got := fmt.Sprintf("%v empty=%v problems=%d", names, m.Empty, len(m.Problems))
		for _, p := range m.Problems {
			got += " " + (&SyntaxError{p.Path, p.Line, p.Message}).Error()
		}
		if got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func TestConfigMapOutcome(t *testing.T) {
	status := "status: failed\ntimestamp: '2026-08-22T10:20:02Z'\nmessage: it broke\nerror: '''services'''\nphase: SweepingPrefill\n"
	tests := []struct {
		name string
		data map[string]string
		want outcome
	}{
		{"running", map[string]string{"phase": "SweepingDecode", "message": "Benchmarking"}, outcome{Status: "running", Phase: "SweepingDecode", Message: "Benchmarking"}},
		{"failed", map[string]string{"phase": "SweepingPrefill", "message": "m", "profiler_status": "failed", "profiler_error": "services"}, outcome{Status: "failed", Phase: "SweepingPrefill", Message: "m", Err: "services"}},
		{"status file wins", map[string]string{"phase": "SweepingPrefill", "message": "m", "profiler_status": "failed", "profiler_status.yaml": status}, outcome{Status: "failed", Phase: "SweepingPrefill", Message: "it broke", Err: "'services'"}},
		{"error beside the status file", map[string]string{"phase": "SweepingPrefill", "profiler_status": "failed", "profiler_error": "services", "profiler_status.yaml": "status: failed\nphase: SweepingPrefill\n"}, outcome{Status: "failed", Phase: "SweepingPrefill", Err: "services"}},
		{"success", map[string]string{"phase": "Done", "profiler_status": "success"}, outcome{Status: "success", Phase: "Done"}},
	}
	for _, tt := range tests {
		m := readManifest(dump(t, tt.data), "configmap.json", kindConfigMap)
		if m.Status == nil {
			t.Errorf("%s: no status", tt.name)
			continue
		}
		got := *m.Status
		got.Path = ""
		if got != tt.want {
			t.Errorf("%s: got %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

func TestRequest(t *testing.T) {
	v1alpha1 := `apiVersion: nvidia.com/v1alpha1
kind: DynamoGraphDeploymentRequest
metadata: {name: q}
spec:
  model: m/x
  backend: vllm
  profilingConfig:
    config:
      sla: {isl: 3000, osl: 150, ttft: 200.0, itl: 20.0}
      sweep: {use_ai_configurator: true, aic_system: h200_sxm, aic_backend_version: "0.20.0"}
`
	v1beta1 := `{"apiVersion":"nvidia.com/v1beta1","kind":"DynamoGraphDeploymentRequest","metadata":{"name":"q"},
 "spec":{"model":"m/x","backend":"auto","searchStrategy":"thorough","hardware":{"gpuSku":"b200_sxm"},"workload":{"isl":3000,"osl":150},"sla":{"ttft":200,"itl":20}},
 "status":{"phase":"Failed","profilingPhase":"SweepingPrefill","conditions":[
  {"type":"Validation","status":"True","reason":"ValidationPassed","message":"fine"},
  {"type":"Profiling","status":"False","reason":"SweepingPrefillFailed","message":"profiling failed: services"},
  {"type":"Succeeded","status":"False","reason":"SweepingPrefillFailed","message":"Profiling failed: profiling failed: services"}]}}`
	tests := []struct{ name, in, want string }{
		{"v1alpha1", v1alpha1, "m/x vllm h200_sxm simulated 3000/150 200/20 current=false  "},
		{"v1beta1", v1beta1, "m/x  b200_sxm measured 3000/150 200/20 current=true Failed profiling failed: services"},
	}
	for _, tt := range tests {
		q := readManifest([]byte(tt.in), "dgdr", kindConfigMap).Request
		if q == nil {
			t.Errorf("%s: no request", tt.name)
			continue
		}
		got := fmt.Sprintf("%s %s %s %s %d/%d %v/%v current=%v %s %s", q.Model, q.Backend, q.GPU, q.Kind, q.ISL.V, q.OSL.V, q.SLA.TTFT.V, q.SLA.ITL.V, q.Current, q.State, q.Err)
		if got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

func FuzzConfigMap(f *testing.F) {
	f.Add([]byte(`{"config_with_planner.yaml":"apiVersion: v1\nkind: ConfigMap\n"}`))
	f.Add([]byte(`{"kind":"DynamoGraphDeploymentRequest","status":{"conditions":[{"type":"x"}],"profilingResults":{"selectedConfig":{"kind":"DynamoGraphDeployment","spec":{"components":[{"name":"decode"}]}}}}}`))
	f.Add([]byte(`{"kind":"List","items":[{"kind":"ConfigMap","data":{"profiler_status.yaml":"status: x\nphase: y"}}]}`))
	f.Add([]byte(`map[a:b]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m := readManifest(b, "configmap.json", kindConfigMap)
		for _, e := range m.Texts {
			readManifest([]byte(e.Text), e.Name, kindOf(e.Name))
		}
	})
}
