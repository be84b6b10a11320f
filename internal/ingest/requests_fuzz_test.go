package ingest

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/profreport/profreport/internal/profile"
)

// FuzzRequests: no input makes the decoder panic, every line that is not
// blank gives at most one request or problem, and a line that encoding/json
// refuses gives no request.
func FuzzRequests(f *testing.F) {
	f.Add(genRequests(2, 0))
	f.Add(genRequests(1, 255))
	f.Add([]byte(`{"metadata":{"request_start_ns":1.5e18},"metrics":{"time_to_first_token":{"value":1e-5,"unit":"s"}},"error":"x"}` + "\n{}\n[]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		valid := 0
		for line := range bytes.Lines(bytes.TrimPrefix(data, []byte("\ufeff"))) {
			if json.Valid(line) {
				valid++
			}
		}
		requests, n := 0, int64(0)
		err := DecodeRequests("x.jsonl")(bytes.NewReader(data), func(q *profile.Request, p *profile.Problem) error {
			if (q == nil) == (p == nil) {
				t.Fatalf("request %v with problem %v", q, p)
			}
			if q != nil {
				if q.Request != n {
					t.Errorf("request %d is numbered %d", n, q.Request)
				}
				n++
				requests++
			}
			return nil
		})
		if err == nil && requests > valid {
			t.Errorf("%d requests from %d valid lines: %q", requests, valid, data)
		}
	})
}
