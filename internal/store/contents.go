package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"

	"github.com/profreport/profreport/internal/store/sqlite"
)

// content is what the archive says about the bytes of a source.
type content struct {
	id   int64
	sum  string
	size int64
	kept bool
}

// errDamaged is wrapped by every way in which kept bytes may be wrong.
var errDamaged = errors.New("damaged")

// unpack writes the bytes of a kept content to w and checks them against
// their hash. Reading, decompressing and hashing run side by side.
func unpack(c *sqlite.Conn, want content, w io.Writer) error {
	frames, pieces := make(chan []byte, 4), make(chan []byte, 4)
	var read, inflate error
	go func() {
		defer close(pieces)
		for f := range frames {
			if inflate != nil {
				continue // drain
			}
			piece, err := decoder().DecodeAll(f, nil)
			if err != nil {
				inflate = fmt.Errorf("%w: %v", errDamaged, err)
				continue
			}
			pieces <- piece
		}
	}()
	h := sha256.New()
	var size int64
	var write error
	done := make(chan struct{})
	go func() {
		defer close(done)
		for p := range pieces {
			h.Write(p)
			size += int64(len(p))
			if write == nil {
				_, write = w.Write(p)
			}
		}
	}()
	read = eachFrame(c, want.id, func(f []byte) { frames <- append([]byte{}, f...) })
	close(frames)
	<-done
	if err := errors.Join(read, inflate, write); err != nil {
		return err
	}
	return want.check(h, size)
}

func (want content) check(h hash.Hash, size int64) error {
	if size != want.size {
		return fmt.Errorf("%w: %d bytes, want %d", errDamaged, size, want.size)
	}
	if sum := hex.EncodeToString(h.Sum(nil)); sum != want.sum {
		return fmt.Errorf("%w: SHA-256 is %s, want %s", errDamaged, sum, want.sum)
	}
	return nil
}

// eachFrame calls f for every piece of a content in order; a piece missing in
// the middle is damage. f must not keep its argument.
func eachFrame(c *sqlite.Conn, id int64, f func([]byte)) error {
	next := id * maxChunks
	return each(c, "select chunk_id, frame from stored_chunks where chunk_id >= ? and chunk_id < ? order by chunk_id",
		[]any{id * maxChunks, (id + 1) * maxChunks}, func(s *sqlite.Stmt) error {
			if s.Int(0) != next {
				return fmt.Errorf("%w: piece %d is missing", errDamaged, next-id*maxChunks)
			}
			next++
			f(s.RawBlob(1))
			return nil
		})
}
