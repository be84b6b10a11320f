package ingest

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path"

	"github.com/profreport/profreport/internal/profile"
)

// readTable reads a sweep table of a folder; files beside it may belong to it.
func (f *folder) readTable(x *entry, name string, opt Options) ([]*profile.Run, error) {
	x.Kind = kindTable
	b, err := f.load(x, MaxSmallFile)
	if err != nil {
		return nil, err
	}
	src := f.source(x)
	so := opt.sweep()
	so.Source, so.Base = &src, name
	so.Open = func(base string) (io.ReadCloser, error) { return f.open(path.Join(x.Dir(), base)) }
	return readSweep(b, x.Path, so)
}

// sweep passes the options on that a table needs.
func (o Options) sweep() SweepOptions {
	return SweepOptions{Map: o.Map, UserMappings: o.Maps, Run: o.Run, Method: o.Method, Kind: o.Kind,
		Model: o.Model, Backend: o.Backend, ISL: o.ISL, OSL: o.OSL, SLA: o.SLA}
}

// notThere says that a file beside a table is missing.
func notThere(string) (io.ReadCloser, error) { return nil, fs.ErrNotExist }

// isSyntax says that an error is about what a file says.
func isSyntax(err error) bool {
	var s *SyntaxError
	return errors.As(err, &s)
}

// readSweep reads the bytes of a table. Problems that belong to no run go to
// the first one.
func readSweep(b []byte, p string, opt SweepOptions) ([]*profile.Run, error) {
	runs, problems, err := ReadSweepTable(bytes.NewReader(b), p, opt)
	if err != nil {
		return nil, err
	}
	if len(runs) > 0 {
		runs[0].Problems = append(runs[0].Problems, problems...)
	}
	return runs, nil
}
