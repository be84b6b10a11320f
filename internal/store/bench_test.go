package store

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/profreport/profreport/internal/profile"
)

// sharedRun is a run with the files of a real results folder as its sources
// and as many records as such a folder gives; nil when the data is not there.
func sharedRun(tb testing.TB, dir string) *profile.Run {
	root := filepath.Join("../../../shared/data/qwen3-32b-full", dir)
	if _, err := os.Stat(root); err != nil {
		tb.Skip("no shared data")
	}
	r := sampleRun(dir)
	r.Sources, r.RequestLogs = nil, nil
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(root, path)
		r.Sources = append(r.Sources, profile.Source{Path: filepath.ToSlash(rel), Kind: "other", Size: int64(len(b)), Bytes: b})
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	for i := range 300 {
		r.Settings = append(r.Settings, profile.Setting{Key: fmt.Sprintf("engine.some.setting_%d", i), Value: "value", Path: "config.yaml"})
		r.DecodePoints = append(r.DecodePoints, profile.DecodePoint{Mapping: "TP=1", Context: float64(i), ITL: some(float64(i))})
	}
	return r
}

// BenchmarkLoadTwoRuns is what compare does between reading and reporting:
// two results folders into a fresh archive, and a session on it.
func BenchmarkLoadTwoRuns(b *testing.B) {
	entries, err := os.ReadDir("../../../shared/data/qwen3-32b-full")
	if err != nil {
		b.Skip("no shared data")
	}
	var runs []*profile.Run
	var files, bytes int
	for _, e := range entries {
		if e.IsDir() && e.Name() != "validation" {
			runs = append(runs, sharedRun(b, e.Name()))
		}
	}
	for _, r := range runs {
		files += len(r.Sources)
		for _, s := range r.Sources {
			bytes += len(s.Bytes)
		}
	}
	b.Logf("%d runs, %d files, %d bytes", len(runs), files, bytes)
	ctx := context.Background()
	for _, o := range []LoadOptions{{Evidence: EvidenceFull}, {Evidence: EvidenceHash}} {
		b.Run(string(o.Evidence), func(b *testing.B) {
			var size int64
			for b.Loop() {
				path := filepath.Join(b.TempDir(), "a.db")
				db, err := OpenWith(ctx, path, OpenOptions{Fresh: true})
				if err != nil {
					b.Fatal(err)
				}
				for _, r := range runs {
					if _, err := db.Load(ctx, r, o); err != nil {
						b.Fatal(err)
					}
				}
				db.Close()
				s, err := OpenSession(ctx, path, SessionOptions{})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := s.Query(ctx, "select count(*) from candidates", nil); err != nil {
					b.Fatal(err)
				}
				s.Close()
				info, _ := os.Stat(path)
				size = info.Size()
			}
			b.ReportMetric(float64(size), "file-bytes")
		})
	}
}

// leanLog writes a log of n requests, about 100 bytes each.
func leanLog(tb testing.TB, n int) string {
	path := filepath.Join(tb.TempDir(), "requests")
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriter(f)
	for i := range n {
		fmt.Fprintf(w, "%d %d\n", i, 1_700_000_000_000_000_000+int64(i)*1_000_003)
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	f.Close()
	return path
}

// fastDecode costs next to nothing a record, so that the benchmark shows the
// store.
func fastDecode(r io.Reader, yield func(*profile.Request, *profile.Problem) error) error {
	sc := bufio.NewScanner(r)
	q := profile.Request{Status: "ok"}
	for sc.Scan() {
		var n, at int64
		field := &n
		for _, c := range sc.Bytes() {
			if c == ' ' {
				field = &at
				continue
			}
			*field = *field*10 + int64(c-'0')
		}
		q.Request = n
		q.StartedNS, q.EndedNS = some(at), some(at+5_000_000_000)
		q.TTFT, q.ITL, q.Latency = some(float64(n%1000)+0.123), some(20.5), some(5000.25)
		q.ISL, q.OSL = some[int64](2048), some[int64](256)
		if err := yield(&q, nil); err != nil {
			return err
		}
	}
	return sc.Err()
}

// BenchmarkLoadRequests loads a million requests from a file.
func BenchmarkLoadRequests(b *testing.B) {
	const n = 1_000_000
	path := leanLog(b, n)
	ctx := context.Background()
	for _, o := range []LoadOptions{{Evidence: EvidenceHash}, {Evidence: EvidenceFull}} {
		b.Run(string(o.Evidence), func(b *testing.B) {
			for b.Loop() {
				db, err := Open(ctx, filepath.Join(b.TempDir(), "a.db"))
				if err != nil {
					b.Fatal(err)
				}
				r := &profile.Run{Name: "a", Sources: []profile.Source{{Path: "requests", Open: func() (io.ReadCloser, error) { return os.Open(path) }}},
					RequestLogs: []profile.RequestLog{{Level: "medium", Source: 0, Decode: fastDecode}}}
				if _, err := db.Load(ctx, r, o); err != nil {
					b.Fatal(err)
				}
				db.Close()
			}
			b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkQueries runs aggregates over a million stored requests.
func BenchmarkQueries(b *testing.B) {
	path := leanLog(b, 1_000_000)
	ctx := context.Background()
	db := open(b)
	r := &profile.Run{Name: "a", Sources: []profile.Source{{Path: "requests", Open: func() (io.ReadCloser, error) { return os.Open(path) }}},
		RequestLogs: []profile.RequestLog{{Level: "medium", Source: 0, Decode: fastDecode}}}
	load(b, db, r)
	s := session(b, db)
	for _, text := range []string{
		"select count(*) from requests",
		"select avg(ttft_ms) from requests",
		"select median(ttft_ms) from requests",
		"select percentile(ttft_ms, 99), percentile_low(ttft_ms, 99), percentile_high(ttft_ms, 99) from requests",
		"select run, level, percentile(ttft_ms, 99) from requests group by run, level",
	} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Query(ctx, text, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkMaterialize is the price of one small named table.
func BenchmarkMaterialize(b *testing.B) {
	db := open(b)
	load(b, db, sampleRun("a"))
	s := session(b, db)
	ctx := context.Background()
	for b.Loop() {
		if _, err := s.Materialize(ctx, "x", "select run, phase, mapping, ttft_ms from candidates where run in (select run from runs)", nil); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen is the price of a new archive and of a session.
func BenchmarkOpen(b *testing.B) {
	ctx := context.Background()
	dir := b.TempDir()
	path := filepath.Join(dir, "a.db")
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			if err := os.RemoveAll(path); err != nil {
				b.Fatal(err)
			}
			db, err := OpenWith(ctx, path, OpenOptions{Fresh: true})
			if err != nil {
				b.Fatal(err)
			}
			db.Close()
		}
	})
	b.Run("session", func(b *testing.B) {
		for b.Loop() {
			s, err := OpenSession(ctx, path, SessionOptions{})
			if err != nil {
				b.Fatal(err)
			}
			s.Close()
		}
	})
}

// BenchmarkExtract packs two runs for a page.
func BenchmarkExtract(b *testing.B) {
	db := open(b)
	load(b, db, sharedRun(b, "online_all"))
	load(b, db, sharedRun(b, "aic_all"))
	s := session(b, db)
	o := MergeOptions{Runs: []string{"online_all", "aic_all"}, Evidence: EvidenceHash}
	for b.Loop() {
		if _, err := s.Extract(context.Background(), o, nil); err != nil {
			b.Fatal(err)
		}
	}
}
