package loadgen

import (
	"encoding/json"
	"path/filepath"
	"strconv"

	"github.com/profreport/profreport/internal/profile"
)

// RequestLog writes profile_export.jsonl while a level runs: one record a
// request, in order of completion, warm-up marked as such.
type RequestLog struct {
	f   *aside
	buf []byte
}

// NewRequestLog begins the file of a level's folder.
func NewRequestLog(dir string) (*RequestLog, error) {
	f, err := createAside(filepath.Join(dir, "profile_export.jsonl"))
	if err != nil {
		return nil, err
	}
	return &RequestLog{f: f}, nil
}

// Add writes one request; it fits Runner.Sink.
func (l *RequestLog) Add(rec *Record, arrive []int64) error {
	l.buf = appendRecord(l.buf[:0], rec, arrive)
	_, err := l.f.Write(l.buf)
	return err
}

// Close puts the file in its place.
func (l *RequestLog) Close() error { return l.f.commit() }

// Drop removes it.
func (l *RequestLog) Drop() { l.f.drop() }

// appendRecord appends the line of a request. AIPerf's keys keep their
// meaning; credit_issued_ns is when the request was to be sent. Keys of our
// own are finish_reason, output_tokens_asked, http_version and
// connection_reused.
func appendRecord(b []byte, r *Record, arrive []int64) []byte {
	phase := "profiling"
	if r.Warmup {
		phase = "warmup"
	}
	b = append(b, `{"metadata":{"session_num":`...)
	b = strconv.AppendInt(b, int64(r.Number), 10)
	b = appendText(b, `,"x_request_id":`, r.RequestID())
	b = appendText(b, `,"x_correlation_id":`, r.RequestID())
	b = appendText(b, `,"conversation_id":`, r.Prompt)
	b = append(b, `,"turn_index":0`...)
	b = appendNano(b, "credit_issued_ns", r.Intended)
	start := r.Sent
	if start == 0 { // no connection was had: the attempt began when it was to begin
		start = r.Intended
	}
	b = appendNano(b, "request_start_ns", start)
	b = appendNano(b, "request_ack_ns", r.Acked)
	b = appendNano(b, "request_end_ns", r.Ended)
	b = appendText(b, `,"worker_id":`, "worker_"+strconv.Itoa(r.Worker))
	b = append(b, `,"record_processor_id":"profreport"`...)
	b = appendText(b, `,"benchmark_phase":`, phase)
	b = append(b, `,"was_cancelled":`...)
	b = strconv.AppendBool(b, r.Status == Cancelled)
	cancelled := int64(0)
	if r.Status == Cancelled {
		cancelled = r.Ended
	}
	b = appendNano(b, "cancellation_time_ns", cancelled)
	if r.Finish != "" {
		b = appendText(b, `,"finish_reason":`, r.Finish)
	}
	if r.OSLAsked > 0 {
		b = append(b, `,"output_tokens_asked":`...)
		b = strconv.AppendInt(b, int64(r.OSLAsked), 10)
	}
	if r.Proto != "" {
		b = appendText(b, `,"http_version":`, r.Proto)
		b = append(b, `,"connection_reused":`...)
		b = strconv.AppendBool(b, r.Reused)
	}
	b = append(b, `},"metrics":{`...)
	b = appendMetrics(b, r, arrive)
	b = append(b, `},"error":`...)
	return append(appendFailure(b, r.Failure), '}', '\n')
}

// appendMetrics writes the figures of a valid request. A request that failed
// has error_isl, and what was seen before it broke off stays out, as in AIPerf.
func appendMetrics(b []byte, r *Record, arrive []int64) []byte {
	if r.Status != OK {
		b = appendValue(b, "error_isl", "tokens", tokens(r.ISL))
		return appendValue(b, "send_lateness", "ms", r.Lateness())
	}
	for _, c := range columns {
		b = appendValue(b, c.name, c.unit, c.of(r))
	}
	if len(arrive) > 1 {
		b = separate(b)
		b = append(b, `"inter_chunk_latency":{"value":[`...)
		for i := 1; i < len(arrive); i++ {
			if i > 1 {
				b = append(b, ',')
			}
			b = strconv.AppendFloat(b, float64(arrive[i]-arrive[i-1])/1e6, 'g', -1, 64)
		}
		b = append(b, `],"unit":"ms"}`...)
	}
	return b
}

func appendValue(b []byte, name, unit string, v profile.Opt[float64]) []byte {
	if !v.OK {
		return b
	}
	b = separate(b)
	b = append(b, '"')
	b = append(b, name...)
	b = append(b, `":{"value":`...)
	b = appendNumber(b, v.V)
	b = append(b, `,"unit":"`...)
	b = append(b, unit...)
	return append(b, `"}`...)
}

// appendNumber writes a number as JSON has it, always without loss.
func appendNumber(b []byte, v float64) []byte {
	format := byte('f')
	if a := max(v, -v); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, v, format, -1, 64)
}

func separate(b []byte) []byte {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	return b
}

func appendNano(b []byte, key string, ns int64) []byte {
	b = append(b, `,"`...)
	b = append(b, key...)
	b = append(b, `":`...)
	if ns == 0 {
		return append(b, "null"...)
	}
	return strconv.AppendInt(b, ns, 10)
}

func appendText(b []byte, key, s string) []byte {
	q, _ := json.Marshal(s) // a string can always be written
	return append(append(b, key...), q...)
}

func appendFailure(b []byte, f *Failure) []byte {
	if f == nil {
		return append(b, "null"...)
	}
	b = append(b, `{"code":`...)
	if f.Code == 0 {
		b = append(b, "null"...)
	} else {
		b = strconv.AppendInt(b, int64(f.Code), 10)
	}
	b = appendText(b, `,"type":`, f.Type)
	b = appendText(b, `,"message":`, f.Message)
	return append(b, '}')
}
