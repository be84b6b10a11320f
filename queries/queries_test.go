package queries_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/profile"
)

var update = flag.Bool("update", false, "write README.md anew")

// TestCheck: no unknown names, no cycles, no parameter undeclared or unused.
func TestCheck(t *testing.T) {
	a := newArchive(t, nil, nil)
	if faults := a.set.Check(); len(faults) > 0 {
		t.Error(faults)
	}
}

// TestEveryQuery runs every query over nothing, one run and several, twice:
// none fails, and the rows are the same.
func TestEveryQuery(t *testing.T) {
	cases := map[string]func() []*profile.Run{
		"no run":        func() []*profile.Run { return nil },
		"one run":       func() []*profile.Run { return []*profile.Run{aRun("alone", "Sim", profile.Simulated)} },
		"three methods": threeMethods,
		"sweep table":   siliconByHand,
	}
	for name, runs := range cases {
		first, again := newArchive(t, sla(), runs()), newArchive(t, sla(), runs())
		for _, q := range first.set.Names() {
			one, two := first.rows(q), again.rows(q)
			for _, r := range append(slices.Clone(one), two...) {
				delete(r, "ingested_at")
			}
			if !reflect.DeepEqual(one, two) {
				t.Errorf("%s: %s gives other rows the second time", name, q)
			}
		}
	}
}

// TestColumns: every query says what it is, and its columns can be written
// without quotes.
func TestColumns(t *testing.T) {
	a := newArchive(t, sla(), threeMethods())
	name := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	for _, q := range a.set.All() {
		got, err := a.runner.Table(context.Background(), q.Name)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range got.Columns {
			if !name.MatchString(c.Name) {
				t.Errorf("%s: column %d is called %q", q.Name, i+1, c.Name)
			}
		}
		if q.Doc == "" {
			t.Errorf("%s has no doc", q.Name)
		}
	}
}

// TestOrder: a query that gives several rows says in which order.
func TestOrder(t *testing.T) {
	several := newArchive(t, sla(), append(threeMethods(), siliconByHand()...))
	for _, q := range several.set.All() {
		if !ordered(q.SQL()) && len(several.rows(q.Name)) > 1 {
			t.Errorf("%s gives several rows and has no order by", q.Name)
		}
	}
}

// ordered holds for a statement with an order by outside of all brackets.
func ordered(sql string) bool {
	depth := 0
	for i, c := range sql {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		case 'o':
			if depth == 0 && strings.HasPrefix(sql[i:], "order by ") {
				return true
			}
		}
	}
	return false
}

// names of DEFINITIONS with the keys they have in the two hand-made cases.
var definedMetrics = map[string][]string{
	"duration": {""}, "gpu_hours": {""}, "deployments": {""}, "duration_saved": {""}, "gpu_hours_saved": {""},
	"ttft_predicted": {"medium"}, "itl_predicted": {"medium"}, "ttft_headline": {""}, "itl_headline": {""},
	"ttft_measured": {"medium"}, "itl_measured": {"medium"}, "ttft_error": {"medium"}, "itl_error": {"medium"},
	"ttft_headline_error": {"medium"}, "itl_headline_error": {"medium"}, "concurrency_obtained": {"medium"}, "sla_hit_rate": {"medium"}, "goodput": {"medium"},
	"candidate_error": {"prefill TP=1", "decode TP=2 @3", "aggregated TP=2 @8 ttft", "aggregated TP=2 @8 itl"},
	"sweep_level":     {"aggregated ttft", "aggregated itl"}, "sweep_shape": {"aggregated ttft", "aggregated itl"}, "sweep_shape_max": {"aggregated ttft", "aggregated itl"},
	"sweep_error_median": {"aggregated ttft", "aggregated itl"}, "sweep_error_worst": {"aggregated ttft", "aggregated itl"},
	"prefill_curve_level": {""}, "prefill_curve_shape": {""}, "prefill_curve_shape_max": {""},
	"decode_curve_level": {""}, "decode_curve_shape": {""}, "decode_curve_shape_max": {""},
	"regret": {"prefill", "decode", "combined", "aggregated"}, "regret_load_covered": {"prefill", "decode", "combined", "aggregated"},
	"regret_overshoot": {"prefill", "decode", "combined", "aggregated"}, "point_regret": {"aggregated"}, "point_overshoot": {"aggregated"},
	"feasible_both": {"prefill", "decode", "aggregated"}, "feasible_predicted_only": {"prefill", "decode", "aggregated"},
	"feasible_measured_only": {"prefill", "decode", "aggregated"}, "feasible_neither": {"prefill", "decode", "aggregated"},
	"rank_baseline_right": {"aggregated", "decode", "prefill"}, "rank_tied_right": {"aggregated"}, "rank_tied_pairs": {"aggregated"},
	"oracle_lead": {"prefill", "decode", "aggregated"}, "goodput_regret": {""},
	"rank_pairs_right": {"prefill as selected", "prefill same points", "decode as selected", "decode same points", "aggregated as selected", "aggregated all points"},
	"rank_pairs":       {"prefill as selected", "aggregated all points"}, "rank_tau": {"prefill as selected", "aggregated all points"},
	"random_n_regret": {"aggregated 1", "aggregated 2", "aggregated 3"}, "calibrated_error_median": {"aggregated ttft", "aggregated itl"},
	"calibrated_feasible_predicted_only": {"aggregated"}, "calibrated_point_regret": {"aggregated"},
	"top_n_regret": {"prefill 1", "decode 2", "aggregated 3"}, "top_n_gpu_hours": {"prefill 1", "decode 2", "aggregated 1"}, "break_even": {""},
	"serial_demand": {""}, "saturation_concurrency": {""}, "throughput_ceiling": {""}, "kv_capacity_ratio": {""},
}

