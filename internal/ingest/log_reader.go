package ingest

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/profreport/profreport/internal/profile"
)

// Bounds on what one record may gather.
const (
	maxMoreLines  = 400
	maxMoreBytes  = 32 << 10
	maxPrint      = 4 << 10 // bytes of a print before a record on its line
	dedupWindow   = 64      // records within which the second copy of a message is looked for
	spinnerStarts = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏⏳✅❌"
)

// recordReader gives the records of a log, each once: a console prints many
// messages in the Python and in the native shape, and a message in one shape
// that repeats one in the other shape just before it is its second copy.
type recordReader struct {
	seg    *segmentReader
	held   *logRecord // waits for its further lines and for its second copy
	drop   bool       // further lines belong to a copy that was dropped
	recent []seenRecord
	offset time.Duration // of the container's zone, once known
	n      int
	done   bool
}

// seenRecord is a record whose copy in the other shape has not come yet.
type seenRecord struct {
	n          int
	shape      byte
	level, msg string
	rec        *logRecord
}

func newRecordReader(r io.Reader, path string) *recordReader {
	return &recordReader{seg: newSegmentReader(r, path)}
}

// next gives the next record, io.EOF at the end.
func (r *recordReader) next() (logRecord, error) {
	for !r.done {
		seg, err := r.seg.next()
		if err == io.EOF {
			r.done = true
			break
		}
		if err != nil {
			return logRecord{}, err
		}
		if out := r.take(seg); out != nil {
			return r.utc(*out), nil
		}
	}
	if r.held == nil {
		return logRecord{}, io.EOF
	}
	out := r.held
	r.held = nil
	return r.utc(*out), nil
}

// take adds a segment and returns the record that it completes, if any.
func (r *recordReader) take(seg segment) *logRecord {
	rec, rest, ok := parseRecord(seg.text)
	if !ok && isPrint(rest) {
		rec, rest, ok = recordAfterPrint(rest)
		if !ok {
			return nil
		}
	}
	if !ok {
		if r.held != nil && !r.drop {
			r.held.extend(rest)
		}
		return nil
	}
	rec.line = seg.line
	r.n++
	if first := r.firstCopy(&rec); first != nil {
		// A traceback may follow the second copy only.
		r.drop = first != r.held || len(first.more) > 0
		if !r.drop {
			for _, l := range rec.more {
				first.extend(l)
			}
		}
		return nil
	}
	r.drop = false
	out := r.held
	r.held = &rec
	r.recent = append(r.recent, seenRecord{n: r.n, shape: rec.shape, level: rec.level, msg: rec.msg, rec: &rec})
	return out
}

// extend adds a further line to a message, within bounds.
func (r *logRecord) extend(line string) {
	if len(r.more) < maxMoreLines && r.size+len(line) <= maxMoreBytes {
		r.more = append(r.more, line)
		r.size += len(line)
	}
}

// firstCopy finds the recent record whose second copy rec is, and strikes it
// off; nil if rec is none. It learns the zone of the container from the pair.
func (r *recordReader) firstCopy(rec *logRecord) *logRecord {
	for len(r.recent) > 0 && r.n-r.recent[0].n > dedupWindow {
		r.recent = r.recent[1:]
	}
	for i, s := range r.recent {
		if s.shape == rec.shape || s.level != rec.level || s.msg != rec.msg {
			continue
		}
		py, nat := s.rec, rec
		if rec.shape == shapePython {
			py, nat = rec, s.rec
		}
		off, ok := zoneOffset(py.at, nat.at, nat.zoned)
		if !ok {
			continue
		}
		if nat.zoned {
			r.offset = off
		}
		r.recent = append(r.recent[:i:i], r.recent[i+1:]...)
		return s.rec
	}
	return nil
}

// zoneOffset is how far the clock of a Python record is ahead of UTC, in
// quarters of an hour; ok is false when the two cannot be the same moment.
func zoneOffset(local, other time.Time, zoned bool) (time.Duration, bool) {
	d := local.Sub(other)
	if !zoned {
		return 0, d.Abs() <= 5*time.Second
	}
	off := d.Round(15 * time.Minute)
	return off, (d-off).Abs() <= 5*time.Second && off.Abs() <= 15*time.Hour
}

// utc moves the clock of a record without zone to UTC, as far as the zone is
// known, and cuts fractions.
func (r *recordReader) utc(rec logRecord) logRecord {
	if !rec.zoned {
		if !rec.node.IsZero() {
			if off, ok := zoneOffset(rec.at, rec.node, true); ok {
				r.offset = off
			}
		}
		rec.at = rec.at.Add(-r.offset)
	}
	rec.at = rec.at.UTC().Truncate(time.Second)
	return rec
}

// isPrint recognises what the profiler prints beside its log: such a line
// neither is a record nor continues one.
func isPrint(s string) bool {
	s = strings.TrimLeft(s, " ")
	for _, head := range []string{"Successfully created deployment ", "Added ownerReference to ", "Using service URL: ", "Defaulted container "} {
		if strings.HasPrefix(s, head) {
			return true
		}
	}
	for _, c := range s {
		return strings.ContainsRune(spinnerStarts, c)
	}
	return false
}

// recordAfterPrint finds a record that follows an unfinished print on the
// same line.
func recordAfterPrint(s string) (logRecord, string, bool) {
	for i := 1; i+19 < len(s) && i < maxPrint; i++ {
		if s[i] != '2' || s[i+4] != '-' {
			continue
		}
		if rec, rest, ok := parseRecord(s[i:]); ok {
			return rec, rest, true
		}
	}
	return logRecord{}, s, false
}

// problems tells what was cut.
func (r *recordReader) problems() []profile.Problem {
	if r.seg.long == 0 {
		return nil
	}
	return []profile.Problem{{Path: r.seg.path, Severity: profile.SeverityNote, Reason: ReasonTooLarge,
		Message: fmt.Sprintf("%d lines are longer than %d KiB and were cut there", r.seg.long, maxLogText>>10)}}
}
