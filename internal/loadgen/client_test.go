package loadgen

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/profreport/profreport/internal/profile"
)

// one sends a single request of 8 output tokens.
func one(t *testing.T, s *testServer, target Target) (*Record, []int64) {
	t.Helper()
	target.URL = s.URL
	c := newTestClient(t, target)
	rec := &Record{Intended: c.now()}
	p, err := NewSynthetic(c, 20, 8, 1).Prompt(0)
	if err != nil {
		t.Fatal(err)
	}
	return rec, c.Do(t.Context(), p, rec, nil)
}

// TestMeasure: 8 tokens in chunks of 2, 80 ms to the first and 20 ms between
// chunks: 4 chunks, latency 140 ms, ITL = 60/7 ms. Chunks are not tokens.
func TestMeasure(t *testing.T) {
	for _, api := range []string{Chat, Completions} {
		s := newServer(t, always(script{delay: 80 * time.Millisecond, gap: 20 * time.Millisecond, perChunk: 2}))
		rec, arrive := one(t, s, Target{API: api})
		if rec.Status != OK || rec.Chunks != 4 || len(arrive) != 4 || rec.Finish != "length" {
			t.Fatalf("%s: %+v", api, rec)
		}
		if rec.OSL != profile.Some(int64(8)) || rec.ISL != profile.Some(int64(25)) {
			t.Errorf("%s: %v in, %v out; want 25 and 8", api, rec.ISL, rec.OSL)
		}
		for _, c := range []struct {
			name      string
			got, want float64
			slack     float64
		}{
			// A busy machine makes both sides late; bench/loadgen has the real deviations.
			{"TTFT", rec.TTFT().V, 80, 150}, {"second token", rec.SecondToken().V, 20, 150},
			{"latency", rec.Latency().V, 140, 150}, {"ITL", rec.ITL().V, (rec.Latency().V - rec.TTFT().V) / 7, 1e-6},
		} {
			if math.Abs(c.got-c.want) > c.slack {
				t.Errorf("%s %s: %.2f ms, want %.2f", api, c.name, c.got, c.want)
			}
		}
		if rec.Reused || rec.Connect <= 0 || rec.Sent < rec.Intended {
			t.Errorf("%s: connection: reused %v, connect %v, lateness %v", api, rec.Reused, rec.Connect, rec.Lateness())
		}
		tr := s.truths[rec.RequestID()]
		if want := float64(tr.first.Sub(tr.received)) / 1e6; math.Abs(rec.TTFT().V-want) > 50 {
			t.Errorf("%s: TTFT %.2f ms, the server's %.2f", api, rec.TTFT().V, want)
		}
	}
}

// TestProtocols: HTTP/1.1 and HTTP/2, in the clear and over TLS.
func TestProtocols(t *testing.T) {
	for _, c := range []struct {
		name   string
		tls    bool
		target Target
		want   string
	}{
		{"clear", false, Target{}, "HTTP/1.1"},
		{"clear 2", false, Target{HTTP2: true}, "HTTP/2.0"},
		{"TLS", true, Target{Insecure: true}, "HTTP/2.0"},
	} {
		s := unstarted(always(script{}))
		s.EnableHTTP2 = true
		if c.tls {
			s.StartTLS()
		} else {
			s.Config.Protocols = protocols()
			s.Start()
		}
		t.Cleanup(s.Close)
		rec, _ := one(t, s, c.target)
		if rec.Status != OK || rec.Proto != c.want {
			t.Errorf("%s: %s, %s, %+v; want %s", c.name, rec.Status, rec.Proto, rec.Failure, c.want)
		}
		if c.tls != (rec.TLS > 0) {
			t.Errorf("%s: handshake of %v", c.name, rec.TLS)
		}
	}
	s := unstarted(always(script{}))
	s.StartTLS()
	t.Cleanup(s.Close)
	if rec, _ := one(t, s, Target{}); rec.Status != Failed || !strings.Contains(rec.Failure.Message, "certificate") {
		t.Errorf("an unknown certificate: %s, %+v", rec.Status, rec.Failure)
	}
}