// TestMetricNames: the metrics are those of DEFINITIONS, no fewer and no more,
// and have its keys.
func TestMetricNames(t *testing.T) {
	disaggregated, table := newArchive(t, sla(), threeMethods()), newArchive(t, sla(), siliconByHand())
	for _, name := range disaggregated.metrics.Names() {
		if definedMetrics[name] == nil {
			t.Errorf("%s is no metric of DEFINITIONS", name)
		}
	}
	apart, together := disaggregated.metricRows("sim"), table.metricRows("predicted")
	for name, keys := range definedMetrics {
		if disaggregated.metrics.Get(name) == nil {
			t.Errorf("there is no metric %s", name)
		}
		for _, key := range keys {
			where := apart
			if strings.HasPrefix(key, "aggregated") {
				where = together
			}
			r, ok := where[strings.TrimSpace(name+" "+key)]
			if !ok {
				t.Errorf("metric %s has no row for key %q", name, key)
			} else if r["value"] == nil && r["note"] == nil && name != "goodput" {
				t.Errorf("metric %s %s is null and says no reason", name, key)
			}
		}
	}
}

// TestNulls: every null metric of the recorded cases says why.
func TestNulls(t *testing.T) {
	for _, folder := range []string{"qwen3-32b", "qwen3-32b-full"} {
		a := newArchive(t, sla(), compared(t, folder))
		for _, r := range a.rows("metric_values") {
			if r["value"] == nil && r["note"] == nil {
				t.Errorf("%s: %v %v of %v is null without a reason", folder, r["metric"], r["key"], r["run"])
			}
		}
	}
}

// TestReadme: README.md lists every query with its columns; -update writes it.
func TestReadme(t *testing.T) {
	a := newArchive(t, sla(), threeMethods())
	var b strings.Builder
	b.WriteString(readmeHead)
	for _, q := range a.set.All() {
		got, err := a.runner.Table(context.Background(), q.Name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\nColumns: ", q.Name, q.Doc)
		for i, c := range got.Columns {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString("`" + c.Name + "`")
		}
		b.WriteString(".\n")
		if reads := slices.DeleteFunc(q.Reads(), func(n string) bool { return a.set.Get(n) == nil }); len(reads) > 0 {
			fmt.Fprintf(&b, "Reads: %s.\n", strings.Join(reads, ", "))
		}
	}
	if *update {
		if err := os.WriteFile("README.md", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Error("README.md is not that of the queries; go test ./queries -run Readme -update writes it")
	}
}

const readmeHead = `# Queries and metrics

Every figure of a report is defined here, in text that a user may edit: SQL in
` + "`NAME.sql`" + `, one statement a file, and ` + "`metrics.yaml`" + ` over their rows. A query
is a named table: any other may select from it by its name, and each that is
needed runs once a report. ` + "`selected`" + ` holds the runs of the report. Rule numbers
are those of DEFINITIONS. This page is written by ` + "`go test ./queries -run Readme -update`" + `.

The way from runs to figures:

    scope ──> points ──> measured_points ──> judged ──> oracles, mapping_best ──┐
      │          └────> predictions ──> candidate_errors, feasibility, ranks    ├─> regrets ──> regret_rows
      ├─────> run_phases ──> choices ────────────────────────────────────────────┘
      ├─────> curve_pairs ──> prefill_curve, decode_surface ──> curve_errors
      └─────> level_loads ──> level_predictions, level_measured ──> level_accuracy
    metrics.yaml over these ──> metric_values ──> answer ──> why, verdict_sentence, settle, findings

## Queries
`
