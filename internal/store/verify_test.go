package store

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/store/sqlite"
)

func TestVerifyNamesDamage(t *testing.T) {
	for _, c := range []struct {
		name, sql string
		want      []string
	}{
		{"whole", "select 1", nil},
		{"bytes of a source", "update stored_chunks set frame = (select frame from stored_chunks order by chunk_id desc limit 1) " +
			"where chunk_id = (select min(chunk_id) from stored_chunks)", []string{"a: profile_sla.log: damaged: 42 bytes, want 6"}},
		{"not a frame", "update stored_chunks set frame = x'00' where chunk_id = (select min(chunk_id) from stored_chunks)",
			[]string{"a: profile_sla.log: damaged: "}},
		{"a piece lost", "delete from stored_chunks where chunk_id = (select max(chunk_id) from stored_chunks)",
			[]string{"a: validation/medium/profile_export.jsonl: damaged: 0 bytes, want 42"}},
		{"a piece moved", "update stored_chunks set chunk_id = chunk_id + 1 where chunk_id = (select max(chunk_id) from stored_chunks)",
			[]string{"a: validation/medium/profile_export.jsonl: damaged: piece 0 is missing"}},
		{"a hash", "update stored_contents set sha256 = 'x' where content_id = 1",
			[]string{"a: profile_sla.log: damaged: SHA-256 is cd205f1f8b8ab1bf7da554fd3460b5d377c587eb7fa4f394c3f403af3a787a1b, want x", "a: SHA-256 of the run is"}},
		{"a source lost", "delete from stored_sources where path = 'empty.txt'", []string{"a: SHA-256 of the run is"}},
		{"a method changed", "update stored_runs set method = 'other'", []string{"a: SHA-256 of the run is"}},
		{"a reference", "pragma foreign_keys = off; delete from stored_levels", []string{"table stored_statistics: row", "table stored_request_ranges: row"}},
	} {
		db := open(t)
		load(t, db, sampleRun("a"))
		if err := db.conn.Exec(c.sql); err != nil {
			t.Fatal(err)
		}
		db.Close()
		v, err := Verify(context.Background(), db.Path(), nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var lines []string
		for _, d := range v.Damage {
			lines = append(lines, d.String())
		}
		all := strings.Join(lines, "\n")
		for _, w := range c.want {
			if !strings.Contains(all, w) {
				t.Errorf("%s: want %q in\n%s", c.name, w, all)
			}
		}
		if len(c.want) == 0 && !v.OK() || len(c.want) > 0 && v.OK() {
			t.Errorf("%s: damage: %s", c.name, all)
		}
	}
}

func TestVerifyFindsBrokenPages(t *testing.T) {
	db := open(t)
	load(t, db, sampleRun("a"))
	root, err := number(db.conn, "select rootpage from sqlite_schema where name = 'stored_candidates'")
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	b, err := os.ReadFile(db.Path())
	if err != nil {
		t.Fatal(err)
	}
	copy(b[(root-1)*4096:], bytes.Repeat([]byte{0x55}, 200))
	if err := os.WriteFile(db.Path(), b, 0o644); err != nil {
		t.Fatal(err)
	}
	v, err := Verify(context.Background(), db.Path(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if v.OK() || !strings.Contains(fmt.Sprint(v.Damage), "table stored_candidates: ") {
		t.Errorf("got %v", v.Damage)
	}
	s, err := OpenSession(context.Background(), db.Path(), SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Query(context.Background(), "select * from candidates", nil); err == nil || !strings.Contains(err.Error(), "'profreport verify' names what is lost") {
		t.Errorf("reading a broken table: %v", err)
	}
}

// TestVerifyFindsFlippedBits flips bits all over the kept bytes.
func TestVerifyFindsFlippedBits(t *testing.T) {
	db := open(t)
	load(t, db, sampleRun("a"))
	frame := []byte(nil)
	if err := each(db.conn, "select frame from stored_chunks order by chunk_id desc limit 1", nil, func(s *sqlite.Stmt) error {
		frame = s.Blob(0)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(frame)*8; i += 3 {
		bad := bytes.Clone(frame)
		bad[i/8] ^= 1 << (i % 8)
		if err := db.conn.Exec("update stored_chunks set frame = ? where chunk_id = (select max(chunk_id) from stored_chunks)", bad); err != nil {
			t.Fatal(err)
		}
		v, err := Verify(context.Background(), db.Path(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if v.OK() && !sameContent(bad, frame) {
			t.Errorf("bit %d of %d went unseen", i, len(frame)*8)
		}
	}
}

// sameContent tells whether two frames give the same bytes: a flip in an
// unused bit of the frame's header changes nothing.
func sameContent(a, b []byte) bool {
	x, errX := decoder().DecodeAll(a, nil)
	y, errY := decoder().DecodeAll(b, nil)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
