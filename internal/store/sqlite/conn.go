// Package sqlite is a thin layer over the SQLite engine of
// modernc.org/sqlite/lib: connections, statements, functions and the
// authorizer, as the C interface has them. It exists beside that module's
// database/sql driver for three things the driver does not give: the byte
// offset of an error in the text, a deadline that holds while rows are read
// and not only for the first of them, and inserts at 0.6 of the CPU time (1.1
// instead of 1.8 microseconds for a row of eight numbers, both with many rows
// a statement). Only package store uses it.
//
// A Conn and its statements serve one goroutine at a time.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// Mode says what a connection may do to the file.
type Mode int

// The modes of Open.
const (
	ReadOnly  Mode = iota // never creates, never writes
	ReadWrite             // the file must exist
	Create                // the file is created when missing
)

// Conn is one connection to one database file.
type Conn struct {
	tls        *libc.TLS
	db         uintptr
	id         uintptr
	ctx        context.Context
	authorizer func(Action) bool
	aggregates []Aggregate // under way, by number; nil is free
	freeAggs   []uintptr
}

// conns finds the connection that a callback from the engine belongs to.
var conns registry[Conn]

// Open opens the file at path. An empty path with Create is a private
// database in memory.
func Open(path string, mode Mode) (*Conn, error) {
	accounting()
	c := &Conn{tls: libc.NewTLS()}
	flags := int32(lib.SQLITE_OPEN_NOMUTEX | lib.SQLITE_OPEN_EXRESCODE)
	switch mode {
	case ReadOnly:
		flags |= lib.SQLITE_OPEN_READONLY
	case ReadWrite:
		flags |= lib.SQLITE_OPEN_READWRITE
	default:
		flags |= lib.SQLITE_OPEN_READWRITE | lib.SQLITE_OPEN_CREATE
	}
	flags |= lib.SQLITE_OPEN_URI // for Attach
	if path == "" {
		path = ":memory:"
	} else {
		path = plain(path)
	}
	name, err := libc.CString(path)
	if err != nil {
		c.tls.Close()
		return nil, err
	}
	defer libc.Xfree(c.tls, name)
	out := c.tls.Alloc(8)
	rc := lib.Xsqlite3_open_v2(c.tls, name, out, flags, 0)
	c.db = *(*uintptr)(ptr(out))
	c.tls.Free(8)
	if rc != lib.SQLITE_OK {
		err := c.fail(rc)
		lib.Xsqlite3_close_v2(c.tls, c.db)
		c.tls.Close()
		return nil, err
	}
	c.id = conns.add(c)
	c.lookaside(512, 600)
	// A double-quoted word that is no column is an error, not a text.
	c.config(lib.SQLITE_DBCONFIG_DQS_DML, false)
	c.config(lib.SQLITE_DBCONFIG_DQS_DDL, false)
	c.config(lib.SQLITE_DBCONFIG_DEFENSIVE, true)
	return c, nil
}

// plain keeps the engine from reading more than a path into a path.
func plain(path string) string {
	if strings.HasPrefix(path, "file:") || strings.HasPrefix(path, ":") {
		return "./" + path
	}
	return path
}

// Attach makes the tables of another file readable under a schema name. The
// file is neither created nor changed.
func (c *Conn) Attach(path, name string) error {
	uri := strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(plain(path))
	return c.Exec("attach ? as "+name, "file:"+uri+"?mode=ro")
}

// Close ends the connection. Statements must be closed before.
func (c *Conn) Close() error {
	if c == nil || c.db == 0 {
		return nil
	}
	rc := lib.Xsqlite3_close_v2(c.tls, c.db)
	conns.set(c.id, nil)
	c.db = 0
	c.tls.Close()
	if rc != lib.SQLITE_OK {
		return fmt.Errorf("close: code %d", rc)
	}
	return nil
}

// Defensive switches the mode in which SQL cannot turn the journal off or
// write to the schema. It is on after Open.
func (c *Conn) Defensive(on bool) { c.config(lib.SQLITE_DBCONFIG_DEFENSIVE, on) }

