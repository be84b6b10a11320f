package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/profreport/profreport/internal/profile"
)

// clock is the time every test run is ingested at.
var clock = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func some[T any](v T) profile.Opt[T] { return profile.Some(v) }

func moment(s string) profile.Opt[time.Time] {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return some(t)
}

func statistic(metric, name string, ms float64) profile.Statistic {
	return profile.Statistic{Metric: metric, Statistic: name, Value: ms, Unit: "ms"}
}

// sampleRun has one record or more for every view.
func sampleRun(name string) *profile.Run {
	return &profile.Run{
		Name: name, Method: "Profile-ALL", Kind: profile.Measured, Status: profile.Complete,
		Model: "m", Backend: "trtllm", BackendVersion: "1.0", GPUType: "h200", ServingMode: "disaggregated", Profiler: "classic",
		StartedAt: moment("2026-01-01T00:00:00Z"), FinishedAt: moment("2026-01-01T00:45:03Z"), HasLog: true, HasDeploymentInfo: true,
		ISL: some[int64](2048), OSL: some[int64](256), SLA: profile.SLA{TTFT: some(500.0), ITL: some(50.0)},
		MaxKVTokens: some[int64](8224), DecodeReplicas: some[int64](2), HasPlanner: true,
		NoneFeasible: []profile.Phase{profile.Aggregated},
		Candidates: []profile.Candidate{
			{Phase: profile.Prefill, Mapping: "TP=1", GPUs: some[int64](1), TTFT: some(230.74), Throughput: some(8875.8), ThroughputSource: "formula", Source: "log", Path: "profile_sla.log", Line: 7},
			{Phase: profile.Prefill, Mapping: "TP=2", GPUs: some[int64](2), TTFT: some(500.5), Source: "log"},
			{Phase: profile.Decode, Mapping: "TP=1", GPUs: some[int64](1), Concurrency: some[int64](3), ITL: some(50.0), Throughput: some(143.78), Source: "log", Requests: some[int64](3)},
			{Phase: profile.Decode, Mapping: "TP=1", GPUs: some[int64](1), Concurrency: some[int64](1), ITL: some(20.0), Source: "log"},
			{Phase: profile.Aggregated, Mapping: "TP=1", Concurrency: some[int64](8), TTFT: some(400.0), ITL: some(60.0)},
			{Phase: profile.Aggregated, Mapping: "TP=4", Concurrency: some[int64](8), Refused: "out of memory"},
			{Phase: profile.Aggregated, Mapping: "TP=8", Concurrency: some[int64](8), TTFT: some(400.0)},
		},
		Recommendations: []profile.Recommendation{
			{Phase: profile.Prefill, Mapping: "TP=1", GPUs: some[int64](1), TTFT: some(230.74), Source: "log", Line: 9},
			{Phase: profile.Decode, Mapping: "TP=1", GPUs: some[int64](1), Concurrency: some[int64](3), ITL: some(20.67), Source: "log", Line: 10},
		},
		PrefillPoints: []profile.PrefillPoint{{Mapping: "TP=1", GPUs: some[int64](1), ISL: 2048, TTFT: some(231.6)}},
		DecodePoints: []profile.DecodePoint{{Mapping: "TP=1", GPUs: some[int64](1), KVUsage: some(0.5), Context: 2176,
			Concurrency: some[int64](2), ITL: some(21.5), Throughput: some(93.0)}},
		Deployments: []profile.Deployment{
			{Phase: profile.Prefill, Mapping: "TP=1", GPUs: some[int64](1), Purpose: "sweep", StartedAt: moment("2026-01-01T00:00:00Z"),
				ReadyAt: moment("2026-01-01T00:10:00Z"), EndedAt: moment("2026-01-01T00:15:00Z")},
			{Phase: profile.Decode, Mapping: "TP=4", GPUs: some[int64](4), Purpose: "sweep", StartedAt: moment("2026-01-01T00:15:00Z"),
				EndedAt: moment("2026-01-01T00:30:00Z"), Failed: true, Error: "crash loop"},
			{Phase: profile.Decode, Mapping: "TP=2", GPUs: some[int64](2), Purpose: "interpolation", StartedAt: moment("2026-01-01T00:30:03Z")},
		},
		Levels: []profile.LoadLevel{{Level: "medium", Concurrency: some(4.0), Closed: true, RequestCount: some[int64](20), GoodCount: some[int64](15),
			Duration: some(30.0), RequestThroughput: some(0.7), SLA: profile.SLA{TTFT: some(500.0)}, ISL: some(2048.0),
			Statistics: []profile.Statistic{
				statistic("ttft", "avg", 1000), statistic("request_latency", "avg", 7000), statistic("ttft", "p50", 900)}}},
		Settings: []profile.Setting{{Key: "engine.max_batch_size", Value: "64", Path: "config.yaml"}},
		Sources: []profile.Source{
			{Path: "profile_sla.log", Kind: "log", Size: 6, Bytes: []byte("line1\n")},
			{Path: "validation/medium/profile_export.jsonl", Kind: "aiperf_jsonl", Bytes: []byte(requestLines(3))},
			{Path: "empty.txt", Kind: "other", Bytes: []byte{}},
		},
		Problems:    []profile.Problem{{Path: "x.npz", Severity: profile.SeverityError, Reason: "bad number", Message: "not a number"}},
		Messages:    []profile.Message{{At: moment("2026-01-01T00:20:00Z"), Level: "WARNING", Message: "slow", Path: "profile_sla.log", Line: 3}},
		RequestLogs: []profile.RequestLog{{Level: "medium", Source: 1, Decode: decodeLines}},
	}
}

