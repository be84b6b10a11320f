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
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := &loader{ctx: ctx, run: r, options: o, inserts: map[string]*sqlite.Stmt{},
		result: LoadResult{Run: r.Name, Problems: map[string]int{}}}
	l.packAll()
	err := db.write(ctx, func(c *sqlite.Conn) error {
		l.statements = newStatements(c)
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
	*statements
	ctx      context.Context
	run      *profile.Run
	options  LoadOptions
	result   LoadResult
	id       int64
	inserts  map[string]*sqlite.Stmt // by table; among statements
	levels   map[string]int64        // level_id by name
	packs    []packing               // by source
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
	return l.exec("update stored_runs set sha256 = ? where run_id = ?", l.sum(l.sums), l.id)
}

// chooseName finds the name the run will have.
func (l *loader) chooseName() (name string, same bool, err error) {
	name, same, l.result.RunID, err = freeName(l.conn, l.run.Name, l.hashAll)
	l.result.Run = name
	if name != l.run.Name {
		l.result.Wanted = l.run.Name
	}
	return name, same, err
}

// freeName returns want, or, when another run has that, the first free
// want~n from 2 on. same is set, with the run's id, when a run of these names
// holds the same bytes already. sum gives the hash of the new run; it is
// called only when the name is in use.
func freeName(c *sqlite.Conn, want string, sum func() (string, error)) (name string, same bool, id int64, err error) {
	type run struct {
		sum string
		id  int64
	}
	taken := map[string]run{}
	err = each(c, "select run, sha256, run_id from main.stored_runs where run = ?1 or substr(run, 1, length(?1) + 1) = ?1 || '~'",
		[]any{want}, func(s *sqlite.Stmt) error {
			taken[s.Text(0)] = run{s.Text(1), s.Int(2)}
			return nil
		})
	if _, used := taken[want]; err != nil || !used {
		return want, false, 0, err
	}
	ours, err := sum()
	if err != nil {
		return want, false, 0, err
	}
	name = want
	for n := 2; ; n++ {
		have, used := taken[name]
		if !used {
			return name, false, 0, nil
		}
		if have.sum == ours {
			return name, true, have.id, nil
		}
		name = fmt.Sprintf("%s~%d", want, n)
	}
}

// fileSum is a source and the hash of its bytes.
type fileSum struct{ path, sum string }

// runSum is the hash that says whether two runs are the same: over the
// method, the kind, and path and hash of every source in order of path.
func runSum(method, kind string, files []fileSum) string {
	lines := make([]string, len(files))
	for i, f := range files {
		lines[i] = f.path + "\x00" + f.sum
	}
	sort.Strings(lines)
	h := sha256.Sum256([]byte(method + "\x00" + kind + "\n" + strings.Join(lines, "\n")))
	return hex.EncodeToString(h[:])
}

// sum is runSum of the run under way.
func (l *loader) sum(sums []string) string {
	files := make([]fileSum, len(sums))
	for i, s := range sums {
		files[i] = fileSum{l.run.Sources[i].Path, s}
	}
	return runSum(l.run.Method, string(l.run.Kind), files)
}
