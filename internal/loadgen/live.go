package loadgen

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/profreport/profreport/internal/profile"
	"github.com/profreport/profreport/internal/stats"
)

// Live follows a level while it runs. Add fits Runner.Observe.
type Live struct {
	mu      sync.Mutex
	level   Level
	sla     profile.SLA
	start   time.Time
	ttft    []float64
	itl     []float64
	n, good int
	judged  int
	failed  int
}

// NewLive begins to follow a level.
func NewLive(l Level, sla profile.SLA) *Live { return &Live{level: l, sla: sla} }

// Add takes a request that ended.
func (v *Live) Add(rec *Record) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if rec.Warmup {
		return
	}
	if v.start.IsZero() {
		v.start = time.Unix(0, rec.Intended)
	}
	v.n++
	if rec.Status == Failed {
		v.failed++
	}
	if good, ok := rec.Good(v.sla); ok {
		v.judged++
		if good {
			v.good++
		}
	}
	if rec.Status != OK {
		return
	}
	if t := rec.TTFT(); t.OK {
		v.ttft = append(v.ttft, t.V)
	}
	if t := rec.ITL(); t.OK {
		v.itl = append(v.itl, t.V)
	}
}

// Line is the state in one line: rate, percentiles so far, the share that met
// the SLA, time left.
func (v *Live) Line(now time.Time) string {
	v.mu.Lock()
	n, start := v.n, v.start
	good, judged, failed := v.good, v.judged, v.failed
	ttft, itl := slices.Clone(v.ttft), slices.Clone(v.itl)
	v.mu.Unlock()
	if n == 0 {
		return v.level.Name + ": warming up"
	}
	elapsed := now.Sub(start)
	parts := []string{fmt.Sprintf("%s: %d", v.level.Name, n)}
	if v.level.Requests > 0 {
		parts[0] += fmt.Sprintf("/%d", v.level.Requests)
	}
	parts = append(parts, fmt.Sprintf("%.3g/s", float64(n)/max(elapsed.Seconds(), 1e-3)))
	for _, c := range []struct {
		name string
		x    []float64
	}{{"TTFT", ttft}, {"ITL", itl}} {
		p50, ok := stats.PercentileInPlace(c.x, 50)
		if p95, _ := stats.PercentileInPlace(c.x, 95); ok {
			parts = append(parts, fmt.Sprintf("%s p50 %.4g p95 %.4g ms", c.name, p50, p95))
		}
	}
	if judged > 0 {
		parts = append(parts, fmt.Sprintf("%.0f %% meet the SLA", 100*float64(good)/float64(judged)))
	}
	if failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", failed))
	}
	if left := v.left(n, elapsed); left > 0 {
		parts = append(parts, left.Round(time.Second).String()+" left")
	}
	return strings.Join(parts, ", ")
}

// left estimates the time to the end of the level.
func (v *Live) left(n int, elapsed time.Duration) time.Duration {
	left := v.level.Duration - elapsed
	if v.level.Requests > 0 {
		by := time.Duration(float64(elapsed) * float64(v.level.Requests-n) / float64(n))
		if v.level.Duration <= 0 || by < left {
			left = by
		}
	}
	return max(left, 0)
}
