package main

import (
	"math"
	"path/filepath"
	"testing"
	"time"

	"github.com/profreport/profreport/internal/ingest"
	"github.com/profreport/profreport/internal/loadgen"
	"github.com/profreport/profreport/internal/profile"
)

// TestIngestEqualsMeasured: what ingest reads of a level that was written is
// what was measured, value by value: every statistic, every count, every
// request, failures and warm-up included.
func TestIngestEqualsMeasured(t *testing.T) {
	s := inference(t, 3*time.Millisecond, func(n int64) bool { return n%10 == 9 })
	target := loadgen.Target{URL: s.URL, Model: "M", API: loadgen.Chat}
	client, err := loadgen.NewClient(target)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	root := t.TempDir()
	dir := filepath.Join(root, "medium")
	log, err := loadgen.NewRequestLog(dir)
	if err != nil {
		t.Fatal(err)
	}
	sla := loadgen.SLA(500, 50)
	r := loadgen.Runner{Client: client, Prompts: loadgen.NewSynthetic(client, 30, 6, 1), Sink: log.Add}
	res, err := r.Run(t.Context(), loadgen.Level{Name: "medium", Concurrency: 3, Requests: 60, Warmup: 4})
	if err != nil {
		t.Fatal(err)
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	sum := loadgen.Summarize(res, sla)
	if err := loadgen.Export(dir, sum, loadgen.Meta{Target: target, ISL: 39, OSL: 6}); err != nil {
		t.Fatal(err)
	}
	runs, err := ingest.Path(t.Context(), root, ingest.Options{})
	if err != nil || len(runs) != 1 || len(runs[0].Levels) != 1 {
		t.Fatalf("%v, %d runs", err, len(runs))
	}
	for _, p := range runs[0].Problems {
		if p.Severity != profile.SeverityNote {
			t.Errorf("%s:%d: %s", p.Path, p.Line, p.Message)
		}
	}
	sameLevel(t, runs[0].Levels[0], sum)
	sameRequests(t, runs[0], res)
}

func sameLevel(t *testing.T, l profile.LoadLevel, sum *loadgen.Summary) {
	t.Helper()
	for _, c := range []struct {
		name      string
		got, want any
	}{
		{"level", l.Level, "medium"}, {"closed", l.Closed, true}, {"concurrency", l.Concurrency.Any(), 3.0},
		{"requests", l.RequestCount.Any(), int64(sum.Valid + sum.Failed)}, {"good", l.GoodCount.Any(), sum.Good.Any()},
		{"errors", l.ErrorCount.Any(), int64(sum.Failed)}, {"cut off", l.ExcludedCount.Any(), int64(sum.Excluded)},
		{"duration", l.Duration.Any(), sum.Duration}, {"partial", l.Partial, false}, {"SLA", l.SLA, sum.SLA},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
	read := map[string]float64{}
	for _, s := range l.Statistics {
		read[s.Metric+" "+s.Statistic] = s.Value
	}
	names := map[string]string{"time_to_first_token": "ttft", "inter_token_latency": "itl", "input_sequence_length": "isl", "output_sequence_length": "osl"}
	compared := 0
	for _, m := range sum.Metrics {
		name := m.Name
		if n := names[name]; n != "" {
			name = n
		}
		want := map[string]float64{"avg": m.Avg}
		if m.Full {
			for i, p := range []string{"p1", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99"} {
				want[p] = m.P[i]
			}
			want["min"], want["max"], want["std"], want["sum"], want["count"] = m.Min, m.Max, m.Std, m.Sum, float64(m.Count)
		}
		if m.Unit == "ns" { // the two times become the level's own
			continue
		}
		for stat, w := range want {
			got, ok := read[name+" "+stat]
			if !ok || got != w {
				t.Errorf("%s %s: %v (%v), want %v", name, stat, got, ok, w)
			}
			compared++
		}
	}
	if compared < 180 {
		t.Errorf("only %d figures were compared", compared)
	}
}

func sameRequests(t *testing.T, run *profile.Run, res *loadgen.Result) {
	t.Helper()
	log := run.RequestLogs[0]
	f, err := run.Sources[log.Source].Open()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	i := 0
	err = log.Decode(f, func(q *profile.Request, p *profile.Problem) error {
		if p != nil {
			t.Errorf("line %d: %s", p.Line, p.Message)
			return nil
		}
		want := &res.Records[i]
		i++
		if q.Status != string(want.Status) || q.StartedNS.V != want.Sent || q.EndedNS.V != want.Ended {
			t.Errorf("request %d: %+v", i, q)
		}
		if want.Status == loadgen.OK {
			same(t, "TTFT", q.TTFT, want.TTFT())
			same(t, "ITL", q.ITL, want.ITL())
			same(t, "latency", q.Latency, want.Latency())
			if q.ISL != want.ISL || q.OSL != want.OSL {
				t.Errorf("request %d: %v in, %v out", i, q.ISL, q.OSL)
			}
		} else if q.Error != "503 Service Unavailable: no workers" {
			t.Errorf("request %d: %q", i, q.Error)
		}
		return nil
	})
	if err != nil || i != 60 {
		t.Errorf("%v: %d requests, want 60 without the warm-up", err, i)
	}
}

func same(t *testing.T, name string, got, want profile.Opt[float64]) {
	t.Helper()
	if got.OK != want.OK || math.Float64bits(got.V) != math.Float64bits(want.V) {
		t.Errorf("%s: %v, want %v", name, got, want)
	}
}