// TestFailures: each fault has its class, and nothing is dropped.
func TestFailures(t *testing.T) {
	for _, c := range []struct {
		fault, class string
		code         int
		message      string
	}{
		{"429", "Too Many Requests", 429, "slow down"},
		{"503", "Service Unavailable", 503, "no workers available"},
		{"close", FailReset, 0, "closed without an answer"},
		{"reset", FailReset, 0, "reset"},
		{"truncate", FailTruncated, 200, "after 3 chunks"},
		{"malformed", FailMalformed, 200, "unexpected end of JSON"},
		{"stall", FailStall, 0, "after 3 chunks"},
		{"error", FailServer, 200, "out of memory"},
		{"empty", FailEmpty, 200, "no token"},
		{"json", FailMalformed, 200, "application/json"},
		{"long", FailMalformed, 200, "longer than 1 MiB"},
	} {
		s := newServer(t, always(script{fault: c.fault}))
		rec, _ := one(t, s, Target{Stall: 200 * time.Millisecond})
		f := rec.Failure
		if rec.Status != Failed || f == nil || f.Type != c.class || f.Code != c.code || !strings.Contains(f.Message, c.message) {
			t.Errorf("%s: %s %+v; want %s %d ...%s...", c.fault, rec.Status, f, c.class, c.code, c.message)
		}
		if c.fault == "429" && rec.RetryAfter != time.Second {
			t.Errorf("Retry-After: %v", rec.RetryAfter)
		}
	}
	s := newServer(t, always(script{delay: time.Minute}))
	if rec, _ := one(t, s, Target{Timeout: 100 * time.Millisecond}); rec.Failure == nil || rec.Failure.Type != FailTimeout {
		t.Errorf("timeout: %+v", rec.Failure)
	}
	s = newServer(t, always(script{tokens: 5}))
	if rec, _ := one(t, s, Target{}); rec.Status != OK || !rec.EarlyStop() {
		t.Errorf("early stop: %s, %v", rec.Status, rec.EarlyStop())
	}
	s.Close()
	if rec, _ := one(t, s, Target{}); rec.Failure == nil || rec.Failure.Type != FailConnect || !rec.unreachable {
		t.Errorf("refused: %+v", rec.Failure)
	}
}

// TestUnknownTokens: without usage the ITL is unknown, never that of chunks.
func TestUnknownTokens(t *testing.T) {
	s := newServer(t, always(script{}))
	s.noUsage = true
	rec, _ := one(t, s, Target{})
	if rec.Status != OK || rec.ITL().OK || rec.OSL.OK || rec.ISL.OK || !rec.TTFT().OK {
		t.Errorf("%+v", rec)
	}
	if _, ok := rec.Good(SLA(500, 50)); ok {
		t.Error("judged without an ITL")
	}
	if good, ok := rec.Good(SLA(5000, 0)); !good || !ok {
		t.Error("not judged by its TTFT alone")
	}
}

func TestCancelled(t *testing.T) {
	s := newServer(t, always(script{delay: time.Minute}))
	c := newTestClient(t, Target{URL: s.URL})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	p, _ := NewSynthetic(c, 20, 8, 1).Prompt(0)
	rec := &Record{Intended: c.now()}
	c.Do(ctx, p, rec, nil)
	if rec.Status != Cancelled || rec.unreachable {
		t.Errorf("%s %+v", rec.Status, rec.Failure)
	}
}

// TestBody: what is asked of the server.
func TestBody(t *testing.T) {
	s := newServer(t, always(script{}))
	one(t, s, Target{IgnoreEOS: true, Extra: map[string]any{"top_k": 1.0}})
	m := s.bodies[0]
	for key, want := range map[string]any{"model": "test/model", "stream": true, "max_tokens": 8.0, "min_tokens": 8.0, "ignore_eos": true, "top_k": 1.0} {
		if m[key] != want {
			t.Errorf("%s: %v, want %v", key, m[key], want)
		}
	}
	if o, _ := m["stream_options"].(map[string]any); o["include_usage"] != true {
		t.Errorf("stream_options: %v", m["stream_options"])
	}
}

func TestAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"localhost:8000":     "http://localhost:8000/v1/chat/completions",
		"http://a:1/":        "http://a:1/v1/chat/completions",
		"https://a/serve/v1": "https://a/serve/v1/chat/completions",
		"https://a/serve":    "https://a/serve/v1/chat/completions",
		"[::1]:8000":         "http://[::1]:8000/v1/chat/completions",
		"ftp://a":            "",
		"http://":            "",
		"http://a:port/x":    "",
	} {
		c, err := NewClient(Target{URL: in})
		if (err != nil) != (want == "") || err == nil && c.URL() != want {
			t.Errorf("%q: %v, %v; want %q", in, c, err, want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for in, want := range map[string]time.Duration{"": 0, "2": 2 * time.Second, "-1": 0, "900": maxRetryAfter, "soon": 0,
		"Fri, 02 Jan 2026 03:04:15 GMT": 10 * time.Second} {
		if got := retryAfter(in, now); got != want {
			t.Errorf("%q: %v, want %v", in, got, want)
		}
	}
}
