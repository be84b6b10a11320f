package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/profreport/profreport/internal/profile"
	"github.com/profreport/profreport/internal/store/sqlite"
)

// Evidence says what is kept of the sources.
type Evidence string

// The kinds of evidence; the empty Evidence is EvidenceFull.
const (
	EvidenceFull Evidence = "full" // hash and bytes, compressed
	EvidenceHash Evidence = "hash" // hash only
)

// LoadOptions change how Load stores a run.
type LoadOptions struct {
	Evidence Evidence
	// Progress is called now and then with the bytes of the sources done, of
	// how many; total is 0 when a size is unknown.
	Progress func(done, total int64)
	// Now is the time to note as ingested_at; zero is the clock's.
	Now time.Time
}

// LoadResult says what Load did.
type LoadResult struct {
	RunID int64
	Run   string // the name it has in the archive
	// Same is set when the archive held the same bytes under this name:
	// nothing was added.
	Same bool
	// Wanted is the name asked for when another run has it: Run is then
	// Wanted~2 or the next free number.
	Wanted   string
	Sources  int
	Bytes    int64 // of all sources
	Requests int64
	Problems map[string]int // by severity
}

// Load stores one run in one transaction: all of it or nothing. It fills in
// what request logs give while it reads them.
func (db *DB) Load(ctx context.Context, r *profile.Run, o LoadOptions) (LoadResult, error) {
	if r.Name == "" {
		return LoadResult{}, fmt.Errorf("a run needs a name")
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	l := &loader{ctx: ctx, run: r, options: o, stmts: map[string]*sqlite.Stmt{}, inserts: map[string]*sqlite.Stmt{},
		result: LoadResult{Run: r.Name, Problems: map[string]int{}}}
	err := db.write(ctx, func(c *sqlite.Conn) error {
		l.conn = c
		defer l.close()
		return l.load()
	})
	if err != nil {
		return LoadResult{}, fmt.Errorf("%s: %w", r.Name, err)
	}
	return l.result, nil
}

// loader stores one run.
type loader struct {
	ctx      context.Context
	conn     *sqlite.Conn
	run      *profile.Run
	options  LoadOptions
	result   LoadResult
	id       int64
	stmts    map[string]*sqlite.Stmt // by text
	inserts  map[string]*sqlite.Stmt // by table; among stmts
	levels   map[string]int64        // level_id by name
	sums     []string                // SHA-256 by source
	problems int                     // ordinal of the last problem
	done     int64
	total    int64
}

func (l *loader) load() error {
	name, same, err := l.chooseName()
	if err != nil {
		return err
	}
	if same {
		l.result.Same = true
		return nil
	}
	if err := l.insertRun(name); err != nil {
		return err
	}
	if err := l.insertRecords(); err != nil {
		return err
	}
	if err := l.insertSources(); err != nil {
		return err
	}
	return l.exec("update stored_runs set sha256 = ? where run_id = ?", runSum(l.run, l.sums), l.id)
}

// chooseName finds the name the run will have: its own; or, when another run
// has that, the first free name~n from 2 on. same is set when a run of these
// names holds the same bytes already.
func (l *loader) chooseName() (name string, same bool, err error) {
	taken := map[string]string{} // sha256 by name
	ids := map[string]int64{}
	err = each(l.conn, "select run, sha256, run_id from stored_runs where run = ?1 or substr(run, 1, length(?1) + 1) = ?1 || '~'",
		[]any{l.run.Name}, func(s *sqlite.Stmt) error {
			taken[s.Text(0)] = s.Text(1)
			ids[s.Text(0)] = s.Int(2)
			return nil
		})
	name = l.run.Name
	if err != nil || len(taken) == 0 {
		return name, false, err
	}
	if _, used := taken[name]; !used {
		return name, false, nil
	}
	sum, err := l.hashAll()
	if err != nil {
		return "", false, err
	}
	for n := 2; ; n++ {
		have, used := taken[name]
		if !used {
			l.result.Wanted, l.result.Run = l.run.Name, name
			return name, false, nil
		}
		if have == sum {
			l.result.Run, l.result.RunID = name, ids[name]
			return name, true, nil
		}
		name = fmt.Sprintf("%s~%d", l.run.Name, n)
	}
}

// runSum is the hash that says whether two runs are the same: over the
// method, the kind, and path and hash of every source in order of path.
func runSum(r *profile.Run, sums []string) string {
	lines := make([]string, len(sums))
	for i, s := range sums {
		lines[i] = r.Sources[i].Path + "\x00" + s
	}
	sort.Strings(lines)
	h := sha256.Sum256([]byte(r.Method + "\x00" + string(r.Kind) + "\n" + strings.Join(lines, "\n")))
	return hex.EncodeToString(h[:])
}

// exec runs a statement, prepared once for the whole load.
func (l *loader) exec(text string, args ...any) error {
	s, err := l.stmt(text)
	if err != nil {
		return err
	}
	return s.Exec(args...)
}

func (l *loader) stmt(text string) (*sqlite.Stmt, error) {
	if s, ok := l.stmts[text]; ok {
		return s, nil
	}
	s, err := l.conn.Prepare(text)
	if err != nil {
		return nil, err
	}
	l.stmts[text] = s
	return s, nil
}

func (l *loader) close() {
	for _, s := range l.stmts {
		s.Close()
	}
	l.stmts = nil
}
