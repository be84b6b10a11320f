package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/store/sqlite"
)

// MergeOptions choose what Merge copies.
type MergeOptions struct {
	// Runs to copy, by exact name; nil is all runs and all tables of users.
	Runs []string
	// Evidence is EvidenceHash to leave the bytes of the sources behind.
	Evidence Evidence

	withoutValues bool // metric values stay behind
}

// MergeResult says what Merge did with one run or table.
type MergeResult struct {
	From string // the archive
	Was  string // the name there
	Run  string // the name here; empty for a table
	// Table is the name here of a user's table; empty for a run.
	Table string
	Same  bool // this archive had it already: nothing was added
}

// Merge copies runs of other archives into this one, each run in one
// transaction, under the rules of Load: the same bytes under the same name
// add nothing, and a name in use by another run becomes name~2.
func (db *DB) Merge(ctx context.Context, o MergeOptions, paths ...string) ([]MergeResult, error) {
	var all []MergeResult
	for _, path := range paths {
		done, err := db.mergeOne(ctx, o, path)
		all = append(all, done...)
		if err != nil {
			return all, fmt.Errorf("%s: %w", path, err)
		}
	}
	return all, nil
}

func (db *DB) mergeOne(ctx context.Context, o MergeOptions, path string) (done []MergeResult, err error) {
	if a, aerr := os.Stat(path); aerr == nil && db.path != "" {
		if b, berr := os.Stat(db.path); berr == nil && os.SameFile(a, b) {
			return nil, errors.New("is this archive itself")
		}
	}
	// A session first: it says clearly what is wrong with the file.
	s, err := OpenSession(ctx, path, SessionOptions{})
	if err != nil {
		return nil, err
	}
	runs, err := s.ResolveRuns(ctx, nil)
	s.Close()
	if err != nil {
		return nil, err
	}
	if o.Runs != nil {
		for _, r := range o.Runs {
			if !slices.Contains(runs, r) {
				return nil, &UnknownRunError{Selector: r, Near: near(r, runs), Empty: len(runs) == 0}
			}
		}
		runs = o.Runs
	}
	if err := db.attach(path); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.detach()) }()
	prepared := newStatements(db.conn)
	defer prepared.close() // before the file is detached
	for _, run := range runs {
		m := &merger{statements: prepared, evidence: o.Evidence, was: run, withoutValues: o.withoutValues}
		if err := db.write(ctx, func(*sqlite.Conn) error { return m.run() }); err != nil {
			return done, fmt.Errorf("%s: %w", run, err)
		}
		done = append(done, MergeResult{From: path, Was: run, Run: m.name, Same: m.same})
	}
	if o.Runs != nil {
		return done, nil
	}
	var tables []MergeResult
	err = db.write(ctx, func(c *sqlite.Conn) error {
		tables, err = mergeTables(c, path)
		return err
	})
	return append(done, tables...), err
}

func (db *DB) attach(path string) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	return explain(path, db.conn.Attach(path, "other"))
}

func (db *DB) detach() error {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.conn.Exec("detach other")
}

// merger copies one run out of the attached archive.
type merger struct {
	*statements
	evidence      Evidence
	withoutValues bool
	was           string
	name          string
	same          bool
	from, to      int64 // run_id there and here
}

func (m *merger) run() error {
	var sum string
	if err := m.each("select run_id, sha256 from other.stored_runs where run = ?", []any{m.was}, func(s *sqlite.Stmt) error {
		m.from, sum = s.Int(0), s.Text(1)
		return nil
	}); err != nil {
		return err
	}
	var err error
	if m.name, m.same, _, err = freeName(m.conn, m.was, func() (string, error) { return sum, nil }); err != nil || m.same {
		return err
	}
	cols, err := m.columns("stored_runs", "run_id", "run", "baseline")
	if err != nil {
		return err
	}
	// The pin of the other archive means nothing here.
	if err := m.exec("insert into main.stored_runs (run, "+cols+") select ?, "+cols+" from other.stored_runs where run_id = ?",
		m.name, m.from); err != nil {
		return err
	}
	m.to = m.conn.LastInsertID()
	tables := []string{"stored_candidates", "stored_recommendations", "stored_prefill_points", "stored_decode_points",
		"stored_deployments", "stored_settings", "stored_problems", "stored_messages"}
	if !m.withoutValues {
		tables = append(tables, "stored_metric_values")
	}
	for _, table := range tables {
		if err := m.copy(table, "run_id", m.from, m.to); err != nil {
			return err
		}
	}
	if err := m.levels(); err != nil {
		return err
	}
	return m.sources()
}

