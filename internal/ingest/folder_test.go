package ingest

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/profile"
)

// problemsOf spells the problems of a run.
func problemsOf(r *profile.Run) string {
	var out []string
	for _, p := range r.Problems {
		at := (&SyntaxError{p.Path, p.Line, p.Message}).Error()
		out = append(out, p.Severity+" "+p.Reason+": "+at)
	}
	return strings.Join(out, "\n")
}

// TestFolderChanges takes or damages one thing of a whole folder, and says
// what is then known and what is said about it.
func TestFolderChanges(t *testing.T) {
	drop := func(prefixes ...string) func(map[string][]byte) {
		return func(files map[string][]byte) {
			for p := range files {
				for _, x := range prefixes {
					if strings.HasPrefix(p, x) {
						delete(files, p)
					}
				}
			}
		}
	}
	set := func(p, s string) func(map[string][]byte) {
		return func(files map[string][]byte) { files[p] = []byte(s) }
	}
	replace := func(p, from, to string) func(map[string][]byte) {
		return func(files map[string][]byte) { files[p] = []byte(strings.ReplaceAll(string(files[p]), from, to)) }
	}
	counts := func(r *profile.Run) string {
		return fmt.Sprintf("%d candidates, %d+%d points, %d deployments, %d levels, capacity %v", len(r.Candidates), len(r.PrefillPoints), len(r.DecodePoints), len(r.Deployments), len(r.Levels), r.MaxKVTokens)
	}
	const whole = "6 candidates, 3+2 points, 6 deployments, 3 levels, capacity {8192 true}"
	tests := []struct {
		name    string
		change  func(map[string][]byte)
		opt     Options
		show    func(*profile.Run) string
		want    string
		problem string // what a problem contains; "" means that there is none
	}{
		{"no log", drop("profile_sla.log"), Options{}, func(r *profile.Run) string {
			return fmt.Sprint(r.HasLog, r.HasDeploymentInfo, r.StartedAt.OK, len(r.Deployments), r.Kind, r.Status, " ", recommendations(r))
		}, "false false false 0complete prefill TP=1 g1 c0 104.000 0.00 curve; decode TP=1 g1 c0 0.000 0.00 config", ""}, // 80 + (1000 - 800) / 1000 x 120
		{"no log, flag", drop("profile_sla.log"), Options{Kind: profile.Simulated}, func(r *profile.Run) string { return string(r.Kind) }, "simulated", ""},
		{"flag against log", nil, Options{Kind: profile.Simulated}, func(r *profile.Run) string { return string(r.Kind) }, "measured", "the log is of a measured run, not of a simulated one as the flag says"},
		{"flag against inputs", nil, Options{Model: "acme/other", ISL: profile.Some[int64](512), SLA: profile.SLA{ITL: profile.Some(50.0)}}, func(r *profile.Run) string { return fmt.Sprint(r.Model, r.ISL.V, r.SLA.ITL.V) }, "acme/small-7b1000 30", "ISL 512 was given, the inputs say 1000"},
		{"flags where nothing is stated", drop("profile_sla.log", "prefill", "decode", "selected", "validation", "optimization"), Options{ISL: profile.Some[int64](700), OSL: profile.Some[int64](70)},
			func(r *profile.Run) string { return fmt.Sprint(r.ISL, r.OSL, r.SLA) }, "{700 true} {70 true} {{500 true} {30 true}}", ""},
		{"no planner, no default limit", replace("config_with_planner.yaml", "dynamo.planner.planner_sla", "dynamo.frontend"), Options{}, func(r *profile.Run) string { return fmt.Sprint(r.SLA.TTFT.OK) }, "false", ""},
		{"curves from the ConfigMap", drop("selected_"), Options{}, counts, "6 candidates, 3+0 points, 6 deployments, 3 levels, capacity {8192 true}", ""},
		{"other curves in the ConfigMap", replace("config_with_planner.yaml", "80.0", "81.0"), Options{}, func(r *profile.Run) string { return fmt.Sprint(r.PrefillPoints[1].TTFT) }, "{80 true}", "its prefill curve differs from that of selected_prefill_interpolation/raw_data.npz, which is kept"},
		{"engine log only", drop("selected_", "config_with_planner"), Options{}, counts, "6 candidates, 0+0 points, 6 deployments, 3 levels, capacity {8192 true}", ""}, // 2 x 4096 of decode TP=1
		{"damaged candidate", replace("prefill_2gpus_TP2/aiperf_isl1000/profile_export_aiperf.json", `"unit"`, `"unit`), Options{}, counts, strings.Replace(whole, "6 cand", "5 cand", 1), "error syntax error: prefill_2gpus_TP2/aiperf_isl1000/profile_export_aiperf.json:1: JSON:"},
		{"candidate without latency", replace("prefill_2gpus_TP2/aiperf_isl1000/profile_export_aiperf.json", "time_to_first_token", "time_to_last_token"), Options{}, counts, strings.Replace(whole, "6 cand", "5 cand", 1), "error missing: prefill_2gpus_TP2/aiperf_isl1000/profile_export_aiperf.json: the export holds no latency"},
		{"damaged npz", set("selected_decode_interpolation/raw_data.npz", "PK\x03\x04 nothing"), Options{}, counts, "6 candidates, 3+0 points, 6 deployments, 3 levels, capacity {8192 true}", "not a whole ZIP archive"},
		{"damaged planner", replace("config_with_planner.yaml", "kind: ConfigMap", "kind: [ConfigMap"), Options{}, counts, whole, "error syntax error: config_with_planner.yaml"},
		{"more GPUs than the folder says", replace("decode_2gpus_TP2/config.yaml", "gpu: '2'", "gpu: '4'"), Options{}, counts, whole, "the engine was given 4 GPUs, the profiler counts 2"},
		{"attention DP", func(files map[string][]byte) {
			files["prefill_2gpus_DEP2/aiperf_isl1000/profile_export_aiperf.json"] = []byte(strings.Replace(aiperfSummary(8, 300, 10, 5, ""), `"max": 300`, `"max": 520`, 1))
		}, Options{}, func(r *profile.Run) string {
			i := slices.IndexFunc(r.Candidates, func(c profile.Candidate) bool { return c.Mapping == "DEP=2" })
			return fmt.Sprint(r.Candidates[i].TTFT.V, r.Candidates[i].Throughput.V) // (520 - 12 x 10) / 4, 1000 / 100 x 1000 / 2 x 2
		}, "100 10000", ""},
		{"two prefixes in one level folder", set("validation/idle/second.json", aiperfSummary(3, 1, 1, 1, "")), Options{}, func(r *profile.Run) string { return r.Levels[0].Level + " " + r.Levels[2].Level }, "idle idle/second", ""},
		{"another program's JSON in a level folder", set("validation/idle/notes.json", `{"hello": [1]}`), Options{}, counts, whole, ""},
		{"requests without a summary", drop("validation/idle/profile_export_aiperf.json"), Options{}, func(r *profile.Run) string { return fmt.Sprint(len(r.RequestLogs), r.Levels[0].Partial) }, "1 true", "level idle has requests but no summary"},
		{"load tests of another model", replace("validation/idle/profile_export_aiperf.json", "small-7b", "small-7b"), Options{}, counts, whole, ""},
		{"aggregates and time slices are no levels", func(files map[string][]byte) {
			files["validation/idle/profile_export_aiperf_timeslices.json"] = []byte(`{"timeslices": []}`)
			files["aggregate/profile_export_aiperf_aggregate.json"] = []byte(`{"metadata": {"aggregation_type": "confidence"}}`)
		}, Options{}, counts, whole, ""},
		{"an aggregate under another name", set("validation/idle/mean.json", `{"metadata": {"aggregation_type": "confidence", "num_successful_runs": 3}, "metrics": {"time_to_first_token_avg": {"mean": 5, "unit": "ms"}}}`), Options{}, counts, whole, ""},
		{"model against inputs", nil, Options{Model: "acme/other"}, counts, whole, "warning inputs disagree: model acme/other was given, the inputs say acme/small-7b, which is kept"},
		{"validation.json", set("validation.json", `{"model":"acme/small-7b","isl":1000,"osl":100,"ttft_target":500,"itl_target":30,"load_level_results":[
			{"load_level":"idle","concurrency":1,"ttft_p50":1,"ttft_error_pct":-90.5},
			{"load_level":"medium","concurrency":4,"ttft_p50":170.5,"ttft_p99":190,"itl_p50":null,"goodput_rps":0.5,"sla_hit_rate":12.5,"ttft_error_pct":-41.3}]}`), Options{}, func(r *profile.Run) string {
			l := r.Levels[1]
			var kept []string
			for _, s := range r.Settings {
				if strings.HasPrefix(s.Key, "validation.medium") {
					kept = append(kept, s.Key+"="+s.Value)
				}
			}
			return fmt.Sprint(len(r.Levels), l.Level, l.Concurrency.V, l.Statistics, l.Goodput.V, kept)
		}, "4medium4 [{ttft p50 170.5 ms} {ttft p99 190 ms}] 0.5 [validation.medium.sla_hit_rate=12.5 validation.medium.ttft_error_pct=-41.3]", ""},
		{"unknown files", func(files map[string][]byte) {
			files["what.json"], files["what.yaml"], files["what.txt"], files["deep/er/what.csv"] = []byte(`{"a": {"b": 1}}`), []byte("a: [1"), []byte("hello\n"), []byte("a,b\n1,2\n")
		}, Options{}, func(r *profile.Run) string {
			var other []string
			for _, s := range r.Sources {
				if strings.Contains(s.Path, "what") {
					other = append(other, s.Path+" "+s.Kind)
				}
			}
			return counts(r) + fmt.Sprint(other)
		}, whole + "[deep/er/what.csv other what.json other what.txt other what.yaml other]", ""},
		{"empty ConfigMap dump", set("configmap_data.json", "{}"), Options{}, counts, whole, "the ConfigMap holds no data"},
		{"Go map", set("configmap_data.json", "map[a:b]"), Options{}, counts, whole, "configmap_data.json:1: this is a Go map as text"},
		{"failed by its status", func(files map[string][]byte) {
			drop("profile_sla.log", "config_with_planner", "selected_")(files)
			files["profiler_status.yaml"] = []byte("status: failed\ntimestamp: 'x'\nmessage: it broke\nerror: boom\n")
		}, Options{}, func(r *profile.Run) string { return fmt.Sprint(r.Status, " ", r.Err, " ", len(r.Candidates)) }, "failed it broke: boom 6", ""},
	}
	for _, tt := range tests {
		r := ingestOne(t, smallFolder(t, tt.change), tt.opt)
		if got := tt.show(r); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
		got := problemsOf(r)
		if tt.problem == "" && got != "" || !strings.Contains(got, tt.problem) {
			t.Errorf("%s: problems %q, want %q", tt.name, got, tt.problem)
		}
	}
}

