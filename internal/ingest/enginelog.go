package ingest

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"

	"github.com/profreport/profreport/internal/profile"
)

// engineFacts is what a worker's log tells: its KV capacity, as the profiler
// looks for it, and the version of the engine. An engine may print the
// capacity twice (a trial first); the classic profiler takes the first, the
// current one the last.
type engineFacts struct {
	First, Last profile.Opt[int64] // tokens; of sglang per attention rank
	PerRank     bool
	Version     string
}

var (
	reTRTCapacity  = regexp.MustCompile(`for max tokens in paged KV cache \((\d+)\)`)
	reVLLMCapacity = regexp.MustCompile(`Maximum concurrency for ([\d,]+) tokens per request: ([\d.]+)x`)
	reSGLCapacity  = regexp.MustCompile(`KV Cache is allocated\. #tokens: (\d+)`)
	reTRTVersion   = regexp.MustCompile(`TensorRT-LLM version: (\S+)`)
)

// readEngineLog scans the first MaxLogFile bytes of an engine log: an engine
// tells its capacity when it starts. Lines longer than its buffer
// are read in pieces; the lines looked for are short.
func readEngineLog(r io.Reader) (*engineFacts, error) {
	facts := &engineFacts{}
	br := bufio.NewReaderSize(io.LimitReader(r, MaxLogFile), 64<<10)
	for {
		line, err := br.ReadSlice('\n')
		facts.line(line)
		if err == io.EOF {
			return facts, nil
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return facts, err
		}
	}
}

func (f *engineFacts) line(b []byte) {
	switch {
	case bytes.Contains(b, []byte("paged KV cache (")):
		if m := reTRTCapacity.FindSubmatch(b); m != nil {
			f.capacity(string(m[1]), 1)
		}
	case bytes.Contains(b, []byte("Maximum concurrency for ")):
		if m := reVLLMCapacity.FindSubmatch(b); m != nil {
			times, err := strconv.ParseFloat(string(m[2]), 64)
			if err == nil {
				f.capacity(string(bytes.ReplaceAll(m[1], []byte(","), nil)), times)
			}
		}
	case bytes.Contains(b, []byte("KV Cache is allocated")):
		if m := reSGLCapacity.FindSubmatch(b); m != nil {
			f.PerRank = true
			f.capacity(string(m[1]), 1)
		}
	case f.Version == "" && bytes.Contains(b, []byte("TensorRT-LLM version: ")):
		if m := reTRTVersion.FindSubmatch(b); m != nil {
			f.Version = clip(string(m[1]))
		}
	}
}

func (f *engineFacts) capacity(tokens string, times float64) {
	n, err := strconv.ParseFloat(tokens, 64)
	if err != nil || n*times < 1 || n*times > 1<<53 {
		return
	}
	f.Last = profile.Some(int64(n * times))
	f.First = f.First.Or(f.Last)
}

// Capacity returns the tokens of one engine with dp attention ranks.
func (f *engineFacts) Capacity(current bool, dp int64) profile.Opt[int64] {
	n := f.First
	if current {
		n = f.Last
	}
	if n.OK && f.PerRank {
		n.V *= one(dp)
	}
	return n
}

// logFrom reads a profiler log or an engine log.
func (p *parsed) logFrom(r io.Reader) {
	var err error
	if p.Kind == kindEngineLog {
		p.engine, err = readEngineLog(r)
	} else {
		p.logs, p.problems, err = ReadLog(r, p.Path)
	}
	if err != nil {
		p.fail(err)
	}
}
