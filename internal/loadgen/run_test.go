package loadgen

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/profreport/profreport/internal/profile"
)

// runLevel runs a level with prompts of 20 words and 4 output tokens.
func runLevel(t testing.TB, ctx context.Context, s *testServer, l Level) (*Result, error) {
	t.Helper()
	c := newTestClient(t, Target{URL: s.URL, Stall: 5 * time.Second})
	r := Runner{Client: c, Prompts: NewSynthetic(c, 20, 4, 1)}
	l.Name = "test"
	return r.Run(ctx, l)
}

func countStatus(records []Record) map[Status]int {
	m := map[Status]int{}
	for i := range records {
		m[records[i].Status]++
	}
	return m
}

// TestClosedLoop: at most the configured number in flight, the exact number of
// requests, warm-up apart and over before the measurement begins.
func TestClosedLoop(t *testing.T) {
	s := newServer(t, always(script{delay: 10 * time.Millisecond}))
	res, err := runLevel(t, t.Context(), s, Level{Concurrency: 3, Requests: 20, Warmup: 5})
	if err != nil || len(res.Records) != 20 || len(res.Warmup) != 5 || res.Partial {
		t.Fatalf("%v: %d and %d records", err, len(res.Records), len(res.Warmup))
	}
	if s.n != 25 {
		t.Errorf("the server saw %d requests", s.n)
	}
	texts := map[string]bool{}
	for _, m := range s.bodies {
		texts[fmt.Sprint(m["messages"])] = true
	}
	if len(texts) != 25 {
		t.Errorf("%d different prompts of 25: a prefix cache could help", len(texts))
	}
	most, first := inFlight(res.Records), int64(math.MaxInt64)
	ids := map[int]bool{}
	for i := range res.Records {
		first = min(first, res.Records[i].Sent)
		ids[res.Records[i].Number] = true
	}
	if most != 3 || len(ids) != 20 {
		t.Errorf("%d in flight at most, want 3; %d numbers", most, len(ids))
	}
	for i := range res.Warmup {
		if res.Warmup[i].Ended > first {
			t.Error("a warm-up request went on into the measurement")
		}
	}
	if s.conns > 4 {
		t.Errorf("%d connections for 3 workers", s.conns)
	}
}

// inFlight is the most requests that were open at once.
func inFlight(records []Record) int {
	type edge struct {
		at  int64
		way int
	}
	var edges []edge
	for i := range records {
		edges = append(edges, edge{records[i].Intended, 1}, edge{records[i].Ended, -1})
	}
	slices.SortFunc(edges, func(a, b edge) int {
		if a.at != b.at {
			return int(min(max(a.at-b.at, -1), 1))
		}
		return a.way - b.way
	})
	n, most := 0, 0
	for _, e := range edges {
		n += e.way
		most = max(most, n)
	}
	return most
}

// TestOpenLoop: a server that serves one request in 50 ms while 40 a second
// come. The intended times stay those of the rate: 20 requests in 500 ms, the
// wait shows in TTFT, and the requests do not thin out.
func TestOpenLoop(t *testing.T) {
	s := newServer(t, always(script{delay: 50 * time.Millisecond}))
	s.slots = make(chan struct{}, 1)
	res, err := runLevel(t, t.Context(), s, Level{Pacer: Constant(40), Duration: 490 * time.Millisecond, Grace: 5 * time.Second})
	if err != nil || len(res.Records) != 20 {
		t.Fatalf("%v: %d records, want 20", err, len(res.Records))
	}
	slices.SortFunc(res.Records, func(a, b Record) int { return a.Number - b.Number })
	for i := range res.Records {
		r := &res.Records[i]
		if want := int64(i) * 25e6; r.Intended-res.Records[0].Intended != want {
			t.Errorf("request %d meant for %d ms, want %d", i, (r.Intended-res.Records[0].Intended)/1e6, want/1e6)
		}
		if l := r.Lateness().V; l < 0 || l > 100 {
			t.Errorf("request %d sent %.1f ms late", i, l)
		}
	}
	// The last of 20 waits for 19 others: 20 x 50 ms - 19 x 25 ms = 525 ms.
	if last := res.Records[19].TTFT().V; last < 500 || last > 800 {
		t.Errorf("TTFT of the last: %.0f ms, want about 525", last)
	}
	sum := Summarize(res, SLA(300, 0))
	if !sum.RateAsked.OK || sum.RateAsked.V != 40 || math.Abs(sum.Rate.V-40) > 4 {
		t.Errorf("rate asked %v, sent %v", sum.RateAsked, sum.Rate)
	}
}

