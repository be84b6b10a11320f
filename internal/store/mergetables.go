package store

import (
	"fmt"
	"strings"

	"github.com/profreport/profreport/internal/store/sqlite"
)

// mergeTables copies the tables of users.
func mergeTables(c *sqlite.Conn, from string) ([]MergeResult, error) {
	type row struct{ name, sum string }
	var all []row
	if err := each(c, "select name, sha256 from other.user_tables order by name", nil, func(s *sqlite.Stmt) error {
		all = append(all, row{s.Text(0), s.Text(1)})
		return nil
	}); err != nil {
		return nil, err
	}
	var done []MergeResult
	for _, t := range all {
		name, same, err := chooseTable(c, t.name, t.sum)
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", t.name, err)
		}
		done = append(done, MergeResult{From: from, Was: t.name, Table: name, Same: same})
		if same {
			continue
		}
		if err := copyTable(c, t.name, name); err != nil {
			return nil, fmt.Errorf("table %s: %w", t.name, err)
		}
	}
	return done, nil
}

func copyTable(c *sqlite.Conn, was, name string) error {
	var cols []string
	if err := each(c, "select name, type from pragma_table_info(?, 'other')", []any{was}, func(s *sqlite.Stmt) error {
		cols = append(cols, quote(s.Text(0))+" "+strings.ToLower(s.Text(1)))
		return nil
	}); err != nil {
		return err
	}
	if err := c.Exec("create table main." + quote(name) + " (" + strings.Join(cols, ", ") + ") strict"); err != nil {
		return err
	}
	if err := c.Exec("insert into main." + quote(name) + " select * from other." + quote(was)); err != nil {
		return err
	}
	return c.Exec("insert into main.user_tables (name, path, sha256, row_count, ingested_at) "+
		"select ?, path, sha256, row_count, ingested_at from other.user_tables where name = ?", name, was)
}
