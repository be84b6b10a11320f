package results

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/profreport/profreport/internal/table"
)

// methodTable builds result_methods rows from a few columns; the rest is null.
func methodTable(rows ...map[string]any) *table.Table {
	return fromMaps([]string{"run", "status", "duration_s", "gpu_hours", "deployments", "prefill_mapping", "decode_mapping", "prefill_meets_sla", "decode_meets_sla", "goodput", "optimization_validated"}, rows)
}

func fromMaps(names []string, rows []map[string]any) *table.Table {
	t := &table.Table{}
	for _, n := range names {
		t.Columns = append(t.Columns, table.Column{Name: n, Type: table.Any})
	}
	for _, m := range rows {
		row := make([]any, len(names))
		for i, n := range names {
			row[i] = m[n]
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func header(methods *table.Table, levels []map[string]any, metrics []map[string]any) Header {
	h := Header{
		Model: "m", MethodRows: methods,
		LevelRows:  fromMaps([]string{"run", "level", "concurrency", "max_batch_size", "ttft_error", "itl_error", "sla_hit_rate"}, levels),
		MetricRows: fromMaps([]string{"run", "metric", "key", "value"}, metrics),
	}
	for i := range methods.Rows {
		run := methods.Value(i, "run").(string)
		h.Methods = append(h.Methods, Method{Run: run, ID: "id-" + run, Label: "Label " + run})
	}
	return h
}

// TestWinners goes through the ways in which the original named a wrong
// winner (original-defects 8, 9, 10, 13).
func TestWinners(t *testing.T) {
	tests := []struct {
		name    string
		methods *table.Table
		levels  []map[string]any
		metrics []map[string]any
		pick    func(*Comparison) any
		want    any
	}{
		{"shortest known duration wins", methodTable(
			map[string]any{"run": "a", "status": "complete", "duration_s": 27.0},
			map[string]any{"run": "b", "status": "complete", "duration_s": 2703.0}), nil, nil,
			func(c *Comparison) any { return c.Fastest }, "id-a"},
		{"an unknown cost is no winner (defect 9)", methodTable(
			map[string]any{"run": "a", "status": "complete"},
			map[string]any{"run": "b", "status": "complete", "gpu_hours": 2.1}), nil, nil,
			func(c *Comparison) any { return c.LowestCost }, "id-b"},
		{"a tie has no winner (defect 9)", methodTable(
			map[string]any{"run": "a", "status": "complete", "gpu_hours": 0.0},
			map[string]any{"run": "b", "status": "complete", "gpu_hours": 0.0}), nil, nil,
			func(c *Comparison) any { return c.LowestCost }, nil},
		{"a failed run is not the fastest (defect 10)", methodTable(
			map[string]any{"run": "a", "status": "failed", "duration_s": 1.0},
			map[string]any{"run": "b", "status": "complete", "duration_s": 2703.0}), nil, nil,
			func(c *Comparison) any { return c.Fastest }, "id-b"},
		{"nor is one whose choice misses the SLA (defect 10)", methodTable(
			map[string]any{"run": "a", "status": "complete", "duration_s": 1.0, "decode_meets_sla": int64(0)},
			map[string]any{"run": "b", "status": "complete", "duration_s": 2703.0}), nil, nil,
			func(c *Comparison) any { return c.Fastest }, "id-b"},
		{"a missing error is not perfect (defect 8)", methodTable(
			map[string]any{"run": "a", "status": "complete"},
			map[string]any{"run": "b", "status": "complete"}),
			[]map[string]any{{"run": "a", "level": "medium"}, {"run": "b", "level": "medium", "ttft_error": -0.9}}, nil,
			func(c *Comparison) any { return c.MostAccurate }, "id-b"},
		{"ground truth is the best goodput, not a name (defect 13)", methodTable(
			map[string]any{"run": "online", "status": "complete", "goodput": 1.0, "optimization_validated": int64(1)},
			map[string]any{"run": "other", "status": "complete", "goodput": 1.5, "optimization_validated": int64(1)}), nil, nil,
			func(c *Comparison) any { return c.GroundTruth }, "id-other"},
		{"no goodput, no ground truth", methodTable(
			map[string]any{"run": "online", "status": "complete", "goodput": 0.0, "optimization_validated": int64(1)}), nil, nil,
			func(c *Comparison) any { return c.GroundTruth }, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.pick(Build(header(tt.methods, tt.levels, tt.metrics))); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestJSONKeysAndNulls(t *testing.T) {
	c := Build(header(methodTable(map[string]any{"run": "a", "status": "partial"}),
		[]map[string]any{{"run": "a", "level": "medium", "concurrency": 4.0, "max_batch_size": 8.0, "ttft_error": -0.25, "sla_hit_rate": 0.5}},
		[]map[string]any{{"run": "a", "metric": "goodput_regret", "value": 0.125}}))
	var b bytes.Buffer
	if err := c.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for _, key := range strings.Fields("timestamp model backend target_ttft target_itl isl osl ground_truth_method ground_truth_goodput fastest_method lowest_cost_method most_accurate_at_medium best_optimization_method methods schema_version") {
		if _, ok := got[key]; !ok {
			t.Errorf("key %s is missing", key)
		}
	}
	m := got["methods"].([]any)[0].(map[string]any)
	for _, key := range strings.Fields("method_name method_description source_dir total_duration_seconds num_deployments_created gpu_hours_consumed num_prefill_configs_tested num_decode_configs_tested recommended_prefill_gpus recommended_decode_gpus recommended_prefill_mapping recommended_decode_mapping predicted_ttft predicted_itl predicted_prefill_thpt_per_gpu predicted_decode_thpt_per_gpu validated load_level_metrics ttft_error_at_idle ttft_error_at_medium ttft_error_at_saturation ttft_error_at_overload optimization_validated actual_goodput actual_sla_hit_rate optimization_regret label") {
		if _, ok := m[key]; !ok {
			t.Errorf("methods[0].%s is missing", key)
		}
	}
	if m["total_duration_seconds"] != nil {
		t.Errorf("an unknown duration is %v, want null", m["total_duration_seconds"])
	}
	if m["ttft_error_at_medium"] != -25.0 || m["ttft_error_at_idle"] != nil {
		t.Errorf("errors: medium %v want -25, idle %v want null", m["ttft_error_at_medium"], m["ttft_error_at_idle"])
	}
	if m["optimization_regret"] != 12.5 {
		t.Errorf("regret %v, want 12.5 percent", m["optimization_regret"])
	}
	level := m["load_level_metrics"].([]any)[0].(map[string]any)
	if level["concurrency_pct"] != 0.5 || level["sla_hit_rate"] != 50.0 || level["meets_sla"] != false {
		t.Errorf("level: %v", level)
	}
}

// TestSummaryIsReadable: 80 columns whatever the names hold, a final newline,
// no control characters (original-defects 29, 31).
func TestSummaryIsReadable(t *testing.T) {
	h := header(methodTable(map[string]any{"run": "a", "status": "complete", "duration_s": 2703.0, "gpu_hours": 2.1428, "prefill_mapping": "TP=1", "decode_mapping": "TP=2"}),
		[]map[string]any{{"run": "a", "level": "idle", "ttft_error": -0.8239}}, nil)
	h.Methods[0].Label = strings.Repeat("a very long method name ", 5) + "\x1b[31m"
	var b bytes.Buffer
	if err := Build(h).WriteSummary(&b); err != nil {
		t.Fatal(err)
	}
	out := b.String()
	for _, line := range strings.Split(out, "\n") {
		if n := utf8.RuneCountInString(line); n > 80 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	if !strings.HasSuffix(out, "\n") || strings.ContainsRune(out, 0x1b) {
		t.Errorf("no final newline, or a control character: %q", out)
	}
	for _, want := range []string{"PROFILING METHOD COMPARISON", "--- PROFILING COST ---", "45 min 03 s", "2.14", "PREDICTIVE ACCURACY", "-82.4%", "OPTIMIZATION ACCURACY", "TP=1 / TP=2", "SUMMARY", "Fastest profiling:"} {
		if !strings.Contains(out, want) {
			t.Errorf("summary lacks %q:\n%s", want, out)
		}
	}
}
