package loadgen

import (
	"crypto/tls"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// connection is what a request's way to the server cost. net/http calls its
// hooks from goroutines of its own, some after the request has ended, so the
// values are atomic and are copied once.
type connection struct {
	now               func() int64
	dnsStart, dns     atomic.Int64
	dialStart, dial   atomic.Int64
	helloStart, hello atomic.Int64
	got, wrote        atomic.Int64
	reused            atomic.Bool
}

// hooks follow a request. Its clock starts when its header is written: before
// that the request may wait for a connection, or for a processor in this
// machine, and neither is the server's.
func (c *connection) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		DNSStart:          func(httptrace.DNSStartInfo) { c.dnsStart.Store(c.now()) },
		DNSDone:           func(httptrace.DNSDoneInfo) { c.dns.Store(c.now() - c.dnsStart.Load()) },
		ConnectStart:      func(_, _ string) { c.dialStart.Store(c.now()) },
		ConnectDone:       func(_, _ string, _ error) { c.dial.Store(c.now() - c.dialStart.Load()) },
		TLSHandshakeStart: func() { c.helloStart.Store(c.now()) },
		TLSHandshakeDone:  func(tls.ConnectionState, error) { c.hello.Store(c.now() - c.helloStart.Load()) },
		GotConn: func(i httptrace.GotConnInfo) {
			c.got.Store(c.now())
			c.reused.Store(i.Reused)
		},
		WroteHeaders: func() { c.wrote.CompareAndSwap(0, c.now()) },
	}
}

// fill copies what was seen into the record.
func (c *connection) fill(rec *Record) {
	rec.Sent = c.wrote.Load()
	if rec.Sent == 0 {
		rec.Sent = c.got.Load()
	}
	if rec.Reused = c.reused.Load(); rec.Reused {
		return // a dial that lost the race is not this request's
	}
	rec.DNS, rec.Connect, rec.TLS = time.Duration(c.dns.Load()), time.Duration(c.dial.Load()), time.Duration(c.hello.Load())
}
