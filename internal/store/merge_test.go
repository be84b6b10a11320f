package store

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/table"
)

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