// TestConfigMapAndLog is what step 2 of the original's README saves.
func TestConfigMapAndLog(t *testing.T) {
	small := smallFiles()
	dir := filepath.Join(t.TempDir(), "saved")
	writeFiles(t, dir, map[string][]byte{
		"configmap_data.json": dump(t, map[string]string{"config_with_planner.yaml": string(small["config_with_planner.yaml"]), "mocker_config_with_planner.yaml": string(small["config_with_planner.yaml"])}),
		"profiler.log":        small["profile_sla.log"],
	})
	r := ingestOne(t, dir, Options{})
	if !r.HasLog || len(r.Deployments) != 6 || len(r.PrefillPoints) != 3 || r.Model != "acme/small-7b" || len(r.Candidates) != 0 || len(r.Problems) > 0 || r.DecodeReplicas.V != 3 {
		t.Errorf("%+v", r)
	}
	if got := recommendations(r); got != "prefill TP=1 g1 c0 100.000 10000.00 log; decode TP=1 g1 c0 25.000 160.00 log" {
		t.Errorf("recommended %s", got)
	}
	for _, s := range r.Settings {
		if s.Key == "decode.mapping" && s.Path != "configmap_data.json: config_with_planner.yaml" {
			t.Errorf("path of a setting: %s", s.Path)
		}
	}
}

