package store

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

func TestFrames(t *testing.T) {
	noise := make([]byte, chunkBytes)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	for _, n := range []int{1, 2, rawBlock - 1, rawBlock, rawBlock + 1, 3*rawBlock + 7, chunkBytes - 1, chunkBytes} {
		for name, frame := range map[string]func([]byte) []byte{"raw": rawFrame, "compressed": compressFrame} {
			f := frame(noise[:n])
			got, err := decoder().DecodeAll(f, nil)
			if err != nil || !bytes.Equal(got, noise[:n]) {
				t.Errorf("%s, %d bytes: %d came back, %v", name, n, len(got), err)
			}
			if len(f) > n+64 {
				t.Errorf("%s, %d bytes: the frame has %d", name, n, len(f))
			}
		}
	}
}

func TestCompressedFilesAreKeptAsTheyAre(t *testing.T) {
	png := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 3<<20)...)
	p := pack(png, true)
	if len(p.frames) != 4 || len(p.frames[0]) < chunkBytes {
		t.Errorf("%d frames, the first of %d bytes", len(p.frames), len(p.frames[0]))
	}
	if text := pack(make([]byte, 3<<20), true); len(text.frames) != 3 || len(text.frames[0]) > 1000 {
		t.Errorf("zeros: %d frames, the first of %d bytes", len(text.frames), len(text.frames[0]))
	}
}
