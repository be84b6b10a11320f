package store

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// batch is a piece of what a decoder gave.
type batch struct {
	requests []profile.Request
	problems []profile.Problem
}

// next returns an empty batch.
func (f *flow) next() *batch {
	select {
	case b := <-f.spare:
		return b
	default:
		return &batch{requests: make([]profile.Request, 0, batchRows)}
	}
}

// reuse gives back a batch whose rows are written.
func (f *flow) reuse(b *batch) {
	clear(b.requests) // texts of errors
	b.requests, b.problems = b.requests[:0], nil
	select {
	case f.spare <- b:
	default:
	}
}

// blockReader reads the blocks of one channel.
type blockReader struct {
	f    *flow
	b    *block
	rest []byte
}

func (r *blockReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.b != nil {
			r.f.release(r.b)
			r.b = nil
		}
		select {
		case b, ok := <-r.f.decode:
			if !ok {
				return 0, io.EOF
			}
			r.b, r.rest = b, b.data
		case <-r.f.ctx.Done():
			return 0, context.Cause(r.f.ctx)
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// errStopped ends a decoder when the load has failed elsewhere.
var errStopped = errors.New("stopped")

func (f *flow) decodeAll(logs []*profile.RequestLog) error {
	defer close(f.rows)
	r := &blockReader{f: f}
	err := decodeInto(logs[0], r, f.next(), func(b *batch) (*batch, error) {
		select {
		case f.rows <- b:
			return f.next(), nil
		case <-f.ctx.Done():
			return nil, errStopped
		}
	})
	if err != nil {
		if errors.Is(err, errStopped) {
			return nil
		}
		return err
	}
	_, err = io.Copy(io.Discard, r) // what the decoder left unread is still hashed and kept
	return err
}

// decodeInto runs a decoder and hands on what it gives in batches: emit takes
// a batch and returns the next one to fill.
func decodeInto(log *profile.RequestLog, r io.Reader, b *batch, emit func(*batch) (*batch, error)) error {
	err := log.Decode(r, func(q *profile.Request, p *profile.Problem) (err error) {
		if q != nil {
			b.requests = append(b.requests, *q)
			if q.Error != "" {
				b.requests[len(b.requests)-1].Error = strings.Clone(q.Error)
			}
		}
		if p != nil {
			b.problems = append(b.problems, *p)
		}
		if len(b.requests) >= batchRows || len(b.problems) >= batchRows {
			b, err = emit(b)
		}
		return err
	})
	if err != nil {
		return err
	}
	_, err = emit(b)
	return err
}

// requestsOf stores the requests in a source that is in memory.
func (l *loader) requestsOf(logs []*profile.RequestLog, data []byte) error {
	for _, log := range logs {
		rows, err := l.newRequestRows([]*profile.RequestLog{log})
		if err != nil {
			return err
		}
		err = decodeInto(log, bytes.NewReader(data), &batch{}, func(b *batch) (*batch, error) {
			err := rows.write(b)
			b.requests, b.problems = b.requests[:0], b.problems[:0]
			return b, err
		})
		if err != nil {
			return err
		}
		if err := rows.finish(); err != nil {
			return err
		}
	}
	return nil
}
