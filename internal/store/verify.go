package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/profreport/profreport/internal/store/sqlite"
)

// Damage is one thing that is wrong with an archive.
type Damage struct {
	Run, Path string // the source concerned; empty for the file as a whole
	Table     string // the table concerned, or ""
	Message   string
}

func (d Damage) String() string {
	switch {
	case d.Run != "" && d.Path != "":
		return d.Run + ": " + d.Path + ": " + d.Message
	case d.Run != "":
		return d.Run + ": " + d.Message
	case d.Table != "":
		return "table " + d.Table + ": " + d.Message
	}
	return d.Message
}

// Verification is what Verify found.
type Verification struct {
	Runs     int
	Sources  int   // of which the bytes were read and hashed
	HashOnly int   // sources whose bytes were not kept
	Bytes    int64 // of the sources read
	Damage   []Damage
}

// OK tells whether the archive is whole.
func (v *Verification) OK() bool { return len(v.Damage) == 0 }

// Verify reads the archive at path and checks all that can be checked: the
// structure of the file, references between tables, the hash of every source
// and the hash of every run. Damage is a result; an error means that it could
// not look.
func Verify(ctx context.Context, path string, progress func(done, total int64)) (*Verification, error) {
	s, err := OpenSession(ctx, path, SessionOptions{})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	v := &verifier{Verification: &Verification{}, conn: s.conn, progress: progress}
	err = s.own(ctx, v.run)
	return v.Verification, err
}

type verifier struct {
	*Verification
	conn     *sqlite.Conn
	progress func(done, total int64)
	total    int64
}

func (v *verifier) run() error {
	for _, f := range []func() error{v.structure, v.references, v.contents, v.runs} {
		if err := f(); err != nil {
			if !damaging(err) {
				return err
			}
			v.add(Damage{Message: err.Error()})
		}
	}
	return nil
}

// damaging tells whether an error is about the archive and not about the
// looking.
func damaging(err error) bool {
	var e *sqlite.Error
	return errors.Is(err, errDamaged) || errors.As(err, &e) && (e.Primary() == sqlite.Corrupt || e.Primary() == sqlite.NotADB)
}

func (v *verifier) add(d Damage) { v.Damage = append(v.Damage, d) }

// treeRoot finds the root page in a message such as "Tree 12 page 12: ...".
var treeRoot = regexp.MustCompile(`^Tree (\d+) `)

func (v *verifier) structure() error {
	return each(v.conn, "pragma integrity_check(50)", nil, func(s *sqlite.Stmt) error {
		for msg := range strings.Lines(s.Text(0)) {
			msg = strings.TrimSpace(msg)
			if msg == "ok" || strings.HasPrefix(msg, "***") {
				continue
			}
			d := Damage{Message: msg}
			if m := treeRoot.FindStringSubmatch(msg); m != nil {
				root, err := strconv.Atoi(m[1])
				if err == nil {
					d.Table = v.tableAt(root)
				}
			}
			v.add(d)
		}
		return nil
	})
}

// tableAt names the table whose pages begin at root.
func (v *verifier) tableAt(root int) (name string) {
	err := each(v.conn, "select tbl_name from sqlite_schema where rootpage = ?", []any{root}, func(s *sqlite.Stmt) error {
		name = s.Text(0)
		return nil
	})
	if err != nil {
		return ""
	}
	return name
}

func (v *verifier) references() error {
	return each(v.conn, "pragma foreign_key_check", nil, func(s *sqlite.Stmt) error {
		v.add(Damage{Table: s.Text(0), Message: fmt.Sprintf("row %s refers to a row of %s that does not exist", s.Text(1), s.Text(2))})
		return nil
	})
}

// owner is a source that a content belongs to.
type owner struct{ run, path string }

func (v *verifier) contents() error {
	owners := map[int64][]owner{}
	if err := each(v.conn, "select s.content_id, r.run, s.path from stored_sources s join stored_runs r on r.run_id = s.run_id "+
		"order by s.source_id", nil, func(s *sqlite.Stmt) error {
		owners[s.Int(0)] = append(owners[s.Int(0)], owner{s.Text(1), s.Text(2)})
		return nil
	}); err != nil {
		return err
	}
	var all []content
	if err := each(v.conn, "select content_id, sha256, bytes, kept from stored_contents order by content_id", nil, func(s *sqlite.Stmt) error {
		all = append(all, content{s.Int(0), s.Text(1), s.Int(2), s.Int(3) != 0})
		v.total += s.Int(2) * s.Int(3)
		return nil
	}); err != nil {
		return err
	}
	for _, c := range all {
		if err := v.content(c, owners[c.id]); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) content(c content, owners []owner) error {
	if !c.kept {
		v.HashOnly += len(owners)
		return nil
	}
	err := unpack(v.conn, c, io.Discard)
	if err != nil && !damaging(err) {
		return err
	}
	for _, o := range owners {
		v.Sources++
		if err != nil {
			v.add(Damage{Run: o.run, Path: o.path, Message: err.Error()})
		}
	}
	if err != nil && len(owners) == 0 {
		v.add(Damage{Message: fmt.Sprintf("content %s, which no run uses: %v", c.sum, err)})
	}
	v.Bytes += c.size
	if v.progress != nil {
		v.progress(v.Bytes, v.total)
	}
	return nil
}

// runs recomputes the hash of every run from those of its sources.
func (v *verifier) runs() error {
	type row struct {
		id                     int64
		run, method, kind, sum string
	}
	var all []row
	if err := each(v.conn, "select run_id, run, method, ifnull(kind, ''), sha256 from stored_runs order by run_id", nil, func(s *sqlite.Stmt) error {
		all = append(all, row{s.Int(0), s.Text(1), s.Text(2), s.Text(3), s.Text(4)})
		return nil
	}); err != nil {
		return err
	}
	for _, r := range all {
		v.Runs++
		var files []fileSum
		if err := each(v.conn, "select s.path, c.sha256 from stored_sources s join stored_contents c on c.content_id = s.content_id "+
			"where s.run_id = ?", []any{r.id}, func(s *sqlite.Stmt) error {
			files = append(files, fileSum{s.Text(0), s.Text(1)})
			return nil
		}); err != nil {
			return err
		}
		if sum := runSum(r.method, r.kind, files); sum != r.sum {
			v.add(Damage{Run: r.run, Message: fmt.Sprintf("SHA-256 of the run is %s, want %s", sum, r.sum)})
		}
	}
	return nil
}
