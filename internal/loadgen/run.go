package loadgen

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/profreport/profreport/internal/profile"
)

// Level is one load test.
type Level struct {
	Name        string
	Concurrency int   // closed loop: requests in flight; 0 with a Pacer
	Pacer       Pacer // open loop; nil for a closed one
	Requests    int   // requests to send; 0 when only Duration ends the level
	Duration    time.Duration
	// Grace is how long requests in flight may go on after Duration; what
	// has not ended then is cut off.
	Grace  time.Duration
	Warmup int // requests sent, and ended, before the measurement
	// MaxInFlight bounds an open loop; a request beyond it waits, and its
	// lateness tells. Default 4096.
	MaxInFlight int
	First       uint64 // number of the first prompt
}

// Closed says whether the level is a closed loop.
func (l *Level) Closed() bool { return l.Pacer == nil }

// Result is what a level gave.
type Result struct {
	Level   Level
	Records []Record // of the measurement, in order of completion
	Warmup  []Record
	Chunks  *ChunkTimes // gaps between chunks, of valid answers
	// Partial is set when the level ended before it was meant to; Reason
	// says why.
	Partial bool
	Reason  string
	Planned int // requests meant to be sent; 0 when a duration decided
}

// Runner runs levels against one server.
type Runner struct {
	Client  *Client
	Prompts Prompts
	// Sink takes every request that ended, warm-up too, with the times of its
	// chunks; an error ends the level. Observe is told of each. Both are
	// called from one goroutine.
	Sink    func(rec *Record, arrive []int64) error
	Observe func(rec *Record)
}

// done is a request that ended.
type done struct {
	rec    *Record
	arrive *[]int64
}

var arrivals = sync.Pool{New: func() any { s := make([]int64, 0, 512); return &s }}

// errCut ends the requests that are in flight when the time is over.
var errCut = errors.New("end of the level")

// Run warms up and runs one level. What was measured is returned also when an
// error ended the level: one that wraps ErrGone, one of the Sink, or ctx's.
func (r *Runner) Run(ctx context.Context, level Level) (*Result, error) {
	if level.Concurrency < 1 && level.Pacer == nil {
		return nil, fmt.Errorf("level %s: a concurrency of %d", level.Name, level.Concurrency)
	}
	if level.Requests <= 0 && level.Duration <= 0 {
		return nil, fmt.Errorf("level %s: neither a number of requests nor a duration", level.Name)
	}
	res := &Result{Level: level, Chunks: &ChunkTimes{}, Planned: level.Requests}
	if level.Warmup > 0 {
		warm := level
		warm.Pacer, warm.Requests, warm.Duration = nil, level.Warmup, 0
		warm.Concurrency = max(1, min(level.Concurrency, level.Warmup))
		warm.First = level.First + 1<<31
		if err := r.phase(ctx, warm, res, true); err != nil {
			res.Partial, res.Reason = true, "ended in the warm-up: "+reason(err)
			return res, err
		}
	}
	err := r.phase(ctx, level, res, false)
	if err != nil {
		res.Partial, res.Reason = true, reason(err)
	}
	return res, err
}

func reason(err error) string {
	if errors.Is(err, context.Canceled) {
		return "interrupted"
	}
	return err.Error()
}

// phase runs the warm-up or the measurement to its end.
func (r *Runner) phase(ctx context.Context, l Level, res *Result, warmup bool) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p := &phase{Runner: r, level: l, ctx: ctx, warmup: warmup, start: r.Client.now(), out: make(chan done, 1024)}
	p.stopped = make(chan struct{})
	if l.Duration > 0 {
		end := time.AfterFunc(l.Duration, p.stop)
		defer end.Stop()
		cut := time.AfterFunc(l.Duration+l.Grace, func() { cancel(errCut) })
		defer cut.Stop()
	}
	go func() {
		defer close(p.out)
		if l.Closed() {
			p.closedLoop()
		} else {
			p.openLoop()
		}
	}()
	var failed error
	var gone breaker
	for d := range p.out {
		if err := r.take(res, d, warmup); err != nil && failed == nil {
			failed = err
			cancel(err)
		}
		if err := gone.add(d.rec); err != nil && failed == nil {
			failed = err
			cancel(err)
		}
	}
	if cause := context.Cause(ctx); failed == nil && cause != nil && !errors.Is(cause, errCut) {
		failed = cause
	}
	return failed
}

