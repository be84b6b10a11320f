package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"sort"

	"github.com/profreport/profreport/internal/store/sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// applicationID marks an archive in the header of its file: "prof".
const applicationID = 0x70726f66

// ErrNewer is wrapped when an archive has a later schema than this program.
var ErrNewer = errors.New("written by a newer profreport")

// schemaVersion returns the number of migrations applied, after a check that
// the file is an archive or empty.
func schemaVersion(c *sqlite.Conn, path string) (int, error) {
	version, err := number(c, "select user_version from pragma_user_version")
	if err != nil {
		return 0, err
	}
	id, err := number(c, "select application_id from pragma_application_id")
	if err != nil {
		return 0, err
	}
	if id == applicationID {
		return int(version), nil
	}
	objects, err := number(c, "select count(*) from sqlite_schema")
	if err != nil {
		return 0, err
	}
	if objects > 0 || version != 0 {
		return 0, fmt.Errorf("%s: is a SQLite file, but not an archive of profreport", path)
	}
	return 0, nil
}

// migrate applies the migrations that the file lacks, each in its own
// transaction.
func migrate(ctx context.Context, c *sqlite.Conn) error {
	return c.WithContext(ctx, func() error {
		names, err := migrationNames()
		if err != nil {
			return err
		}
		have, err := schemaVersion(c, "this file")
		if err != nil {
			return err
		}
		if have > len(names) {
			return fmt.Errorf("this file: %w (schema %d, known up to %d)", ErrNewer, have, len(names))
		}
		for i := have; i < len(names); i++ {
			if err := applyMigration(c, i, names[i]); err != nil {
				return fmt.Errorf("%s: %w", names[i], err)
			}
		}
		return nil
	})
}

func migrationNames() ([]string, error) {
	entries, err := migrations.ReadDir("migrations")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	sort.Strings(names)
	return names, nil
}

// applyMigration applies the i-th migration unless another process did.
func applyMigration(c *sqlite.Conn, i int, name string) error {
	text, err := migrations.ReadFile("migrations/" + name)
	if err != nil {
		return err
	}
	if err := c.Exec("begin immediate"); err != nil {
		return err
	}
	have, err := number(c, "select user_version from pragma_user_version")
	if err == nil && have == int64(i) {
		err = c.Exec(string(text) + fmt.Sprintf("\n;pragma application_id = %d; pragma user_version = %d;", applicationID, i+1))
	}
	if err != nil {
		return errors.Join(err, c.Exec("rollback"))
	}
	return c.Exec("commit")
}

// number runs a statement that gives one number.
func number(c *sqlite.Conn, text string, args ...any) (int64, error) {
	var n int64
	err := each(c, text, args, func(s *sqlite.Stmt) error {
		n = s.Int(0)
		return nil
	})
	return n, err
}

// each runs a statement and calls f for every row.
func each(c *sqlite.Conn, text string, args []any, f func(s *sqlite.Stmt) error) error {
	s, err := c.Prepare(text)
	if err != nil {
		return err
	}
	defer s.Close()
	return rowsOf(s, args, f)
}

func rowsOf(s *sqlite.Stmt, args []any, f func(s *sqlite.Stmt) error) error {
	for i, a := range args {
		if err := s.Bind(i+1, a); err != nil {
			return err
		}
	}
	for {
		row, err := s.Step()
		if err != nil || !row {
			return err
		}
		if err := f(s); err != nil {
			return err
		}
	}
}
