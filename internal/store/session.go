package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/profreport/profreport/internal/store/sqlite"
	"github.com/profreport/profreport/internal/table"
)

// Session runs the SQL of others over an archive, on a read-only connection
// of its own. A text is one select statement: everything else is refused
// while it is compiled. Named results live in temporary tables in memory, so
// a session works on a read-only file system and leaves no trace. Its methods
// may be called from several goroutines and run one after another.
type Session struct {
	mu   sync.Mutex
	conn *sqlite.Conn
	path string
	o    SessionOptions
	// engine is set while the session runs statements of its own.
	engine bool
	denied string // what the text being compiled was refused for
	// kept are the temporary tables made so far, in lower case; repeated are
	// statements prepared once.
	kept     map[string]bool
	repeated map[string]*sqlite.Stmt
}

// SessionOptions bound what a session may use; zero values are defaults.
type SessionOptions struct {
	// Timeout of one statement, rows included; 0 is none beyond ctx.
	Timeout time.Duration
	// MaxRows is how many rows a statement may give before it fails; 0 is
	// 5 million.
	MaxRows int
	// MaxBytes bounds a single text; 0 is 16 MiB.
	MaxBytes int
	// MaxMemory bounds what the engine takes for sorting, for temporary
	// tables and else, in all sessions together; 0 is 1 GiB.
	MaxMemory int64
}

const (
	defaultMaxRows  = 5_000_000
	defaultMaxBytes = 16 << 20
	defaultMemory   = 1 << 30
	maxLikePattern  = 1000
)

// ErrNoArchive is wrapped when the file of a session does not exist.
var ErrNoArchive = errors.New("no such archive")

// OpenSession opens the archive at path for reading. It never creates or
// changes a file.
func OpenSession(ctx context.Context, path string, o SessionOptions) (*Session, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("%s: %w; 'profreport ingest --db %s FOLDER' makes one", path, ErrNoArchive, path)
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, fmt.Errorf("%s: is a folder, not an archive", path)
	}
	s, err := openSession(ctx, path, o)
	if interruptedWrite(err) {
		if err := finishWrite(path); err != nil {
			return nil, fmt.Errorf("%s: a write was interrupted, and undoing it failed: %w", path, explain(path, err))
		}
		s, err = openSession(ctx, path, o)
	}
	if err != nil {
		return nil, explain(path, err)
	}
	return s, nil
}

func openSession(ctx context.Context, path string, o SessionOptions) (*Session, error) {
	conn, err := sqlite.Open(path, sqlite.ReadOnly)
	if err != nil {
		return nil, err
	}
	s := &Session{conn: conn, path: path, o: o, kept: map[string]bool{}, repeated: map[string]*sqlite.Stmt{}}
	if err := s.prepare(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return s, nil
}

// interruptedWrite tells whether a reader found what a killed writer left.
func interruptedWrite(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code == sqlite.UnfinishedWrite
}

// finishWrite undoes the transaction of a killed writer, which takes a
// connection that may write: the first one to look at the file does it.
func finishWrite(path string) error {
	c, err := sqlite.Open(path, sqlite.ReadWrite)
	if err != nil {
		return err
	}
	defer c.Close()
	c.BusyTimeout(busyMillis)
	_, err = number(c, "select count(*) from sqlite_schema")
	return err
}

// Session opens a session on the archive.
func (db *DB) Session(ctx context.Context) (*Session, error) {
	if db.path == "" {
		return nil, errors.New("an archive in memory has no sessions")
	}
	return OpenSession(ctx, db.path, SessionOptions{})
}

func (s *Session) prepare(ctx context.Context) error {
	if s.o.MaxRows <= 0 {
		s.o.MaxRows = defaultMaxRows
	}
	if s.o.MaxBytes <= 0 {
		s.o.MaxBytes = defaultMaxBytes
	}
	if s.o.MaxMemory <= 0 {
		s.o.MaxMemory = defaultMemory
	}
	sqlite.MaxMemory(s.o.MaxMemory)
	c := s.conn
	c.BusyTimeout(busyMillis)
	c.Limit(sqlite.LimitLength, s.o.MaxBytes)
	c.Limit(sqlite.LimitLikePattern, maxLikePattern)
	if err := c.Register(functions); err != nil {
		return err
	}
	if err := c.Exec("pragma temp_store = memory"); err != nil {
		return err
	}
	names, err := migrationNames()
	if err != nil {
		return err
	}
	return c.WithContext(ctx, func() error {
		have, err := schemaVersion(c, s.path)
		switch {
		case err != nil:
			return err
		case have == 0:
			return fmt.Errorf("%s: is empty, not an archive", s.path)
		case have > len(names):
			return fmt.Errorf("%s: %w", s.path, ErrNewer)
		case have < len(names):
			return fmt.Errorf("%s: written by an older profreport; 'profreport ingest' brings it up to date", s.path)
		}
		c.Authorize(s.allow)
		return nil
	})
}

// allow is the authorizer: reading only, unless the session itself speaks.
func (s *Session) allow(a sqlite.Action) bool {
	if s.engine {
		return true
	}
	switch {
	case a.Code == sqlite.ActionSelect, a.Code == sqlite.ActionRecursive:
		return true
	case a.Code == sqlite.ActionRead && !strings.HasPrefix(a.Arg1, "pragma_"):
		return true
	case a.Code == sqlite.ActionFunction && a.Arg2 != "load_extension":
		return true
	}
	if s.denied == "" {
		s.denied = a.Name()
	}
	return false
}

// Close ends the session and its temporary tables.
func (s *Session) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, st := range s.repeated {
		st.Close()
	}
	s.repeated = nil
	return s.conn.Close()
}

// Path returns the file of the archive.
func (s *Session) Path() string { return s.path }

// do runs f alone and within the time the session allows.
func (s *Session) do(ctx context.Context, f func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.o.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.o.Timeout)
		defer cancel()
	}
	return explain(s.path, s.conn.WithContext(ctx, f))
}

// own runs f with the rights of the session itself.
func (s *Session) own(ctx context.Context, f func() error) error {
	return s.do(ctx, func() error {
		s.engine = true
		defer func() { s.engine = false }()
		return f()
	})
}

// Query runs one select statement. args holds values by parameter name
// without the colon: nil, bool, int, int64, float64 or string; names the text
// does not use are ignored.
func (s *Session) Query(ctx context.Context, text string, args map[string]any) (*table.Table, error) {
	var t *table.Table
	err := s.do(ctx, func() error {
		var more bool
		var err error
		t, more, err = s.query(text, args, s.o.MaxRows)
		if err == nil && more {
			err = fmt.Errorf("more than %d rows", s.o.MaxRows)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// UserQuery is Query for a text typed by a person: it stops after maxRows
// rows (0: no limit but the session's) and says whether there were more.
func (s *Session) UserQuery(ctx context.Context, text string, args map[string]any, maxRows int) (t *table.Table, truncated bool, err error) {
	if maxRows <= 0 || maxRows > s.o.MaxRows {
		maxRows = s.o.MaxRows
	}
	err = s.do(ctx, func() error {
		t, truncated, err = s.query(text, args, maxRows)
		return err
	})
	if err != nil {
		return nil, false, err
	}
	return t, truncated, nil
}

// Prepare checks one select statement without running it and returns its
// columns; a column that is an expression is table.Any.
func (s *Session) Prepare(ctx context.Context, text string) ([]table.Column, error) {
	var cols []table.Column
	err := s.do(ctx, func() error {
		st, err := s.compile(text)
		if err != nil {
			return err
		}
		defer st.Close()
		cols = columnsOf(st)
		return nil
	})
	return cols, err
}