// copy copies the rows of a table that hang on one id, under another.
func (m *merger) copy(table, key string, from, to int64) error {
	cols, err := m.columns(table, key)
	if err != nil {
		return err
	}
	if err := m.exec("insert into main."+table+" ("+key+", "+cols+") select ?, "+cols+" from other."+table+" where "+key+" = ?",
		to, from); err != nil {
		return fmt.Errorf("%s: %w", table, err)
	}
	return nil
}

func (m *merger) levels() error {
	ids, err := m.list("select level_id from other.stored_levels where run_id = ? order by level_id", m.from)
	if err != nil {
		return err
	}
	cols, err := m.columns("stored_levels", "level_id", "run_id")
	if err != nil {
		return err
	}
	for _, from := range ids {
		if err := m.exec("insert into main.stored_levels (run_id, "+cols+") select ?, "+cols+" from other.stored_levels where level_id = ?",
			m.to, from); err != nil {
			return err
		}
		to := m.conn.LastInsertID()
		if err := m.copy("stored_statistics", "level_id", from, to); err != nil {
			return err
		}
		if err := m.requests(from, to); err != nil {
			return err
		}
	}
	return nil
}

func (m *merger) requests(from, to int64) error {
	cols, err := m.columns("stored_requests", "request_id")
	if err != nil {
		return err
	}
	ranges, err := m.list("select range_id from other.stored_request_ranges where level_id = ? order by range_id", from)
	if err != nil {
		return err
	}
	for _, r := range ranges {
		first, err := m.number("select ifnull(max(request_id), 0) + 1 from main.stored_requests")
		if err != nil {
			return err
		}
		if err := m.exec("insert into main.stored_requests ("+cols+") select "+cols+" from other.stored_request_ranges g "+
			"cross join other.stored_requests q on q.request_id between g.first_id and g.last_id where g.range_id = ? order by q.request_id",
			r); err != nil {
			return err
		}
		if err := m.exec("insert into main.stored_request_ranges (level_id, first_id, last_id) values (?, ?, ?)",
			to, first, first+m.conn.Changes()-1); err != nil {
			return err
		}
	}
	return nil
}

func (m *merger) sources() error {
	type source struct {
		content
		path, kind string
	}
	var all []source
	if err := m.each("select c.content_id, c.sha256, c.bytes, c.kept, s.path, s.kind from other.stored_sources s "+
		"join other.stored_contents c on c.content_id = s.content_id where s.run_id = ? order by s.source_id", []any{m.from},
		func(s *sqlite.Stmt) error {
			all = append(all, source{content{s.Int(0), s.Text(1), s.Int(2), s.Int(3) != 0}, s.Text(4), s.Text(5)})
			return nil
		}); err != nil {
		return err
	}
	for _, s := range all {
		id, err := m.content(s.content)
		if err != nil {
			return err
		}
		if err := m.exec("insert into main.stored_sources (run_id, content_id, path, kind) values (?, ?, ?, ?)", m.to, id, s.path, s.kind); err != nil {
			return err
		}
	}
	return nil
}

// content copies a content unless the same bytes are here, and returns its
// id.
func (m *merger) content(c content) (int64, error) {
	keep := c.kept && m.evidence != EvidenceHash
	var id, kept int64
	if err := m.each("select content_id, kept from main.stored_contents where sha256 = ?", []any{c.sum}, func(s *sqlite.Stmt) error {
		id, kept = s.Int(0), s.Int(1)
		return nil
	}); err != nil {
		return 0, err
	}
	switch {
	case id != 0 && (kept != 0 || !keep):
		return id, nil
	case id != 0:
		if err := m.exec("update main.stored_contents set kept = 1 where content_id = ?", id); err != nil {
			return 0, err
		}
	default:
		if err := m.exec("insert into main.stored_contents (sha256, bytes, kept) values (?, ?, ?)", c.sum, c.size, keep); err != nil {
			return 0, err
		}
		id = m.conn.LastInsertID()
	}
	if !keep {
		return id, nil
	}
	return id, m.exec("insert into main.stored_chunks (chunk_id, frame) select chunk_id + ?, frame from other.stored_chunks "+
		"where chunk_id >= ? and chunk_id < ? order by chunk_id", (id-c.id)*maxChunks, c.id*maxChunks, (c.id+1)*maxChunks)
}

// columns lists the columns of a table of ours but the given ones.
func (m *merger) columns(table string, but ...string) (string, error) {
	var cols []string
	err := m.each("select name from pragma_table_info(?, 'main')", []any{table}, func(s *sqlite.Stmt) error {
		if !slices.Contains(but, s.Text(0)) {
			cols = append(cols, s.Text(0))
		}
		return nil
	})
	return strings.Join(cols, ", "), err
}

// list runs a statement that gives whole numbers.
func (m *merger) list(text string, args ...any) ([]int64, error) {
	var all []int64
	err := m.each(text, args, func(s *sqlite.Stmt) error {
		all = append(all, s.Int(0))
		return nil
	})
	return all, err
}
