package query

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/profreport/profreport/internal/table"
)

func load(t *testing.T, files ...string) *Set {
	t.Helper()
	s := NewSet("m", "selected")
	if err := s.Load(Folder{FS: mapFS(files...)}).Err(); err != nil {
		t.Fatal(err)
	}
	return s
}

var chain = []string{
	"base.sql", "-- param: min_ms number 0\nselect run, ms from m where ms >= :min_ms",
	"total.sql", "select run, sum(ms) as ms from base group by run order by run",
	"share.sql", "select total.run, base.ms / total.ms as share from base join total using (run) order by 1, 2",
	"apart.sql", "select count(*) as n from m",
	"broken.sql", "select run from total where missing_column > 1",
	"after.sql", "select * from broken",
}

const (
	tableM = "create table m(run text, ms real) strict"
	rowsM  = "insert into m values ('a', 1), ('a', 3), ('b', 4), ('b', null)"
)

func TestRunnerOrder(t *testing.T) {
	db := newMemDB(t, tableM, rowsM)
	r := NewRunner(load(t, chain...), db, nil)
	got, err := r.Table(context.Background(), "Share")
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Rows) != 3 || got.Rows[0][1] != 0.25 || got.Rows[2][1] != 1.0 {
		t.Errorf("rows %v", got.Rows)
	}
	// base is read twice and runs once; apart is not needed.
	if ran := strings.Join(db.ran, ", "); ran != "materialize base, materialize total, query "+r.Set.Get("share").SQL() {
		t.Errorf("ran %s", ran)
	}
	log := r.Executed()
	if len(log) != 3 || log[0].Query.Name != "base" || log[0].Rows != 3 || log[0].Params["min_ms"] != 0.0 || len(log[1].Params) != 0 {
		t.Errorf("log %+v", log)
	}
	if _, err := r.Table(context.Background(), "base"); err != nil || len(r.Executed()) != 3 {
		t.Error("base ran again")
	}
}

// TestRunnerReuse: a result that was only read is put in place when another
// query needs it.
func TestRunnerReuse(t *testing.T) {
	db := newMemDB(t, tableM, rowsM)
	r := NewRunner(load(t, chain...), db, nil)
	for _, name := range []string{"base", "total"} {
		if _, err := r.Table(context.Background(), name); err != nil {
			t.Fatal(err)
		}
	}
	if ran := strings.Join(db.ran[1:], ", "); !strings.HasPrefix(ran, "put base, query ") {
		t.Errorf("ran %s", ran)
	}
}

func TestRunnerParams(t *testing.T) {
	db := newMemDB(t, tableM, rowsM)
	r := NewRunner(load(t, chain...), db, map[string]any{"min_ms": "3", "other": "x"})
	ctx := context.Background()
	rows := func(values map[string]any) int {
		t.Helper()
		got, err := r.TableWith(ctx, "share", values)
		if err != nil {
			t.Fatal(err)
		}
		return len(got.Rows)
	}
	if n := rows(nil); n != 2 {
		t.Errorf("%d rows at the user's value", n)
	}
	if n := rows(map[string]any{"min_ms": 4}); n != 1 {
		t.Errorf("%d rows at another value", n)
	}
	// Back at the first value, its tables are put in place again, not computed.
	before := len(r.Executed())
	if n := rows(nil); n != 2 || len(r.Executed()) != before {
		t.Errorf("%d rows, %d more runs", n, len(r.Executed())-before)
	}
	_, err := r.TableWith(ctx, "base", map[string]any{"min_ms": "low"})
	if err == nil || err.Error() != `parameter min_ms: want a number, got "low"` {
		t.Errorf("got %v", err)
	}
}

