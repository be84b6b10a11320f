package metric

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/table"
)

// tableDB answers every query with one table.
type tableDB struct{ t *table.Table }

func (d tableDB) Query(context.Context, string, map[string]any) (*table.Table, error) {
	return d.t, nil
}
func (d tableDB) Materialize(context.Context, string, string, map[string]any) (*table.Table, error) {
	return d.t, nil
}
func (d tableDB) Put(context.Context, string, *table.Table) error         { return nil }
func (d tableDB) Prepare(context.Context, string) ([]table.Column, error) { return d.t.Columns, nil }

func benchRunner(t testing.TB, rows int) func() *query.Runner {
	tbl := &table.Table{Columns: []table.Column{{Name: "run_id", Type: table.Int}, {Name: "run", Type: table.Text}, {Name: "request", Type: table.Int}, {Name: "ttft_ms", Type: table.Float}, {Name: "itl_ms", Type: table.Float}}}
	for i := range rows {
		tbl.Rows = append(tbl.Rows, []any{int64(1), "run", int64(i), float64(i%977) + 0.5, float64(i % 31)})
	}
	set := query.NewSet()
	if err := set.Load(query.Folder{FS: fstest.MapFS{"q.sql": {Data: []byte("select 1")}}}).Err(); err != nil {
		t.Fatal(err)
	}
	return func() *query.Runner { return query.NewRunner(set, tableDB{tbl}, nil) }
}

func benchSet(t testing.TB, text string) *Set {
	defs, faults := Parse("m.yaml", []byte("metrics:\n"+text))
	if faults != nil {
		t.Fatal(faults)
	}
	s := NewSet()
	for _, d := range defs {
		s.Add(d)
	}
	return s
}

// BenchmarkMillionRows: one value for each of 10^6 rows, three operators.
func BenchmarkMillionRows(b *testing.B) {
	runner := benchRunner(b, 1_000_000)
	set := benchSet(b, "  - {name: m, query: q, key: request, expr: (ttft_ms + 100 * itl_ms) / 500}\n")
	for b.Loop() {
		t, faults := Eval(context.Background(), set, runner())
		if faults != nil || len(t.Rows) != 1_000_000 {
			b.Fatal(faults)
		}
	}
}

// BenchmarkMillionPooled: one value for a run of 10^6 rows.
func BenchmarkMillionPooled(b *testing.B) {
	runner := benchRunner(b, 1_000_000)
	set := benchSet(b, "  - {name: m, query: q, applies: request == 0, expr: \"percentile(of_run('ttft_ms'), 99)\"}\n")
	for b.Loop() {
		t, faults := Eval(context.Background(), set, runner())
		if faults != nil || len(t.Rows) != 1 {
			b.Fatal(faults)
		}
	}
}

// BenchmarkSixtyMetrics: what a report of two runs costs.
func BenchmarkSixtyMetrics(b *testing.B) {
	runner := benchRunner(b, 2)
	var text strings.Builder
	for i := range 60 {
		fmt.Fprintf(&text, "  - {name: m%d, query: q, key: request, expr: ttft_ms / 500 - %d, low: ttft_ms - 1, high: ttft_ms + 1, n: request, limit: \"judge(value, low, high, nil, 0)\"}\n", i, i)
	}
	set := benchSet(b, text.String())
	for b.Loop() {
		if _, faults := Eval(context.Background(), set, runner()); faults != nil {
			b.Fatal(faults)
		}
	}
}
