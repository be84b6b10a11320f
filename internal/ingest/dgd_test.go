package ingest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/profile"
)

// graphOf reads the deployment of a YAML text.
func graphOf(t *testing.T, text string) *graph {
	t.Helper()
	m := readManifest([]byte(text), "final.yaml", kindPlanner)
	if len(m.Problems) > 0 || m.Graph == nil {
		t.Fatalf("no graph: %v", m.Problems)
	}
	return m.Graph
}

// alpha wraps services into a v1alpha1 deployment.
func alpha(services string) string {
	return "apiVersion: nvidia.com/v1alpha1\nkind: DynamoGraphDeployment\nmetadata: {name: g}\nspec:\n  services:\n" + indent(services, "    ")
}

// beta wraps components into a v1beta1 deployment.
func beta(components string) string {
	return "apiVersion: nvidia.com/v1beta1\nkind: DynamoGraphDeployment\nmetadata: {name: g}\nspec:\n  components:\n" + indent(components, "  ")
}

func indent(s, by string) string {
	return by + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n"+by) + "\n"
}

func service(name, sub, gpus, args string) string {
	return fmt.Sprintf(`
%s:
  componentType: worker
  subComponentType: %s
  replicas: 3
  resources: {limits: {gpu: '%s'}}
  extraPodSpec:
    mainContainer:
      image: reg.example/team/engine:1.2.3
      command: [python3, -m, dynamo.x]
      args: %s`, name, sub, gpus, args)
}

func TestGraphEngines(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"trtllm, JSON override", alpha(service("TRTLLMPrefillWorker", "prefill", "4", `[--model-path, m/x, --override-engine-args, '{"tensor_parallel_size": 4}']`) +
			service("TRTLLMDecodeWorker", "decode", "2", `[--override-engine-args, '{"tensor_parallel_size": 2, "kv_cache_config": {"dtype": "auto"}}']`)),
			"decode TP=2 2 3 trtllm; prefill TP=4 4 3 trtllm"},
		{"trtllm, attention DP", alpha(service("TRTLLMPrefillWorker", "prefill", "8", `[--override-engine-args, '{"tensor_parallel_size": 8, "moe_expert_parallel_size": 8, "enable_attention_dp": true}']`) +
			service("TRTLLMDecodeWorker", "decode", "8", `[--override-engine-args, '{"tensor_parallel_size": 8, "moe_expert_parallel_size": 8, "enable_attention_dp": false}']`)),
			"decode TEP=8 8 3 trtllm; prefill DEP=8 8 3 trtllm"},
		{"vllm", alpha(service("VllmPrefillWorker", "prefill", "1", `[--model, m/x, --is-prefill-worker, --tensor-parallel-size, '1']`) +
			service("VllmDecodeWorker", "decode", "8", `[--model=m/x, --data-parallel-size=8, --enable-expert-parallel]`)),
			"decode DEP=8 8 3 vllm; prefill TP=1 1 3 vllm"},
		{"sglang, one joined string", alpha(service("prefill", "prefill", "4", `"--model-path m/x --tp 4 --ep-size 4"`) +
			service("decode", "decode", "4", `["--model-path m/x --tp 4 --dp 4 --ep-size 4 --enable-dp-attention"]`)),
			"decode DEP=4 4 3 ; prefill TEP=4 4 3 "},
		{"shell line", alpha(`
VllmDecodeWorker:
  componentType: worker
  replicas: 2
  resources: {limits: {gpu: "2"}}
  extraPodSpec:
    mainContainer:
      image: r/vllm-runtime:0.6.1@sha256:00
      command: [/bin/sh, -c]
      args: ["ulimit -n 9999 && python3 -m dynamo.vllm --model 'm/x' --tensor-parallel-size 2 2>&1 | tee /tmp/x.log"]
VllmPrefillWorker:
  replicas: 1
  extraPodSpec: {mainContainer: {command: [/bin/sh, -c], args: ["python3 -m dynamo.vllm --model m/x --disaggregation-mode prefill"]}}`),
			"decode TP=2 2 2 vllm; prefill   1 vllm"},
		{"components list", beta(`
- {name: Frontend, type: frontend, replicas: 1}
- name: decode
  type: decode
  replicas: 2
  podTemplate:
    spec:
      containers:
      - {name: sidecar, args: [--tensor-parallel-size, '16']}
      - name: main
        image: reg/tensorrtllm-runtime:1.4.0
        command: [python3, -m, dynamo.trtllm]
        args: [--tensor-parallel-size, '2', --pipeline-parallel-size, '1', --expert-parallel-size, '1', --model-path, m/x]
        resources: {limits: {nvidia.com/gpu: '2'}}
- name: prefill
  type: prefill
  podTemplate: {spec: {containers: [{name: main, args: [--tensor-parallel-size, '4'], resources: {limits: {nvidia.com/gpu: '2'}}}]}}
  multinode: {nodeCount: 2}`),
			"decode TP=2 2 2 trtllm; prefill TP=4 4  "},
		{"naive fallback", beta(`
- name: VllmDecodeWorker
  type: worker
  replicas: 1
  podTemplate: {spec: {containers: [{name: main, args: [--model, m/x, --tensor-parallel-size, '2'], resources: {limits: {nvidia.com/gpu: '2'}}}]}}`),
			"aggregated TP=2 2 1 vllm"},
		{"no parallel arguments", alpha(service("VllmDecodeWorker", "decode", "1", "null") + service("VllmPrefillWorker", "prefill", "4", "null")),
			"decode TP=1 1 3 vllm; prefill  4 3 vllm"},
		{"pipeline parallel", alpha(service("VllmDecodeWorker", "decode", "4", "[--tensor-parallel-size, '2', --pipeline-parallel-size, '2']")),
			"aggregated tp2-pp2 4 3 vllm"},
	}
	for _, tt := range tests {
		g := graphOf(t, tt.in)
		var got []string
		for i := range g.Engines {
			e := &g.Engines[i]
			got = append(got, fmt.Sprintf("%s %s %s %s %s", e.Phase, e.Mapping(), optText(e.NumGPUs()), optText(e.Replicas), e.Backend))
		}
		if s := strings.Join(got, "; "); s != tt.want {
			t.Errorf("%s:\ngot  %q\nwant %q", tt.name, s, tt.want)
		}
	}
}

