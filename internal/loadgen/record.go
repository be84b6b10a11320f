package loadgen

import (
	"encoding/hex"
	"time"

	"github.com/profreport/profreport/internal/profile"
)

// Status says how a request ended.
type Status string

// The statuses of a request.
const (
	OK        Status = "ok"
	Failed    Status = "error"
	Cancelled Status = "cancelled" // cut off by the end of the test, or by the user
)

// Classes of failure, the Type of a Failure. An HTTP status that is no 200 has
// its own text ("Service Unavailable") instead.
const (
	FailConnect   = "ConnectError"     // no connection: refused, no such host, no route
	FailReset     = "ConnectionReset"  // the connection ended before or inside the answer
	FailTimeout   = "RequestTimeout"   // the whole request took too long
	FailStall     = "StreamStall"      // nothing came for too long
	FailMalformed = "MalformedStream"  // an event that is no JSON, or no event stream
	FailTruncated = "TruncatedStream"  // the stream ended before its last event
	FailServer    = "StreamError"      // the server reported an error inside the stream
	FailEmpty     = "EmptyAnswer"      // a complete stream without a token
	FailTransport = "TransportError"   // any other error of HTTP or TLS
	FailCancelled = "RequestCancelled" // see Cancelled
)

// Failure is why a request has no valid answer.
type Failure struct {
	Code    int // HTTP status; 0 when there was none
	Type    string
	Message string
}

// Record is one request. Times are nanoseconds since 1970, taken from the
// monotonic clock; 0 is unknown. Token counts are the server's own (`usage`):
// several tokens can share a chunk, so chunks are never counted as tokens.
type Record struct {
	Number int // ordinal within its phase, from 0
	ID     [16]byte
	Prompt string // session_id of its prompt
	Warmup bool
	Worker int

	Intended int64 // when it should have been sent
	Sent     int64 // when its header was written to an open connection
	Acked    int64 // when the answer's header was there
	First    int64 // first chunk with content
	Second   int64 // second chunk with content
	Last     int64 // last chunk with content
	Ended    int64 // end of the stream, or of the attempt

	DNS, Connect, TLS time.Duration // of a new connection; not part of any latency
	Reused            bool          // an open connection was used again
	Proto             string        // HTTP/1.1, HTTP/2.0

	Chunks              int // with content
	ISL, OSL, Reasoning profile.Opt[int64]
	OSLAsked            int
	Finish              string // finish_reason
	Status              Status
	Failure             *Failure
	RetryAfter          time.Duration // asked by a 429 or 503
	unreachable         bool          // no answer of any kind
}

// RequestID is the id as it was sent in X-Request-ID.
func (r *Record) RequestID() string {
	h := hex.EncodeToString(r.ID[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// TTFT is the time from the sending of the request to its first token, ms.
func (r *Record) TTFT() profile.Opt[float64] { return millis(r.Sent, r.First) }

// SecondToken is the time from the first chunk to the second, ms.
func (r *Record) SecondToken() profile.Opt[float64] { return millis(r.First, r.Second) }

// Latency is the time from the sending of the request to its last token, ms.
func (r *Record) Latency() profile.Opt[float64] { return millis(r.Sent, r.Last) }

// ITL is (latency - TTFT) / (OSL - 1), ms, as AIPerf defines it; unknown when
// OSL is, and undefined below two tokens.
func (r *Record) ITL() profile.Opt[float64] {
	ttft, latency := r.TTFT(), r.Latency()
	if !ttft.OK || !latency.OK || !r.OSL.OK || r.OSL.V < 2 {
		return profile.Opt[float64]{}
	}
	return profile.Some((latency.V - ttft.V) / float64(r.OSL.V-1))
}

// Lateness is how long after its intended time the request was sent, ms. It
// contains the wait for a connection.
func (r *Record) Lateness() profile.Opt[float64] { return millis(r.Intended, r.Sent) }

// EarlyStop holds for an answer with fewer tokens than were asked for.
func (r *Record) EarlyStop() bool {
	return r.Status == OK && r.OSLAsked > 0 && r.OSL.OK && r.OSL.V < int64(r.OSLAsked)
}

// Good says whether a request meets the SLA. ok is false when that can't be
// told: no limit, or an answer without token counts. A failed request is a
// miss, one of a single token is judged by its TTFT alone.
func (r *Record) Good(sla profile.SLA) (good, ok bool) {
	if !sla.TTFT.OK && !sla.ITL.OK {
		return false, false
	}
	if r.Status != OK {
		return false, r.Status == Failed
	}
	if sla.TTFT.OK && r.TTFT().V > sla.TTFT.V {
		return false, true
	}
	if !sla.ITL.OK || r.OSL.OK && r.OSL.V < 2 {
		return true, true
	}
	itl := r.ITL()
	return itl.OK && itl.V <= sla.ITL.V, itl.OK
}

func millis(from, to int64) profile.Opt[float64] {
	if from == 0 || to == 0 {
		return profile.Opt[float64]{}
	}
	return profile.Some(float64(to-from) / 1e6)
}
