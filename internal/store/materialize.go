package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/profreport/profreport/internal/table"
)

// Materialize runs one select statement and keeps its rows as a table of the
// given name, which hides a view of that name.
func (s *Session) Materialize(ctx context.Context, name, text string, args map[string]any) (*table.Table, error) {
	t, err := s.Query(ctx, text, args)
	if err != nil {
		return nil, err
	}
	return t, s.Put(ctx, name, t)
}

// Put keeps the rows of t under name, replacing what was kept before.
func (s *Session) Put(ctx context.Context, name string, t *table.Table) error {
	if err := checkColumns(name, t); err != nil {
		return err
	}
	return s.own(ctx, func() error {
		if err := s.run("begin"); err != nil {
			return err
		}
		err := s.put(name, t)
		if err == nil {
			err = s.run("commit")
		}
		if err != nil && s.conn.InTransaction() {
			return errors.Join(err, s.run("rollback"))
		}
		return err
	})
}

// run runs a statement of the session's own that comes again and again.
func (s *Session) run(text string) error {
	st := s.repeated[text]
	if st == nil {
		var err error
		if st, err = s.conn.Prepare(text); err != nil {
			return err
		}
		s.repeated[text] = st
	}
	return st.Exec()
}

func (s *Session) put(name string, t *table.Table) error {
	q := "temp." + quote(name)
	if key := strings.ToLower(name); s.kept[key] {
		if err := s.conn.Exec("drop table if exists " + q); err != nil {
			return err
		}
	} else {
		s.kept[key] = true
	}
	if err := s.conn.Exec("create table " + q + " (" + declare(t.Columns) + ")"); err != nil {
		return err
	}
	if len(t.Rows) == 0 {
		return nil
	}
	st, err := s.conn.Prepare("insert into " + q + " values (" + strings.Repeat("?, ", len(t.Columns)-1) + "?)")
	if err != nil {
		return err
	}
	defer st.Close()
	for _, row := range t.Rows {
		if err := st.Exec(row...); err != nil {
			return err
		}
	}
	return nil
}

// checkColumns refuses what SQL cannot hold: no columns, or two of one name.
func checkColumns(name string, t *table.Table) error {
	if len(t.Columns) == 0 {
		return fmt.Errorf("%s: no columns", name)
	}
	seen := map[string]bool{}
	for _, c := range t.Columns {
		key := strings.ToLower(c.Name)
		if seen[key] {
			return fmt.Errorf("%s: two columns are named %s; give one of them another name with 'as'", name, c.Name)
		}
		seen[key] = true
	}
	return nil
}

// declare writes the columns of a create table.
func declare(columns []table.Column) string {
	var parts []string
	for _, c := range columns {
		parts = append(parts, quote(c.Name)+" "+declared[c.Type])
	}
	return strings.Join(parts, ", ")
}

var declared = map[table.Type]string{table.Int: "integer", table.Float: "real", table.Text: "text", table.Any: ""}

// quote makes any text an identifier.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
