package loadgen

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestRoundTrip(t *testing.T) {
	n := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/models" {
			http.NotFound(w, r)
		}
		if n++; n == 1 {
			time.Sleep(300 * time.Millisecond) // the first is not counted
		}
		time.Sleep(10 * time.Millisecond)
	}))
	defer s.Close()
	if v := newTestClient(t, Target{URL: s.URL}).RoundTrip(t.Context(), 3); !v.OK || v.V < 10 || v.V > 60 || n != 4 {
		t.Errorf("%v after %d requests, want a little over 10 ms after 4", v, n)
	}
	if v := newTestClient(t, Target{URL: s.URL + "/other"}).RoundTrip(t.Context(), 3); v.OK {
		t.Errorf("%v from a server without the list", v)
	}
}
