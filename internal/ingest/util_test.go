package ingest

import (
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/profreport/profreport/internal/profile"
)

// sprint prints any value for comparison.
func sprint(v any) string { return fmt.Sprint(v) }

// sourceBytes reads a source the way the store does.
func sourceBytes(t *testing.T, s profile.Source) []byte {
	t.Helper()
	if (s.Bytes == nil) == (s.Open == nil) {
		t.Errorf("%s: Bytes and Open are not one or the other", s.Path)
	}
	if s.Bytes != nil {
		return s.Bytes
	}
	f, err := s.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func sortedStrings(s []string) []string {
	slices.Sort(s)
	return s
}
