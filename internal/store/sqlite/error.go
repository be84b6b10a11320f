package sqlite

import (
	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// Error is an error of the engine.
type Error struct {
	Code   int // extended result code
	Msg    string
	Offset int // byte offset of the token at fault in the SQL text, or -1
}

func (e *Error) Error() string { return e.Msg }

// Primary result codes that callers tell apart, as Error.Primary gives them.
const (
	Generic      = lib.SQLITE_ERROR
	Busy         = lib.SQLITE_BUSY
	Full         = lib.SQLITE_FULL
	IOErr        = lib.SQLITE_IOERR
	CantOpen     = lib.SQLITE_CANTOPEN
	ReadOnlyFile = lib.SQLITE_READONLY
	Corrupt      = lib.SQLITE_CORRUPT
	NotADB       = lib.SQLITE_NOTADB
	Denied       = lib.SQLITE_AUTH
	NoMemory     = lib.SQLITE_NOMEM
	TooBig       = lib.SQLITE_TOOBIG
)

// UnfinishedWrite is the extended code of a reader that would have to undo
// the transaction of a killed writer.
const UnfinishedWrite = lib.SQLITE_READONLY_ROLLBACK

// Primary returns the result code without its extension.
func (e *Error) Primary() int { return e.Code & 0xff }

// fail returns the error of the last call, which returned rc.
func (c *Conn) fail(rc int32) error {
	e := &Error{Code: int(rc), Offset: -1}
	if c.db != 0 && int32(lib.Xsqlite3_extended_errcode(c.tls, c.db))&0xff == rc&0xff {
		e.Msg = libc.GoString(lib.Xsqlite3_errmsg(c.tls, c.db))
		e.Offset = int(lib.Xsqlite3_error_offset(c.tls, c.db))
	} else {
		e.Msg = libc.GoString(lib.Xsqlite3_errstr(c.tls, rc))
	}
	return e
}