// lookaside gives the connection memory of its own for the small pieces that
// compiling takes: count slots of size bytes. It must come first.
func (c *Conn) lookaside(size, count int32) {
	va := c.tls.Alloc(24)
	lib.Xsqlite3_db_config(c.tls, c.db, lib.SQLITE_DBCONFIG_LOOKASIDE, libc.VaList(va, uintptr(0), size, count))
	c.tls.Free(24)
}

func (c *Conn) config(op int32, on bool) {
	var v int32
	if on {
		v = 1
	}
	va := c.tls.Alloc(16)
	lib.Xsqlite3_db_config(c.tls, c.db, op, libc.VaList(va, v, uintptr(0)))
	c.tls.Free(16)
}

// BusyTimeout sets how many ms to wait for another writer.
func (c *Conn) BusyTimeout(ms int) { lib.Xsqlite3_busy_timeout(c.tls, c.db, int32(ms)) }

// The limits of Limit.
const (
	LimitLength      = lib.SQLITE_LIMIT_LENGTH // bytes of a text, a blob or a row
	LimitLikePattern = lib.SQLITE_LIMIT_LIKE_PATTERN_LENGTH
	LimitSQLLength   = lib.SQLITE_LIMIT_SQL_LENGTH
)

// Limit lowers a run-time limit of the engine.
func (c *Conn) Limit(which, value int) {
	lib.Xsqlite3_limit(c.tls, c.db, int32(which), int32(value))
}

// accounting makes the engine count its memory, which must be told before its
// first use.
var accounting = sync.OnceFunc(func() {
	tls := libc.NewTLS()
	defer tls.Close()
	va := tls.Alloc(8)
	defer tls.Free(8)
	lib.Xsqlite3_config(tls, lib.SQLITE_CONFIG_MEMSTATUS, libc.VaList(va, int32(1)))
})

// MaxMemory bounds the memory of the engine, over all connections of the
// process, in bytes; 0 is no bound.
func MaxMemory(bytes int64) {
	accounting()
	tls := libc.NewTLS()
	defer tls.Close()
	lib.Xsqlite3_hard_heap_limit64(tls, bytes)
}

// progressSteps is how many virtual-machine steps pass between two looks at
// the context: some 50 microseconds.
const progressSteps = 4000

// WithContext runs f with statements of c bounded by ctx: when ctx ends, the
// running statement stops and f's error becomes ctx's.
func (c *Conn) WithContext(ctx context.Context, f func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if ctx.Done() == nil {
		return f()
	}
	c.ctx = ctx
	lib.Xsqlite3_progress_handler(c.tls, c.db, progressSteps, funcPointer(progressCallback), c.id)
	err := f()
	lib.Xsqlite3_progress_handler(c.tls, c.db, 0, 0, 0)
	c.ctx = nil
	var e *Error
	if errors.As(err, &e) && e.Code == lib.SQLITE_INTERRUPT && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func progressCallback(_ *libc.TLS, id uintptr) int32 {
	if c := conns.get(id); c != nil && c.ctx != nil && c.ctx.Err() != nil {
		return 1
	}
	return 0
}

// Changes returns the rows the last insert, update or delete touched.
func (c *Conn) Changes() int64 { return int64(lib.Xsqlite3_changes(c.tls, c.db)) }

// LastInsertID returns the row id of the last insert.
func (c *Conn) LastInsertID() int64 { return int64(lib.Xsqlite3_last_insert_rowid(c.tls, c.db)) }

// InTransaction tells whether a transaction is open.
func (c *Conn) InTransaction() bool { return lib.Xsqlite3_get_autocommit(c.tls, c.db) == 0 }

// Version returns the version of the engine, such as 3.54.1.
func Version() string {
	tls := libc.NewTLS()
	defer tls.Close()
	return libc.GoString(lib.Xsqlite3_libversion(tls))
}

// ptr is the address p of engine memory as a pointer. The engine's memory is
// not Go's: nothing moves or collects it.
func ptr(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

// funcPointer is the address of a top-level function as the engine calls it.
func funcPointer[F any](f F) uintptr { return *(*uintptr)(unsafe.Pointer(&f)) }