func TestRunnerErrors(t *testing.T) {
	db := newMemDB(t, tableM, rowsM)
	r := NewRunner(load(t, chain...), db, nil)
	_, err := r.Table(context.Background(), "broken")
	var f *Fault
	if !errors.As(err, &f) || f.Head() != "queries/broken.sql:1:29: no such column: missing_column" {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(f.Excerpt, "^") {
		t.Error("no caret")
	}
	var dep *DependencyError
	if _, err = r.Table(context.Background(), "after"); !errors.As(err, &dep) || dep.On != "broken" {
		t.Errorf("got %v", err)
	}
	if _, err = r.Table(context.Background(), "shar"); err == nil || err.Error() != "there is no query shar; did you mean share?" {
		t.Errorf("got %v", err)
	}
	r = NewRunner(load(t, "a.sql", "select * from b", "b.sql", "select * from a"), db, nil)
	if _, err = r.Table(context.Background(), "a"); err == nil || !strings.Contains(err.Error(), "reads from itself") {
		t.Errorf("got %v", err)
	}
}

func TestLocate(t *testing.T) {
	db := newMemDB(t, tableM)
	for _, c := range []struct{ sql, want string }{
		{"select run from m where run = 'x' order by, run", "q.sql:3:43: near \",\": syntax error"},
		{"select run, ms from m\nwhere ms > > 1", "q.sql:4:12: near \">\": syntax error"},
		{"select run,, ms from m", "q.sql:3:12: near \",\": syntax error"},
		{"select m.msx from m", "q.sql:3:8: no such column: m.msx"},
		{"select run from m\n where x in (select ms from nowhere)", "q.sql:4:29: no such table: nowhere"},
		{"select run, medan(ms) from m", "q.sql:3:13: no such function: medan"},
		{"select run from m a, m b", "q.sql:3:8: ambiguous column name: run"},
		{"select round(1, 2, 3)", "q.sql:3:8: wrong number of arguments to function round()"},
		{"select run from m where sum(ms) > 1", "q.sql:3:25: misuse of aggregate function sum()"},
		{"select run from m where", "q.sql:3:24: incomplete input"},
		{"select \"msx\" from m", "q.sql:3:8: no such column: \"msx\""},
	} {
		q, _ := Parse("q", "-- doc: x\n\n"+c.sql, Origin{File: "q.sql"})
		s := NewSet()
		s.Add(q)
		_, err := NewRunner(s, db, nil).Table(context.Background(), "q")
		var f *Fault
		if !errors.As(err, &f) {
			t.Errorf("%s: no fault: %v", c.sql, err)
			continue
		}
		if head, _, _ := strings.Cut(f.Head(), " - should"); head != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.sql, head, c.want)
		}
	}
}

func TestProvide(t *testing.T) {
	db := newMemDB(t, tableM, rowsM)
	s := load(t, "a.sql", "select v * 2 as v from metric_values, base", "base.sql", "select 1", "b.sql", "select * from metric_values")
	r := NewRunner(s, db, nil)
	calls := 0
	r.Provide("metric_values", func(context.Context) (*table.Table, error) {
		calls++
		return &table.Table{Columns: []table.Column{{Name: "v"}}, Rows: [][]any{{int64(21)}}}, nil
	})
	if faults := s.Check(); faults != nil {
		t.Error(faults)
	}
	for range 2 {
		got, err := r.Table(context.Background(), "a")
		if err != nil || got.Rows[0][0] != int64(42) || calls != 1 {
			t.Fatalf("%v, %v, %d calls", got, err, calls)
		}
	}
	r = NewRunner(s, db, nil)
	r.Provide("metric_values", func(ctx context.Context) (*table.Table, error) { return r.Table(ctx, "b") })
	if _, err := r.Table(context.Background(), "b"); err == nil || !strings.Contains(err.Error(), "metric_values reads from itself") {
		t.Errorf("a metric that reads the metrics: %v", err)
	}
}

func TestColumns(t *testing.T) {
	db := newMemDB(t, tableM)
	s := load(t, "base.sql", "-- column: ms number\nselect run, ms from m", "top.sql", "-- column: n int\nselect run, max(ms) as ms, 1 as n from base")
	got, err := NewRunner(s, db, nil).Columns(context.Background(), "top")
	if err != nil || len(got) != 3 || got[1].Name != "ms" || got[2].Type != table.Int {
		t.Errorf("%v, %v", got, err)
	}
	if len(db.ran) != 1 || db.ran[0] != "put base" {
		t.Errorf("ran %v", db.ran)
	}
}

func TestTimeout(t *testing.T) {
	db := newMemDB(t, tableM)
	s := load(t, "long.sql", "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n", "top.sql", "select * from long")
	r := NewRunner(s, db, nil)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, err := r.Table(ctx, "top"); err == nil {
		t.Error("no error")
	}
	if len(r.results) != 0 {
		t.Error("a time-out was kept as the result")
	}
}

// placingDB says where an error is, as store does.
type placingDB struct{ *memDB }

func (placingDB) Query(context.Context, string, map[string]any) (*table.Table, error) {
	return nil, errors.New("line 2 column 9: no such column: ms (did you mean itl_ms?)")
}

func TestPlacedError(t *testing.T) {
	q, _ := Parse("q", "-- doc: x\n\nselect ms, é,\n  'é' || ms from m", Origin{File: "q.sql"})
	s := NewSet()
	s.Add(q)
	_, err := NewRunner(s, placingDB{newMemDB(t)}, nil).Table(context.Background(), "q")
	var f *Fault
	if !errors.As(err, &f) || f.Head() != "q.sql:4:9: no such column: ms (did you mean itl_ms?)" || !strings.HasSuffix(f.Excerpt, "            ^") {
		t.Errorf("got %v", err)
	}
}
