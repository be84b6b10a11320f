package demodata

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write the tables again from the recordings")

// recordings is where the recorded files are, relative to this folder.
const recordings = "../../shared/data"

// TestCarriedOver rebuilds each table from the recordings and compares it
// with the file here, so that every figure is the recorded one to the last
// digit. With -update it writes the files.
func TestCarriedOver(t *testing.T) {
	if _, err := os.Stat(recordings); err != nil {
		t.Skip("the recordings are not here")
	}
	curves := recordedCurves(t)
	levels, statistics := recordedLevels(t)
	for file, want := range map[string][]byte{
		"aggregated.csv":               aggregated(t),
		"disaggregated/prefill.csv":    curves["prefill"],
		"disaggregated/decode.csv":     curves["decode"],
		"disaggregated/levels.csv":     levels,
		"disaggregated/statistics.csv": statistics,
	} {
		if *update {
			if err := os.WriteFile(file, want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if line := firstDifference(got, want); line > 0 {
			t.Errorf("%s:%d: differs from the recording", file, line)
		}
	}
}

// firstDifference is the 1-based line at which two texts differ, 0 if nowhere.
func firstDifference(a, b []byte) int {
	la, lb := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range max(len(la), len(lb)) {
		if i >= len(la) || i >= len(lb) || !bytes.Equal(la[i], lb[i]) {
			return i + 1
		}
	}
	return 0
}

// sheet builds a CSV file with a comment in front.
type sheet struct {
	bytes.Buffer
	w *csv.Writer
}

func newSheet(comment string, header ...string) *sheet {
	s := &sheet{}
	for _, line := range strings.Split(comment, "\n") {
		fmt.Fprintf(s, "# %s\n", line)
	}
	s.w = csv.NewWriter(s)
	s.row(header...)
	return s
}

func (s *sheet) row(cells ...string) {
	if err := s.w.Write(cells); err != nil {
		panic(err)
	}
	s.w.Flush()
}

// readCSV gives the rows of a recorded table as column to cell.
func readCSV(t *testing.T, file string) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(recordings, file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = r[i]
		}
		rows = append(rows, row)
	}
	return rows
}

const predictedBy = "aic-0.9.0@1.2.0rc5"

// aggregated carries over the measured points of the main group and what
// AIConfigurator 0.9.0 with the nearest database says of the same ids.
func aggregated(t *testing.T) []byte {
	predictions := map[string]map[string]string{}
	for _, p := range readCSV(t, "silicon-qwen3-32b/predicted.csv") {
		if p["method"] == predictedBy {
			predictions[p["id"]] = p
		}
	}
	s := newSheet(`Qwen/Qwen3-32B, aggregated serving, H100 SXM, TensorRT-LLM 1.0.0rc3, fp8: nine workloads.
Profile-ALL: figures measured by NVIDIA, silicon_sample.csv of https://github.com/ai-dynamo/aiconfigurator at 095f58a51.
AIC-Search: the same points predicted by running AIConfigurator 0.9.0 (33974fb22), its code unchanged, database TensorRT-LLM 1.2.0rc5.
Apache License 2.0, Copyright (c) NVIDIA CORPORATION & AFFILIATES. Written by gen_test.go; see README.md.`,
		"run", "method", "kind", "model", "backend", "backend_version", "gpu_type", "precision", "serving_mode", "isl", "osl",
		"mapping", "gpus", "concurrency", "ttft_ms", "itl_ms", "throughput_per_gpu", "refused", "warning", "tool", "database")
	concurrency := regexp.MustCompile(`silicon_concurrency=(\d+)`)
	for _, measured := range []bool{true, false} {
		for _, m := range readCSV(t, "silicon-qwen3-32b/measured.csv") {
			if m["system"] != "h100_sxm" || m["backend"] != "trtllm" || m["backend_version"] != "1.0.0rc3" {
				continue
			}
			workload := m["isl"] + "x" + m["osl"]
			at := concurrency.FindStringSubmatch(m["silicon_data_source"])
			if at == nil || m["pp_size"] != "1" || m["attention_dp_size"] != "" {
				t.Fatalf("%s: not a plain tensor-parallel point", m["id"])
			}
			group := []string{m["model_path"], m["backend"], m["backend_version"], m["system"], m["precision"], "aggregated",
				m["isl"], m["osl"], "TP=" + m["tp_size"], m["tp_size"], at[1]}
			if measured {
				s.row(append(append([]string{"online-" + workload, "Profile-ALL", "measured"}, group...),
					m["silicon_ttft_ms"], m["silicon_tpot_ms"], "", "", "", "", "")...)
				continue
			}
			s.row(append(append([]string{"aic-" + workload, "AIC-Search", "simulated"}, group...), prediction(t, predictions[m["id"]], at[1])...)...)
		}
	}
	return s.Bytes()
}

// prediction gives the cells from ttft_ms on.
func prediction(t *testing.T, p map[string]string, concurrency string) []string {
	tool := "aiconfigurator " + p["aic_version"] + " (" + p["aic_commit"][:9] + ")"
	database := "1.2.0rc5 (" + p["database_choice"] + ")"
	if p["failure"] != "" {
		return []string{"", "", "", "out of memory: " + p["failure"], "", tool, database}
	}
	if p["concurrency"] != concurrency {
		t.Fatalf("%s: predicted at %s", p["id"], p["concurrency"])
	}
	warning := ""
	if p["kv_cache_warning"] == "true" {
		warning = "AIConfigurator warns that the batch exceeds its estimate of the KV cache"
	}
	return []string{p["ttft_ms"], p["tpot_ms"], p["tokens_per_s_per_gpu"], "", warning, tool, database}
}