// TestMaxInFlight: a request that has to wait for others keeps its intended
// time, so its lateness tells.
func TestMaxInFlight(t *testing.T) {
	s := newServer(t, always(script{delay: 100 * time.Millisecond}))
	res, err := runLevel(t, t.Context(), s, Level{Pacer: Constant(1000), Requests: 4, MaxInFlight: 1})
	if err != nil || len(res.Records) != 4 {
		t.Fatal(err, len(res.Records))
	}
	if late := res.Records[3].Lateness().V; late < 250 || late > 600 {
		t.Errorf("the fourth was %.0f ms late, want about 300", late)
	}
}

// TestCutOff: what is in flight when the time is over is cut off, counted, and
// in no rate; the level is not partial.
func TestCutOff(t *testing.T) {
	s := newServer(t, func(n int) script {
		if n >= 4 {
			return script{delay: time.Minute}
		}
		return script{}
	})
	res, err := runLevel(t, t.Context(), s, Level{Concurrency: 2, Duration: 200 * time.Millisecond})
	if err != nil || res.Partial {
		t.Fatal(err, res.Partial)
	}
	sum := Summarize(res, SLA(500, 50))
	if sum.Valid != 4 || sum.Excluded != 2 || sum.Failed != 0 || sum.HitRate() != profile.Some(1.0) {
		t.Errorf("%d valid, %d cut off, %d failed", sum.Valid, sum.Excluded, sum.Failed)
	}
	if sum.Duration > 0.19 {
		t.Errorf("duration %.3f s contains what was cut off", sum.Duration)
	}
}

func TestInterrupted(t *testing.T) {
	s := newServer(t, always(script{delay: 40 * time.Millisecond}))
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(250*time.Millisecond, cancel)
	res, err := runLevel(t, ctx, s, Level{Concurrency: 2, Requests: 1000})
	if !errors.Is(err, context.Canceled) || !res.Partial || res.Reason != "interrupted" {
		t.Fatal(err, res.Partial, res.Reason)
	}
	if n := countStatus(res.Records); n[OK] < 4 || n[Cancelled] < 1 || n[Cancelled] > 2 || n[Failed] != 0 {
		t.Errorf("%v", n)
	}
}

// TestServerGone: the server dies; the level ends in seconds with one clear
// error, what was measured stays.
func TestServerGone(t *testing.T) {
	for _, l := range []Level{{Concurrency: 4, Requests: 100_000}, {Pacer: Constant(50), Duration: time.Minute}} {
		s := newServer(t, always(script{delay: 5 * time.Millisecond}))
		time.AfterFunc(300*time.Millisecond, func() { s.CloseClientConnections(); s.Close() })
		start := time.Now()
		res, err := runLevel(t, t.Context(), s, l)
		if !errors.Is(err, ErrGone) || !strings.Contains(err.Error(), "refused") || !res.Partial {
			t.Fatalf("%v", err)
		}
		if d := time.Since(start); d > 8*time.Second {
			t.Errorf("it took %v", d)
		}
		if n := countStatus(res.Records); n[OK] < 5 || n[Failed] < goneFailures {
			t.Errorf("%v", n)
		}
	}
}

// TestRetryAfterPauses: a worker told to wait does.
func TestRetryAfterPauses(t *testing.T) {
	s := newServer(t, func(n int) script {
		if n == 0 {
			return script{fault: "429"}
		}
		return script{}
	})
	start := time.Now()
	res, err := runLevel(t, t.Context(), s, Level{Concurrency: 1, Requests: 2})
	if err != nil || res.Records[0].Status != Failed || res.Records[1].Status != OK {
		t.Fatalf("%v %+v", err, res.Records)
	}
	if d := time.Since(start); d < time.Second {
		t.Errorf("asked again after %v, want 1 s", d)
	}
}

