package queries_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/ingest"
	"github.com/profreport/profreport/internal/metric"
	"github.com/profreport/profreport/internal/profile"
	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/store"
	"github.com/profreport/profreport/internal/table"
	"github.com/profreport/profreport/queries"
)

// archive is a database in a temporary folder with the default queries over
// all its runs.
type archive struct {
	t       testing.TB
	session *store.Session
	set     *query.Set
	metrics *metric.Set
	runner  *query.Runner
}

// views are the tables of the schema that queries may read.
var views = []string{"runs", "candidates", "recommendations", "prefill_points", "decode_points", "deployments", "load_levels",
	"load_statistics", "requests", "settings", "sources", "problems", "messages", "metric_values", "selected"}

// newArchive stores the runs and opens a session in which all of them are
// selected.
func newArchive(t testing.TB, params map[string]any, runs []*profile.Run) *archive {
	t.Helper()
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "profreport.db")
	db, err := store.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	selected := &table.Table{Columns: []table.Column{{Name: "run", Type: table.Text}}}
	for _, r := range runs {
		got, err := db.Load(ctx, r, store.LoadOptions{Evidence: store.EvidenceHash})
		if err != nil {
			t.Fatalf("load %s: %v", r.Name, err)
		}
		selected.Rows = append(selected.Rows, []any{got.Run})
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	session, err := store.OpenSession(ctx, path, store.SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { session.Close() })
	if err := session.Put(ctx, "selected", selected); err != nil {
		t.Fatal(err)
	}
	set := query.NewSet(views...)
	if err := set.Load(query.Folder{FS: queries.FS}).Err(); err != nil {
		t.Fatal(err)
	}
	metrics := metric.NewSet()
	if err := metrics.Load(query.Folder{FS: queries.FS}).Err(); err != nil {
		t.Fatal(err)
	}
	a := &archive{t: t, session: session, set: set, metrics: metrics, runner: query.NewRunner(set, session, params)}
	a.runner.Provide("metric_values", func(ctx context.Context) (*table.Table, error) {
		got, faults := metric.Eval(ctx, metrics, a.runner)
		return got, faults.Err()
	})
	return a
}

// rows returns the rows of a named query by column name.
func (a *archive) rows(name string) []row {
	a.t.Helper()
	got, err := a.runner.Table(context.Background(), name)
	if err != nil {
		a.t.Fatalf("%s: %v", name, err)
	}
	return rowsOf(got)
}

// row is one row of a query by column name.
type row map[string]any

func rowsOf(t *table.Table) []row {
	out := make([]row, len(t.Rows))
	for i := range t.Rows {
		out[i] = row{}
		for j, c := range t.Columns {
			out[i][c.Name] = t.Rows[i][j]
		}
	}
	return out
}

// find returns the one row that has all the given values.
func find(t testing.TB, rows []row, want row) row {
	t.Helper()
	var found []row
	for _, r := range rows {
		if matches(r, want) {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d rows with %v, want one", len(found), want)
	}
	return found[0]
}

func matches(r, want row) bool {
	for k, v := range want {
		if r[k] != v {
			return false
		}
	}
	return true
}

// sharedData returns a folder of the recorded data, or skips the test where it
// is not there.
func sharedData(t testing.TB, parts ...string) string {
	t.Helper()
	p := filepath.Join(append([]string{"..", "..", "shared", "data"}, parts...)...)
	if _, err := os.Stat(p); errors.Is(err, os.ErrNotExist) {
		t.Skipf("no %s", filepath.Join(parts...))
	}
	return p
}

// sla is the SLA of all recorded cases.
func sla() map[string]any { return map[string]any{"ttft_ms": 500.0, "itl_ms": 50.0} }

// compared reads the two results folders of a recorded case as `compare` does.
func compared(t testing.TB, folder string) []*profile.Run {
	t.Helper()
	var runs []*profile.Run
	for _, in := range []struct {
		dir, method string
		kind        profile.Kind
	}{{"aic_all", "AIC-Search", profile.Simulated}, {"online_all", "Profile-ALL", profile.Measured}} {
		runs = append(runs, ingested(t, sharedData(t, folder, in.dir), ingest.Options{
			Method: in.method, Kind: in.kind, Model: "Qwen/Qwen3-32B", Backend: "trtllm",
			ISL: profile.Some(int64(2048)), OSL: profile.Some(int64(256)),
			SLA: profile.SLA{TTFT: profile.Some(500.0), ITL: profile.Some(50.0)},
		})...)
	}
	return runs
}

func ingested(t testing.TB, path string, o ingest.Options) []*profile.Run {
	t.Helper()
	runs, err := ingest.Path(context.Background(), path, o)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return runs
}

// silicon reads the workloads of one measured deployment with the predictions
// of two methods for them.
func silicon(t testing.TB, keep func(*profile.Run) bool) []*profile.Run {
	t.Helper()
	var runs []*profile.Run
	for _, r := range ingested(t, sharedData(t, "silicon-qwen3-32b"), ingest.Options{}) {
		if r.ServingMode == "aggregated" && strings.HasPrefix(r.GPUType, "h100") && r.Backend == "trtllm" && r.BackendVersion == "1.0.0rc3" && keep(r) {
			runs = append(runs, r)
		}
	}
	return runs
}