// runFacts is what disaggregated/runs.yaml says of one run.
type runFacts struct {
	Run             string
	MaxKVTokens     int64   `yaml:"max_kv_tokens"`
	TTFT            float64 `yaml:"sla_ttft_ms"`
	ITL             float64 `yaml:"sla_itl_ms"`
	Prefill, Decode struct {
		Mapping        string
		GPUs, Replicas int64
	}
}

func readFacts(t *testing.T) []runFacts {
	t.Helper()
	var facts struct{ Runs []runFacts }
	data, err := os.ReadFile("disaggregated/runs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, &facts); err != nil {
		t.Fatal(err)
	}
	return facts.Runs
}

func folderOf(run string) string { return "qwen3-32b/" + strings.ReplaceAll(run, "-", "_") }

// recordedCurves carries over the curves inside the planners' ConfigMaps and
// checks runs.yaml against the deployments beside them.
func recordedCurves(t *testing.T) map[string][]byte {
	const source = `recorded curves of Qwen/Qwen3-32B on H200, https://github.com/ai-dynamo/dynamo, benchmarks/profiler/comparison.
Apache License 2.0, Copyright (c) NVIDIA CORPORATION & AFFILIATES. Written by gen_test.go; see README.md.`
	prefill := newSheet("Prefill: "+source, "run", "mapping", "gpus", "isl_tokens", "ttft_ms", "throughput_per_gpu")
	decode := newSheet("Decode: "+source, "run", "mapping", "gpus", "kv_usage", "context_tokens", "itl_ms", "throughput_per_gpu")
	for _, run := range readFacts(t) {
		data, err := os.ReadFile(filepath.Join(recordings, folderOf(run.Run), "config_with_planner.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		arrays, plan := planner(t, data)
		for i := range arrays["prefill_isl"] {
			prefill.row(run.Run, run.Prefill.Mapping, fmt.Sprint(run.Prefill.GPUs),
				arrays["prefill_isl"][i], arrays["prefill_ttft"][i], arrays["prefill_thpt_per_gpu"][i])
		}
		for i := range arrays["x_kv_usage"] {
			decode.row(run.Run, run.Decode.Mapping, fmt.Sprint(run.Decode.GPUs),
				arrays["x_kv_usage"][i], arrays["y_context_length"][i], arrays["z_itl"][i], arrays["z_thpt_per_gpu"][i])
		}
		for fact, want := range map[string]string{
			"max_kv_tokens": fmt.Sprint(run.MaxKVTokens), "ttft": fmt.Sprint(run.TTFT), "itl": fmt.Sprint(run.ITL),
			"prefill-engine-num-gpu": fmt.Sprint(run.Prefill.GPUs), "decode-engine-num-gpu": fmt.Sprint(run.Decode.GPUs),
			"prefill replicas": fmt.Sprint(run.Prefill.Replicas), "decode replicas": fmt.Sprint(run.Decode.Replicas),
			"prefill tp": strings.TrimPrefix(run.Prefill.Mapping, "TP="), "decode tp": strings.TrimPrefix(run.Decode.Mapping, "TP="),
		} {
			if plan[fact] != want {
				t.Errorf("runs.yaml: %s: %s %q, recorded %q", run.Run, fact, want, plan[fact])
			}
		}
	}
	return map[string][]byte{"prefill": prefill.Bytes(), "decode": decode.Bytes()}
}

// planner reads config_with_planner.yaml: the curve arrays, number by number
// as printed, and the facts of the deployment.
func planner(t *testing.T, data []byte) (arrays map[string][]string, facts map[string]string) {
	t.Helper()
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var config struct{ Data map[string]string }
	var graph struct {
		Spec struct {
			Services map[string]struct {
				Replicas     int
				SubComponent string `yaml:"subComponentType"`
				ExtraPodSpec struct {
					MainContainer struct{ Args []string } `yaml:"mainContainer"`
				} `yaml:"extraPodSpec"`
			}
		}
	}
	if err := dec.Decode(&config); err != nil {
		t.Fatal(err)
	}
	if err := dec.Decode(&graph); err != nil {
		t.Fatal(err)
	}
	arrays, facts = map[string][]string{}, map[string]string{}
	for _, text := range config.Data {
		var values map[string]json.RawMessage
		if err := json.Unmarshal([]byte(text), &values); err != nil {
			t.Fatal(err)
		}
		for name, raw := range values {
			var list []json.Number
			if json.Unmarshal(raw, &list) != nil {
				facts[name] = string(raw)
				continue
			}
			for _, n := range list {
				arrays[name] = append(arrays[name], n.String())
			}
		}
	}
	tp := regexp.MustCompile(`"tensor_parallel_size": (\d+)`)
	for _, s := range graph.Spec.Services {
		for _, arg := range s.ExtraPodSpec.MainContainer.Args {
			if key, value, ok := strings.Cut(strings.TrimPrefix(arg, "--"), "="); ok {
				facts[key] = value
			}
			if m := tp.FindStringSubmatch(arg); m != nil {
				facts[s.SubComponent+" tp"] = m[1]
			}
		}
		if s.SubComponent != "" {
			facts[s.SubComponent+" replicas"] = strconv.Itoa(s.Replicas)
		}
	}
	return arrays, facts
}
