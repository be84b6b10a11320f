package store

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/profile"
)

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
