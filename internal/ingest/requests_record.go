package ingest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"

	gojson "github.com/goccy/go-json"

	"github.com/profreport/profreport/internal/profile"
)

// requestRecord is what is read of one line of profile_export.jsonl. Keys at
// their default may be absent, and any key may be null. Everything else of the
// record (inter_chunk_latency arrays above all) is skipped by the decoder,
// which still checks that it is JSON.
type requestRecord struct {
	Metadata struct {
		Phase     string `json:"benchmark_phase"`
		Start     int64  `json:"request_start_ns"`
		End       int64  `json:"request_end_ns"`
		Cancelled bool   `json:"was_cancelled"`
	} `json:"metadata"`
	Metrics struct {
		TTFT     recordValue `json:"time_to_first_token"`
		ITL      recordValue `json:"inter_token_latency"`
		Latency  recordValue `json:"request_latency"`
		ISL      recordValue `json:"input_sequence_length"`
		OSL      recordValue `json:"output_sequence_length"`
		ErrorISL recordValue `json:"error_isl"`
	} `json:"metrics"`
	Error *struct {
		Code    json.RawMessage `json:"code"`
		Type    string          `json:"type"`
		Message string          `json:"message"`
	} `json:"error"`
}

// recordValue is one figure of a request; Value is NaN when it has none.
type recordValue struct {
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

// blankRecord is a record in which nothing is known yet.
var blankRecord = func() (r requestRecord) {
	none := recordValue{Value: math.NaN()}
	m := &r.Metrics
	m.TTFT, m.ITL, m.Latency, m.ISL, m.OSL, m.ErrorISL = none, none, none, none, none, none
	return r
}()

// empty says whether the record holds nothing that a request has.
func (rec *requestRecord) empty() bool {
	d, m := &rec.Metadata, &rec.Metrics
	for _, v := range []float64{m.TTFT.Value, m.ITL.Value, m.Latency.Value, m.ISL.Value, m.OSL.Value, m.ErrorISL.Value} {
		if !math.IsNaN(v) {
			return false
		}
	}
	return d.Phase == "" && d.Start == 0 && d.End == 0 && rec.Error == nil
}

// requestBatch is what the lines of one piece gave.
type requestBatch struct {
	items []requestItem
	rec   requestRecord // of the line at hand
}

// requestItem is a request, or the problem of a line.
type requestItem struct {
	request profile.Request
	problem *profile.Problem
}

var requestBatches = sync.Pool{New: func() any { return new(requestBatch) }}

func (b *requestBatch) release() {
	clear(b.items)
	b.items = b.items[:0]
	requestBatches.Put(b)
}

// decodeChunk decodes the lines of a piece.
func decodeChunk(path string, c *requestLines) *requestBatch {
	b := requestBatches.Get().(*requestBatch)
	for _, line := range c.long {
		b.fail(path, line, ReasonTooLarge, fmt.Sprintf("line longer than %d MiB", MaxLine>>20))
	}
	text := c.text
	for line := c.line; len(text) > 0; line++ {
		var row []byte
		var whole bool
		row, text, whole = bytes.Cut(text, []byte("\n"))
		if row = bytes.TrimSpace(row); len(row) == 0 {
			continue
		}
		b.decode(path, line, row, !whole && c.cut)
	}
	return b
}

func (b *requestBatch) fail(path string, line int, reason, msg string) {
	b.items = append(b.items, requestItem{problem: &profile.Problem{Path: path, Line: line,
		Severity: profile.SeverityError, Reason: reason, Message: msg}})
}

// decode reads one line; cut says that the file ends inside it.
func (b *requestBatch) decode(path string, line int, row []byte, cut bool) {
	rec := &b.rec
	err := parseRequest(row, rec)
	switch {
	case err != nil && cut:
		b.fail(path, line, ReasonTruncated, "the file ends inside this record")
	case err != nil:
		b.fail(path, line, ReasonSyntax, "request: "+cutText(err.Error()))
	case rec.empty():
		b.fail(path, line, ReasonLayout, "a record without metadata and metrics")
	case isWarmup(rec.Metadata.Phase):
	default:
		b.items = append(b.items, requestItem{request: rec.request()})
	}
}

// parseRequest decodes one line. What the strict shape refuses, such as a
// time written as a float, is read again with numbers of any spelling; an
// input that makes the decoder panic is an error as well.
func parseRequest(row []byte, rec *requestRecord) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("not readable: %v", p)
		}
	}()
	if row[0] != '{' {
		return fmt.Errorf("want a JSON object, got %s", clip(string(row)))
	}
	*rec = blankRecord
	row = withoutChunkLatencies(row)
	if err := gojson.Unmarshal(row, rec); err != nil {
		*rec = blankRecord
		return parseLooseRequest(row, rec)
	}
	return nil
}