func TestGraphFacts(t *testing.T) {
	g := graphOf(t, alpha(service("TRTLLMDecodeWorker", "decode", "2", "[--model-path, /models/x, --served-model-name, m/x]")+`
Planner:
  componentType: planner
  extraPodSpec:
    mainContainer:
      command: [python3, -m, planner_sla]
      args: [--backend=trtllm, --itl=40, '--ttft=300', --min-endpoint, '-1']
Frontend: {componentType: frontend, extraPodSpec: {mainContainer: {image: 'r/f:latest'}}}`))
	if g.Model() != "m/x" || g.Backend() != "trtllm" || g.Version() != "1.2.3" {
		t.Errorf("model %q, backend %q, version %q", g.Model(), g.Backend(), g.Version())
	}
	if p := g.Planner; p == nil || p.Args.Get("ttft") != "300" || p.Args.Get("min-endpoint") != "-1" || p.Args.Module != "planner_sla" {
		t.Errorf("planner %+v", g.Planner)
	}
	keys := map[string]string{}
	for _, s := range g.settings() {
		keys[s.Key] = s.Value
	}
	for key, want := range map[string]string{"aggregated.args.model-path": "/models/x", "aggregated.mapping": "", "aggregated.gpus": "2", "planner.args.itl": "40", "frontend.image": "r/f:latest"} {
		if keys[key] != want {
			t.Errorf("setting %s = %q, want %q", key, keys[key], want)
		}
	}
}

func TestImageTag(t *testing.T) {
	tests := []struct{ in, want string }{
		{"nvcr.io/nvidia/ai-dynamo/vllm-runtime:0.6.1", "0.6.1"},
		{"host:5000/vllm-runtime", ""},
		{"host:5000/vllm-runtime:1.0.0.post2", "1.0.0.post2"},
		{"r/x:1.4.0@sha256:abc", "1.4.0"},
		{"my-registry/vllm-runtime:my-tag", ""},
		{"", ""},
	}
	for _, tt := range tests {
		if got := imageTag(tt.in); got != tt.want {
			t.Errorf("imageTag(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestCommandLine(t *testing.T) {
	tests := []struct{ in, want string }{
		{`a 'b c' "d e" f\ g`, "[a b c d e f g]"},
		{"a 2>&1 | tee x", "[a]"},
		{`a "" b`, "[a  b]"},
	}
	for _, tt := range tests {
		if got := fmt.Sprint(commandLine(tt.in)); got != tt.want {
			t.Errorf("commandLine(%q) = %s, want %s", tt.in, got, tt.want)
		}
	}
	a := parseArgs(nil, []any{"python3 -m dynamo.vllm \\\n  --model m/x \\\n --flag; sleep 5"})
	if a.Get("model") != "m/x" || a.Get("flag") != "true" || a.Module != "dynamo.vllm" {
		t.Errorf("continued lines: %+v", a)
	}
}

func FuzzPlanner(f *testing.F) {
	f.Add([]byte(alpha(service("TRTLLMDecodeWorker", "decode", "2", `[--override-engine-args, '{"tensor_parallel_size": 2}']`))))
	f.Add([]byte(beta("- {name: decode, type: decode, podTemplate: {spec: {containers: [{name: main, args: [--tp, '2']}]}}}")))
	f.Add([]byte("apiVersion: v1\nkind: ConfigMap\ndata:\n  decode_raw_data.json: '{\"x_kv_usage\": [0.1], \"y_context_length\": [350],\n    \"z_itl\": [5], \"z_thpt_per_gpu\": [9], \"max_kv_tokens\": 8224}'\n---\nnull\n"))
	f.Add([]byte("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n<<: {d: 1}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m := readManifest(b, "final.yaml", kindPlanner)
		if m.Graph == nil {
			return
		}
		m.Graph.settings()
		for i := range m.Graph.Engines {
			e := &m.Graph.Engines[i]
			if n := e.NumGPUs(); n.OK && n.V < 1 {
				t.Fatalf("%d GPUs", n.V)
			}
			if e.Phase != profile.Prefill && e.Phase != profile.Decode && e.Phase != profile.Aggregated {
				t.Fatalf("phase %q", e.Phase)
			}
		}
	})
}
