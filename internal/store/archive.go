package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/profreport/profreport/internal/store/sqlite"
)

// Tag adds a tag to a run.
func (db *DB) Tag(ctx context.Context, run, tag string) error {
	if tag == "" || strings.ContainsFunc(tag, func(r rune) bool { return r == ',' || unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		return fmt.Errorf("tag %q: want one word without commas", tag)
	}
	return db.editTags(ctx, run, func(tags []string) ([]string, error) {
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
			slices.Sort(tags)
		}
		return tags, nil
	})
}

// Untag takes a tag from a run.
func (db *DB) Untag(ctx context.Context, run, tag string) error {
	return db.editTags(ctx, run, func(tags []string) ([]string, error) {
		i := slices.Index(tags, tag)
		if i < 0 {
			return nil, fmt.Errorf("%s: has no tag %s", run, tag)
		}
		return slices.Delete(tags, i, i+1), nil
	})
}

func (db *DB) editTags(ctx context.Context, run string, edit func([]string) ([]string, error)) error {
	return db.editRun(ctx, run, func(c *sqlite.Conn, id int64) error {
		var tags []string
		err := each(c, "select tags from stored_runs where run_id = ?", []any{id}, func(s *sqlite.Stmt) error {
			if t := s.Text(0); t != "" {
				tags = strings.Split(t, ",")
			}
			return nil
		})
		if err != nil {
			return err
		}
		if tags, err = edit(tags); err != nil {
			return err
		}
		return c.Exec("update stored_runs set tags = ? where run_id = ?", known(strings.Join(tags, ",")), id)
	})
}

// Note sets the note of a run; an empty one removes it.
func (db *DB) Note(ctx context.Context, run, note string) error {
	return db.editRun(ctx, run, func(c *sqlite.Conn, id int64) error {
		return c.Exec("update stored_runs set note = ? where run_id = ?", known(note), id)
	})
}

// Baseline pins a run as the one that others are compared with, in place of
// the run pinned before. An empty name unpins.
func (db *DB) Baseline(ctx context.Context, run string) error {
	const unpin = "update stored_runs set baseline = 0 where baseline <> 0"
	if run == "" {
		return db.write(ctx, func(c *sqlite.Conn) error { return c.Exec(unpin) })
	}
	return db.editRun(ctx, run, func(c *sqlite.Conn, id int64) error {
		if err := c.Exec(unpin); err != nil {
			return err
		}
		return c.Exec("update stored_runs set baseline = 1 where run_id = ?", id)
	})
}

// Rename gives a run another name; a name in use is refused.
func (db *DB) Rename(ctx context.Context, run, name string) error {
	if name == "" {
		return fmt.Errorf("%s: a run needs a name", run)
	}
	return db.editRun(ctx, run, func(c *sqlite.Conn, id int64) error {
		used, err := number(c, "select count(*) from stored_runs where run = ? and run_id <> ?", name, id)
		if err != nil {
			return err
		}
		if used > 0 {
			return fmt.Errorf("%s: the archive has a run of this name", name)
		}
		return c.Exec("update stored_runs set run = ? where run_id = ?", name, id)
	})
}

// Rm removes runs with all their records, and the bytes of sources that no
// other run shares. All or none of them go.
func (db *DB) Rm(ctx context.Context, runs ...string) error {
	return db.write(ctx, func(c *sqlite.Conn) error {
		for _, run := range runs {
			id, err := runID(c, run)
			if err != nil {
				return err
			}
			if err := removeRun(c, id); err != nil {
				return fmt.Errorf("%s: %w", run, err)
			}
		}
		return nil
	})
}

// removeRun removes the row of a run, all that hangs on it, and what would be
// left without an owner.
func removeRun(c *sqlite.Conn, id int64) error {
	for _, text := range []string{
		"delete from stored_requests where request_id in (select q.request_id from stored_levels l " +
			"cross join stored_request_ranges g on g.level_id = l.level_id " +
			"cross join stored_requests q on q.request_id between g.first_id and g.last_id where l.run_id = ?)",
		"delete from stored_runs where run_id = ?",
	} {
		if err := c.Exec(text, id); err != nil {
			return err
		}
	}
	const orphan = "select content_id from stored_contents where content_id not in (select content_id from stored_sources)"
	if err := c.Exec("delete from stored_chunks where chunk_id / 16777216 in (" + orphan + ")"); err != nil {
		return err
	}
	return c.Exec("delete from stored_contents where content_id in (" + orphan + ")")
}

// editRun runs f on one run, in a transaction.
func (db *DB) editRun(ctx context.Context, run string, f func(c *sqlite.Conn, id int64) error) error {
	return db.write(ctx, func(c *sqlite.Conn) error {
		id, err := runID(c, run)
		if err != nil {
			return err
		}
		return f(c, id)
	})
}

// runID finds a run by its exact name.
func runID(c *sqlite.Conn, run string) (int64, error) {
	id, err := number(c, "select run_id from stored_runs where run = ?", run)
	if err != nil || id != 0 {
		return id, err
	}
	all, err := listRuns(c)
	if err != nil {
		return 0, err
	}
	return 0, unknownRun(all, run)
}
