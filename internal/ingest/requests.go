package ingest

import (
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/profreport/profreport/internal/profile"
)

// Sizes of the pipeline that reads the requests of a level.
const (
	// requestChunk is how many bytes are decoded at a time; a chunk ends at
	// the end of a line and grows for a line that is longer.
	requestChunk = 512 << 10
	// maxDecoders bounds the goroutines that decode.
	maxDecoders = 8
)

// DecodeRequests returns the decoder of a profile.RequestLog for the file at
// path: profile_export.jsonl, one record a line. It yields the requests of
// the profiling phase in the order of their lines, numbered from 0, and a
// problem for each line it cannot read; warm-up requests are left out.
//
// Lines are decoded by several goroutines while the reader is read by
// another, so r is read ahead of what was yielded; all of them have ended
// when the function returns.
func DecodeRequests(path string) func(io.Reader, func(*profile.Request, *profile.Problem) error) error {
	return func(r io.Reader, yield func(*profile.Request, *profile.Problem) error) error {
		d := &requestDecoder{path: path, yield: yield}
		return d.run(newChunkReader(r, path))
	}
}

// requestDecoder yields decoded chunks in order.
type requestDecoder struct {
	path     string
	yield    func(*profile.Request, *profile.Problem) error
	requests int64
	problems int
}

// run reads a small file in place and a larger one through the pipeline.
func (d *requestDecoder) run(rd *chunkReader) error {
	first, err := rd.next()
	if err != nil {
		return ignoreEOF(err)
	}
	if first.last {
		return d.finish(d.emit(decodeChunk(d.path, first)))
	}
	return d.finish(d.pipeline(rd, first))
}

// pipeline decodes chunks in parallel. Every chunk carries a channel for its
// result; the queue of these channels keeps the order and bounds the memory.
func (d *requestDecoder) pipeline(rd *chunkReader, first *requestLines) error {
	workers := min(max(runtime.GOMAXPROCS(0), 2), maxDecoders)
	jobs := make(chan *requestLines)
	queue := make(chan *requestLines, workers+1)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	var readErr error
	wg.Go(func() {
		defer close(queue)
		defer close(jobs)
		for c, err := first, error(nil); ; c, err = rd.next() {
			if err != nil {
				readErr = ignoreEOF(err)
				return
			}
			c.done = make(chan *requestBatch, 1)
			select {
			case queue <- c:
			case <-stop:
				return
			}
			select {
			case jobs <- c:
			case <-stop:
				return
			}
		}
	})
	for range workers {
		wg.Go(func() {
			for c := range jobs {
				c.done <- decodeChunk(d.path, c)
			}
		})
	}
	err := d.drain(queue)
	close(stop)
	wg.Wait()
	if err == nil {
		err = readErr
	}
	return err
}

// drain yields the results in the order of the queue until it is closed or
// yield fails.
func (d *requestDecoder) drain(queue <-chan *requestLines) error {
	for c := range queue {
		b := <-c.done
		if err := d.emit(b); err != nil {
			return err
		}
		c.release()
	}
	return nil
}

// emit yields one chunk.
func (d *requestDecoder) emit(b *requestBatch) error {
	for i := range b.items {
		it := &b.items[i]
		if it.problem != nil {
			if d.problems++; d.problems > MaxProblems {
				continue
			}
			if err := d.yield(nil, it.problem); err != nil {
				return err
			}
			continue
		}
		it.request.Request = d.requests
		d.requests++
		if err := d.yield(&it.request, nil); err != nil {
			return err
		}
	}
	b.release()
	return nil
}

// finish tells how many problems were not yielded one by one.
func (d *requestDecoder) finish(err error) error {
	if err != nil || d.problems <= MaxProblems {
		return err
	}
	return d.yield(nil, &profile.Problem{Path: d.path, Severity: profile.SeverityError, Reason: ReasonSyntax,
		Message: fmt.Sprintf("%d more lines could not be read", d.problems-MaxProblems)})
}

func ignoreEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}
