package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/klauspost/compress/zstd"
	"github.com/profreport/profreport/internal/profile"
)

// chunkBytes is the size of the pieces that evidence is compressed in.
const chunkBytes = 1 << 20

// maxChunks is the number of pieces a content may have: chunk_id is
// content_id * maxChunks + ordinal.
const maxChunks = 1 << 24

// encoder compresses evidence. Level and size were chosen by measurement: the
// fastest level keeps up with the disk and a piece of 1 MiB loses nothing.
var encoder = sync.OnceValue(func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)),
		zstd.WithWindowSize(chunkBytes), zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic(err) // the options are constant
	}
	return e
})

// packed is a source in memory, hashed and compressed.
type packed struct {
	sum    string
	frames [][]byte
}

// pack hashes b and, for full evidence, compresses it.
func pack(b []byte, keep bool) packed {
	h := sha256.Sum256(b)
	p := packed{sum: hex.EncodeToString(h[:])}
	for keep && len(b) > 0 {
		n := min(len(b), chunkBytes)
		p.frames = append(p.frames, encoder().EncodeAll(b[:n], nil))
		b = b[n:]
	}
	return p
}

// insertSources stores every source: those in memory are hashed and
// compressed on all cores while the rows before them are written, the others
// are streamed one after another.
func (l *loader) insertSources() error {
	r := l.run
	logs := map[int][]*profile.RequestLog{}
	for i := range r.RequestLogs {
		if s := r.RequestLogs[i].Source; s < 0 || s >= len(r.Sources) {
			return fmt.Errorf("request log of level %s: no source %d", r.RequestLogs[i].Level, s)
		}
		logs[r.RequestLogs[i].Source] = append(logs[r.RequestLogs[i].Source], &r.RequestLogs[i])
	}
	l.sums = make([]string, len(r.Sources))
	l.result.Sources = len(r.Sources)
	l.total = totalBytes(r.Sources)
	ready := l.packAll()
	for i := range r.Sources {
		s := &r.Sources[i]
		var content int64
		var err error
		if s.Open == nil || s.Bytes != nil {
			p := <-ready[i]
			l.sums[i] = p.sum
			if content, err = l.insertContent(p, int64(len(s.Bytes))); err == nil {
				err = l.requestsOf(logs[i], s.Bytes)
			}
			l.progress(int64(len(s.Bytes)))
		} else {
			content, err = l.stream(i, logs[i])
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.Path, err)
		}
		if err := l.insert("stored_sources", "run_id, content_id, path, kind", l.id, content, s.Path, s.Kind); err != nil {
			return err
		}
	}
	return nil
}

func totalBytes(sources []profile.Source) int64 {
	var n int64
	for i := range sources {
		n += max(sources[i].Size, int64(len(sources[i].Bytes)))
	}
	return n
}

// progress counts n more bytes as done.
func (l *loader) progress(n int64) {
	l.done += n
	l.result.Bytes += n
	if l.options.Progress != nil {
		l.options.Progress(l.done, l.total)
	}
}

func (l *loader) keep() bool { return l.options.Evidence != EvidenceHash }

// packAll packs the sources in memory on all cores; each result arrives in
// its own channel.
func (l *loader) packAll() []chan packed {
	sources := l.run.Sources
	ready := make([]chan packed, len(sources))
	for i := range ready {
		ready[i] = make(chan packed, 1)
	}
	var next sync.Mutex
	at := 0
	take := func() int {
		next.Lock()
		defer next.Unlock()
		at++
		return at - 1
	}
	keep := l.keep()
	for range runtime.GOMAXPROCS(0) {
		go func() {
			for i := take(); i < len(sources); i = take() {
				if l.ctx.Err() != nil {
					close(ready[i])
				} else if s := &sources[i]; s.Open == nil || s.Bytes != nil {
					ready[i] <- pack(s.Bytes, keep)
				}
			}
		}()
	}
	return ready
}

// insertContent stores a content, unless the archive has it, and returns its
// id.
func (l *loader) insertContent(p packed, size int64) (int64, error) {
	id, kept, err := l.findContent(p.sum)
	if err != nil || id != 0 && (kept || !l.keep()) {
		return id, err
	}
	if id == 0 {
		if err := l.insert("stored_contents", "sha256, bytes, kept", p.sum, size, l.keep()); err != nil {
			return 0, err
		}
		id = l.conn.LastInsertID()
	} else if err := l.exec("update stored_contents set kept = 1 where content_id = ?", id); err != nil {
		return 0, err
	}
	for i, f := range p.frames {
		if err := l.insertChunk(id, i, f); err != nil {
			return 0, err
		}
	}
	return id, nil
}

func (l *loader) insertChunk(content int64, ordinal int, frame []byte) error {
	if ordinal >= maxChunks {
		return fmt.Errorf("larger than %d MiB", maxChunks)
	}
	return l.insert("stored_chunks", "chunk_id, frame", content*maxChunks+int64(ordinal), frame)
}

// findContent returns the content of the given hash, 0 when there is none.
func (l *loader) findContent(sum string) (id int64, kept bool, err error) {
	s, err := l.stmt("select content_id, kept from stored_contents where sha256 = ?")
	if err != nil {
		return 0, false, err
	}
	if err := s.BindText(1, sum); err != nil {
		return 0, false, err
	}
	row, err := s.Step()
	if err == nil && row {
		id, kept = s.Int(0), s.Int(1) != 0
	}
	if rerr := s.Reset(); err == nil {
		err = rerr
	}
	return id, kept, err
}

// hashAll returns the hash of the run as sum has it, reading every source.
func (l *loader) hashAll() (string, error) {
	sums := make([]string, len(l.run.Sources))
	for i := range l.run.Sources {
		s := &l.run.Sources[i]
		if s.Open == nil || s.Bytes != nil {
			sums[i] = pack(s.Bytes, false).sum
			continue
		}
		r, err := s.Open()
		if err != nil {
			return "", err
		}
		h := sha256.New()
		_, err = io.Copy(h, &stoppable{l, r})
		r.Close()
		if err != nil {
			return "", fmt.Errorf("%s: %w", s.Path, err)
		}
		sums[i] = hex.EncodeToString(h.Sum(nil))
	}
	return l.sum(sums), nil
}

// stoppable is a reader that ends with the load.
type stoppable struct {
	l *loader
	r io.Reader
}

func (s *stoppable) Read(p []byte) (int, error) {
	if err := s.l.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}
