package store

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/profreport/profreport/internal/profile"
)

// longLog is how many requests fill more than one block.
const longLog = 75_000

func TestSameBytesSameName(t *testing.T) {
	db := open(t)
	first := load(t, db, sampleRun("a"))
	if first.Same || first.Run != "a" || first.Requests != 3 || first.Sources != 3 || first.Problems["error"] != 1 {
		t.Errorf("first: %+v", first)
	}
	again := load(t, db, sampleRun("a"))
	if !again.Same || again.Run != "a" || again.RunID != first.RunID {
		t.Errorf("again: %+v", again)
	}
	s := session(t, db)
	if got := rows(t, s, "select count(*) from runs"); got != "1" {
		t.Errorf("%s runs", got)
	}
}

func TestSameBytesOtherName(t *testing.T) {
	db := open(t)
	load(t, db, sampleRun("a"))
	if res := load(t, db, sampleRun("b")); res.Same || res.Run != "b" {
		t.Errorf("%+v", res)
	}
	s := session(t, db)
	if got := rows(t, s, "select (select count(*) from sources), (select count(*) from stored_contents), (select count(*) from requests)"); got != "6|3|6" {
		t.Errorf("sources|contents|requests: %s", got)
	}
}

func TestChangedFolder(t *testing.T) {
	db := open(t)
	load(t, db, sampleRun("a"))
	changed := func(name, text string) *profile.Run {
		r := sampleRun(name)
		r.Sources[0].Bytes = []byte(text)
		return r
	}
	for _, c := range []struct {
		text, run string
		same      bool
	}{{"x\n", "a~2", false}, {"y\n", "a~3", false}, {"x\n", "a~2", true}, {"line1\n", "a", true}} {
		res := load(t, db, changed("a", c.text))
		if res.Run != c.run || res.Same != c.same {
			t.Errorf("%q: %+v", c.text, res)
		}
		if renamed := c.run != "a"; (res.Wanted == "a") != renamed {
			t.Errorf("%q: wanted %q", c.text, res.Wanted)
		}
	}
	// Another method over the same bytes is another run.
	r := sampleRun("a")
	r.Method = "AIC-Search"
	if res := load(t, db, r); res.Same || res.Run != "a~4" {
		t.Errorf("other method: %+v", res)
	}
	s := session(t, db)
	if got := rows(t, s, "select run from runs order by run_id"); got != "a\na~2\na~3\na~4" {
		t.Errorf("got %s", got)
	}
}

// streamed is a run whose request log is read from open.
func streamed(name string, open func() (io.ReadCloser, error)) *profile.Run {
	return &profile.Run{Name: name, Method: "m", Status: profile.Partial,
		Sources:     []profile.Source{{Path: "log.jsonl", Kind: "aiperf_jsonl", Open: open}},
		RequestLogs: []profile.RequestLog{{Level: "medium", Source: 0, Decode: decodeLines}}}
}

func reader(text string) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
}

func TestStreamedSource(t *testing.T) {
	// One piece of 1 MiB and a rest; a bad line; no summary of the level.
	text := requestLines(longLog) + "not a request\n"
	for _, evidence := range []Evidence{EvidenceFull, EvidenceHash} {
		db := open(t)
		var done int64
		r := streamed("a", reader(text))
		r.Sources[0].Size = int64(len(text))
		res, err := db.Load(context.Background(), r, LoadOptions{Evidence: evidence, Progress: func(d, total int64) {
			if d < done || total != int64(len(text)) {
				t.Fatalf("progress %d of %d after %d", d, total, done)
			}
			done = d
		}})
		if err != nil {
			t.Fatal(err)
		}
		if res.Requests != longLog || res.Problems["error"] != 1 || res.Bytes != int64(len(text)) || done != res.Bytes {
			t.Errorf("%s: %+v, progress up to %d", evidence, res, done)
		}
		s := session(t, db)
		for _, c := range []struct{ sql, want string }{
			{"select level, count(*), min(request), max(request), sum(error is not null) from requests", "medium|75000|0|74999|1"},
			{"select level, partial, request_count from load_levels", "medium|1|NULL"},
			{"select path, line, message is not null from problems", "requests|75001|1"},
			{"select request from requests limit 4", "0\n1\n2\n3"}, // in order, though 2 is an error
		} {
			if got := rows(t, s, c.sql); got != c.want {
				t.Errorf("%s: %s: got %s, want %s", evidence, c.sql, got, c.want)
			}
		}
		want := "0|0"
		if evidence == EvidenceFull {
			want = "1|" + rows(t, s, "select bytes / 1048576 + 1 from sources")
		}
		if got := rows(t, s, "select kept, (select count(*) from stored_chunks) from sources"); got != want {
			t.Errorf("%s: kept|chunks: got %s, want %s", evidence, got, want)
		}
		if res := load(t, db, streamed("a", reader(text))); !res.Same {
			t.Errorf("%s: again: %+v", evidence, res)
		}
	}
}

func TestEvidenceIsAddedLater(t *testing.T) {
	text := requestLines(longLog)
	db := open(t)
	ctx := context.Background()
	for _, c := range []struct {
		name     string
		evidence Evidence
	}{{"a", EvidenceHash}, {"b", EvidenceFull}, {"c", EvidenceFull}, {"d", EvidenceHash}} {
		if _, err := db.Load(ctx, streamed(c.name, reader(text)), LoadOptions{Evidence: c.evidence}); err != nil {
			t.Fatal(err)
		}
	}
	s := session(t, db)
	if got := rows(t, s, "select count(*), sum(kept) from stored_contents"); got != "1|1" {
		t.Errorf("contents|kept: %s", got)
	}
	if v, err := Verify(ctx, db.Path(), nil); err != nil || !v.OK() || v.Sources != 4 || v.HashOnly != 0 {
		t.Errorf("%+v, %v", v, err)
	}
}

