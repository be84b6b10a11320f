package ingest

import (
	"fmt"
	"io"
)

// Limits on what an input may claim. Each is far above anything a profiler
// writes and far below what would hurt; a file beyond one is refused with its
// size in the message, and the rest of the folder is still read.
const (
	// MaxSmallFile is the size in bytes up to which a file that is parsed
	// whole (JSON, YAML, npz, CSV of AIPerf, status files) is read into
	// memory.
	MaxSmallFile = 64 << 20
	// MaxLogFile is the size up to which a profiler or engine log is kept in
	// memory as a source; logs are parsed as streams whatever their size.
	MaxLogFile = 64 << 20
	// MaxKeepBytes is the size up to which a file that was read already
	// travels as Source.Bytes; a larger one is given as Source.Open.
	MaxKeepBytes = 8 << 20
	// MaxLine is the longest line in bytes of a log, CSV or JSONL file; the
	// inter_chunk_latency array of one request with 10^5 tokens fits.
	MaxLine = 16 << 20
	// MaxNesting is the deepest nesting of a JSON or YAML text.
	MaxNesting = 200
	// MaxYAMLBytes is the largest YAML text, all its documents together; a
	// Kubernetes object ends at 1.5 MiB.
	MaxYAMLBytes = 2 << 20
	// MaxTreeBytes is the largest JSON text that is read as a tree of unknown
	// shape (ConfigMap dumps, requests); larger JSON goes to typed readers.
	MaxTreeBytes = 8 << 20
	// MaxTreeNodes is the number of nodes of such a tree, and of a YAML text
	// after its aliases are expanded.
	MaxTreeNodes = 1 << 19
	// MaxNpzMembers, MaxNpzBytes and MaxNpyHeader bound an npz archive: its
	// members, their total size once inflated, and the header of each.
	MaxNpzMembers = 256
	MaxNpzBytes   = 64 << 20
	MaxNpyHeader  = 64 << 10
	// MaxNpyItems is the number of values of an archive, all arrays together.
	MaxNpyItems = 8 << 20
	// MaxCurvePoints is the number of points of one curve.
	MaxCurvePoints = 100_000
	// MaxParsedBytes is how much of one results folder is parsed, and
	// MaxKeptBytes how much of it stays in memory as sources; request logs and
	// profiler logs are streams and do not count.
	MaxParsedBytes = 1 << 30
	MaxKeptBytes   = 256 << 20
	// MaxFiles and MaxDepth bound a folder walk.
	MaxFiles = 100_000
	MaxDepth = 32
	// MaxProblems is the number of problems of one file that are kept; the
	// rest is counted in one more.
	MaxProblems = 1000
	// MaxTextValue is the longest setting, message or error text in bytes.
	MaxTextValue = 64 << 10
)

// readLimited reads r to its end, or fails when it holds more than limit
// bytes.
func readLimited(r io.Reader, path string, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if int64(len(b)) > limit {
		return nil, &SyntaxError{File: path, Msg: fmt.Sprintf("larger than %d MiB, not read", limit>>20)}
	}
	return b, nil
}
