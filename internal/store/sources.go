package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"runtime"
	"sync/atomic"

	"github.com/profreport/profreport/internal/profile"
	"github.com/profreport/profreport/internal/store/sqlite"
)

// chunkBytes is the size of the pieces that evidence is compressed in.
const chunkBytes = 1 << 20

// maxChunks is the number of pieces a content may have: chunk_id is
// content_id * maxChunks + ordinal.
const maxChunks = 1 << 24

// packed is a source in memory, hashed and compressed.
type packed struct {
	sum    string
	frames [][]byte
}

// pack hashes b and, for full evidence, compresses it.
func pack(b []byte, keep bool) packed {
	h := sha256.Sum256(b)
	p := packed{sum: hex.EncodeToString(h[:])}
	if !keep {
		return p
	}
	squeeze := compressFrame
	if compressed(b) {
		squeeze = rawFrame
	}
	for len(b) > 0 {
		n := min(len(b), chunkBytes)
		p.frames = append(p.frames, squeeze(b[:n]))
		b = b[n:]
	}
	return p
}

// insertSources stores every source: those in memory have been hashed and
// compressed on all cores since the load began, the others are streamed one
// after another.
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
	for i := range r.Sources {
		s := &r.Sources[i]
		content, err := l.insertSource(i, logs[i])
		if err != nil {
			return fmt.Errorf("%s: %w", s.Path, err)
		}
		if err := l.insert("stored_sources", "run_id, content_id, path, kind", l.id, content, s.Path, s.Kind); err != nil {
			return err
		}
	}
	return nil
}

// insertSource stores the bytes of a source and the requests in it.
func (l *loader) insertSource(i int, logs []*profile.RequestLog) (content int64, err error) {
	if s := &l.run.Sources[i]; !inMemory(s) && !small(s) {
		return l.stream(i, logs)
	}
	p, err := l.packed(i)
	if err != nil {
		return 0, err
	}
	if p.large {
		return l.stream(i, logs)
	}
	l.sums[i] = p.sum
	if content, err = l.insertContent(p.packed, int64(len(p.data))); err != nil {
		return 0, err
	}
	l.progress(int64(len(p.data)))
	return content, l.requestsOf(logs, p.data)
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

// packAll begins to pack the sources in memory, on all cores.
func (l *loader) packAll() {
	sources := l.run.Sources
	l.packs = make([]packing, len(sources))
	var next atomic.Int64
	keep := l.keep()
	for i := range l.packs {
		l.packs[i].done = make(chan struct{})
	}
	for range min(runtime.GOMAXPROCS(0), len(sources)) {
		go func() {
			for i := int(next.Add(1)) - 1; i < len(sources); i = int(next.Add(1)) - 1 {
				if l.ctx.Err() == nil {
					l.packs[i].fill(&sources[i], keep)
				}
				close(l.packs[i].done)
			}
		}()
	}
}

// packing is a source that is packed, or about to be.
type packing struct {
	packed
	data  []byte
	large bool // it grew since it was listed, and is to be streamed
	err   error
	done  chan struct{}
}

// fill packs a source that is in memory, or small enough to be read at once: a
// stream's buffers and goroutines cost more than such a file.
func (p *packing) fill(s *profile.Source, keep bool) {
	switch {
	case inMemory(s):
		p.data = s.Bytes
	case small(s):
		if p.data, p.large, p.err = readSmall(s); p.large || p.err != nil {
			return
		}
	default:
		return
	}
	p.packed = pack(p.data, keep)
}

// smallBytes is the largest file that is read at once.
const smallBytes = 256 << 10

func small(s *profile.Source) bool { return s.Open != nil && s.Bytes == nil && s.Size <= smallBytes }

func readSmall(s *profile.Source) (data []byte, large bool, err error) {
	in, err := s.Open()
	if err != nil {
		return nil, false, err
	}
	defer in.Close()
	data, err = io.ReadAll(io.LimitReader(in, smallBytes+1))
	return data, len(data) > smallBytes, err
}

// packed waits for a source that packAll packs.
func (l *loader) packed(i int) (*packing, error) {
	p := &l.packs[i]
	<-p.done
	if p.err != nil {
		return nil, p.err
	}
	if p.sum == "" && !p.large {
		return nil, l.ctx.Err() // packAll stopped
	}
	return p, nil
}

func inMemory(s *profile.Source) bool { return s.Open == nil || s.Bytes != nil }

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
	err = l.each("select content_id, kept from stored_contents where sha256 = ?", []any{sum}, func(s *sqlite.Stmt) error {
		id, kept = s.Int(0), s.Int(1) != 0
		return nil
	})
	return id, kept, err
}

// hashAll returns the hash of the run as sum has it, reading every source.
func (l *loader) hashAll() (string, error) {
	sums := make([]string, len(l.run.Sources))
	for i := range l.run.Sources {
		s := &l.run.Sources[i]
		if inMemory(s) {
			p, err := l.packed(i)
			if err != nil {
				return "", err
			}
			sums[i] = p.sum
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
