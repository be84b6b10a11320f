package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/profreport/profreport/internal/store/sqlite"
	"github.com/profreport/profreport/internal/table"
)

// refused are texts that a session must not run, each with a word of the
// reason.
var refused = []struct{ sql, reason string }{
	{"attach 'FILE' as x", "attach is refused"},
	{"pragma query_only = 0", "pragma is refused"},
	{"pragma table_info(stored_runs)", "pragma is refused"},
	{"select * from pragma_table_info('stored_runs')", "pragma is refused"},
	{"update stored_runs set note = 'x'", "update is refused"},
	{"insert into stored_runs (run) values ('x')", "insert is refused"},
	{"delete from stored_runs", "delete is refused"},
	{"create temp table x (y)", "changing the schema is refused"},
	{"create table x (y)", "changing the schema is refused"},
	{"create temp view x as select 1", "changing the schema is refused"},
	{"drop table stored_runs", "changing the schema is refused"},
	{"vacuum", "not a select statement"},
	{"vacuum into 'FILE'", "not a select statement"},
	{"begin", "a transaction is refused"},
	{"savepoint x", "savepoint is refused"},
	{"reindex", "refused"},
	{"analyze", "refused"},
	{"alter table stored_runs rename to x", "refused"},
	{"create virtual table x using fts5(y)", "refused"},
	{"detach main", "detach is refused"},
	{"select 1; delete from stored_runs", "more than one statement"},
	{"select 1; select 2", "more than one statement"},
	{"select 1; nonsense", "more than one statement"},
	{"select load_extension('x')", "not authorized to use function: load_extension"},
	{"select readfile('/etc/passwd')", "no such function"},
	{"", "no statement"},
	{"  -- only a comment", "no statement"},
	{"select \"misspelt\"", `no such column: "misspelt"`},
	{"select 1\x00; delete from stored_runs", "NUL"},
}

func TestSessionRefuses(t *testing.T) {
	db := open(t)
	load(t, db, sampleRun("a"))
	s := session(t, db)
	ctx := context.Background()
	file := filepath.Join(t.TempDir(), "made")
	for _, c := range refused {
		text := strings.ReplaceAll(c.sql, "FILE", file)
		for name, run := range map[string]func() error{
			"query":       func() error { _, err := s.Query(ctx, text, nil); return err },
			"prepare":     func() error { _, err := s.Prepare(ctx, text); return err },
			"materialize": func() error { _, err := s.Materialize(ctx, "x", text, nil); return err },
		} {
			if err := run(); err == nil || !strings.Contains(err.Error(), c.reason) {
				t.Errorf("%s %q: got %v, want %q", name, text, err, c.reason)
			}
		}
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("a refused statement made a file")
	}
	if got := rows(t, s, "select run, note from runs"); got != "a|NULL" {
		t.Errorf("the archive changed: %s", got)
	}
}