// TestSameTextOnce keeps a text that a file and a ConfigMap both hold from being
// read, and complained of, twice.
func TestSameTextOnce(t *testing.T) {
	r := ingestOne(t, smallFolder(t, func(files map[string][]byte) {
		plan := string(files["config_with_planner.yaml"]) + "note: 1\nnote: 2\n"
		files["config_with_planner.yaml"] = []byte(plan)
		files["configmap_data.json"] = dump(t, map[string]string{"config_with_planner.yaml": plan})
	}), Options{})
	if len(r.Problems) != 1 || !strings.Contains(problemsOf(r), `key "note" is given twice`) {
		t.Errorf("problems %s", problemsOf(r))
	}
}

func TestAppendedRuns(t *testing.T) {
	dir := smallFolder(t, func(files map[string][]byte) {
		first := strings.NewReplacer(" 03:", " 02:", "25.00 ms", "26.00 ms").Replace(smallLog())
		files["profile_sla.log"] = []byte(first + smallLog())
	})
	runs := ingestAll(t, dir, Options{})
	first, last := runs["small-1"], runs["small"]
	if len(runs) != 2 || first == nil || last == nil {
		t.Fatalf("runs %v", runs)
	}
	if len(first.Candidates) != 0 || len(first.Levels) != 0 || len(first.Deployments) != 6 || first.Recommendations[1].ITL.V != 26 || len(first.Sources) != 1 {
		t.Errorf("first run %+v", first)
	}
	if len(last.Candidates) != 6 || len(last.Levels) != 3 || len(last.Deployments) != 6 || last.Recommendations[1].ITL.V != 25 {
		t.Errorf("last run %+v", last)
	}
	for _, r := range runs {
		if d := r.FinishedAt.V.Sub(r.StartedAt.V).Seconds(); d != 360 {
			t.Errorf("%s took %v s", r.Name, d)
		}
		if !strings.Contains(problemsOf(r), "taken to be") {
			t.Errorf("%s: problems %s", r.Name, problemsOf(r))
		}
	}
}