// request gives the record in our terms. Latencies are in ms.
func (rec *requestRecord) request() profile.Request {
	q := profile.Request{Status: "ok"}
	q.StartedNS, q.EndedNS = nanos(rec.Metadata.Start), nanos(rec.Metadata.End)
	m := &rec.Metrics
	q.TTFT, q.ITL, q.Latency = m.TTFT.millis(), m.ITL.millis(), m.Latency.millis()
	q.ISL, q.OSL = m.ISL.tokens().Or(m.ErrorISL.tokens()), m.OSL.tokens()
	if e := rec.Error; e != nil {
		q.Status = "error"
		q.Error = strings.Clone(errorText(strings.Trim(string(e.Code), `"`), e.Type, e.Message))
		if string(e.Code) == "null" {
			q.Error = strings.Clone(errorText("", e.Type, e.Message))
		}
	}
	if rec.Metadata.Cancelled {
		q.Status = "cancelled"
	}
	return q
}

func nanos(v int64) profile.Opt[int64] {
	if v <= 0 {
		return profile.Opt[int64]{}
	}
	return profile.Some(v)
}

func (v recordValue) millis() profile.Opt[float64] {
	if math.IsNaN(v.Value) {
		return profile.Opt[float64]{}
	}
	if v.Unit == "ms" || v.Unit == "" {
		return profile.Some(v.Value)
	}
	_, factor := ourUnit(v.Unit)
	return profile.Some(v.Value * factor)
}

func (v recordValue) tokens() profile.Opt[int64] {
	if math.IsNaN(v.Value) {
		return profile.Opt[int64]{}
	}
	return wholeNumber(profile.Some(v.Value))
}

// parseLooseRequest reads a record whose numbers are floats or texts where
// the usual shape has integers. It is slow and only for lines that failed.
func parseLooseRequest(row []byte, rec *requestRecord) error {
	t, _, err := parseJSON(row, "")
	if err != nil {
		return err
	}
	fixed := map[string]any{}
	if m, ok := at(t, "metadata").(map[string]any); ok {
		fixed["metadata"] = map[string]any{"benchmark_phase": text(m, "benchmark_phase"), "was_cancelled": text(m, "was_cancelled") == "true",
			"request_start_ns": wholeNanos(m, "request_start_ns"), "request_end_ns": wholeNanos(m, "request_end_ns")}
	}
	if m, ok := at(t, "metrics").(map[string]any); ok {
		values := map[string]any{}
		for _, k := range []string{"time_to_first_token", "inter_token_latency", "request_latency", "input_sequence_length", "output_sequence_length", "error_isl"} {
			v := number(m, k, "value")
			if !v.OK {
				v = number(m, k)
			}
			if v.OK {
				values[k] = map[string]any{"value": v.V, "unit": text(m, k, "unit")}
			} else if at(m, k) != nil && at(m, k, "value") != nil {
				return fmt.Errorf("%s: want a number, got %s", k, clip(fmt.Sprint(at(m, k, "value"))))
			}
		}
		fixed["metrics"] = values
	}
	switch e := at(t, "error").(type) {
	case map[string]any:
		fixed["error"] = map[string]any{"code": text(e, "code"), "type": text(e, "type"), "message": text(e, "message")}
	case string:
		fixed["error"] = map[string]any{"message": e}
	}
	b, err := json.Marshal(fixed)
	if err != nil {
		return err
	}
	return json.Unmarshal(b, rec)
}

// wholeNanos reads nanoseconds written as an integer or a float.
func wholeNanos(t tree, key string) int64 {
	if v := parseInt(text(t, key)); v.OK {
		return v.V
	}
	if v := number(t, key); v.OK && v.V > 0 && v.V < 9e18 {
		return int64(v.V)
	}
	return 0
}
