package store

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/profile"
	"github.com/profreport/profreport/internal/store/sqlite"
	"github.com/profreport/profreport/internal/table"
)

// otherDatabase makes a SQLite file that is no archive.
func otherDatabase(t *testing.T, dir string) string {
	return makeFile(t, filepath.Join(dir, "other.db"), "create table x (y)")
}

// newerArchive makes an archive with a schema nobody knows yet.
func newerArchive(t *testing.T, dir string) string {
	return makeFile(t, filepath.Join(dir, "newer.db"), "pragma application_id = 0x70726f66; pragma user_version = 99; create table x (y)")
}

func makeFile(t *testing.T, path, text string) string {
	t.Helper()
	c, err := sqlite.Open(path, sqlite.Create)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Exec(text); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTagsNotesBaseline(t *testing.T) {
	db := open(t)
	ctx := context.Background()
	load(t, db, sampleRun("a"))
	load(t, db, sampleRun("b"))
	for _, err := range []error{
		db.Tag(ctx, "a", "nightly"), db.Tag(ctx, "a", "good"), db.Tag(ctx, "a", "good"), db.Tag(ctx, "b", "old"),
		db.Untag(ctx, "b", "old"), db.Note(ctx, "b", "see ticket 5"), db.Baseline(ctx, "a"), db.Baseline(ctx, "b"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	s := session(t, db)
	if got := rows(t, s, "select run, tags, note, baseline from runs"); got != "a|good,nightly|NULL|0\nb|NULL|see ticket 5|1" {
		t.Errorf("got %s", got)
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{db.Tag(ctx, "a", "two words"), "want one word"}, {db.Tag(ctx, "a", "x,y"), "want one word"}, {db.Tag(ctx, "a", ""), "want one word"},
		{db.Untag(ctx, "a", "none"), "has no tag none"}, {db.Note(ctx, "c", "x"), "no run c"}, {db.Rename(ctx, "a", "b"), "has a run of this name"},
		{db.Rename(ctx, "a", ""), "needs a name"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("got %v, want %s", c.err, c.want)
		}
	}
	for _, err := range []error{db.Baseline(ctx, ""), db.Note(ctx, "b", ""), db.Rename(ctx, "b", "c"), db.Rename(ctx, "a", "a")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := rows(t, s, "select run, note, baseline from runs where run_id = 2"); got != "c|NULL|0" {
		t.Errorf("got %s", got)
	}
}

func TestResolveRuns(t *testing.T) {
	db := open(t)
	ctx := context.Background()
	empty := session(t, db)
	if _, err := empty.ResolveRuns(ctx, []string{"x"}); err == nil || !strings.Contains(err.Error(), "holds no runs") {
		t.Errorf("empty archive: %v", err)
	}
	for _, n := range []string{"aic-1", "online/1", "online/2", "odd[name"} {
		r := sampleRun(n)
		if n == "aic-1" {
			r.Method = "AIC-Search"
		}
		load(t, db, r)
	}
	if err := errors.Join(db.Tag(ctx, "online/1", "good"), db.Tag(ctx, "online/2", "goodish"), db.Baseline(ctx, "online/1")); err != nil {
		t.Fatal(err)
	}
	s := session(t, db)
	for _, c := range []struct{ sel, want string }{
		{"", "aic-1 online/1 online/2 odd[name"},
		{"online/2 aic-1", "online/2 aic-1"},
		{"online/* aic-1 online/1", "online/1 online/2 aic-1"},
		{"*", "aic-1 online/1 online/2 odd[name"},
		{"o*2", "online/2"}, // a slash is an ordinary character
		{"tag:good", "online/1"},
		{"method:AIC-Search", "aic-1"},
		{"latest", "odd[name"},
		{"baseline", "online/1"},
		{"odd[name", "odd[name"}, // an exact name goes before a pattern
	} {
		got, err := s.ResolveRuns(ctx, strings.Fields(c.sel))
		if err != nil || strings.Join(got, " ") != c.want {
			t.Errorf("%q: got %v %v, want %s", c.sel, got, err, c.want)
		}
	}
	for _, c := range []struct{ sel, want string }{
		{"onlin/1", "no run onlin/1; did you mean online/1 or online/2?"},
		{"tag:godo", "did you mean tag:good?"},
		{"method:aic-search", "did you mean method:AIC-Search?"},
		{"lastest", "did you mean latest?"},
		{"something else", "no run something else; 'profreport runs' lists them"},
		{"x[", "not a valid pattern"},
	} {
		_, err := s.ResolveRuns(ctx, []string{c.sel})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want %s", c.sel, err, c.want)
		}
	}
	if err := s.Select(ctx, []string{"online/2", "aic-1"}); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, s, "select run from runs where run in selected"); got != "aic-1\nonline/2" {
		t.Errorf("selected: %s", got)
	}
}

func TestRm(t *testing.T) {
	db := open(t)
	ctx := context.Background()
	load(t, db, sampleRun("a"))
	other := sampleRun("b")
	other.Sources[0].Bytes = []byte("of b alone")
	load(t, db, other)
	if err := db.Rm(ctx, "b", "none"); err == nil {
		t.Fatal("an unknown run was removed")
	}
	s := session(t, db)
	if got := rows(t, s, "select count(*) from runs"); got != "2" {
		t.Errorf("one of two was removed: %s left", got)
	}
	if err := db.Rm(ctx, "b"); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, s, "select (select count(*) from stored_requests), (select count(*) from stored_contents), (select count(*) from stored_chunks), (select count(*) from candidates)"); got != "3|3|2|7" {
		t.Errorf("requests|contents|chunks|candidates: %s", got)
	}
	if v, err := Verify(ctx, db.Path(), nil); err != nil || !v.OK() {
		t.Errorf("%v %v", v, err)
	}
	if err := db.Rm(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	wantEmpty(t, db, "after rm")
}

func TestMetricValues(t *testing.T) {
	db := open(t)
	ctx := context.Background()
	load(t, db, sampleRun("a"))
	load(t, db, sampleRun("b"))
	columns := func(names ...string) *table.Table {
		tab := &table.Table{}
		for _, n := range names {
			tab.Columns = append(tab.Columns, table.Column{Name: n, Type: table.Any})
		}
		return tab
	}
	tab := columns("run", "metric", "key", "value", "unit", "n", "verdict", "note")
	tab.Rows = [][]any{
		{"a", "regret", "decode", 0.25, "", 3.0, "fail", nil},
		{"a", "duration", nil, int64(27), "s", nil, nil, nil},
		{"b", "regret", "decode", nil, nil, nil, "unknown", "not measured"},
	}
	if err := db.WriteMetricValues(ctx, tab); err != nil {
		t.Fatal(err)
	}
	s := session(t, db)
	const all = "select run, metric, key, value, n, verdict, note from metric_values order by 1, 2"
	if got := rows(t, s, all); got != "a|duration||27|NULL|NULL|NULL\na|regret|decode|0.25|3|fail|NULL\nb|regret|decode|NULL|NULL|unknown|not measured" {
		t.Errorf("got %s", got)
	}
	tab.Rows = [][]any{{"a", "regret", "decode", 0.5, "", 3.0, "fail", nil}}
	if err := db.WriteMetricValues(ctx, tab, "b"); err != nil {
		t.Fatal(err)
	}
	if got := rows(t, s, all); got != "a|regret|decode|0.5|3|fail|NULL" {
		t.Errorf("replaced: %s", got)
	}
	for _, bad := range [][]any{
		{"c", "regret", "decode", 0.5, "", nil, nil, nil},       // unknown run
		{"a", "regret", "decode", "high", "", nil, nil, nil},    // no number
		{"a", "regret", "decode", 0.5, "", nil, "perhaps", nil}, // no verdict
		{nil, "regret", "decode", 0.5, "", nil, nil, nil},       // no run
	} {
		tab.Rows = [][]any{{"a", "other", "", 1.0, "", nil, nil, nil}, bad}
		if err := db.WriteMetricValues(ctx, tab); err == nil {
			t.Errorf("%v was stored", bad)
		}
	}
	if got := rows(t, s, all); got != "a|regret|decode|0.5|3|fail|NULL" {
		t.Errorf("a failed write left %s", got)
	}
}

func TestUserTables(t *testing.T) {
	db := open(t)
	ctx := context.Background()
	tab := &table.Table{Columns: []table.Column{{Name: "host", Type: table.Text}, {Name: "n", Type: table.Int}, {Name: "x", Type: table.Any}},
		Rows: [][]any{{"a", int64(1), "mixed"}, {"b", nil, 2.5}}}
	u := UserTable{Name: "hosts", Path: "hosts.csv", SHA256: "1", Columns: tab.Columns, Rows: RowsOf(tab), Now: clock}
	for _, c := range []struct {
		sum, name string
		same      bool
	}{{"1", "hosts", false}, {"1", "hosts", true}, {"2", "hosts_2", false}, {"2", "hosts_2", true}} {
		u.SHA256 = c.sum
		res, err := db.LoadTable(ctx, u)
		if err != nil || res.Name != c.name || res.Same != c.same {
			t.Errorf("%s: %+v %v", c.sum, res, err)
		}
	}
	s := session(t, db)
	if got := rows(t, s, "select host, n, typeof(x) from hosts"); got != "a|1|text\nb|NULL|real" {
		t.Errorf("got %s", got)
	}
	if got := rows(t, s, "select * from user_tables"); got != "hosts|hosts.csv|1|2|2026-01-02T03:04:05Z\nhosts_2|hosts.csv|2|2|2026-01-02T03:04:05Z" {
		t.Errorf("got %s", got)
	}
	for _, name := range []string{"runs", "RUNS", "stored_x", "selected", "user_tables", "sqlite_x", "a b", `x"; drop table stored_runs; --`, "", "1st"} {
		u.Name = name
		if res, err := db.LoadTable(ctx, u); err == nil {
			t.Errorf("%q was made as %s", name, res.Name)
		}
	}
	u.Name, u.SHA256 = "bad", "3"
	bad := &table.Table{Columns: tab.Columns, Rows: [][]any{{"a", int64(1), nil}, {"b", "many", nil}}}
	u.Rows = RowsOf(bad)
	if _, err := db.LoadTable(ctx, u); err == nil || !strings.Contains(err.Error(), "row 2") {
		t.Errorf("a text in a column of numbers: %v", err)
	}
	if got := rows(t, s, "select count(*) from sqlite_schema where name = 'bad'"); got != "0" {
		t.Error("half a table was left")
	}
	if err := errors.Join(db.DropTable(ctx, "hosts")); err != nil {
		t.Fatal(err)
	}
	if err := db.DropTable(ctx, "stored_runs"); err == nil {
		t.Error("a table of ours was dropped")
	}
}

func TestExportRaw(t *testing.T) {
	db := open(t)
	ctx := context.Background()
	r := sampleRun("run/1")
	big := requestLines(longLog)
	r.Sources = append(r.Sources, profile.Source{Path: "big/requests.jsonl", Kind: "x", Open: reader(big)})
	load(t, db, r)
	if _, err := db.Load(ctx, &profile.Run{Name: "hashes", Sources: []profile.Source{{Path: "a", Bytes: []byte("b")}}}, LoadOptions{Evidence: EvidenceHash}); err != nil {
		t.Fatal(err)
	}
	s := session(t, db)
	dir := filepath.Join(t.TempDir(), "out")
	out, err := s.ExportRaw(ctx, []string{"run/1", "hashes"}, dir)
	if err != nil {
		t.Fatal(err)
	}
	if out.Files != 4 || strings.Join(out.Absent, " ") != "hashes/a" || out.Bytes != int64(6+42+len(big)) {
		t.Errorf("%+v", out)
	}
	for path, want := range map[string]string{"run_1/profile_sla.log": "line1\n", "run_1/empty.txt": "", "run_1/big/requests.jsonl": big,
		"run_1/validation/medium/profile_export.jsonl": requestLines(3)} {
		if got, err := os.ReadFile(filepath.Join(dir, path)); err != nil || string(got) != want {
			t.Errorf("%s: %d bytes, want %d, %v", path, len(got), len(want), err)
		}
	}
	if _, err := s.ExportRaw(ctx, []string{"run/1"}, dir); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("again: %v", err)
	}
	var b bytes.Buffer
	if err := s.SourceBytes(ctx, "run/1", "profile_sla.log", &b); err != nil || b.String() != "line1\n" {
		t.Errorf("one source: %q %v", b.String(), err)
	}
}

func TestExportRawStaysInItsFolder(t *testing.T) {
	for _, path := range []string{"../out.txt", "/etc/out.txt", "a/../../out.txt", ".."} {
		db := open(t)
		load(t, db, &profile.Run{Name: "a", Sources: []profile.Source{{Path: path, Bytes: []byte("x")}}})
		top := t.TempDir()
		dir := filepath.Join(top, "in", "dir")
		if _, err := session(t, db).ExportRaw(context.Background(), []string{"a"}, dir); err == nil || !strings.Contains(err.Error(), "leads out of the folder") {
			t.Errorf("%s: got %v", path, err)
		}
		err := filepath.WalkDir(top, func(p string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() || strings.Contains(p, ".export-") {
				t.Errorf("%s: left %s", path, p)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestMerge(t *testing.T) {
	ctx := context.Background()
	a, b := open(t), open(t)
	load(t, a, sampleRun("x"))
	load(t, a, sampleRun("only a"))
	load(t, b, sampleRun("x")) // the same
	changed := sampleRun("only a")
	changed.Sources[0].Bytes = []byte("other")
	load(t, b, changed)
	load(t, b, sampleRun("only b"))
	tab := &table.Table{Columns: []table.Column{{Name: "h", Type: table.Text}}, Rows: [][]any{{"v"}}}
	if _, err := b.LoadTable(ctx, UserTable{Name: "hosts", SHA256: "1", Columns: tab.Columns, Rows: RowsOf(tab)}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(b.Tag(ctx, "only b", "t"), b.Baseline(ctx, "only b")); err != nil {
		t.Fatal(err)
	}
	metrics := &table.Table{Columns: []table.Column{{Name: "run"}, {Name: "metric"}, {Name: "value"}}, Rows: [][]any{{"only b", "regret", 0.5}}}
	if err := b.WriteMetricValues(ctx, metrics); err != nil {
		t.Fatal(err)
	}
	done, err := a.Merge(ctx, MergeOptions{}, b.Path())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range done {
		got = append(got, d.Was+">"+d.Run+d.Table+map[bool]string{true: " same"}[d.Same])
	}
	if want := "x>x same, only a>only a~2, only b>only b, hosts>hosts"; strings.Join(got, ", ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, ", "), want)
	}
	s := session(t, a)
	sb := session(t, b)
	for _, view := range []string{"runs", "candidates", "recommendations", "prefill_points", "decode_points", "deployments", "load_levels",
		"load_statistics", "requests", "settings", "sources", "problems", "messages", "metric_values"} {
		cols, err := s.Prepare(ctx, "select * from "+view)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, c := range cols {
			switch c.Name {
			case "run_id", "level_id", "source_id", "baseline":
			default:
				names = append(names, c.Name)
			}
		}
		text := "select " + strings.Join(names, ", ") + " from " + view + " where run = 'only b'"
		if g, w := rows(t, s, text), rows(t, sb, text); g != w || w == "" {
			t.Errorf("%s\n got %s\nwant %s", view, g, w)
		}
	}
	if got := rows(t, s, "select (select count(*) from runs where baseline), (select h from hosts), (select count(*) from stored_contents)"); got != "0|v|4" {
		t.Errorf("baseline|table|contents: %s", got)
	}
	if v, err := Verify(ctx, a.Path(), nil); err != nil || !v.OK() || v.Runs != 4 {
		t.Errorf("%+v %v", v, err)
	}
	if _, err := a.Merge(ctx, MergeOptions{}, a.Path()); err == nil || !strings.Contains(err.Error(), "archive itself") {
		t.Errorf("itself: %v", err)
	}
	if _, err := a.Merge(ctx, MergeOptions{Runs: []string{"onlyb"}}, b.Path()); err == nil || !strings.Contains(err.Error(), "did you mean only b") {
		t.Errorf("unknown run: %v", err)
	}
}

func TestBackupAndExtract(t *testing.T) {
	ctx := context.Background()
	db := open(t)
	load(t, db, sampleRun("a"))
	load(t, db, sampleRun("b"))
	s := session(t, db)
	dir := t.TempDir()
	whole, part := filepath.Join(dir, "whole.db"), filepath.Join(dir, "part.db")
	if err := s.Backup(ctx, whole); err != nil {
		t.Fatal(err)
	}
	if err := s.ExtractTo(ctx, MergeOptions{Runs: []string{"b"}}, part); err != nil {
		t.Fatal(err)
	}
	inPage, err := s.Extract(ctx, MergeOptions{Runs: []string{"a"}, Evidence: EvidenceHash}, nil)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "page.db")
	if err := os.WriteFile(file, inPage, 0o644); err != nil {
		t.Fatal(err)
	}
	all, err := s.Bytes(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if onDisk, err := os.ReadFile(db.Path()); err != nil || !bytes.Equal(all, onDisk) {
		t.Errorf("bytes differ from the file, %v", err)
	}
	for path, want := range map[string]string{whole: "a,b|3|2", part: "b|3|2", file: "a|3|0"} {
		o, err := OpenSession(ctx, path, SessionOptions{})
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if got := rows(t, o, "select (select group_concat(run) from runs), (select count(*) from stored_contents), (select count(*) from stored_chunks)"); got != want {
			t.Errorf("%s: runs|contents|chunks: got %s, want %s", path, got, want)
		}
		o.Close()
		if v, err := Verify(ctx, path, nil); err != nil || !v.OK() {
			t.Errorf("%s: %+v %v", path, v, err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 3 {
		t.Errorf("files left: %v", entries)
	}
}