func TestFailedLoadLeavesNothing(t *testing.T) {
	boom := errors.New("boom")
	lines := requestLines(longLog)
	for name, r := range map[string]*profile.Run{
		"open": streamed("a", func() (io.ReadCloser, error) { return nil, boom }),
		"read": streamed("a", func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader(lines), iotest.ErrReader(boom))), nil
		}),
		"first": streamed("a", func() (io.ReadCloser, error) { return io.NopCloser(iotest.ErrReader(boom)), nil }),
		"decode": func() *profile.Run {
			r := streamed("a", reader(lines))
			r.RequestLogs[0].Decode = func(io.Reader, func(*profile.Request, *profile.Problem) error) error { return boom }
			return r
		}(),
	} {
		db := open(t)
		if _, err := db.Load(context.Background(), r, LoadOptions{}); !errors.Is(err, boom) || !strings.Contains(err.Error(), "a: log.jsonl: ") {
			t.Errorf("%s: got %v", name, err)
		}
		wantEmpty(t, db, name)
	}
}

func TestCancelledLoadLeavesNothing(t *testing.T) {
	db := open(t)
	ctx, cancel := context.WithCancel(context.Background())
	text := requestLines(2 * longLog)
	_, err := db.Load(ctx, streamed("a", reader(text)), LoadOptions{Progress: func(done, _ int64) {
		if done > 1<<20 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	wantEmpty(t, db, "cancelled")
	if res := load(t, db, streamed("a", reader(text))); res.Requests != 2*longLog {
		t.Errorf("afterwards: %+v", res)
	}
}

func wantEmpty(t *testing.T, db *DB, what string) {
	t.Helper()
	s := session(t, db)
	tables := strings.Fields(rows(t, s, "select name from sqlite_schema where type = 'table' and name like 'stored%'"))
	if len(tables) < 15 {
		t.Fatalf("tables: %v", tables)
	}
	for _, table := range tables {
		if got := rows(t, s, "select count(*) from "+table); got != "0" {
			t.Errorf("%s: %s has %s rows", what, table, got)
		}
	}
}

func TestTwoLevelsOfOneName(t *testing.T) {
	db := open(t)
	r := sampleRun("a")
	r.Levels = append(r.Levels, profile.LoadLevel{Level: "medium", Path: "other"}, profile.LoadLevel{Level: "medium"})
	load(t, db, r)
	s := session(t, db)
	if got := rows(t, s, "select l.level, l.path, count(q.request) from load_levels l left join requests q using (run, level) group by 1 order by 1"); got != "medium|NULL|3\nmedium~2|other|0\nmedium~3|NULL|0" {
		t.Errorf("got %s", got)
	}
}

func TestTooManyProblems(t *testing.T) {
	db := open(t)
	res := load(t, db, streamed("a", reader(strings.Repeat("junk\n", maxProblems+500)+"1 2 3\n")))
	if res.Requests != 1 || res.Problems["error"] != maxProblems+501 {
		t.Errorf("%d requests, %d problems", res.Requests, res.Problems["error"])
	}
	s := session(t, db)
	if got := rows(t, s, "select path, message from problems order by reason desc, line limit 1"); got != "log.jsonl|500 more records were refused; the first 10000 are listed" {
		t.Errorf("got %s", got)
	}
}

func TestDecoderMayStopEarly(t *testing.T) {
	text := requestLines(longLog)
	r := streamed("a", reader(text))
	r.RequestLogs[0].Decode = func(r io.Reader, yield func(*profile.Request, *profile.Problem) error) error {
		return yield(&profile.Request{Status: "ok"}, nil)
	}
	db := open(t)
	if res := load(t, db, r); res.Requests != 1 || res.Bytes != int64(len(text)) {
		t.Errorf("%+v", res)
	}
	if v, err := Verify(context.Background(), db.Path(), nil); err != nil || !v.OK() {
		t.Errorf("%+v %v", v, err)
	}
}

func TestSecondWriter(t *testing.T) {
	db := open(t)
	other, err := Open(context.Background(), db.Path())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.conn.BusyTimeout(50)
	if err := db.conn.Exec("begin immediate"); err != nil {
		t.Fatal(err)
	}
	_, err = other.Load(context.Background(), sampleRun("a"), LoadOptions{})
	if err == nil || !strings.HasSuffix(err.Error(), "another process is writing to this archive; try again when it is done") {
		t.Errorf("got %v", err)
	}
	if err := db.conn.Exec("rollback"); err != nil {
		t.Fatal(err)
	}
	load(t, other, sampleRun("a"))
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct{ path, want string }{
		{dir, "is a folder, not an archive"},
		{filepath.Join(dir, "no", "such", "a.db"), "cannot be opened or created"},
		{write("text.db", strings.Repeat("no database at all ", 100)), "not a SQLite file"},
		{otherDatabase(t, dir), "not an archive of profreport"},
		{newerArchive(t, dir), "written by a newer profreport"},
	} {
		if db, err := Open(context.Background(), c.path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.path, err, c.want)
			db.Close()
		}
	}
}

func TestOddPaths(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"file:x.db", ":memory:", "a?mode=memory", "a#b%20.db", "-x.db"} {
		db, err := Open(context.Background(), name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		load(t, db, sampleRun("a"))
		db.Close()
		if _, err := os.Stat(name); err != nil {
			t.Errorf("%s: no file of this name: %v", name, err)
		}
		into := open(t)
		if done, err := into.Merge(context.Background(), MergeOptions{}, name); err != nil || len(done) != 1 {
			t.Errorf("%s: merge: %v %v", name, done, err)
		}
	}
}
