package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/profreport/profreport/internal/store/sqlite"
)

// RawExport is what ExportRaw wrote.
type RawExport struct {
	Dirs  []string // one a run, in the order asked for
	Files int
	Bytes int64
	// Absent lists sources, as RUN/PATH, of which only the hash was kept.
	Absent []string
}

// ExportRaw writes the sources of runs into dir/RUN, byte for byte as they
// were ingested, each checked against its hash. A folder is written aside and
// renamed when it is whole; one that exists is refused.
func (s *Session) ExportRaw(ctx context.Context, runs []string, dir string) (*RawExport, error) {
	out := &RawExport{}
	err := s.own(ctx, func() error {
		for _, run := range runs {
			id, err := runID(s.conn, run)
			if err != nil {
				return err
			}
			if err := out.run(s.conn, id, run, dir); err != nil {
				return fmt.Errorf("%s: %w", run, err)
			}
		}
		return nil
	})
	return out, err
}

// folderName makes a run name one element of a path.
func folderName(run string) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || unicode.IsControl(r) {
			return '_'
		}
		return r
	}, run)
	if name == "." || name == ".." {
		return "_"
	}
	return name
}

func (out *RawExport) run(c *sqlite.Conn, id int64, run, dir string) (err error) {
	final := filepath.Join(dir, folderName(run))
	if _, err := os.Lstat(final); err == nil {
		return fmt.Errorf("%s: exists already", final)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	aside, err := os.MkdirTemp(dir, ".export-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(aside))
		}
	}()
	// Everything is written through a root: no path leads out of it.
	root, err := os.OpenRoot(aside)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := out.sources(c, id, run, root); err != nil {
		return err
	}
	if err := os.Chmod(aside, 0o755); err != nil {
		return err
	}
	if err := os.Rename(aside, final); err != nil {
		return err
	}
	out.Dirs = append(out.Dirs, final)
	return nil
}

func (out *RawExport) sources(c *sqlite.Conn, id int64, run string, root *os.Root) error {
	type source struct {
		path string
		content
	}
	var all []source
	if err := each(c, "select s.path, c.content_id, c.sha256, c.bytes, c.kept from stored_sources s "+
		"join stored_contents c on c.content_id = s.content_id where s.run_id = ? order by s.source_id", []any{id}, func(s *sqlite.Stmt) error {
		all = append(all, source{s.Text(0), content{s.Int(1), s.Text(2), s.Int(3), s.Int(4) != 0}})
		return nil
	}); err != nil {
		return err
	}
	for _, f := range all {
		if !f.kept {
			out.Absent = append(out.Absent, run+"/"+f.path)
			continue
		}
		if err := writeSource(c, f.content, f.path, root); err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		out.Files++
		out.Bytes += f.size
	}
	return nil
}

func writeSource(c *sqlite.Conn, want content, path string, root *os.Root) error {
	local := filepath.FromSlash(path)
	if !filepath.IsLocal(local) {
		return errors.New("leads out of the folder")
	}
	if parent := filepath.Dir(local); parent != "." {
		if err := root.MkdirAll(parent, 0o777); err != nil {
			return err
		}
	}
	f, err := root.OpenFile(local, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	err = unpack(c, want, f)
	return errors.Join(err, f.Close())
}

// SourceBytes writes the bytes of one source of a run to w.
func (s *Session) SourceBytes(ctx context.Context, run, path string, w io.Writer) error {
	return s.own(ctx, func() error {
		id, err := runID(s.conn, run)
		if err != nil {
			return err
		}
		var c content
		err = each(s.conn, "select c.content_id, c.sha256, c.bytes, c.kept from stored_sources s "+
			"join stored_contents c on c.content_id = s.content_id where s.run_id = ? and s.path = ?", []any{id, path}, func(s *sqlite.Stmt) error {
			c = content{s.Int(0), s.Text(1), s.Int(2), s.Int(3) != 0}
			return nil
		})
		switch {
		case err != nil:
			return err
		case c.id == 0:
			return fmt.Errorf("%s: has no source %s", run, path)
		case !c.kept:
			return fmt.Errorf("%s: %s: only the hash was kept", run, path)
		}
		return unpack(s.conn, c, w)
	})
}