// TestNothingOutside puts links, pipes and devices into a folder.
func TestNothingOutside(t *testing.T) {
	outside := t.TempDir()
	writeFiles(t, outside, map[string][]byte{"secret/profile_export_aiperf.json": []byte(aiperfSummary(1, 1, 1, 1, "")), "log": []byte("secret")})
	dir := smallFolder(t, nil)
	link := func(target, name string) {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Skip("no symbolic links here")
		}
	}
	link(filepath.Join(outside, "secret"), "validation/linked")
	link(filepath.Join(outside, "log"), "console.log")
	link("nowhere", "dangling.json")
	link("..", "up")
	pipe := makePipe(t, filepath.Join(dir, "validation.json"))
	r := ingestOne(t, dir, Options{})
	if len(r.Levels) != 3 || len(r.Sources) != 23 {
		t.Errorf("%d levels, %d sources", len(r.Levels), len(r.Sources))
	}
	want := []string{"console.log: symbolic link, skipped", "dangling.json: symbolic link, skipped", "up: symbolic link, skipped", "validation/linked: symbolic link, skipped"}
	if pipe {
		want = append(want, "validation.json: named pipe, skipped")
	}
	got := problemsOf(r)
	for _, w := range want {
		if !strings.Contains(got, "note not a regular file: "+w) {
			t.Errorf("not said: %s\n%s", w, got)
		}
	}
}

// TestReplacedByPipe swaps a file for a pipe after the walk saw a file: opening
// it must neither hang nor read it.
func TestReplacedByPipe(t *testing.T) {
	dir := smallFolder(t, nil)
	f, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	p := filepath.Join(dir, "NOTES.md")
	if err := os.Remove(p); err != nil {
		t.Fatal(err)
	}
	if !makePipe(t, p) {
		t.Skip("no named pipes here")
	}
	if _, err := f.open("NOTES.md"); err == nil || !strings.Contains(err.Error(), "named pipe") {
		t.Errorf("opened a pipe: %v", err)
	}
	if _, err := f.opener("NOTES.md")(); err == nil {
		t.Error("opened a pipe as a source")
	}
}

