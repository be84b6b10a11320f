package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/metric"
	"github.com/profreport/profreport/internal/store"
)

// sqlFunctions are the words of docs/functions.md for the functions that the
// archive adds to SQLite.
var sqlFunctions = []struct{ name, usage, doc string }{
	{"median", "median(x)", "median"},
	{"percentile", "percentile(x, p)", "p-th percentile, p from 0 to 100: linear between order statistics at p (n - 1) / 100, as NumPy"},
	{"percentile_low", "percentile_low(x, p)", "lower end of its 95 % interval by order statistics; null when the sample is too small (rule 30)"},
	{"percentile_high", "percentile_high(x, p)", "upper end of the same"},
	{"stddev_pop", "stddev_pop(x)", "standard deviation, divided by n"},
	{"geomean", "geomean(x)", "geometric mean; null with a value of 0 or less"},
	{"pearson", "pearson(x, y)", "correlation; null for fewer than two pairs, or where one side is constant"},
	{"kendall_tau", "kendall_tau(x, y)", "rank correlation, tau-b"},
	{"linear_at", "linear_at(x, y, at)", "height at `at` of the line through the points: exact at them, linear between, null outside; points of one x are averaged"},
	{"wilson_low", "wilson_low(k, n)", "lower end of the 95 % Wilson interval of k successes in n; scalar"},
	{"wilson_high", "wilson_high(k, n)", "upper end of the same; scalar"},
	{"choose", "choose(n, k)", "number of ways to choose k of n; scalar"},
	{"regexp", "x regexp pattern", "whether a text holds a match of a regular expression (RE2); scalar"},
}

// TestFunctionManual: docs/functions.md lists the functions that there are.
func TestFunctionManual(t *testing.T) {
	var named []string
	for _, f := range sqlFunctions {
		named = append(named, f.name)
	}
	have := store.FunctionNames()
	slices.Sort(named)
	slices.Sort(have)
	if !slices.Equal(named, have) {
		t.Errorf("documented SQL functions %v, there are %v", named, have)
	}
	var b bytes.Buffer
	b.WriteString("# Functions\n\nThis page is generated.\n\n## In SQL\n\nBeside SQLite's own. All but the scalar ones are aggregates, which also work as window functions; nulls are skipped, and what is\nempty, constant or undefined gives null.\n\n| function | gives |\n| --- | --- |\n")
	for _, f := range sqlFunctions {
		fmt.Fprintf(&b, "| `%s` | %s |\n", f.usage, f.doc)
	}
	b.WriteString("\n## In metrics\n\nExpressions of `metrics.yaml`, see [metrics](metrics.md). Notebooks have functions of [their own](notebook.md#values-in-the-text).\n\n| function | gives |\n| --- | --- |\n")
	for _, f := range metric.Functions() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", strings.ReplaceAll(f.Usage, "|", "\\|"), strings.ReplaceAll(f.Doc, "|", "\\|"))
	}
	compareManual(t, "../../docs/functions.md", b.Bytes())
}

func compareManual(t *testing.T, file string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s has drifted; go test ./cmd/profreport -run Manual -update writes it", file)
	}
}

// publicViews are the contract, in the order of the manual.
var publicViews = strings.Fields("runs candidates recommendations prefill_points decode_points deployments load_levels load_statistics requests settings sources problems messages metric_values")

var viewComment = regexp.MustCompile(`(?m)^\s*--\s?(.*)$`)

// TestSchemaManual: docs/schema.md says what the views themselves say.
func TestSchemaManual(t *testing.T) {
	ctx := context.Background()
	s, cleanup, err := emptySession(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer cleanup()
	var b bytes.Buffer
	b.WriteString("# Schema\n\nThese views are the contract: columns may be added, not renamed. Times are UTC, ISO 8601. A value that is not known is null, never 0.\nEvery view has `run_id` and `run`. Tables behind them (`stored_*`) may change. This page is generated from the views.\n")
	for _, view := range publicViews {
		def, err := s.Query(ctx, "select sql from sqlite_schema where name = :name", map[string]any{"name": view})
		if err != nil || len(def.Rows) != 1 {
			t.Fatalf("view %s: %v", view, err)
		}
		columns, err := s.Prepare(ctx, "select * from "+view)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "\n## %s\n\n", view)
		sql, _ := def.Rows[0][0].(string)
		words := 0
		for _, m := range viewComment.FindAllStringSubmatch(sql, -1) {
			b.WriteString(m[1] + "\n")
			words++
		}
		if words == 0 {
			t.Errorf("view %s opens with no comment", view)
		}
		b.WriteString("\n")
		var names []string
		for _, c := range columns {
			names = append(names, "`"+c.Name+"`")
		}
		b.WriteString(strings.Join(names, ", ") + "\n")
	}
	compareManual(t, "../../docs/schema.md", b.Bytes())
}