// requestLines is a request log in a form of the tests' own: one request a
// line, "ordinal start ttft".
func requestLines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%d %d %d.5\n", i, 1_000_000*i, 100+i%50)
	}
	return b.String()
}

// decodeLines reads requestLines; a line that is none is a problem.
func decodeLines(r io.Reader, yield func(*profile.Request, *profile.Problem) error) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	for n, l := range bytes.Split(bytes.TrimRight(data, "\n"), []byte("\n")) {
		var q profile.Request
		f := strings.Fields(string(l))
		if len(f) != 3 {
			f = []string{"", "", ""}
		}
		var err error
		q.Request, err = strconv.ParseInt(f[0], 10, 64)
		start, err2 := strconv.ParseInt(f[1], 10, 64)
		ttft, err3 := strconv.ParseFloat(f[2], 64)
		if err := errors.Join(err, err2, err3); err != nil {
			p := profile.Problem{Path: "requests", Line: n + 1, Severity: profile.SeverityError, Reason: "bad line", Message: err.Error()}
			if err := yield(nil, &p); err != nil {
				return err
			}
			continue
		}
		q.StartedNS, q.EndedNS = some(start), some(start+5)
		q.TTFT, q.Status = some(ttft), "ok"
		if q.Request == 2 {
			q.Status, q.Error, q.TTFT = "error", "503", profile.Opt[float64]{}
		}
		if err := yield(&q, nil); err != nil {
			return err
		}
	}
	return nil
}

// open makes an archive in a folder of the test.
func open(t testing.TB) *DB {
	t.Helper()
	db, err := Open(context.Background(), filepath.Join(t.TempDir(), "a.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	// Nothing here survives the machine; waiting for its disk proves nothing.
	if err := db.conn.Exec("pragma synchronous = off"); err != nil {
		t.Fatal(err)
	}
	return db
}

func load(t testing.TB, db *DB, r *profile.Run) LoadResult {
	t.Helper()
	res, err := db.Load(context.Background(), r, LoadOptions{Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func session(t testing.TB, db *DB) *Session {
	t.Helper()
	s, err := db.Session(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// rows runs a query and writes its cells as text: values joined by |, rows
// by newlines, null as NULL.
func rows(t testing.TB, s *Session, text string) string {
	t.Helper()
	tab, err := s.Query(context.Background(), text, nil)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	var lines []string
	for _, r := range tab.Rows {
		var cells []string
		for _, c := range r {
			if c == nil {
				c = "NULL"
			}
			cells = append(cells, fmt.Sprint(c))
		}
		lines = append(lines, strings.Join(cells, "|"))
	}
	return strings.Join(lines, "\n")
}
