package loadgen

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"math"
	"math/rand/v2"
	"net/http/httptrace"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/profreport/profreport/internal/profile"
	"github.com/profreport/profreport/internal/stats"
)

// answered is a valid request: sent at `at` ms, with a TTFT and a latency in
// ms and some output tokens.
func answered(n int, at, ttft, latency float64, osl int64) Record {
	ms := func(v float64) int64 { return 1_700_000_000_000_000_000 + int64(v*1e6) }
	return Record{Number: n, Status: OK, Intended: ms(at), Sent: ms(at), First: ms(at + ttft), Last: ms(at + latency), Ended: ms(at + latency),
		ISL: profile.Some(int64(100)), OSL: profile.Some(osl), OSLAsked: 11, Reused: n > 0}
}

func failed(n int, at, end float64, f Failure) Record {
	r := answered(n, at, 1, end-at, 1)
	r.Status, r.Failure, r.First, r.Last, r.OSL = Failed, &f, 0, 0, profile.Opt[int64]{}
	return r
}

// sample: five requests in 2 s. TTFT 100, 200, 300; ITL (latency-TTFT)/10 =
// 40, 50, 60. One refused, one cut off.
func sample() *Result {
	cut := failed(4, 1500, 9000, Failure{Code: 499, Type: FailCancelled})
	cut.Status = Cancelled
	return &Result{Level: Level{Name: "l", Concurrency: 2, Requests: 5}, Chunks: &ChunkTimes{}, Planned: 5, Records: []Record{
		answered(0, 0, 100, 500, 11), answered(1, 500, 200, 700, 11), answered(2, 1000, 300, 900, 11),
		failed(3, 1500, 2000, Failure{Code: 503, Type: "Service Unavailable", Message: "no workers"}), cut,
	}}
}

// TestSummary: figures by hand.
func TestSummary(t *testing.T) {
	s := Summarize(sample(), SLA(200, 50))
	if s.Valid != 3 || s.Failed != 1 || s.Excluded != 1 || s.Good != profile.Some(int64(2)) || s.Requests() != 4 {
		t.Fatalf("%+v", s)
	}
	for name, want := range map[string]float64{
		"request_count": 3, "error_request_count": 1, "excluded_request_count": 1, "benchmark_duration": 2,
		"request_throughput": 1.5, "goodput": 1, "good_request_count": 2, "good_request_fraction": 0.5,
		"output_token_throughput": 16.5, "total_osl": 33, "total_isl": 300, "total_token_throughput": 166.5,
		"time_to_first_token": 200, "inter_token_latency": 50, "request_latency": 700, "output_sequence_length": 11,
		"total_error_isl": 100, "max_response_timestamp": 1_700_000_002_000_000_000, "min_request_timestamp": 1_700_000_000_000_000_000,
	} {
		if m, ok := s.Metric(name); !ok || math.Abs(m.Avg-want) > 1e-9*want {
			t.Errorf("%s: %v, want %v", name, m.Avg, want)
		}
	}
	m, _ := s.Metric("time_to_first_token")
	// std of 100, 200, 300 by n: sqrt(20000/3); p90 at 1.8: 280.
	if math.Abs(m.Std-math.Sqrt(20000.0/3)) > 1e-9 || m.P[6]-280 > 1e-9 || m.Count != 3 || m.Sum != 600 || m.Min != 100 || m.Max != 300 {
		t.Errorf("%+v", m)
	}
	if len(s.Failures) != 1 || s.Failures[0].Count != 1 || s.Failures[0].Message != "no workers" {
		t.Errorf("%+v", s.Failures)
	}
	if c, ok := s.Metric("connection_time"); !ok || c.Count != 1 {
		t.Errorf("connection times of %d requests, want that of the one that opened one", c.Count)
	}
}

// TestGood at the limits and one step beyond.
func TestGood(t *testing.T) {
	// float64 ITL of (600-100)/10 is exactly 50.
	for _, c := range []struct {
		name     string
		r        Record
		sla      profile.SLA
		good, ok bool
	}{
		{"on both limits", answered(0, 0, 100, 600, 11), SLA(100, 50), true, true},
		{"TTFT a nanosecond over", answered(0, 0, 100.000001, 600, 11), SLA(100, 50), false, true},
		{"ITL over", answered(0, 0, 100, 600.001, 11), SLA(100, 50), false, true},
		{"one token: TTFT alone", answered(0, 0, 100, 100, 1), SLA(100, 50), true, true},
		{"no limit", answered(0, 0, 100, 100, 1), SLA(0, 0), false, false},
		{"failed is a miss", failed(0, 0, 10, Failure{}), SLA(100, 50), false, true},
	} {
		if good, ok := c.r.Good(c.sla); good != c.good || ok != c.ok {
			t.Errorf("%s: %v %v, want %v %v", c.name, good, ok, c.good, c.ok)
		}
	}
}

