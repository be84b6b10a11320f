package ingest

import (
	"bytes"
	"testing"

	"github.com/profreport/profreport/demodata"
)

// BenchmarkSweepTable reads the demo's 352 rows; the mapping is compiled once.
func BenchmarkSweepTable(b *testing.B) {
	table, err := demodata.FS.ReadFile("aggregated.csv")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(table)))
	for b.Loop() {
		if _, _, err := ReadSweepTable(bytes.NewReader(table), "aggregated.csv", SweepOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
