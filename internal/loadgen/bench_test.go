package loadgen

import (
	"math"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/profreport/profreport/internal/stats"
)

// BenchmarkAccuracy: 256 streams of 50 tokens/s against a server in the same
// process, whose own times are the truth. Reported are the absolute
// differences of TTFT and ITL in ms, median and 99th percentile. "apart" has
// first tokens after 100 to 1100 ms, and the first request of each stream is
// left out, so requests begin at any time; "burst" has all first tokens after
// 200 ms, so 256 requests begin at once.
func BenchmarkAccuracy(b *testing.B) {
	b.Run("apart", func(b *testing.B) {
		benchmarkAccuracy(b, 256, func(n int) time.Duration { return time.Duration(100+n*389%1000) * time.Millisecond })
	})
	b.Run("burst", func(b *testing.B) {
		benchmarkAccuracy(b, 0, func(int) time.Duration { return 200 * time.Millisecond })
	})
}

func benchmarkAccuracy(b *testing.B, skip int, delay func(n int) time.Duration) {
	const streams, tokens = 256, 100
	s := newServer(b, func(n int) script { return script{delay: delay(n), gap: 20 * time.Millisecond} })
	c := newTestClient(b, Target{URL: s.URL, Conns: streams})
	prompts := NewSynthetic(c, 64, tokens, 1)
	var ttft, itl []float64
	var elapsed time.Duration
	for b.Loop() {
		start := time.Now()
		r := Runner{Client: c, Prompts: prompts}
		res, err := r.Run(b.Context(), Level{Name: "accuracy", Concurrency: streams, Requests: 4 * streams, Warmup: streams})
		if err != nil {
			b.Fatal(err)
		}
		elapsed += time.Since(start)
		t, i := differences(b, s, res, skip)
		ttft, itl = append(ttft, t...), append(itl, i...)
	}
	report(b, "ttft", ttft)
	report(b, "itl", itl)
	b.ReportMetric(float64(5*b.N*streams*tokens)/elapsed.Seconds(), "chunks/s")
}

// differences compares each record with what the server did.
func differences(b *testing.B, s *testServer, res *Result, skip int) (ttft, itl []float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range res.Records {
		r := &res.Records[i]
		tr, ok := s.truths[r.RequestID()]
		if r.Status != OK || !ok {
			b.Fatalf("request %d: %s %+v", r.Number, r.Status, r.Failure)
		}
		if r.Number < skip {
			continue
		}
		ttft = append(ttft, math.Abs(r.TTFT().V-float64(tr.first.Sub(tr.received))/1e6))
		itl = append(itl, math.Abs(r.ITL().V-float64(tr.last.Sub(tr.first))/1e6/float64(tr.tokens-1)))
	}
	return ttft, itl
}

func report(b *testing.B, name string, x []float64) {
	p50, _ := stats.Percentile(slices.Clone(x), 50)
	p99, _ := stats.Percentile(slices.Clone(x), 99)
	b.ReportMetric(p50, name+"-p50-ms")
	b.ReportMetric(p99, name+"-p99-ms")
}

// BenchmarkChunks: how many streamed chunks a second can be read, parsed and
// timed when the server sends as fast as it can.
func BenchmarkChunks(b *testing.B) {
	const tokens = 500
	s := newServer(b, always(script{}))
	c := newTestClient(b, Target{URL: s.URL, Conns: 64})
	r := Runner{Client: c, Prompts: NewSynthetic(c, 64, tokens, 1)}
	n := 0
	start := time.Now()
	for b.Loop() {
		res, err := r.Run(b.Context(), Level{Name: "chunks", Concurrency: 32, Requests: 64})
		if err != nil {
			b.Fatal(err)
		}
		for i := range res.Records {
			n += res.Records[i].Chunks
		}
	}
	b.ReportMetric(float64(n)/time.Since(start).Seconds(), "chunks/s")
}

// BenchmarkMemory: 100,000 requests of 32 tokens kept, logged and summarized;
// reported is the most that the heap held.
func BenchmarkMemory(b *testing.B) {
	const requests = 100_000
	s := newServer(b, always(script{}))
	s.forget = true
	c := newTestClient(b, Target{URL: s.URL, Conns: 64})
	for b.Loop() {
		log, err := NewRequestLog(b.TempDir())
		if err != nil {
			b.Fatal(err)
		}
		peak := uint64(0)
		r := Runner{Client: c, Prompts: NewSynthetic(c, 64, 32, 1), Sink: log.Add, Observe: func(rec *Record) {
			if rec.Number%1000 == 0 {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapInuse+m.StackInuse)
			}
		}}
		res, err := r.Run(b.Context(), Level{Name: "memory", Concurrency: 64, Requests: requests})
		if err != nil {
			b.Fatal(err)
		}
		sum := Summarize(res, SLA(500, 50))
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapInuse+m.StackInuse)
		if sum.Valid != requests || log.Close() != nil {
			b.Fatalf("%d of %d valid: %+v", sum.Valid, requests, sum.Failures)
		}
		b.ReportMetric(float64(peak)/1e6, "peak-MB")
	}
}