// TestNothing: no valid request has no latency, and its rates are 0.
func TestNothing(t *testing.T) {
	res := sample()
	res.Records = res.Records[3:]
	s := Summarize(res, SLA(200, 50))
	if _, ok := s.Metric("time_to_first_token"); ok {
		t.Error("a TTFT of nothing")
	}
	if m, ok := s.Metric("request_throughput"); !ok || m.Avg != 0 {
		t.Errorf("%v %v, want 0", m, ok)
	}
	if s.HitRate() != profile.Some(0.0) || s.Percentile("time_to_first_token", 50).OK {
		t.Errorf("hit rate %v", s.HitRate())
	}
	res.Records = nil
	s = Summarize(res, SLA(200, 50))
	if s.HitRate().OK || len(s.Metrics) != 0 {
		t.Errorf("%+v", s.Metrics)
	}
}

// TestJudge: Wilson's interval against the share wanted. 40 of 40: low
// 0.9124; 36 of 40: 0.7695 to 0.9604; 20 of 40: 0.3520 to 0.6480 (the formula
// in Python's floats).
func TestJudge(t *testing.T) {
	judge := func(good, n int, partial bool) Attainment {
		res := sample()
		res.Records, res.Partial = nil, partial
		for i := range n {
			r := answered(i, float64(i), 100, 500, 11)
			if i >= good {
				r = answered(i, float64(i), 900, 1300, 11)
			}
			res.Records = append(res.Records, r)
		}
		return Judge(Summarize(res, SLA(200, 50)), 0.9)
	}
	for _, c := range []struct {
		good, n   int
		partial   bool
		low, high float64
		want      Verdict
	}{
		{40, 40, false, 0.91238, 1, Pass}, {40, 40, true, 0.91238, 1, Unknown},
		{36, 40, false, 0.76948, 0.96042, Unknown}, {20, 40, false, 0.35200, 0.64800, Fail},
		{34, 34, false, 0.89848, 1, Unknown}, {35, 35, false, 0.90110, 1, Pass}, {0, 0, false, 0, 0, Unknown},
	} {
		a := judge(c.good, c.n, c.partial)
		if a.Verdict != c.want || math.Abs(a.Low-c.low) > 1e-5 || math.Abs(a.High-c.high) > 1e-5 {
			t.Errorf("%d of %d: %s, %.5f to %.5f; want %s, %.5f to %.5f", c.good, c.n, a.Verdict, a.Low, a.High, c.want, c.low, c.high)
		}
	}
	if needed(0.9) != 35 {
		t.Errorf("%d needed, want 35", needed(0.9))
	}
	unknown := sample()
	unknown.Records[0].OSL = profile.Opt[int64]{}
	if a := Judge(Summarize(unknown, SLA(200, 50)), 0.9); a.Verdict != Unknown || !strings.Contains(a.Why, "token counts for 1") {
		t.Errorf("%+v", a)
	}
}