// TestSinkFails: a log that can't be written ends the level with its error.
func TestSinkFails(t *testing.T) {
	s := newServer(t, always(script{}))
	c := newTestClient(t, Target{URL: s.URL})
	full := errors.New("no space left")
	r := Runner{Client: c, Prompts: NewSynthetic(c, 20, 4, 1), Sink: func(*Record, []int64) error { return full }}
	if _, err := r.Run(t.Context(), Level{Concurrency: 2, Requests: 10_000}); !errors.Is(err, full) {
		t.Errorf("%v", err)
	}
	for _, l := range []Level{{Requests: 1}, {Concurrency: 1}} {
		if _, err := r.Run(t.Context(), l); err == nil {
			t.Errorf("%+v was run", l)
		}
	}
}

// faults of which 2 % are injected by the soak.
var soakFaults = []string{"429", "503", "close", "reset", "truncate", "malformed", "stall", "error", "empty", "json"}

// soak runs requests with 2 % of faults and compares the counts of both sides.
func soak(t testing.TB, l Level) (*Result, *testServer) {
	t.Helper()
	s := newServer(t, func(n int) script {
		sc := script{delay: time.Millisecond, gap: time.Millisecond}
		if n%50 == 7 {
			sc.fault = soakFaults[n/50%len(soakFaults)]
			if sc.fault == "429" {
				sc.fault = "503" // a pause of a second each would be most of the test
			}
		}
		return sc
	})
	s.forget = true
	var mu sync.Mutex
	logged := 0
	c := newTestClient(t, Target{URL: s.URL, Stall: 3 * time.Second, Conns: 64})
	r := Runner{Client: c, Prompts: NewSynthetic(c, 20, 4, 1), Sink: func(*Record, []int64) error {
		mu.Lock()
		defer mu.Unlock()
		logged++
		return nil
	}}
	res, err := r.Run(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	got := countStatus(res.Records)
	faults := 0
	for f, n := range s.count {
		if f != "ok" {
			faults += n
		}
	}
	if sent := got[OK] + got[Failed] + got[Cancelled]; sent != s.n || sent != logged || sent != len(res.Records) {
		t.Errorf("%d ok + %d failed + %d cancelled = %d, the server saw %d, the log has %d", got[OK], got[Failed], got[Cancelled], sent, s.n, logged)
	}
	if got[OK] > s.count["ok"] || got[Failed] > faults || got[OK]+got[Cancelled] < s.count["ok"] {
		t.Errorf("%v here; %v there", got, s.count)
	}
	seen := map[string]bool{}
	for i := range res.Records {
		if seen[res.Records[i].RequestID()] {
			t.Fatal("a request is there twice")
		}
		seen[res.Records[i].RequestID()] = true
	}
	return res, s
}

// TestSoakShort is the soak of the benchmarks, for two thousand requests.
func TestSoakShort(t *testing.T) {
	res, s := soak(t, Level{Name: "soak", Concurrency: 32, Requests: 2000})
	if n := countStatus(res.Records); n[Failed] != 40 || n[OK] != 1960 {
		t.Errorf("%v, want 40 failed of 2000; the server: %v", n, s.count)
	}
	sum := Summarize(res, SLA(500, 50))
	total := 0
	for _, f := range sum.Failures {
		total += f.Count
	}
	if total != 40 || fmt.Sprintf("%.2f", sum.HitRate().V) != "0.98" {
		t.Errorf("%d failures counted, hit rate %v: failures are misses", total, sum.HitRate())
	}
}

var soakTime = flag.Duration("soak", 0, "run TestSoak for so long")

// TestSoak: 300 requests/s with 2 % of faults for the time that -soak gives
// (bench/loadgen/run.sh); both sides count the same.
func TestSoak(t *testing.T) {
	if *soakTime <= 0 {
		t.Skip("no -soak")
	}
	res, s := soak(t, Level{Name: "soak", Pacer: Poisson(300, 1), Duration: *soakTime, Grace: 10 * time.Second})
	n := countStatus(res.Records)
	sum := Summarize(res, SLA(500, 50))
	t.Logf("%s: sent %d = %d ok + %d failed + %d cancelled; the server: %d requests, %v", *soakTime, len(res.Records), n[OK], n[Failed], n[Cancelled], s.n, s.count)
	t.Logf("rate asked %.4g, sent %.4g requests/s", sum.RateAsked.V, sum.Rate.V)
}
