package ingest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/profreport/profreport/internal/profile"
)

// entry is one regular file of a results folder.
type entry struct {
	Path string // slash-separated, relative to the folder
	Size int64
	Kind string // of Source
	// Alone marks the one deployment of a candidate that is read whole, for
	// folders in which no final one tells model and version.
	Alone bool
	data  []byte // once read
	read  bool
}

// Base and Dir are the two halves of the path.
func (f *entry) Base() string { return path.Base(f.Path) }
func (f *entry) Dir() string  { return path.Dir(f.Path) }

// folder is a results folder on disk. Nothing outside it is ever opened: paths
// go through os.Root, symbolic links are not followed, and only regular files
// are read.
type folder struct {
	dir      string
	root     *os.Root
	maxFiles int
	memory   bool // one file from a stream: there is nothing to open
	Files    []*entry
	Problems []profile.Problem
	parsed   atomic.Int64 // bytes read so far
	kept     atomic.Int64 // bytes that stay in memory
}

// openFolder lists the files of dir, sorted by path.
func openFolder(dir string) (*folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	f := &folder{dir: dir, root: root, maxFiles: MaxFiles}
	if err := f.walk(".", 0); err != nil {
		root.Close()
		return nil, err
	}
	return f, nil
}

func (f *folder) Close() error { return f.root.Close() }

// walk lists one folder and what is below it. A subfolder that cannot be read
// is a problem; the folder itself is an error.
func (f *folder) walk(name string, depth int) error {
	entries, err := f.list(name)
	if err != nil {
		if depth == 0 {
			return err
		}
		f.problem(name, profile.SeverityError, ReasonUnreadable, "folder cannot be read: %v", rootless(err))
		return nil
	}
	for _, e := range entries {
		p := path.Join(name, e.Name())
		switch {
		case !utf8.ValidString(e.Name()):
			f.problem(path.Join(name, clip(e.Name())), profile.SeverityWarning, ReasonUnreadable, "its name %q is no UTF-8 text, skipped", e.Name())
		case e.IsDir():
			if depth+1 >= MaxDepth {
				f.problem(p, profile.SeverityError, ReasonTooLarge, "folders nested deeper than %d are not read", MaxDepth)
				continue
			}
			if err := f.walk(p, depth+1); err != nil {
				return err
			}
		case !e.Type().IsRegular():
			f.problem(p, profile.SeverityNote, ReasonNotRegular, "%s, skipped", fileType(e.Type()))
		case len(f.Files) == f.maxFiles:
			return &SyntaxError{File: f.dir, Msg: fmt.Sprintf("more than %d files: name the results folder itself", f.maxFiles)}
		default:
			info, err := e.Info()
			if err != nil {
				f.problem(p, profile.SeverityError, ReasonUnreadable, "%v", rootless(err))
				continue
			}
			f.Files = append(f.Files, &entry{Path: p, Size: info.Size()})
		}
	}
	return nil
}

// list returns the entries of one folder, sorted by name.
func (f *folder) list(name string) ([]fs.DirEntry, error) {
	d, err := f.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer d.Close()
	entries, err := d.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
}

func (f *folder) problem(p, severity, reason, format string, args ...any) {
	f.Problems = append(f.Problems, profile.Problem{Path: p, Severity: severity, Reason: reason, Message: fmt.Sprintf(format, args...)})
}

// fileType names what a directory entry is when it is no file.
func fileType(m fs.FileMode) string {
	switch {
	case m&fs.ModeSymlink != 0:
		return "symbolic link"
	case m&fs.ModeNamedPipe != 0:
		return "named pipe"
	case m&fs.ModeSocket != 0:
		return "socket"
	case m&fs.ModeDevice != 0:
		return "device"
	}
	return "no regular file"
}

// open opens a regular file below the folder.
func (f *folder) open(name string) (io.ReadCloser, error) { return openBelow(f.root, name) }

// opener returns a Source.Open that works after the folder is closed.
func (f *folder) opener(name string) func() (io.ReadCloser, error) {
	dir := f.dir
	return func() (io.ReadCloser, error) {
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, err
		}
		defer root.Close()
		return openBelow(root, name)
	}
}

// openBelow opens without blocking and then checks what it has, so that a file
// replaced by a pipe or a device after the walk cannot hang the reader.
func openBelow(root *os.Root, name string) (io.ReadCloser, error) {
	r, err := root.OpenFile(filepath.FromSlash(name), os.O_RDONLY|openNonblock, 0)
	if err != nil {
		return nil, err
	}
	info, err := r.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: %s, not read", name, fileType(info.Mode()))
	}
	if err != nil {
		r.Close()
		return nil, err
	}
	return r, nil
}

// load reads a file into memory once; a file above the limit is refused.
func (f *folder) load(x *entry, limit int64) ([]byte, error) {
	if x.read {
		return x.data, nil
	}
	if x.Size > limit {
		return nil, &SyntaxError{File: x.Path, Msg: fmt.Sprintf("%d MiB, files of this kind are read up to %d MiB", x.Size>>20, limit>>20)}
	}
	if f.parsed.Add(x.Size) > MaxParsedBytes {
		return nil, &SyntaxError{File: x.Path, Msg: fmt.Sprintf("not read: more than %d MiB of this folder were parsed before it", MaxParsedBytes>>20)}
	}
	r, err := f.open(x.Path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	// The size of the walk sizes the buffer; a file that grew is cut at the limit.
	b := make([]byte, 0, x.Size+1)
	for {
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if int64(len(b)) > limit {
			return nil, &SyntaxError{File: x.Path, Msg: "grew while it was read, beyond the limit"}
		}
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
	}
	x.data, x.read = b, true
	return b, nil
}

// release lets go of the bytes of a parsed file that is too large to stay; the
// store reads it again.
func (f *folder) release(x *entry) {
	if f.memory || !x.read {
		return
	}
	if len(x.data) > MaxKeepBytes || f.kept.Add(int64(len(x.data))) > MaxKeptBytes {
		x.data, x.read = nil, false
	}
}

// source describes a file for the store: its bytes when they are at hand.
func (f *folder) source(x *entry) profile.Source {
	s := profile.Source{Path: x.Path, Kind: x.Kind, Size: x.Size}
	if x.read {
		s.Bytes, s.Size = x.data, int64(len(x.data))
		if s.Bytes == nil {
			s.Bytes = []byte{}
		}
		return s
	}
	s.Open = f.opener(x.Path)
	return s
}

// rootless drops the path from an I/O error: the message stands beside it.
func rootless(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// baseName is the name of a run taken from a path.
func baseName(p string) string {
	if abs, err := filepath.Abs(p); err == nil {
		p = abs
	}
	name := filepath.Base(p)
	if name == "" || name == "." || name == string(filepath.Separator) {
		return "run"
	}
	return strings.ToValidUTF8(name, "?")
}