// TestPlan: the sample sizes of DEFINITIONS 30.
func TestPlan(t *testing.T) {
	for n, want := range map[int]string{
		100: "with 100 requests p95 can be stated, p99 cannot (368 needed)",
		368: "with 368 requests p99 can be stated", 367: "with 367 requests p95 can be stated, p99 cannot (368 needed)",
		5: "with 5 requests no percentile can be stated; p50 cannot (6 needed)", 71: "with 71 requests p90 can be stated, p95 cannot (72 needed)",
	} {
		if got := Plan(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

// TestChunkTimes: exact while they fit, and within 0.1 % beyond.
func TestChunkTimes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	c := &ChunkTimes{}
	var all []float64
	for range 100_000 {
		g := math.Exp(rng.NormFloat64()) * 20
		all = append(all, g)
		c.gap(g)
	}
	check := func(limit float64) {
		t.Helper()
		m, _ := c.metric()
		for i, p := range percentiles {
			want, _ := stats.Percentile(slices.Clone(all), p)
			if math.Abs(m.P[i]/want-1) > limit {
				t.Errorf("p%v: %v, want %v", p, m.P[i], want)
			}
		}
		mean, _ := stats.Mean(all)
		std, _ := stats.StddevPop(all)
		if math.Abs(m.Avg/mean-1) > 1e-9 || math.Abs(m.Std/std-1) > 1e-9 || m.Min != slices.Min(all) || m.Max != slices.Max(all) || m.Count != int64(len(all)) {
			t.Errorf("%+v, want mean %v, std %v", m, mean, std)
		}
	}
	check(1e-6)
	c.classes = map[int32]int64{}
	for _, v := range c.exact {
		c.classes[class(float64(v))]++
	}
	c.exact = nil
	check(1e-3)
}

// TestExportCSV: both blocks, in the layout of AIPerf.
func TestExportCSV(t *testing.T) {
	text := exportCSV(Summarize(sample(), SLA(200, 50)))
	first, second, ok := bytes.Cut(text, []byte("\r\n\r\n"))
	if !ok || !bytes.HasPrefix(second, []byte("Metric,Value\r\n")) {
		t.Fatalf("%s", text)
	}
	rows, err := csv.NewReader(bytes.NewReader(first)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r[0] == "Time to First Token (ms)" && !slices.Equal(r[1:5], []string{"200.00", "100.00", "300.00", "600.00"}) {
			t.Errorf("%v", r)
		}
	}
	if !bytes.Contains(second, []byte("\r\nGoodput (requests/sec),1.00\r\n")) || !bytes.Contains(second, []byte("\r\nRequest Count,3.00\r\n")) {
		t.Errorf("%s", second)
	}
}

// TestRecordLine: the line of a request is JSON with AIPerf's keys, and what
// is unknown is left out.
func TestRecordLine(t *testing.T) {
	type line struct {
		Metadata map[string]any
		Metrics  map[string]struct {
			Value any
			Unit  string
		}
		Error map[string]any
	}
	read := func(r Record, arrive []int64) (l line) {
		b := appendRecord(nil, &r, arrive)
		if err := json.Unmarshal(b, &l); err != nil || b[len(b)-1] != '\n' {
			t.Fatalf("%v in %s", err, b)
		}
		return l
	}
	ok := answered(0, 0, 100, 500, 11)
	l := read(ok, []int64{0, 1_500_000, 2_000_000})
	if l.Metrics["time_to_first_token"].Value != 100.0 || l.Metrics["inter_token_latency"].Value != 40.0 || l.Error != nil || l.Metadata["benchmark_phase"] != "profiling" {
		t.Errorf("%+v", l)
	}
	if gaps, _ := l.Metrics["inter_chunk_latency"].Value.([]any); len(gaps) != 2 || gaps[0] != 1.5 || gaps[1] != 0.5 {
		t.Errorf("gaps %v", gaps)
	}
	if _, has := l.Metrics["time_to_second_token"]; has {
		t.Error("a second token that never came")
	}
	bad := failed(1, 0, 10, Failure{Type: FailConnect, Message: "refused \"\n\x01"})
	bad.Warmup = true
	l = read(bad, nil)
	if l.Error["type"] != FailConnect || l.Error["code"] != nil || l.Metadata["benchmark_phase"] != "warmup" || l.Metrics["error_isl"].Value != 100.0 {
		t.Errorf("%+v", l)
	}
}

func TestLive(t *testing.T) {
	v := NewLive(Level{Name: "idle", Requests: 10}, SLA(200, 50))
	if got := v.Line(time.Now()); got != "idle: warming up" {
		t.Error(got)
	}
	warm := answered(0, 0, 5000, 9000, 11)
	warm.Warmup = true
	v.Add(&warm)
	res := sample()
	for i := range res.Records {
		v.Add(&res.Records[i])
	}
	got := v.Line(time.Unix(0, res.Records[0].Intended).Add(5 * time.Second))
	want := "idle: 5/10, 1/s, TTFT p50 200 p95 290 ms, ITL p50 50 p95 59 ms, 50 % meet the SLA, 1 failed, 5s left"
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestError: P/M - 1; a latency promised too low is negative.
func TestError(t *testing.T) {
	some := profile.Some[float64]
	for _, c := range []struct{ p, m, want profile.Opt[float64] }{
		{some(100), some(200), some(-0.5)}, {some(300), some(200), some(0.5)}, {some(5), some(5), some(0)},
		{profile.Opt[float64]{}, some(1), profile.Opt[float64]{}}, {some(1), some(0), profile.Opt[float64]{}},
	} {
		if got := Error(c.p, c.m); got != c.want {
			t.Errorf("%v against %v: %v, want %v", c.p, c.m, got, c.want)
		}
	}
}

// TestSendTime: a request is sent when its header is written, not when it got
// its connection; one that was never written counts from the connection.
func TestSendTime(t *testing.T) {
	clock := int64(0)
	c := &connection{now: func() int64 { clock += 10; return clock }}
	h := c.hooks()
	h.GotConn(httptrace.GotConnInfo{})
	rec := Record{}
	if c.fill(&rec); rec.Sent != 10 {
		t.Errorf("not written: sent at %d, want 10", rec.Sent)
	}
	h.WroteHeaders()
	if c.fill(&rec); rec.Sent != 20 {
		t.Errorf("sent at %d, want 20", rec.Sent)
	}
}
