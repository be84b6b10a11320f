package loadgen

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"time"

	"github.com/profreport/profreport/internal/profile"
)

// Client sends the requests of a test and measures their answers. It is safe
// for concurrent use.
type Client struct {
	target Target
	url    string // of the endpoint
	root   string // scheme and host, for /tokenize
	http   *http.Client
	epoch  time.Time // both clocks: wall time at, and monotonic time since
}

// NewClient checks the target; it sends nothing.
func NewClient(t Target) (*Client, error) {
	u, err := t.base()
	if err != nil {
		return nil, err
	}
	switch t.API {
	case "":
		t.API = Chat
	case Chat, Completions:
	default:
		return nil, fmt.Errorf("api %q: want chat or completions", t.API)
	}
	if t.Timeout <= 0 {
		t.Timeout = 10 * time.Minute
	}
	if t.Stall <= 0 {
		t.Stall = 2 * time.Minute
	}
	return &Client{target: t, url: t.endpoint(u), root: strings.TrimSuffix(u.String(), "/v1"), epoch: time.Now(),
		http: &http.Client{Transport: t.transport(),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// URL is the address that requests are posted to.
func (c *Client) URL() string { return c.url }

// Close closes the idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// now is the time in nanoseconds since 1970, by the monotonic clock.
func (c *Client) now() int64 { return c.epoch.UnixNano() + int64(time.Since(c.epoch)) }

// attempt is one request on its way.
type attempt struct {
	c      *Client
	rec    *Record
	arrive []int64 // times of the chunks with content
	cancel context.CancelCauseFunc
	timer  *time.Timer
}

var (
	errTimeout = errors.New("timeout")
	errStall   = errors.New("stall")
)

// Do sends one request and fills rec with what was measured; rec.Intended is
// set before. The times at which its chunks arrived are appended to arrive and
// returned, ns. An answer that failed keeps what was measured of it. When ctx
// ends first, the request is Cancelled.
func (c *Client) Do(ctx context.Context, p Prompt, rec *Record, arrive []int64) []int64 {
	a := &attempt{c: c, rec: rec, arrive: arrive[:0]}
	rec.Prompt, rec.OSLAsked, rec.Status = p.ID, p.OSL, OK
	_, _ = rand.Read(rec.ID[:]) // never fails
	rctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	a.cancel = cancel
	deadline := time.AfterFunc(c.target.Timeout, func() { cancel(errTimeout) })
	defer deadline.Stop()
	a.timer = time.AfterFunc(c.target.Stall, func() { cancel(errStall) })
	defer a.timer.Stop()

	err := a.run(rctx, p)
	rec.Ended = c.now()
	if err != nil {
		a.fail(ctx, context.Cause(rctx), err)
	} else if rec.Failure != nil {
		rec.Status = Failed
	}
	if rec.Status == OK {
		rec.Ended = rec.Last
	}
	return a.arrive
}

// run does the exchange. A failure that the server stated is put into the
// record; an error is one of the transport.
func (a *attempt) run(ctx context.Context, p Prompt) error {
	conn := &connection{now: a.c.now}
	defer func() { conn.fill(a.rec) }()
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, conn.hooks()), http.MethodPost, a.c.url, bytes.NewReader(p.Body))
	if err != nil {
		return err
	}
	req.GetBody = nil // a request is sent once
	a.c.header(req)
	req.Header.Set("X-Request-ID", a.rec.RequestID())
	resp, err := a.c.http.Do(req)
	if err != nil {
		a.rec.unreachable = true
		return err
	}
	defer resp.Body.Close()
	a.rec.Acked = a.c.now()
	a.rec.Proto = resp.Proto
	a.timer.Reset(a.c.target.Stall)
	if resp.StatusCode != http.StatusOK {
		a.refused(resp)
		return nil
	}
	if ct := resp.Header.Get("Content-Type"); ct != "" && !strings.HasPrefix(ct, "text/event-stream") {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 4096))
		a.rec.Failure = &Failure{Code: resp.StatusCode, Type: FailMalformed, Message: "want text/event-stream, got " + clip(ct) + ": " + serverError(body)}
		return nil
	}
	return a.stream(resp.Body)
}

// header sets what every request carries.
func (c *Client) header(req *http.Request) {
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream")
	req.Header.Set("User-Agent", "profreport")
	for k, v := range c.target.Header {
		if strings.EqualFold(k, "Host") {
			req.Host = v
			continue
		}
		req.Header.Set(k, v)
	}
}

// refused notes an answer that is no 200.
func (a *attempt) refused(resp *http.Response) {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	name := http.StatusText(resp.StatusCode)
	if name == "" {
		name = "HTTP " + resp.Status
	}
	a.rec.Failure = &Failure{Code: resp.StatusCode, Type: name, Message: serverError(body)}
	a.rec.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), time.Now())
	a.rec.unreachable = resp.StatusCode == http.StatusBadGateway // a proxy that finds nobody behind it
}

// stream reads the answer to its end.
func (a *attempt) stream(body io.Reader) error {
	ev := newEventReader(body, a.c.now, func() { a.timer.Reset(a.c.target.Stall) })
	done := false
	for !done {
		data, at, err := ev.next()
		if err == io.EOF {
			break
		}
		if err == errLongEvent {
			a.rec.Failure = &Failure{Code: http.StatusOK, Type: FailMalformed, Message: err.Error()}
			return nil
		}
		if err != nil {
			return err
		}
		if string(data) == "[DONE]" {
			done = true
			break
		}
		if a.event(data, at, ev.errorEvent); a.rec.Failure != nil {
			return nil
		}
	}
	a.finish(done)
	if done { // so that the connection can be used again
		_, _ = io.Copy(io.Discard, io.LimitReader(body, 64<<10))
	}
	return nil
}

// event takes one chunk of the answer.
func (a *attempt) event(data []byte, at int64, isError bool) {
	var ch chunk
	if err := json.Unmarshal(data, &ch); err != nil && !isError {
		a.rec.Failure = &Failure{Code: http.StatusOK, Type: FailMalformed, Message: fmt.Sprintf("event: %v in %s", err, clip(string(data)))}
		return
	}
	if isError || len(ch.Error) > 0 && string(ch.Error) != "null" {
		a.rec.Failure = &Failure{Code: http.StatusOK, Type: FailServer, Message: serverError(data)}
		return
	}
	rec := a.rec
	if ch.hasContent() {
		switch rec.Chunks {
		case 0:
			rec.First = at
		case 1:
			rec.Second = at
		}
		rec.Last = at
		rec.Chunks++
		a.arrive = append(a.arrive, at)
	}
	if f := ch.finish(); f != "" {
		rec.Finish = strings.Clone(f)
	}
	if u := ch.Usage; u != nil {
		rec.ISL, rec.OSL, rec.Reasoning = count(u.Prompt, rec.ISL), count(u.Completion, rec.OSL), count(u.Details.Reasoning, rec.Reasoning)
	}
}

// finish judges a stream that was read to its end.
func (a *attempt) finish(done bool) {
	switch rec := a.rec; {
	case !done && rec.Finish == "":
		rec.Failure = &Failure{Code: http.StatusOK, Type: FailTruncated, Message: fmt.Sprintf("the stream ended after %d chunks, without finish_reason and [DONE]", rec.Chunks)}
	case rec.Chunks == 0:
		rec.Failure = &Failure{Code: http.StatusOK, Type: FailEmpty, Message: "the answer holds no token"}
	}
}

func count(v *int64, old profile.Opt[int64]) profile.Opt[int64] {
	if v == nil || *v < 0 {
		return old
	}
	return profile.Some(*v)
}
