package ingest

import (
	"bytes"
	"testing"

	"github.com/profreport/profreport/internal/profile"
)

// BenchmarkRequests reads a lean file (about 1 KB a record) and a full one
// (255 chunk latencies a record); MB/s is the figure.
func BenchmarkRequests(b *testing.B) {
	for _, c := range []struct {
		name      string
		n, chunks int
	}{{"lean", 100_000, 0}, {"full", 20_000, 255}} {
		data := genRequests(c.n, c.chunks)
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				n := 0
				err := DecodeRequests("x.jsonl")(bytes.NewReader(data), func(*profile.Request, *profile.Problem) error { n++; return nil })
				if err != nil || n != c.n {
					b.Fatal(n, err)
				}
			}
		})
	}
}
