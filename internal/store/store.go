// Package store keeps profiling runs in one SQLite file, the archive: every
// record that ingest gave, the bytes they were read from, and the views that
// are the public schema. It also runs the SQL of others over it, read-only.
// It decides nothing about the figures beyond what DEFINITIONS says of a
// single run. cmd calls it; metric and notebook see only its Session, through
// an interface of their own.
package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/profreport/profreport/internal/store/sqlite"
)

// DB is an archive open for writing. Its methods may be called from several
// goroutines and run one after another.
type DB struct {
	mu   sync.Mutex
	conn *sqlite.Conn
	path string
}

// OpenOptions change how Open opens.
type OpenOptions struct {
	// Fresh is for a file that the caller made aside and renames when it is
	// whole: no journal and no wait for the disk, so that a crash leaves
	// rubbish behind, and writing costs a third less.
	Fresh bool
	// PageSize of a file that is created, in bytes; 0 is 4096.
	PageSize int
}

// busyMillis is how long a writer waits for another one.
const busyMillis = 2000

// Open opens the archive at path for writing, creates it when missing, and
// brings its schema up to date. An empty path is an archive in memory.
func Open(ctx context.Context, path string) (*DB, error) {
	return OpenWith(ctx, path, OpenOptions{})
}

// OpenWith is Open with options.
func OpenWith(ctx context.Context, path string, o OpenOptions) (*DB, error) {
	conn, err := sqlite.Open(path, sqlite.Create)
	if err != nil {
		return nil, explain(path, err)
	}
	conn.BusyTimeout(busyMillis)
	db := &DB{conn: conn, path: path}
	if err := db.prepare(ctx, o); err != nil {
		conn.Close()
		return nil, explain(path, err)
	}
	return db, nil
}

func (db *DB) prepare(ctx context.Context, o OpenOptions) error {
	size := o.PageSize
	if size == 0 {
		size = 4096
	}
	pragmas := fmt.Sprintf("pragma page_size = %d; pragma foreign_keys = on; pragma temp_store = memory;", size)
	if o.Fresh {
		db.conn.Defensive(false) // defensive mode keeps the journal
		pragmas += "pragma journal_mode = off; pragma synchronous = off;"
	}
	if err := db.conn.Exec(pragmas); err != nil {
		return err
	}
	db.conn.Defensive(true)
	if err := db.conn.Register(functions); err != nil {
		return err
	}
	return migrate(ctx, db.conn)
}

// Path returns the file of the archive.
func (db *DB) Path() string { return db.path }

// Close closes the archive.
func (db *DB) Close() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.conn.Close()
}

// write runs f in one transaction that is kept only when f succeeds. The
// lock is taken at once, so that a second writer waits here and not half-way.
func (db *DB) write(ctx context.Context, f func(c *sqlite.Conn) error) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	err := db.conn.WithContext(ctx, func() error {
		if err := db.conn.Exec("begin immediate"); err != nil {
			return err
		}
		if err := f(db.conn); err != nil {
			return err
		}
		return db.conn.Exec("commit")
	})
	if err != nil && db.conn.InTransaction() {
		// The context must not stop the rollback.
		if back := db.conn.Exec("rollback"); back != nil {
			err = errors.Join(err, back)
		}
	}
	return explain(db.path, err)
}

// read runs f while no write of this DB is under way.
func (db *DB) read(ctx context.Context, f func(c *sqlite.Conn) error) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	return explain(db.path, db.conn.WithContext(ctx, func() error { return f(db.conn) }))
}

// explain puts errors of the engine that a person can act on into one clear
// sentence; anything else stays as it is.
func explain(path string, err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	if path == "" {
		path = "memory"
	}
	switch e.Primary() {
	case sqlite.Busy:
		return fmt.Errorf("%s: another process is writing to this archive; try again when it is done", path)
	case sqlite.Full:
		return fmt.Errorf("%s: the disk is full; nothing of this run was stored", path)
	case sqlite.CantOpen:
		if info, serr := os.Stat(path); serr == nil && info.IsDir() {
			return fmt.Errorf("%s: is a folder, not an archive", path)
		}
		return fmt.Errorf("%s: cannot be opened or created: does its folder exist, and may you write there?", path)
	case sqlite.ReadOnlyFile:
		return fmt.Errorf("%s: cannot be written: the file or its folder is read-only", path)
	case sqlite.NotADB:
		return fmt.Errorf("%s: is not an archive: not a SQLite file", path)
	case sqlite.Corrupt:
		return fmt.Errorf("%s: is damaged (%s); 'profreport verify' names what is lost", path, e.Msg)
	case sqlite.IOErr:
		return fmt.Errorf("%s: reading or writing failed: %w", path, err)
	}
	return err
}

// SQLiteVersion returns the version of the engine.
func SQLiteVersion() string { return sqlite.Version() }
