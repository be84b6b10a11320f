package store

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

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
