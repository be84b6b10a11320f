package ingest

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/profreport/profreport/internal/profile"
)

// sharedData opens a file of the recorded data beside the repository; the
// test is skipped where the data is not there.
func sharedData(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.Open(filepath.Join("../../../shared/data", filepath.FromSlash(path)))
	if os.IsNotExist(err) {
		t.Skip("recorded data is not there")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// TestLogData reads the complete directories. The expected figures are those
// of the data's own descriptions.
func TestLogData(t *testing.T) {
	cases := []struct {
		dir, profiler      string
		kind               profile.Kind
		status             profile.Status
		seconds, hours     float64
		deployments, cands int
		prefill, decode    string
		err                string
	}{
		{"qwen3-32b-full/aic_all", ProfilerClassic, profile.Simulated, profile.Complete, 27, 0, 0, 28, "TP=1", "TP=2", ""},
		{"qwen3-32b-full/online_all", ProfilerClassic, profile.Measured, profile.Complete, 2703, 2.1428, 10, 0, "TP=1", "TP=1", ""},
		{"qwen3-32b-current/rapid", ProfilerCurrent, profile.Simulated, profile.Complete, 6, 0, 0, 0, "TP=2", "TP=1", ""},
		{"qwen3-32b-current/thorough", ProfilerCurrent, profile.Measured, profile.Complete, 3565, 2.7725, 10, 0, "TP=1", "TP=2", ""},
		{"qwen3-32b-current/thorough_unpatched_failed", ProfilerCurrent, profile.Measured, profile.Failed, 1, 0, 0, 0, "", "", "KeyError: 'services'"},
	}
	for _, c := range cases {
		var seen []string
		for _, name := range []string{"profile_sla.log", "console.log"} {
			logs, problems, err := ReadLog(sharedData(t, c.dir+"/"+name), name)
			if err != nil || len(problems) != 0 || len(logs) != 1 {
				t.Fatalf("%s/%s: %d runs, %v, %v", c.dir, name, len(logs), problems, err)
			}
			l := logs[0]
			seen = append(seen, figures(l))
			if l.Profiler != c.profiler || l.Kind != c.kind || l.Status != c.status || l.Err != c.err || seconds(l) != c.seconds {
				t.Errorf("%s/%s: %s %s %s, error %q, %v s", c.dir, name, l.Profiler, l.Kind, l.Status, l.Err, seconds(l))
			}
			if len(l.Deployments) != c.deployments || math.Abs(gpuHours(l)-c.hours) > 0.00005 || len(l.Candidates) != c.cands {
				t.Errorf("%s/%s: %d deployments, %v GPU-hours, %d candidates", c.dir, name, len(l.Deployments), gpuHours(l), len(l.Candidates))
			}
			got := map[profile.Phase]string{}
			for _, r := range l.Recommendations {
				got[r.Phase] = r.Mapping
			}
			if got[profile.Prefill] != c.prefill || got[profile.Decode] != c.decode {
				t.Errorf("%s/%s: chosen %v", c.dir, name, got)
			}
		}
		if seen[0] != seen[1] {
			t.Errorf("%s: file\n%s\nconsole\n%s", c.dir, seen[0], seen[1])
		}
	}
}

// TestLogDataChoice: the printed figures, and the concurrency they belong to.
func TestLogDataChoice(t *testing.T) {
	logs, _, err := ReadLog(sharedData(t, "qwen3-32b-full/aic_all/console.log"), "console.log")
	if err != nil {
		t.Fatal(err)
	}
	p, d := logs[0].Recommendations[0], logs[0].Recommendations[1]
	if p.TTFT.V != 197.15 || p.Throughput.V != 10387.87 || p.Concurrency.OK {
		t.Errorf("prefill %+v", p)
	}
	if d.ITL.V != 30.68 || d.Throughput.V != 3552.92 || d.Concurrency != profile.Some(int64(218)) {
		t.Errorf("decode %+v", d)
	}
	if n := len(logs[0].Messages); n != 9 {
		t.Errorf("%d messages, the console has 9 warnings, each twice", n)
	}
}
