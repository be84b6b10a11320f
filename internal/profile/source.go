package profile

import "io"

// Source is one input file of a run.
type Source struct {
	Path string // slash-separated, relative to the folder given
	Kind string // log, console, npz, planner, configmap, aiperf_json, aiperf_csv, aiperf_jsonl, table, other ...
	Size int64
	// Bytes holds a small file that ingest has read already; when nil, Open
	// reads it. Exactly one of the two is set.
	Bytes []byte
	Open  func() (io.ReadCloser, error)
}

// RequestLog ties the requests of one level to the source they are read from,
// so that the store reads each large file once: it tees the bytes into the
// hash, the evidence and Decode at the same time.
type RequestLog struct {
	Level  string
	Source int // index into Run.Sources
	// Decode reads records until EOF. It calls yield with either a request
	// or a problem and stops when yield returns an error, which it returns.
	// A bad line is a problem, not an error. The Request is only valid during
	// the call.
	Decode func(r io.Reader, yield func(*Request, *Problem) error) error
}
