package store

import (
	"context"
	"fmt"
	"iter"
	"regexp"
	"strings"
	"time"

	"github.com/profreport/profreport/internal/profile"
	"github.com/profreport/profreport/internal/store/sqlite"
	"github.com/profreport/profreport/internal/table"
)

// UserTable is a table of a user's own, so that SQL can join it.
type UserTable struct {
	Name    string
	Path    string // of the file it came from
	SHA256  string // of that file
	Columns []table.Column
	// Rows gives each row with len(Columns) cells: nil, int64, float64 or
	// string. An error ends the load, and nothing is kept.
	Rows iter.Seq2[[]any, error]
	Now  time.Time // zero is the clock's
}

// TableResult says what LoadTable did.
type TableResult struct {
	Name string // in the archive; Name_2 and so on when another table had it
	Same bool   // the archive held the same bytes under this name
	Rows int64
}

// tableName is what a user's table may be called: a plain SQL word.
var tableName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// LoadTable stores a table under its name, or, when another table has that,
// under Name_2 and so on. The same bytes under the same name again add
// nothing. Names of views and of the archive's own tables are refused.
func (db *DB) LoadTable(ctx context.Context, t UserTable) (TableResult, error) {
	res := TableResult{Name: t.Name}
	if !tableName.MatchString(t.Name) {
		return res, fmt.Errorf("table %q: a name is letters, digits and underscores, a letter first", t.Name)
	}
	if err := checkColumns(t.Name, &table.Table{Columns: t.Columns}); err != nil {
		return res, err
	}
	if t.Now.IsZero() {
		t.Now = time.Now()
	}
	err := db.write(ctx, func(c *sqlite.Conn) error {
		var err error
		if res.Name, res.Same, err = chooseTable(c, t.Name, t.SHA256); err != nil || res.Same {
			return err
		}
		res.Rows, err = insertTable(c, res.Name, t)
		if err != nil {
			return err
		}
		return c.Exec("insert into user_tables (name, path, sha256, row_count, ingested_at) values (?, ?, ?, ?, ?)",
			res.Name, known(t.Path), known(t.SHA256), res.Rows, stamp(profile.Some(t.Now)))
	})
	if err != nil {
		return TableResult{Name: t.Name}, fmt.Errorf("table %s: %w", t.Name, err)
	}
	return res, nil
}

// reserved are names that the engine or a session gives a meaning.
var reserved = []string{"selected", "sqlite_schema", "sqlite_master", "temp", "main"}

func chooseTable(c *sqlite.Conn, name, sum string) (free string, same bool, err error) {
	for _, r := range reserved {
		if strings.EqualFold(name, r) || strings.HasPrefix(strings.ToLower(name), "stored_") {
			return name, false, fmt.Errorf("this name is taken by profreport")
		}
	}
	for n := 1; ; n++ {
		free = name
		if n > 1 {
			free = fmt.Sprintf("%s_%d", name, n)
		}
		var have, ours string
		err := each(c, "select s.name, u.name, u.sha256 from sqlite_schema s left join user_tables u on u.name = s.name "+
			"where s.name = ? collate nocase", []any{free}, func(s *sqlite.Stmt) error {
			have, ours, same = s.Text(0), s.Text(1), sum != "" && s.Text(2) == sum
			return nil
		})
		switch {
		case err != nil:
			return free, false, err
		case have == "":
			return free, false, nil
		case ours == "" && n == 1:
			return free, false, fmt.Errorf("this name is taken by profreport")
		case same:
			return have, true, nil
		}
	}
}

func insertTable(c *sqlite.Conn, name string, t UserTable) (int64, error) {
	var cols []string
	for _, col := range t.Columns {
		typ := declared[col.Type]
		if typ == "" {
			typ = "any"
		}
		cols = append(cols, quote(col.Name)+" "+typ)
	}
	if err := c.Exec("create table " + quote(name) + " (" + strings.Join(cols, ", ") + ") strict"); err != nil {
		return 0, err
	}
	s, err := c.Prepare("insert into " + quote(name) + " values (" + strings.Repeat("?, ", len(cols)-1) + "?)")
	if err != nil {
		return 0, err
	}
	defer s.Close()
	var n int64
	for row, err := range t.Rows {
		if err != nil {
			return n, err
		}
		if len(row) != len(cols) {
			return n, fmt.Errorf("row %d: %d cells for %d columns", n+1, len(row), len(cols))
		}
		if err := s.Exec(row...); err != nil {
			return n, fmt.Errorf("row %d: %w", n+1, err)
		}
		n++
	}
	return n, nil
}

// RowsOf gives the rows of a table in memory.
func RowsOf(t *table.Table) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for _, r := range t.Rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// DropTable removes a user's table.
func (db *DB) DropTable(ctx context.Context, name string) error {
	return db.write(ctx, func(c *sqlite.Conn) error {
		have, err := number(c, "select count(*) from user_tables where name = ?", name)
		if err != nil {
			return err
		}
		if have == 0 {
			return fmt.Errorf("no table %s was loaded", name)
		}
		if err := c.Exec("delete from user_tables where name = ?", name); err != nil {
			return err
		}
		return c.Exec("drop table " + quote(name))
	})
}