func TestSessionAllows(t *testing.T) {
	db := open(t)
	load(t, db, sampleRun("a"))
	s := session(t, db)
	for _, text := range []string{
		"select 1;", "select 1 -- done", ";select 1; ; /* two */ -- three\n",
		"with recursive n(i) as (select 1 union all select i + 1 from n where i < 3) select max(i) from n",
		"values (1)", "explain query plan select * from requests", "select name from sqlite_schema where type = 'view'",
		"select json_extract('{\"a\":1}', '$.a'), sqrt(2), 'abc' regexp '^a'",
	} {
		if _, err := s.Query(context.Background(), text, nil); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestSessionTimesOutWhileRowsAreRead(t *testing.T) {
	db := open(t)
	load(t, db, sampleRun("a"))
	s := session(t, db)
	// The first row comes at once; the second never.
	const text = "select 0 union all select i from (with recursive n(i) as (select 1 union all select i + 1 from n) select i from n where i < 0)"
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := s.Query(ctx, text, nil)
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 5*time.Second {
		t.Fatalf("got %v after %v", err, time.Since(start))
	}
	// The session still works and still refuses.
	if got := rows(t, s, "select count(*) from runs"); got != "1" {
		t.Errorf("got %s", got)
	}
	if _, err := s.Query(context.Background(), "attach ':memory:' as x", nil); err == nil {
		t.Error("attach went through after a timeout")
	}
	s.o.Timeout = 50 * time.Millisecond
	if _, err := s.Query(context.Background(), text, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("own timeout: got %v", err)
	}
}

func TestSessionLimits(t *testing.T) {
	db := open(t)
	load(t, db, sampleRun("a"))
	s, err := OpenSession(context.Background(), db.Path(), SessionOptions{MaxRows: 10, MaxBytes: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx := context.Background()
	const many = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 100) select i from n"
	if _, err := s.Query(ctx, many, nil); err == nil || !strings.Contains(err.Error(), "more than 10 rows") {
		t.Errorf("rows: got %v", err)
	}
	for _, c := range []struct {
		max, rows int
		truncated bool
	}{{3, 3, true}, {10, 10, true}, {0, 10, true}} {
		tab, truncated, err := s.UserQuery(ctx, many, nil, c.max)
		if err != nil || len(tab.Rows) != c.rows || truncated != c.truncated {
			t.Errorf("max %d: %d rows, truncated %v, %v", c.max, len(tab.Rows), truncated, err)
		}
	}
	if tab, truncated, err := s.UserQuery(ctx, "values (1), (2), (3)", nil, 3); err != nil || len(tab.Rows) != 3 || truncated {
		t.Errorf("exactly as many: %v %v", truncated, err)
	}
	if _, err := s.Query(ctx, "select zeroblob(100000000)", nil); err == nil || !strings.Contains(err.Error(), "too big") {
		t.Errorf("bytes: got %v", err)
	}
	if _, err := s.Query(ctx, "select 'a' like ?1", nil); err == nil || !strings.Contains(err.Error(), "give parameters a name") {
		t.Errorf("bare parameter: got %v", err)
	}
}

func TestSessionMemory(t *testing.T) {
	db := open(t)
	load(t, db, sampleRun("a"))
	s, err := OpenSession(context.Background(), db.Path(), SessionOptions{MaxMemory: 8 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	defer sqlite.MaxMemory(defaultMemory)
	const numbers = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 400000) "
	for _, text := range []string{
		numbers + "select max(i) from (select i from n order by random() limit -1 offset 1)",
		numbers + "select count(distinct printf('%0200d', i)) from n",
	} {
		if _, err := s.Query(context.Background(), text, nil); err == nil || !strings.Contains(err.Error(), "more memory than a query may") {
			t.Errorf("%s: got %v", text, err)
		}
	}
	if got := rows(t, s, "select run from runs"); got != "a" {
		t.Errorf("afterwards: %s", got)
	}
}

func TestSQLErrorsArePlaced(t *testing.T) {
	s := session(t, open(t))
	for _, c := range []struct {
		sql          string
		line, column int
		msg          string
	}{
		{"select *\n  frm runs", 2, 3, `near "frm"`},
		{"select *\nfrom runs\nwhere modle = 1", 3, 7, "no such column: modle"},
		{"select é, modle from runs", 1, 8, "no such column: é"},
		{"select 'é', modle from runs", 1, 13, "no such column: modle"},
		{"select *\nfrom rusn", 2, 6, "no such table: rusn"},
		{"select medain(1)", 1, 8, "no such function: medain"},
		{"select 1,\n  percentile(1)", 2, 3, "wrong number of arguments"},
		{"select 1;\n -- text; here\nselect 2", 2, 2, "more than one statement"},
		{"select ';'; select 2", 1, 13, "more than one statement"},
		{"select\n :missing", 2, 2, "no value for the parameter :missing"},
		{"select percentile(1, 101)", 1, 8, "percentile: want a percentage from 0 to 100, got 101"},
		{"select median('x')", 1, 8, `median: want a number, got "x"`},
		{"select run from runs a join runs b", 1, 8, "ambiguous column name: run"},
	} {
		_, err := s.Query(context.Background(), c.sql, nil)
		var e *SQLError
		if !errors.As(err, &e) {
			t.Errorf("%q: got %v", c.sql, err)
			continue
		}
		if e.Line != c.line || e.Column != c.column || !strings.Contains(e.Msg, c.msg) {
			t.Errorf("%q: got %d:%d %s, want %d:%d %s", c.sql, e.Line, e.Column, e.Msg, c.line, c.column, c.msg)
		}
	}
}

func TestParameters(t *testing.T) {
	s := session(t, open(t))
	args := map[string]any{"i": int64(7), "f": 1.5, "t": "x'; drop table stored_runs", "n": nil, "b": true, "unused": "y"}
	tab, err := s.Query(context.Background(), "select :i, :f, :t, :n, :b, :i + 1, @f, $t", args)
	if err != nil {
		t.Fatal(err)
	}
	want := []any{int64(7), 1.5, "x'; drop table stored_runs", nil, int64(1), int64(8), 1.5, "x'; drop table stored_runs"}
	for i, w := range want {
		if tab.Rows[0][i] != w {
			t.Errorf("column %d: got %v, want %v", i, tab.Rows[0][i], w)
		}
	}
	if _, err := s.Query(context.Background(), "select :x", map[string]any{"x": []int{1}}); err == nil {
		t.Error("a list was bound")
	}
}

func TestColumnTypes(t *testing.T) {
	db := open(t)
	load(t, db, sampleRun("a"))
	s := session(t, db)
	for _, c := range []struct {
		sql  string
		want table.Type
	}{
		{"select gpus from candidates", table.Int},
		{"select ttft_ms from candidates", table.Float},
		{"select note from runs", table.Text},                  // no value, the declared type
		{"select gpus from candidates where 0", table.Int},     // no rows
		{"select null", table.Any},                             // nothing known
		{"select count(*) from runs", table.Int},               // from the value
		{"select 1 union all select 2.5", table.Float},         // whole and broken numbers
		{"select 1 union all select 'x'", table.Any},           // mixed
		{"select run from runs union all select 1", table.Any}, // the declared type is not the whole truth
	} {
		tab, err := s.Query(context.Background(), c.sql, nil)
		if err != nil {
			t.Errorf("%s: %v", c.sql, err)
		} else if tab.Columns[0].Type != c.want {
			t.Errorf("%s: got %s, want %s", c.sql, tab.Columns[0].Type, c.want)
		}
	}
	tab, err := s.Query(context.Background(), "select 1 union all select 2.5 order by 1", nil)
	if err != nil || tab.Rows[0][0] != 1.0 {
		t.Errorf("a whole number in a column of numbers: %v %v", tab.Rows, err)
	}
}

func TestMaterialize(t *testing.T) {
	db := open(t)
	load(t, db, sampleRun("a"))
	s := session(t, db)
	ctx := context.Background()
	if _, err := s.Materialize(ctx, "phases", "select distinct phase, ttft_ms from candidates where ttft_ms > :x;", map[string]any{"x": 450.0}); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, s, "select phase, ttft_ms from phases"); got != "prefill|500.5" {
		t.Errorf("got %s", got)
	}
	cols, err := s.Prepare(ctx, "select * from phases")
	if err != nil || cols[0].Type != table.Text || cols[1].Type != table.Float {
		t.Errorf("types are not carried on: %v %v", cols, err)
	}
	// A table may be made anew from itself, and hides a view of its name.
	for range 2 {
		if _, err := s.Materialize(ctx, "metric_values", "select 'r' as run, 1.5 as value union all select run, value + 1 from metric_values", nil); err != nil {
			t.Fatal(err)
		}
	}
	if got := rows(t, s, "select * from metric_values"); got != "r|1.5\nr|2.5" {
		t.Errorf("got %s", got)
	}
	if _, err := s.Materialize(ctx, "x", "select 1 as a, 2 as A", nil); err == nil || !strings.Contains(err.Error(), "two columns are named A") {
		t.Errorf("two columns of one name: %v", err)
	}
	mixed := &table.Table{Columns: []table.Column{{Name: `odd "name"`, Type: table.Any}}, Rows: [][]any{{"5"}, {int64(5)}, {5.0}, {nil}}}
	if err := s.Put(ctx, `an "odd" table`, mixed); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, s, `select typeof("odd ""name""") from "an ""odd"" table"`); got != "text\ninteger\nreal\nnull" {
		t.Errorf("values changed: %s", got)
	}
}

func TestOpenSessionMakesNothing(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "none.db")
	_, err := OpenSession(context.Background(), path, SessionOptions{})
	if !errors.Is(err, ErrNoArchive) {
		t.Errorf("missing file: %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a session made the file")
	}
	for name, bytes := range map[string]string{"text": "run,method\na,b\n", "empty": ""} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(bytes), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenSession(context.Background(), path, SessionOptions{}); err == nil || !strings.Contains(err.Error(), "not an archive") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := OpenSession(context.Background(), dir, SessionOptions{}); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Errorf("folder: %v", err)
	}
}

func TestSessionOnReadOnlyFolder(t *testing.T) {
	db := open(t)
	load(t, db, sampleRun("a"))
	db.Close()
	dir := filepath.Dir(db.Path())
	before, err := os.ReadFile(db.Path())
	if err != nil {
		t.Fatal(err)
	}
	for p, mode := range map[string]os.FileMode{db.Path(): 0o444, dir: 0o555} {
		if err := os.Chmod(p, mode); err != nil {
			t.Fatal(err)
		}
	}
	defer os.Chmod(dir, 0o755)
	s, err := OpenSession(context.Background(), db.Path(), SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Materialize(context.Background(), "x", "select * from candidates order by random()", nil); err != nil {
		t.Error(err)
	}
	s.Close()
	after, err := os.ReadFile(db.Path())
	if err != nil || string(before) != string(after) {
		t.Errorf("the file changed, %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("a session left %v", entries)
	}
}