// TestOddNames puts names into a folder that are no text, or odd text.
func TestOddNames(t *testing.T) {
	dir := smallFolder(t, func(files map[string][]byte) {
		files["a\nb\x1b[31m.json"] = []byte("{")
		files["validation/$(reboot)/profile_export_aiperf.json"] = []byte(aiperfSummary(1, 1, 1, 1, ""))
	})
	if err := os.WriteFile(filepath.Join(dir, "\xff\xfe.json"), nil, 0o644); err != nil {
		t.Skip("no such names here")
	}
	if err := os.MkdirAll(filepath.Join(dir, "validation", "\xff"), 0o755); err != nil {
		t.Fatal(err)
	}
	r := ingestOne(t, dir, Options{})
	if len(r.Levels) != 4 || len(r.Sources) != 25 {
		t.Errorf("%d levels, %d sources", len(r.Levels), len(r.Sources))
	}
	for _, s := range r.Sources {
		if len(sourceBytes(t, s)) != int(s.Size) {
			t.Errorf("%q: size %d", s.Path, s.Size)
		}
	}
	want := "warning unreadable: ?.json: its name \"\\xff\\xfe.json\" is no UTF-8 text, skipped\nwarning unreadable: validation/?: its name \"\\xff\" is no UTF-8 text, skipped"
	if got := problemsOf(r); got != want {
		t.Errorf("problems %s", got)
	}
}

func TestFolderLimits(t *testing.T) {
	deep := smallFolder(t, func(files map[string][]byte) {
		files[strings.Repeat("d/", MaxDepth+5)+"x"] = nil
	})
	if got := problemsOf(ingestOne(t, deep, Options{})); !strings.Contains(got, "folders nested deeper than 32 are not read") {
		t.Errorf("depth: %s", got)
	}
	dir := smallFolder(t, nil)
	f, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	few := &folder{dir: dir, root: f.root, maxFiles: 22}
	if err := few.walk(".", 0); err == nil || !strings.Contains(err.Error(), "more than 22 files") {
		t.Errorf("files: %v", err)
	}
	big := filepath.Join(dir, "validation", "idle", "profile_export_aiperf.json")
	if err := os.Truncate(big, MaxSmallFile+1); err != nil {
		t.Fatal(err)
	}
	r := ingestOne(t, dir, Options{})
	if got := problemsOf(r); !strings.Contains(got, "validation/idle/profile_export_aiperf.json: 64 MiB, files of this kind are read up to 64 MiB") {
		t.Errorf("size: %s", got)
	}
	for _, s := range r.Sources {
		if s.Path == "validation/idle/profile_export_aiperf.json" && s.Open == nil {
			t.Error("a file too large to parse is still a source")
		}
	}
}

func TestCurvePointLimit(t *testing.T) {
	n := MaxCurvePoints + 10
	ones := make([]float64, n)
	for i := range ones {
		ones[i] = 1
	}
	shape := fmt.Sprintf("(%d,)", n)
	arrays, _, err := readNpz(npzFile(zip.Deflate, member{"prefill_isl.npy", npyOf("<f8", shape, ones)}, member{"prefill_ttft.npy", npyOf("<f8", shape, ones)}, member{"prefill_thpt_per_gpu.npy", npyOf("<f8", shape, ones)}), "f.npz")
	if err != nil {
		t.Fatal(err)
	}
	c := readCurves(arrays, "f.npz")
	if len(c.Prefill) != MaxCurvePoints || len(c.Problems) != 1 || c.Problems[0].Reason != ReasonTooLarge {
		t.Errorf("%d points, problems %v", len(c.Prefill), c.Problems)
	}
}

