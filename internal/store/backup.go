package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/profreport/profreport/internal/store/sqlite"
	"github.com/profreport/profreport/internal/table"
)

// Backup copies the whole archive into the file at path, written aside and
// renamed. A file that exists is replaced.
func (s *Session) Backup(ctx context.Context, path string) error {
	return aside(path, func(tmp string) error {
		return s.own(ctx, func() error {
			dst, err := sqlite.Open(tmp, sqlite.Create)
			if err != nil {
				return err
			}
			defer dst.Close()
			return s.conn.BackupTo(dst)
		})
	})
}

// Bytes returns the archive as the bytes of a file.
func (s *Session) Bytes(ctx context.Context) ([]byte, error) {
	var b []byte
	err := s.own(ctx, func() (err error) {
		b, err = s.conn.Serialize()
		return err
	})
	return b, err
}

// Extract copies runs into an archive of their own and returns it as the
// bytes of a file: what travels in a page. values, if not nil, take the place
// of the metric values that are stored. When a run was ingested is not part of
// it, so that the same inputs give the same bytes.
func (s *Session) Extract(ctx context.Context, o MergeOptions, values *table.Table) ([]byte, error) {
	db, err := Open(ctx, "")
	if err != nil {
		return nil, err
	}
	defer db.Close()
	o.withoutValues = values != nil
	if _, err := db.Merge(ctx, o, s.path); err != nil {
		return nil, err
	}
	if err := db.write(ctx, func(c *sqlite.Conn) error {
		return c.Exec("update stored_runs set ingested_at = coalesce(finished_at, started_at, '1970-01-01T00:00:00Z')")
	}); err != nil {
		return nil, err
	}
	if values != nil {
		if err := db.WriteMetricValues(ctx, values); err != nil {
			return nil, err
		}
	}
	var b []byte
	err = db.read(ctx, func(c *sqlite.Conn) (err error) {
		b, err = c.Serialize()
		return err
	})
	return b, err
}

// ExtractTo copies runs into an archive of their own, written aside and
// renamed.
func (s *Session) ExtractTo(ctx context.Context, o MergeOptions, path string) error {
	return aside(path, func(tmp string) error {
		db, err := OpenWith(ctx, tmp, OpenOptions{Fresh: true})
		if err != nil {
			return err
		}
		_, err = db.Merge(ctx, o, s.path)
		return errors.Join(err, db.Close())
	})
}

// aside makes a file beside path with write and renames it when it is whole
// and on disk.
func aside(path string, write func(tmp string) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	tmp := f.Name()
	defer func() {
		if err != nil {
			os.Remove(tmp)
		}
	}()
	if err := f.Close(); err != nil {
		return err
	}
	if err := write(tmp); err != nil {
		return err
	}
	if err := flushFile(tmp); err != nil {
		return err
	}
	if err := os.Chmod(tmp, 0o644); err != nil {
		return err
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func flushFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
