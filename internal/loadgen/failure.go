package loadgen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// fail classes an error of the transport. outer is the context of the test:
// when that has ended, the request was cut off and has not failed.
func (a *attempt) fail(outer context.Context, cause, err error) {
	rec := a.rec
	rec.Status = Failed
	switch {
	case outer.Err() != nil:
		rec.Status, rec.unreachable = Cancelled, false
		rec.Failure = &Failure{Code: 499, Type: FailCancelled, Message: "cut off by the end of the test"}
	case errors.Is(cause, errTimeout):
		rec.unreachable = false
		rec.Failure = &Failure{Type: FailTimeout, Message: fmt.Sprintf("not finished after %s", a.c.target.Timeout)}
	case errors.Is(cause, errStall):
		rec.unreachable = false
		rec.Failure = &Failure{Type: FailStall, Message: fmt.Sprintf("nothing received for %s, after %d chunks", a.c.target.Stall, rec.Chunks)}
	default:
		rec.Failure = &Failure{Type: errorClass(err), Message: errorText(err)}
	}
}

// errorClass is the class of an error of net/http.
func errorClass(err error) string {
	var op *net.OpError
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns), errors.As(err, &op) && op.Op == "dial":
		return FailConnect
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		strings.Contains(err.Error(), "stream error"), strings.Contains(err.Error(), "server sent GOAWAY"):
		return FailReset
	}
	return FailTransport
}

// errorText leaves out what net/http repeats: the method and the address.
func errorText(err error) string {
	var u interface{ Unwrap() error }
	if s := err.Error(); strings.HasPrefix(s, "Post ") && errors.As(err, &u) {
		if in := u.Unwrap(); in != nil {
			err = in
		}
	}
	if errors.Is(err, io.EOF) {
		return "the connection was closed without an answer"
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return "the connection was closed inside the answer"
	}
	return clip(err.Error())
}

// maxRetryAfter bounds how long a server can hold a worker back.
const maxRetryAfter = 30 * time.Second

// retryAfter reads the header: seconds, or a date.
func retryAfter(s string, now time.Time) time.Duration {
	var d time.Duration
	if n, err := strconv.Atoi(strings.TrimSpace(s)); err == nil {
		d = time.Duration(min(n, 3600)) * time.Second
	} else if t, err := http.ParseTime(s); err == nil {
		d = t.Sub(now)
	}
	return min(max(d, 0), maxRetryAfter)
}

// ErrGone is the end of a test whose server can't be reached any more.
var ErrGone = errors.New("the server can't be reached")

// breaker ends a test when nothing but failures to reach the server has
// happened for a while.
type breaker struct {
	failed int
	since  int64 // ns
}

// Limits of the breaker.
const (
	goneFailures = 5
	goneAfter    = 2 * time.Second
)

// add takes a finished request and returns the error that ends the test.
func (b *breaker) add(rec *Record) error {
	if !rec.unreachable {
		if rec.Status != Cancelled {
			b.failed = 0
		}
		return nil
	}
	if b.failed == 0 {
		b.since = rec.Ended
	}
	b.failed++
	waited := time.Duration(rec.Ended - b.since)
	if b.failed < goneFailures || waited < goneAfter {
		return nil
	}
	return fmt.Errorf("%w: %d requests in a row failed within %s, the last with: %s", ErrGone, b.failed, waited.Round(100*time.Millisecond), rec.Failure.Message)
}

// pause is how long a worker waits after a request that failed, so that a dead
// or refusing server is not asked in a tight loop.
func pause(rec *Record, inRow int) time.Duration {
	switch {
	case rec.RetryAfter > 0:
		return rec.RetryAfter
	case rec.unreachable:
		return min(100*time.Millisecond<<min(inRow, 4), time.Second)
	}
	return 0
}