func TestPathErrors(t *testing.T) {
	empty := t.TempDir()
	files := t.TempDir()
	writeFiles(t, files, map[string][]byte{"hello.txt": []byte("hello\n"), "a.json": []byte(`{"x": 1}`), "empty.json": nil, "go.json": []byte("map[x:y]"), "utf16.log": []byte("\xff\xfea\x00"),
		"cut.npz": []byte("PK\x03\x04"), "unknown.csv": []byte("a,b\n1,2\n")})
	tests := []struct{ path, want string }{
		{filepath.Join(empty, "missing"), "no such file"},
		{empty, "no profiling run, load test or sweep table in it"},
		{filepath.Join(files, "hello.txt"), "no profiling run, load test or sweep table in it"},
		{filepath.Join(files, "a.json"), "no profiling run, load test or sweep table in it"},
		{filepath.Join(files, "empty.json"), "empty.json: empty"},
		{filepath.Join(files, "go.json"), "go.json:1: this is a Go map as text, not JSON"},
		{filepath.Join(files, "utf16.log"), "utf16.log:1: UTF-16 text, want UTF-8"},
		{filepath.Join(files, "cut.npz"), "cut.npz: npz: not a whole ZIP archive"},
		{filepath.Join(files, "unknown.csv"), "no mapping knows a table with these columns"},
	}
	for _, tt := range tests {
		runs, err := Path(context.Background(), tt.path, Options{})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %d runs, %v, want %q", filepath.Base(tt.path), len(runs), err, tt.want)
		}
	}
	if _, err := Path(context.Background(), empty, Options{}); !errors.Is(err, ErrNothing) {
		t.Errorf("empty folder: %v is not ErrNothing", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Path(ctx, smallFolder(t, nil), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestSingleFiles reads each kind of file alone, by name and as a stream, under
// names that say nothing.
func TestSingleFiles(t *testing.T) {
	small := smallFiles()
	comparison := `{"timestamp":"t","model":"acme/small-7b","backend":"vllm","target_ttft":500,"target_itl":30,"isl":1000,"osl":100,"ground_truth_method":"online_aiperf","methods":[
	 {"method_name":"aic_offline","total_duration_seconds":27,"gpu_hours_consumed":0.0,"recommended_prefill_gpus":1,"recommended_prefill_mapping":"","predicted_ttft":110.5,"recommended_decode_gpus":2,"recommended_decode_mapping":"TP2","predicted_itl":20.5,"predicted_decode_thpt_per_gpu":0.0,
	  "load_level_metrics":[{"load_level":"idle","concurrency":0,"actual_ttft_p50":150.0,"actual_itl_p50":0.0},{"load_level":"medium","actual_ttft_p50":null}]},
	 {"method_name":"mine","load_level_metrics":[]}]}`
	request := "apiVersion: nvidia.com/v1alpha1\nkind: DynamoGraphDeploymentRequest\nmetadata: {name: q}\nspec: {model: acme/small-7b, backend: vllm, profilingConfig: {config: {sla: {isl: 1000, osl: 100}}}}\n"
	show := func(runs []*profile.Run) string {
		var out []string
		for _, r := range runs {
			out = append(out, fmt.Sprintf("%s kind=%s log=%v %d+%d points, %d levels, %d request logs, isl %d, %s", r.Name, r.Kind, r.HasLog, len(r.PrefillPoints), len(r.DecodePoints), len(r.Levels), len(r.RequestLogs), r.ISL.V, recommendations(r)))
		}
		return strings.Join(out, "\n")
	}
	const log = "x kind=measured log=true 0+0 points, 0 levels, 0 request logs, isl 0, prefill TP=1 g1 c0 100.000 10000.00 log; decode TP=1 g1 c0 25.000 160.00 log"
	const planned = "x kind= log=false 3+0 points, 0 levels, 0 request logs, isl 0, prefill TP=1 g1 c0 0.000 0.00 config; decode TP=1 g1 c0 0.000 0.00 config"
	tests := []struct {
		name    string
		content []byte
		want    string
	}{
		{"log", small["profile_sla.log"], log},
		{"planner", small["config_with_planner.yaml"], planned},
		{"ConfigMap", dump(t, map[string]string{"config_with_planner.yaml": string(small["config_with_planner.yaml"])}), planned},
		{"npz", small["selected_prefill_interpolation/raw_data.npz"], "x kind= log=false 3+0 points, 0 levels, 0 request logs, isl 0, "},
		{"request", []byte(request), "x kind= log=false 0+0 points, 0 levels, 0 request logs, isl 1000, "},
		{"AIPerf JSON", small["validation/idle/profile_export_aiperf.json"], "x kind= log=false 0+0 points, 1 levels, 0 request logs, isl 1000, "},
		{"AIPerf CSV", small["validation/c16/profile_export_aiperf.csv"], "x kind= log=false 0+0 points, 1 levels, 0 request logs, isl 0, "},
		{"AIPerf requests", small["validation/idle/profile_export.jsonl"], "x kind= log=false 0+0 points, 1 levels, 1 request logs, isl 0, "},
		{"validation", []byte(`{"isl":1000,"load_level_results":[{"load_level":"idle","ttft_p50":5}]}`), "x kind= log=false 0+0 points, 1 levels, 0 request logs, isl 1000, "},
		{"comparison", []byte(comparison), "aic_offline kind=simulated log=false 0+0 points, 1 levels, 0 request logs, isl 1000, prefill  g1 c0 110.500 0.00 log; decode TP=2 g2 c0 20.500 0.00 log\n" +
			"mine kind= log=false 0+0 points, 0 levels, 0 request logs, isl 1000, "},
	}
	dir := t.TempDir()
	for _, tt := range tests {
		p := filepath.Join(dir, "x")
		if err := os.WriteFile(p, tt.content, 0o644); err != nil {
			t.Fatal(err)
		}
		runs, err := Path(context.Background(), p, Options{})
		if err != nil || show(runs) != tt.want {
			t.Errorf("%s as a file: %v\ngot  %s\nwant %s", tt.name, err, show(runs), tt.want)
			continue
		}
		for _, r := range runs {
			if len(r.Sources) != 1 || string(sourceBytes(t, r.Sources[0])) != string(tt.content) {
				t.Errorf("%s: sources %v", tt.name, r.Sources)
			}
		}
		runs, err = Reader(context.Background(), "-", strings.NewReader(string(tt.content)), Options{Run: "x"})
		want := strings.NewReplacer("aic_offline", "x/aic_offline", "mine", "x/mine").Replace(tt.want)
		if err != nil || show(runs) != want {
			t.Errorf("%s as a stream: %v\ngot  %s\nwant %s", tt.name, err, show(runs), want)
			continue
		}
		if string(sourceBytes(t, runs[0].Sources[0])) != string(tt.content) {
			t.Errorf("%s as a stream: sources %v", tt.name, runs[0].Sources)
		}
	}
}

// TestFolderOfFolders reads several results folders at once.
func TestFolderOfFolders(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a/small", "b/small", "b/other"} {
		writeFiles(t, filepath.Join(dir, filepath.FromSlash(name)), smallFiles())
	}
	writeFiles(t, dir, map[string][]byte{"README.md": []byte("x")})
	runs, err := Path(context.Background(), dir, Options{Method: "M"})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range runs {
		names = append(names, r.Name)
		if r.Method != "M" || len(r.Sources) != 23 || len(r.Candidates) != 6 {
			t.Errorf("%s: method %s, %d sources, %d candidates", r.Name, r.Method, len(r.Sources), len(r.Candidates))
		}
		for _, s := range r.Sources {
			if len(sourceBytes(t, s)) != int(s.Size) {
				t.Errorf("%s %s: size %d", r.Name, s.Path, s.Size)
			}
		}
	}
	if fmt.Sprint(names) != "[small other b/small]" {
		t.Errorf("names %v", names)
	}
	runs, err = Path(context.Background(), dir, Options{Run: "all"})
	if err != nil || len(runs) != 3 || runs[2].Name != "all/b/small" {
		t.Errorf("named: %v %v", runs[2].Name, err)
	}
}
