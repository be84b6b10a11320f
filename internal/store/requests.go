package store

import (
	"fmt"
	"strings"

	"github.com/profreport/profreport/internal/profile"
	"github.com/profreport/profreport/internal/store/sqlite"
)

// rowsPerInsert is the number of requests that one statement inserts.
const rowsPerInsert = 64

// requestColumns are bound in this order; status and error follow where a
// request is not simply ok.
const requestColumns = "request, started_at_ns, ended_at_ns, ttft_ms, itl_ms, latency_ms, isl_tokens, osl_tokens"

// statusOK is the status of a request that went well.
const statusOK = "ok"

// maxProblems is how many problems of one request log are kept; a file that
// is no log at all must not fill the archive.
const maxProblems = 10000

// requestRows writes the requests of one log: the good ones many at a time,
// with their status in the statement, the others one by one.
type requestRows struct {
	l        *loader
	level    int64
	path     string
	first    int64
	many     *sqlite.Stmt
	good     *sqlite.Stmt
	bad      *sqlite.Stmt
	pending  []profile.Request
	count    int64
	problems int
}

// newRequestRows makes a writer for the first of logs; nil when there is
// none.
func (l *loader) newRequestRows(logs []*profile.RequestLog) (*requestRows, error) {
	if len(logs) == 0 {
		return nil, nil
	}
	if len(logs) > 1 {
		return nil, fmt.Errorf("levels %s and %s name the same file", logs[0].Level, logs[1].Level)
	}
	r := &requestRows{l: l, path: l.run.Sources[logs[0].Source].Path}
	var err error
	if r.level, err = l.levelID(logs[0].Level); err != nil {
		return nil, err
	}
	if r.first, err = l.number("select ifnull(max(request_id), 0) + 1 from stored_requests"); err != nil {
		return nil, err
	}
	marks := strings.Repeat("?, ", strings.Count(requestColumns, ",")+1)
	head := "insert into stored_requests (" + requestColumns + ", status, error) values "
	row := "(" + marks + "'" + statusOK + "', null)"
	if r.many, err = l.get(head + strings.Repeat(row+", ", rowsPerInsert-1) + row); err != nil {
		return nil, err
	}
	if r.good, err = l.get(head + row); err != nil {
		return nil, err
	}
	r.bad, err = l.get(head + "(" + marks + "?, ?)")
	return r, err
}

// levelID returns the row of a level, made when ingest found no summary of
// it.
func (l *loader) levelID(level string) (int64, error) {
	if id, ok := l.levels[level]; ok {
		return id, nil
	}
	if err := l.exec("insert into stored_levels (run_id, level, closed, partial) values (?, ?, 0, 1)", l.id, level); err != nil {
		return 0, err
	}
	l.levels[level] = l.conn.LastInsertID()
	return l.levels[level], nil
}

// write stores a batch.
func (r *requestRows) write(b *batch) error {
	for i := range b.problems {
		if err := r.problem(&b.problems[i]); err != nil {
			return err
		}
	}
	r.count += int64(len(b.requests))
	for rows := b.requests; len(rows) > 0; {
		if n := rowsPerInsert; len(r.pending) == 0 && len(rows) >= n && allGood(rows[:n]) {
			if err := insertRequests(r.many, rows[:n]); err != nil {
				return err
			}
			rows = rows[n:]
			continue
		}
		if err := r.one(&rows[0]); err != nil {
			return err
		}
		rows = rows[1:]
	}
	return nil
}

// one stores a request, or keeps it until there are enough.
func (r *requestRows) one(q *profile.Request) error {
	if !good(q) {
		if err := r.flush(); err != nil {
			return err
		}
		return insertRequest(r.bad, q)
	}
	r.pending = append(r.pending, *q)
	if len(r.pending) < rowsPerInsert {
		return nil
	}
	err := insertRequests(r.many, r.pending)
	r.pending = r.pending[:0]
	return err
}

func good(q *profile.Request) bool { return q.Status == statusOK && q.Error == "" }

func allGood(rows []profile.Request) bool {
	for i := range rows {
		if !good(&rows[i]) {
			return false
		}
	}
	return true
}

// flush stores what is pending, so that rows stay in the order of the input.
func (r *requestRows) flush() error {
	for i := range r.pending {
		if err := insertRequests(r.good, r.pending[i:i+1]); err != nil {
			return err
		}
	}
	r.pending = r.pending[:0]
	return nil
}

func (r *requestRows) problem(p *profile.Problem) error {
	r.problems++
	if r.problems > maxProblems {
		r.l.result.Problems[p.Severity]++
		return nil
	}
	return r.l.insertProblem(p)
}

// finish stores the rest and the range of the rows.
func (r *requestRows) finish() error {
	if r == nil {
		return nil
	}
	if err := r.flush(); err != nil {
		return err
	}
	if r.problems > maxProblems {
		if err := r.l.insertProblem(&profile.Problem{Path: r.path, Severity: profile.SeverityError, Reason: "too many problems",
			Message: fmt.Sprintf("%d more records were refused; the first %d are listed", r.problems-maxProblems, maxProblems)}); err != nil {
			return err
		}
	}
	if r.count == 0 {
		return nil
	}
	r.l.result.Requests += r.count
	return r.l.insert("stored_request_ranges", "level_id, first_id, last_id", r.level, r.first, r.first+r.count-1)
}

// insertRequests binds good rows to s, as many as it takes, and runs it.
func insertRequests(s *sqlite.Stmt, rows []profile.Request) error {
	b := binder{s: s, at: 1}
	for i := range rows {
		b.request(&rows[i])
	}
	if b.err != nil {
		return b.err
	}
	return s.Exec()
}

// insertRequest stores one request with a status and an error of its own.
func insertRequest(s *sqlite.Stmt, q *profile.Request) error {
	b := binder{s: s, at: 1}
	b.request(q)
	b.next(s.Bind(b.at, q.Status))
	b.next(s.Bind(b.at, known(q.Error)))
	if b.err != nil {
		return b.err
	}
	return s.Exec()
}

// binder binds one value after another and keeps the first error.
type binder struct {
	s   *sqlite.Stmt
	at  int
	err error
}

func (b *binder) next(err error) {
	if b.err == nil {
		b.err = err
	}
	b.at++
}

func (b *binder) request(q *profile.Request) {
	b.next(b.s.BindInt(b.at, q.Request))
	b.int(q.StartedNS)
	b.int(q.EndedNS)
	b.float(q.TTFT)
	b.float(q.ITL)
	b.float(q.Latency)
	b.int(q.ISL)
	b.int(q.OSL)
}

func (b *binder) null() { b.next(b.s.BindNull(b.at)) }

func (b *binder) int(v profile.Opt[int64]) {
	if !v.OK {
		b.null()
		return
	}
	b.next(b.s.BindInt(b.at, v.V))
}

func (b *binder) float(v profile.Opt[float64]) {
	if !v.OK {
		b.null()
		return
	}
	b.next(b.s.BindFloat(b.at, v.V))
}
