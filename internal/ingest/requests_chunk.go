package ingest

import (
	"bytes"
	"fmt"
	"io"
	"sync"
)

// requestLines is a piece of a JSON Lines file: whole lines only.
type requestLines struct {
	text []byte
	line int  // of the first line, 1-based
	last bool // the file ends with this piece
	cut  bool // the last line has no end
	// long are the lines of this piece that were dropped as longer than
	// MaxLine; each left an empty line in its place.
	long []int
	done chan *requestBatch
	buf  *[]byte
}

// release gives the buffer back for the next piece.
func (c *requestLines) release() {
	if c.buf != nil && cap(*c.buf) <= 4*requestChunk {
		chunkBuffers.Put(c.buf)
	}
	c.buf, c.text = nil, nil
}

var chunkBuffers = sync.Pool{New: func() any {
	b := make([]byte, 0, requestChunk+64<<10)
	return &b
}}

// chunkReader cuts a stream into pieces of whole lines, and holds no more
// than one piece and one line of at most MaxLine bytes.
type chunkReader struct {
	r     io.Reader
	path  string
	line  int
	rest  []byte // an unfinished line, kept for the next piece
	begun bool
	done  bool
}

func newChunkReader(r io.Reader, path string) *chunkReader {
	return &chunkReader{r: r, path: path, line: 1}
}

// next gives the next piece, io.EOF after the last.
func (c *chunkReader) next() (*requestLines, error) {
	if c.done {
		return nil, io.EOF
	}
	buf := chunkBuffers.Get().(*[]byte)
	b := append((*buf)[:0], c.rest...)
	out := &requestLines{line: c.line, buf: buf}
	for {
		var err error
		if b, err = c.fill(b); err != nil {
			if err != io.EOF {
				return nil, fmt.Errorf("%s:%d: %w", c.path, c.line, err)
			}
			c.done, c.rest = true, nil
			out.last = true
			out.cut = len(b) > 0 && b[len(b)-1] != '\n'
			return c.piece(out, b)
		}
		if end := bytes.LastIndexByte(b, '\n'); end >= 0 {
			c.rest = append(c.rest[:0], b[end+1:]...)
			return c.piece(out, b[:end+1])
		}
		if len(b) > MaxLine {
			c.rest = c.rest[:0]
			if err := c.skipLine(); err != nil {
				return nil, err
			}
			out.long = append(out.long, c.line)
			out.last = c.done
			return c.piece(out, append(b[:0], '\n'))
		}
	}
}

// fill appends up to a chunk of bytes to b; io.EOF comes with what was read.
func (c *chunkReader) fill(b []byte) ([]byte, error) {
	want := requestChunk
	if cap(b)-len(b) < want {
		grown := make([]byte, len(b), max(2*cap(b), len(b)+want))
		copy(grown, b)
		b = grown
	}
	n, err := io.ReadFull(c.r, b[len(b):len(b)+want])
	b = b[:len(b)+n]
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return b, err
}

// piece completes a piece of the file: the byte order mark of the first one
// and the lines longer than allowed inside it.
func (c *chunkReader) piece(out *requestLines, b []byte) (*requestLines, error) {
	*out.buf = b[:0]
	if !c.begun {
		c.begun = true
		var err error
		if b, err = utf8Text(b, c.path); err != nil {
			return nil, err
		}
	}
	out.text = b
	c.line += bytes.Count(b, []byte("\n"))
	return out, nil
}

// skipLine reads to the end of a line that is too long, and keeps what comes
// after it in rest.
func (c *chunkReader) skipLine() error {
	b := make([]byte, 64<<10)
	for {
		n, err := c.r.Read(b)
		if i := bytes.IndexByte(b[:n], '\n'); i >= 0 {
			c.rest = append(c.rest[:0], b[i+1:n]...)
			return ignoreEOF(err)
		}
		if err != nil {
			c.done = true
			return ignoreEOF(err)
		}
	}
}
