package store

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// interrupted returns an archive as a crash in the middle of a transaction
// leaves it: pages changed in the file, and a journal beside it.
func interrupted(t *testing.T) string {
	t.Helper()
	db := open(t)
	load(t, db, sampleRun("a"))
	if err := db.conn.Exec("pragma synchronous = full; pragma cache_size = 1; begin immediate; update stored_runs set note = 'half'; " +
		"with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000) insert into stored_requests (request, status) select i, 'ok' from n"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "crashed.db")
	for _, suffix := range []string{"", "-journal"} {
		b, err := os.ReadFile(db.Path() + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+suffix, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

func TestSessionAfterACrash(t *testing.T) {
	path := interrupted(t)
	s, err := OpenSession(context.Background(), path, SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := rows(t, s, "select run, note, (select count(*) from stored_requests) from runs"); got != "a|NULL|3" {
		t.Errorf("got %s", got)
	}
	if _, err := os.Stat(path + "-journal"); err == nil {
		t.Error("the journal is still there")
	}
}

func TestSessionAfterACrashOnReadOnlyFolder(t *testing.T) {
	path := interrupted(t)
	dir := filepath.Dir(path)
	for p, mode := range map[string]os.FileMode{path: 0o444, dir: 0o555} {
		if err := os.Chmod(p, mode); err != nil {
			t.Fatal(err)
		}
	}
	defer os.Chmod(dir, 0o755)
	s, err := OpenSession(context.Background(), path, SessionOptions{})
	if err == nil {
		s.Close()
		if os.Geteuid() == 0 {
			t.Skip("root may write anyway")
		}
		t.Fatal("half a transaction was read")
	}
	if !strings.Contains(err.Error(), "a write was interrupted") {
		t.Errorf("got %v", err)
	}
}

func TestFullDisk(t *testing.T) {
	db := open(t)
	load(t, db, sampleRun("a"))
	pages, err := number(db.conn, "pragma page_count")
	if err != nil {
		t.Fatal(err)
	}
	if err := db.conn.Exec(fmt.Sprintf("pragma max_page_count = %d", pages+3)); err != nil {
		t.Fatal(err)
	}
	_, err = db.Load(context.Background(), streamed("big", reader(requestLines(longLog))), LoadOptions{})
	if err == nil || !strings.HasSuffix(err.Error(), "the disk is full; nothing of this run was stored") {
		t.Errorf("got %v", err)
	}
	s := session(t, db)
	if got := rows(t, s, "select run, (select count(*) from stored_requests) from runs"); got != "a|3" {
		t.Errorf("afterwards: %s", got)
	}
}
