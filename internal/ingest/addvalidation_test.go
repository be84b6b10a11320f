package ingest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

func TestAddValidation(t *testing.T) {
	p := filepath.Join(t.TempDir(), "validation.json")
	text := `{"ttft_target":500,"load_level_results":[{"load_level":"idle","ttft_p50":1},{"load_level":"medium","concurrency":4,"ttft_p50":170.5,"ttft_error_pct":-41.3}]}`
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	r := ingestOne(t, filepath.Join("testdata", "small"), Options{})
	for range 2 {
		if err := AddValidation(context.Background(), r, p); err != nil {
			t.Fatal(err)
		}
	}
	var levels []string
	for _, l := range r.Levels {
		levels = append(levels, l.Level+" "+l.Path)
	}
	want := "[idle validation/idle/profile_export_aiperf.json medium validation-results/validation.json c16 validation/c16/profile_export_aiperf.csv optimization optimization/profile_export_aiperf.json]"
	if fmt.Sprint(levels) != want {
		t.Errorf("levels %v, want %s", levels, want)
	}
	if n := len(r.Sources); n != 25 || r.Sources[23].Path != "validation-results/validation.json" || r.Sources[24].Path != "validation-results-2/validation.json" || string(sourceBytes(t, r.Sources[23])) != text {
		t.Errorf("%d sources, last %+v", n, r.Sources[n-1])
	}
	if len(r.Problems) != 3 { // idle twice, medium once
		t.Errorf("problems %s", problemsOf(r))
	}
	if err := AddValidation(context.Background(), r, p+".missing"); err == nil {
		t.Error("a missing file is no error")
	}

	// The requests of a level move with it.
	r = ingestOne(t, filepath.Join("testdata", "small", "profile_sla.log"), Options{})
	if err := AddValidation(context.Background(), r, filepath.Join("testdata", "small", "validation")); err != nil {
		t.Fatal(err)
	}
	if len(r.Levels) != 2 || len(r.RequestLogs) != 1 || r.Sources[r.RequestLogs[0].Source].Path != "validation-results/idle/profile_export.jsonl" {
		t.Errorf("levels %v, request logs %v", r.Levels, r.RequestLogs)
	}
}
