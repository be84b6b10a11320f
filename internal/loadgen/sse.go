package loadgen

import (
	"bytes"
	"errors"
	"io"
)

// maxEvent bounds one line of an event stream.
const maxEvent = 1 << 20

var errLongEvent = errors.New("a line of the stream is longer than 1 MiB")

// eventReader splits a stream of server-sent events into the values of its
// `data:` fields. Every line is an event of its own: no server of this kind
// spreads JSON over several lines. The time of an event is the time when the
// read returned that brought the end of its line, so events that arrive
// together have one time.
type eventReader struct {
	r          io.Reader
	now        func() int64
	onRead     func() // called after each read that brought something
	buf        []byte
	start, end int   // unread part of buf
	scanned    int   // bytes after start that hold no newline
	at         int64 // time of the last read
	err        error
	errorEvent bool // an `event: error` line came before
}

func newEventReader(r io.Reader, now func() int64, onRead func()) *eventReader {
	return &eventReader{r: r, now: now, onRead: onRead, buf: make([]byte, 8<<10)}
}

// next returns the next data and the time it arrived. The bytes are valid
// until the next call. At the end of the stream it returns io.EOF; a last
// line without its newline is not an event.
func (e *eventReader) next() (data []byte, at int64, err error) {
	for {
		line, err := e.line()
		if err != nil {
			return nil, e.at, err
		}
		if name, ok := bytes.CutPrefix(line, []byte("event:")); ok {
			e.errorEvent = bytes.Equal(bytes.TrimSpace(name), []byte("error"))
		}
		if len(line) == 0 {
			continue
		}
		if data, ok := bytes.CutPrefix(line, []byte("data:")); ok {
			return bytes.TrimPrefix(data, []byte(" ")), e.at, nil
		}
	}
}

// line returns the next line without its end.
func (e *eventReader) line() ([]byte, error) {
	for {
		if i := bytes.IndexByte(e.buf[e.start+e.scanned:e.end], '\n'); i >= 0 {
			line := e.buf[e.start : e.start+e.scanned+i]
			e.start += e.scanned + i + 1
			e.scanned = 0
			return bytes.TrimSuffix(line, []byte("\r")), nil
		}
		e.scanned = e.end - e.start
		if e.err != nil {
			return nil, e.err
		}
		if err := e.fill(); err != nil {
			return nil, err
		}
	}
}

// fill reads once, making room first.
func (e *eventReader) fill() error {
	if e.start > 0 {
		copy(e.buf, e.buf[e.start:e.end])
		e.end -= e.start
		e.start = 0
	}
	if e.end == len(e.buf) {
		if len(e.buf) >= maxEvent {
			return errLongEvent
		}
		e.buf = append(e.buf, make([]byte, len(e.buf))...)
	}
	n, err := e.r.Read(e.buf[e.end:])
	e.at = e.now()
	e.end += n
	e.err = err
	if n > 0 && e.onRead != nil {
		e.onRead()
	}
	return nil
}
