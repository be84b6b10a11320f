package ingest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
)

// maxLogText is how much of one line (or of one update between two carriage
// returns) of a log is kept, in bytes. Lines that carry figures have a few
// hundred.
const maxLogText = MaxTextValue

// segment is a piece of a log line: the text up to a line feed or a carriage
// return, without ANSI sequences.
type segment struct {
	line int // 1-based
	text string
}

// segmentReader splits a log into segments. It holds no more than maxLogText
// bytes of any of them.
type segmentReader struct {
	br    *bufio.Reader
	path  string
	line  int
	start bool
	buf   []byte
	long  int // segments cut
}

func newSegmentReader(r io.Reader, path string) *segmentReader {
	return &segmentReader{br: bufio.NewReaderSize(r, 64<<10), path: path, line: 1, start: true}
}

// next gives the next non-empty segment, io.EOF at the end.
func (s *segmentReader) next() (segment, error) {
	if s.start {
		s.start = false
		if err := skipBOM(s.br, s.path); err != nil {
			return segment{}, err
		}
	}
	for {
		line := s.line
		text, err := s.read()
		if err != nil && err != io.EOF {
			return segment{}, fmt.Errorf("%s:%d: %w", s.path, line, err)
		}
		if text = stripANSI(text); len(bytes.TrimSpace(text)) > 0 {
			return segment{line: line, text: string(bytes.ToValidUTF8(text, []byte("\uFFFD")))}, nil
		}
		if err == io.EOF {
			return segment{}, io.EOF
		}
	}
}

// read gives the bytes before the next \n or \r; the slice is valid until the
// next call.
func (s *segmentReader) read() ([]byte, error) {
	s.buf = s.buf[:0]
	cut := false
	for {
		chunk, err := s.br.Peek(1)
		if len(chunk) == 0 {
			if cut {
				s.long++
			}
			return s.buf, err
		}
		chunk, _ = s.br.Peek(s.br.Buffered())
		i := bytes.IndexAny(chunk, "\n\r")
		n := i
		if i < 0 {
			n = len(chunk)
		}
		if room := maxLogText - len(s.buf); n > room {
			s.buf, cut = append(s.buf, chunk[:room]...), true
		} else {
			s.buf = append(s.buf, chunk[:n]...)
		}
		if i < 0 {
			s.br.Discard(n)
			continue
		}
		if chunk[i] == '\n' {
			s.line++
		}
		s.br.Discard(n + 1)
		if cut {
			s.long++
		}
		return s.buf, nil
	}
}

// skipBOM drops a UTF-8 byte order mark and refuses UTF-16.
func skipBOM(br *bufio.Reader, path string) error {
	b, _ := br.Peek(3)
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		br.Discard(3)
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		return &SyntaxError{File: path, Line: 1, Msg: "UTF-16 text; want UTF-8"}
	}
	return nil
}

// stripANSI removes terminal control sequences (ESC [ parameters letter), in
// place.
func stripANSI(b []byte) []byte {
	i := bytes.IndexByte(b, 0x1b)
	if i < 0 {
		return b
	}
	out := b[:i]
	for i < len(b) {
		if b[i] != 0x1b {
			out = append(out, b[i])
			i++
			continue
		}
		i++
		if i < len(b) && b[i] == '[' {
			i++
			for i < len(b) && (b[i] >= '0' && b[i] <= '9' || b[i] == ';' || b[i] == '?') {
				i++
			}
			if i < len(b) {
				i++ // the letter
			}
		}
	}
	return out
}