// take keeps one request.
func (r *Runner) take(res *Result, d done, warmup bool) error {
	var err error
	if r.Sink != nil {
		err = r.Sink(d.rec, *d.arrive)
	}
	if r.Observe != nil {
		r.Observe(d.rec)
	}
	if warmup {
		res.Warmup = append(res.Warmup, *d.rec)
	} else {
		res.Records = append(res.Records, *d.rec)
		if d.rec.Status == OK {
			res.Chunks.Add(*d.arrive)
		}
	}
	arrivals.Put(d.arrive)
	return err
}

// phase sends the requests of one phase. Its records go to out.
type phase struct {
	*Runner
	level  Level
	ctx    context.Context
	warmup bool
	start  int64 // ns
	out    chan done

	mu      sync.Mutex
	next    int
	once    sync.Once
	stopped chan struct{} // closed when no more requests are to be sent
}

func (p *phase) stop() { p.once.Do(func() { close(p.stopped) }) }

// ticket gives the number of the next request, ok false when there is none.
func (p *phase) ticket() (n int, ok bool) {
	select {
	case <-p.stopped:
		return 0, false
	case <-p.ctx.Done():
		return 0, false
	default:
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.level.Requests > 0 && p.next >= p.level.Requests {
		return 0, false
	}
	p.next++
	return p.next - 1, true
}

// closedLoop keeps a number of requests in flight: every worker sends its
// next request when the last has ended.
func (p *phase) closedLoop() {
	var wg sync.WaitGroup
	for w := range p.level.Concurrency {
		wg.Go(func() {
			inRow := 0
			for {
				n, ok := p.ticket()
				if !ok {
					return
				}
				rec := p.send(n, w, p.Client.now())
				if rec.unreachable {
					inRow++
				} else {
					inRow = 0
				}
				p.sleep(pause(rec, inRow))
			}
		})
	}
	wg.Wait()
}

// openLoop sends each request at its own time, whatever became of the others.
func (p *phase) openLoop() {
	most := p.level.MaxInFlight
	if most <= 0 {
		most = 4096
	}
	slots := make(chan struct{}, most)
	var wg sync.WaitGroup
	defer wg.Wait()
	for {
		at := p.level.Pacer.Next()
		if p.level.Duration > 0 && at >= p.level.Duration {
			p.sleep(p.level.Duration - time.Duration(p.Client.now()-p.start))
			return
		}
		if !p.sleep(at - time.Duration(p.Client.now()-p.start)) {
			return
		}
		select {
		case slots <- struct{}{}:
		case <-p.ctx.Done():
			return
		}
		n, ok := p.ticket()
		if !ok {
			return
		}
		wg.Go(func() {
			p.send(n, 0, p.start+int64(at))
			<-slots
		})
	}
}

// send sends request n and passes its record on.
func (p *phase) send(n, worker int, intended int64) *Record {
	rec := &Record{Number: n, Warmup: p.warmup, Worker: worker, Intended: intended}
	buf := arrivals.Get().(*[]int64)
	*buf = (*buf)[:0]
	prompt, err := p.Prompts.Prompt(p.level.First + uint64(n))
	if err != nil {
		rec.Status, rec.Ended = Failed, p.Client.now()
		rec.Failure = &Failure{Type: "PromptError", Message: err.Error()}
	} else {
		*buf = p.Client.Do(p.ctx, prompt, rec, *buf)
	}
	p.out <- done{rec: rec, arrive: buf}
	return rec
}

// sleep waits; it returns false when the phase ended first.
func (p *phase) sleep(d time.Duration) bool {
	if d <= 0 {
		return p.ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-p.stopped:
		return false
	case <-p.ctx.Done():
		return false
	}
}

// SLA is a pair of limits in ms; 0 is no limit.
func SLA(ttft, itl float64) profile.SLA {
	return profile.SLA{TTFT: profile.Opt[float64]{V: ttft, OK: ttft > 0}, ITL: profile.Opt[float64]{V: itl, OK: itl > 0}}
}
