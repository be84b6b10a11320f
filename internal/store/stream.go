package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"sync"
	"sync/atomic"

	"github.com/profreport/profreport/internal/profile"
)

// A large source is read once. One goroutine fills blocks; each block goes to
// the hash, to the compressor and to the decoder, which run side by side, and
// back to the pool when the last of them is done with it. Rows and frames
// meet at the one goroutine that owns the connection. Every channel is
// bounded, so memory does not depend on the size of the file.

// blocks is the number of blocks in flight: two for each reader of them.
const blocks = 6

// batchRows is how many requests travel to the inserting goroutine at once.
const batchRows = 8 * rowsPerInsert

// batches is how many of them wait for it.
const batches = 8

type block struct {
	data []byte
	refs atomic.Int32
}

// flow is one source under way.
type flow struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	wait    sync.WaitGroup
	free    chan *block
	hash    chan *block
	squeeze chan *block
	decode  chan *block
	frames  chan []byte
	rows    chan *batch
	spare   chan *batch // empty, to be filled again
	sum     string
	size    atomic.Int64
}

// stream stores one large source and the requests in it; it returns the
// content.
func (l *loader) stream(i int, logs []*profile.RequestLog) (int64, error) {
	in, err := l.run.Sources[i].Open()
	if err != nil {
		return 0, err
	}
	defer in.Close()
	f := newFlow(l.ctx)
	defer f.stop()
	f.start(in, l.keep(), logs)
	content, err := l.nextContent()
	if err != nil {
		return 0, err
	}
	rows, err := l.newRequestRows(logs)
	if err != nil {
		return 0, err
	}
	if err := l.drain(f, content, rows); err != nil {
		return 0, err
	}
	l.sums[i] = f.sum
	return l.settleContent(content, f.sum, f.size.Load())
}

// nextContent returns an id for a content whose hash is not known yet.
func (l *loader) nextContent() (int64, error) {
	return l.number("select max(ifnull((select max(content_id) from stored_contents), 0), " +
		"ifnull((select max(chunk_id) / 16777216 from stored_chunks), 0)) + 1")
}

// settleContent writes the row of a streamed content, or drops its pieces
// when the archive had the same bytes.
func (l *loader) settleContent(content int64, sum string, size int64) (int64, error) {
	have, kept, err := l.findContent(sum)
	switch {
	case err != nil:
		return 0, err
	case have == 0:
		return content, l.exec("insert into stored_contents (content_id, sha256, bytes, kept) values (?, ?, ?, ?)",
			content, sum, size, l.keep())
	case kept || !l.keep():
		return have, l.exec("delete from stored_chunks where chunk_id >= ? and chunk_id < ?", content*maxChunks, (content+1)*maxChunks)
	}
	if err := l.exec("update stored_chunks set chunk_id = chunk_id + ? where chunk_id >= ? and chunk_id < ?",
		(have-content)*maxChunks, content*maxChunks, (content+1)*maxChunks); err != nil {
		return 0, err
	}
	return have, l.exec("update stored_contents set kept = 1 where content_id = ?", have)
}

// drain writes rows and frames as they come, until both end.
func (l *loader) drain(f *flow, content int64, rows *requestRows) error {
	frames, rowsIn := f.frames, f.rows
	ordinal, told := 0, int64(0)
	for frames != nil || rowsIn != nil {
		select {
		case frame, ok := <-frames:
			if !ok {
				frames = nil
				break
			}
			if err := l.insertChunk(content, ordinal, frame); err != nil {
				return err
			}
			ordinal++
		case b, ok := <-rowsIn:
			if !ok {
				rowsIn = nil
				break
			}
			if err := rows.write(b); err != nil {
				return err
			}
			f.reuse(b)
		case <-f.ctx.Done():
			return context.Cause(f.ctx)
		}
		if n := f.size.Load(); n > told {
			l.progress(n - told)
			told = n
		}
	}
	f.wait.Wait()
	l.progress(f.size.Load() - told)
	// Ends of the channels and of the context may come together.
	if err := context.Cause(f.ctx); err != nil {
		return err
	}
	return rows.finish()
}

func newFlow(ctx context.Context) *flow {
	f := &flow{free: make(chan *block, blocks), hash: make(chan *block, blocks), squeeze: make(chan *block, blocks),
		decode: make(chan *block, blocks), frames: make(chan []byte, 4), rows: make(chan *batch, batches),
		spare: make(chan *batch, batches+2)}
	f.ctx, f.cancel = context.WithCancelCause(ctx)
	for range blocks {
		f.free <- &block{data: make([]byte, chunkBytes)}
	}
	return f
}

// stop ends every goroutine of f and waits for them.
func (f *flow) stop() {
	f.cancel(context.Canceled)
	f.wait.Wait()
}

func (f *flow) start(in io.Reader, keep bool, logs []*profile.RequestLog) {
	readers := []chan *block{f.hash}
	if keep {
		readers = append(readers, f.squeeze)
		f.run(f.compress)
	} else {
		close(f.frames)
	}
	if len(logs) > 0 {
		readers = append(readers, f.decode)
		f.run(func() error { return f.decodeAll(logs) })
	} else {
		close(f.rows)
	}
	f.run(f.digest)
	f.run(func() error { return f.read(in, readers) })
}

func (f *flow) run(work func() error) {
	f.wait.Add(1)
	go func() {
		defer f.wait.Done()
		if err := work(); err != nil {
			f.cancel(err)
		}
	}()
}

// read fills blocks and hands them to every reader.
func (f *flow) read(in io.Reader, readers []chan *block) error {
	defer func() {
		for _, c := range readers {
			close(c)
		}
	}()
	for {
		var b *block
		select {
		case b = <-f.free:
		case <-f.ctx.Done():
			return nil
		}
		n, err := io.ReadFull(in, b.data[:chunkBytes])
		b.data = b.data[:n]
		if n > 0 {
			f.size.Add(int64(n))
			b.refs.Store(int32(len(readers)))
			for _, c := range readers {
				c <- b // has room for every block there is
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// release gives a block back when its last reader is done.
func (f *flow) release(b *block) {
	if b.refs.Add(-1) == 0 {
		f.free <- b
	}
}

func (f *flow) digest() error {
	h := sha256.New()
	for b := range f.hash {
		h.Write(b.data)
		f.release(b)
	}
	f.sum = hex.EncodeToString(h.Sum(nil))
	return nil
}

func (f *flow) compress() error {
	defer close(f.frames)
	for b := range f.squeeze {
		frame := compressFrame(b.data)
		f.release(b)
		select {
		case f.frames <- frame:
		case <-f.ctx.Done():
			return nil
		}
	}
	return nil
}
