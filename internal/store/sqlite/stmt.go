package sqlite

import (
	"errors"
	"fmt"
	"strings"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// ErrTail is returned by PrepareOne for a text that holds more than one
// statement, ErrEmpty for one that holds none.
var (
	ErrTail  = errors.New("more than one statement")
	ErrEmpty = errors.New("no statement")
)

// Stmt is a prepared statement.
type Stmt struct {
	c    *Conn
	p    uintptr
	mem  arena
	tail int // byte offset behind the statement in the text
}

// prepare compiles the first statement of text; s is nil when the text holds
// only white space and comments.
func (c *Conn) prepare(text string) (s *Stmt, tail int, err error) {
	if strings.IndexByte(text, 0) >= 0 {
		return nil, 0, &Error{Code: lib.SQLITE_ERROR, Msg: "the text holds a NUL byte", Offset: strings.IndexByte(text, 0)}
	}
	z, err := libc.CString(text)
	if err != nil {
		return nil, 0, err
	}
	defer libc.Xfree(c.tls, z)
	out := c.tls.Alloc(16)
	defer c.tls.Free(16)
	rc := lib.Xsqlite3_prepare_v3(c.tls, c.db, z, int32(len(text)+1), 0, out, out+8)
	if rc != lib.SQLITE_OK {
		return nil, 0, c.fail(rc)
	}
	p := *(*uintptr)(ptr(out))
	tail = int(*(*uintptr)(ptr(out + 8)) - z)
	if p == 0 {
		return nil, tail, nil
	}
	return &Stmt{c: c, p: p, tail: tail}, tail, nil
}

// Prepare compiles the one statement of text.
func (c *Conn) Prepare(text string) (*Stmt, error) {
	s, tail, err := c.prepare(text)
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, ErrEmpty
	}
	for rest := text[tail:]; rest != ""; {
		next, n, err := c.prepare(rest)
		if err != nil || next != nil {
			next.Close()
			s.Close()
			return nil, ErrTail
		}
		if n <= 0 {
			break
		}
		rest = rest[n:]
	}
	return s, nil
}

// Exec runs every statement of text; args are bound to the first one only.
func (c *Conn) Exec(text string, args ...any) error {
	for text != "" {
		s, tail, err := c.prepare(text)
		if err != nil {
			return err
		}
		if s != nil {
			err = s.Exec(args...)
			s.Close()
			if err != nil {
				return err
			}
			args = nil
		}
		if tail <= 0 {
			return nil
		}
		text = text[tail:]
	}
	return nil
}

// Close frees the statement.
func (s *Stmt) Close() {
	if s == nil || s.p == 0 {
		return
	}
	lib.Xsqlite3_finalize(s.c.tls, s.p)
	s.p = 0
	s.mem.free(s.c.tls)
}

// Exec binds args, runs the statement to its end and resets it.
func (s *Stmt) Exec(args ...any) error {
	for i, a := range args {
		if err := s.Bind(i+1, a); err != nil {
			return err
		}
	}
	for {
		row, err := s.Step()
		if err != nil {
			s.Reset()
			return err
		}
		if !row {
			return s.Reset()
		}
	}
}

// Step runs to the next row; it is false at the end.
func (s *Stmt) Step() (bool, error) {
	switch rc := lib.Xsqlite3_step(s.c.tls, s.p); rc {
	case lib.SQLITE_ROW:
		return true, nil
	case lib.SQLITE_DONE:
		return false, nil
	default:
		return false, s.c.fail(rc)
	}
}

// Reset makes the statement ready to run again. Bound numbers stay bound;
// bound texts and blobs must be bound anew.
func (s *Stmt) Reset() error {
	rc := lib.Xsqlite3_reset(s.c.tls, s.p)
	s.mem.reset(s.c.tls)
	if rc != lib.SQLITE_OK {
		return s.c.fail(rc)
	}
	return nil
}

// Params returns the names of the parameters with their prefix, "" for a
// bare question mark.
func (s *Stmt) Params() []string {
	n := int(lib.Xsqlite3_bind_parameter_count(s.c.tls, s.p))
	names := make([]string, n)
	for i := range names {
		names[i] = libc.GoString(lib.Xsqlite3_bind_parameter_name(s.c.tls, s.p, int32(i+1)))
	}
	return names
}

// Bind binds v to the i-th parameter, counted from 1: nil, bool, int, int64,
// float64, string or []byte.
func (s *Stmt) Bind(i int, v any) error {
	switch v := v.(type) {
	case nil:
		return s.BindNull(i)
	case int64:
		return s.BindInt(i, v)
	case int:
		return s.BindInt(i, int64(v))
	case bool:
		if v {
			return s.BindInt(i, 1)
		}
		return s.BindInt(i, 0)
	case float64:
		return s.BindFloat(i, v)
	case string:
		return s.BindText(i, v)
	case []byte:
		return s.BindBlob(i, v)
	}
	return fmt.Errorf("cannot bind a %T", v)
}

// BindNull binds null.
func (s *Stmt) BindNull(i int) error {
	return s.check(lib.Xsqlite3_bind_null(s.c.tls, s.p, int32(i)))
}

// BindInt binds an integer.
func (s *Stmt) BindInt(i int, v int64) error {
	return s.check(lib.Xsqlite3_bind_int64(s.c.tls, s.p, int32(i), v))
}

// BindFloat binds a number; SQLite stores NaN as null.
func (s *Stmt) BindFloat(i int, v float64) error {
	return s.check(lib.Xsqlite3_bind_double(s.c.tls, s.p, int32(i), v))
}

// BindText binds a text, copied until Reset.
func (s *Stmt) BindText(i int, v string) error {
	p := s.mem.copy(s.c.tls, unsafe.Slice(unsafe.StringData(v), len(v)))
	if p == 0 {
		return s.c.fail(lib.SQLITE_NOMEM)
	}
	return s.check(lib.Xsqlite3_bind_text(s.c.tls, s.p, int32(i), p, int32(len(v)), 0))
}

// BindBlob binds bytes, copied until Reset.
func (s *Stmt) BindBlob(i int, v []byte) error {
	p := s.mem.copy(s.c.tls, v)
	if p == 0 {
		return s.c.fail(lib.SQLITE_NOMEM)
	}
	return s.check(lib.Xsqlite3_bind_blob(s.c.tls, s.p, int32(i), p, int32(len(v)), 0))
}

func (s *Stmt) check(rc int32) error {
	if rc != lib.SQLITE_OK {
		return s.c.fail(rc)
	}
	return nil
}
