package store

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// encoder compresses evidence, at zstd's fastest level. Pieces of 1 MiB lose
// next to nothing against larger ones.
var encoder = sync.OnceValue(func() *zstd.Encoder {
	e, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(runtime.GOMAXPROCS(0)),
		zstd.WithWindowSize(chunkBytes), zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic(err) // the options are constant
	}
	return e
})

// decoder undoes encoder. A frame never holds more than a piece.
var decoder = sync.OnceValue(func() *zstd.Decoder {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(runtime.GOMAXPROCS(0)), zstd.WithDecoderMaxMemory(2*chunkBytes))
	if err != nil {
		panic(err) // the options are constant
	}
	return d
})

// compressFrame returns a piece as one zstd frame.
func compressFrame(b []byte) []byte {
	return encoder().EncodeAll(b, make([]byte, 0, len(b)/2+64))
}

// magics begin files that are compressed already: PNG, JPEG, gzip, zstd.
var magics = [][]byte{[]byte("\x89PNG\r\n\x1a\n"), {0xff, 0xd8, 0xff}, {0x1f, 0x8b, 8}, {0x28, 0xb5, 0x2f, 0xfd}}

// compressed tells whether compressing b again would only cost time.
func compressed(b []byte) bool {
	for _, m := range magics {
		if bytes.HasPrefix(b, m) {
			return true
		}
	}
	return false
}

// rawBlock is the largest block of a frame, in bytes.
const rawBlock = 128 << 10

// rawFrame returns a piece as one zstd frame of raw blocks (RFC 8878, 3.1.1):
// magic number, a header that says "single segment, content size in four
// bytes", the size, and blocks of a three-byte head and their bytes.
func rawFrame(b []byte) []byte {
	out := make([]byte, 0, len(b)+16+3*(len(b)/rawBlock))
	out = append(out, 0x28, 0xb5, 0x2f, 0xfd, 0xa0)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(b)))
	for {
		n := min(len(b), rawBlock)
		head := uint32(n) << 3 // type 0: raw
		if n == len(b) {
			head |= 1 // last block
		}
		out = append(out, byte(head), byte(head>>8), byte(head>>16))
		out = append(out, b[:n]...)
		if b = b[n:]; len(b) == 0 {
			return out
		}
	}
}
