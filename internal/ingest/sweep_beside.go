package ingest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/profile"
	"go.yaml.in/yaml/v3"
)

// joinTable holds the rows of a second table by their key.
type joinTable struct {
	columns []string
	rows    map[string]*joinedRow
}

// joinedRow is one of its rows: the cells as written and as what they say.
type joinedRow struct {
	text  map[string]string
	cells map[string]any
}

// openBeside reads the joined table and the YAML file beside the table.
func (s *sweepReader) openBeside() error {
	if b := s.m.beside; b != nil {
		data, err := s.readBeside(b.File, "aic_config", maxBesideBytes)
		switch {
		case err == nil:
			if s.besides, err = yamlValues(data, s.beside(b.File)); err != nil {
				return err
			}
		case !notExist(err):
			return err
		}
	}
	j := s.m.join
	if j == nil {
		return nil
	}
	data, err := s.readBeside(j.Table, "table", MaxSmallFile)
	if notExist(err) {
		return &SyntaxError{File: s.path, Msg: fmt.Sprintf("its rows refer to %s by %s, which is not beside it (%s:%d)", j.Table, j.On, s.m.File, j.line)}
	}
	if err != nil {
		return err
	}
	s.joined, err = s.readJoin(data, j)
	return err
}

func (s *sweepReader) beside(name string) string { return path.Join(path.Dir(s.path), name) }

// isBeside tells whether a file of that name can be opened.
func (s *sweepReader) isBeside(name string) bool {
	if s.opt.Open == nil {
		return false
	}
	r, err := s.opt.Open(name)
	if err != nil {
		return false
	}
	_ = r.Close()
	return true
}

// readBeside reads a file beside the table and keeps it as a source.
func (s *sweepReader) readBeside(name, kind string, limit int64) ([]byte, error) {
	if s.opt.Open == nil {
		return nil, fmt.Errorf("%s: %w", s.beside(name), fs.ErrNotExist)
	}
	r, err := s.opt.Open(name)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := readLimited(r, s.beside(name), limit)
	if err != nil {
		return nil, err
	}
	s.sources = append(s.sources, profile.Source{Path: s.beside(name), Kind: kind, Size: int64(len(data)), Bytes: data})
	return data, nil
}

// readJoin indexes the joined table by its key column.
func (s *sweepReader) readJoin(data []byte, j *joinSpec) (*joinTable, error) {
	g, err := newGrid(data, s.beside(j.Table))
	if err != nil {
		return nil, noEOF(err, s.beside(j.Table))
	}
	key := slices.Index(g.columns, j.On)
	if key < 0 {
		return nil, &SyntaxError{s.m.File, j.line, fmt.Sprintf("join: no column %q in %s", j.On, j.Table)}
	}
	t := &joinTable{columns: g.columns, rows: map[string]*joinedRow{}}
	for {
		row, err := g.next()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		var syn *SyntaxError
		if errors.As(err, &syn) {
			continue // the joined table reports its own problems when it is read
		}
		if err != nil {
			return nil, err
		}
		id := strings.TrimSpace(row.text[key])
		if t.rows[id] != nil {
			s.problems.add(0, profile.SeverityWarning, ReasonDuplicate,
				fmt.Sprintf("%s:%d: %s %q is there twice, the first is taken", j.Table, row.line, j.On, id))
			continue
		}
		joined := &joinedRow{make(map[string]string, len(g.columns)), make(map[string]any, len(g.columns))}
		for i, c := range g.columns {
			joined.text[c], joined.cells[c] = strings.TrimSpace(row.text[i]), row.values[i]
		}
		t.rows[id] = joined
	}
}

// readAlso adds the rows of the second table of `with`; its first row is what
// the run recommends.
func (s *sweepReader) readAlso(seen map[string]bool) error {
	name := s.m.with.Also
	data, err := s.readBeside(name, "table", MaxSmallFile)
	if notExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	g, err := newGrid(data, s.beside(name))
	if err != nil {
		return noEOF(err, s.beside(name))
	}
	main := s.path
	defer func() { s.path, s.problems.path = main, main }()
	s.path, s.problems.path = g.path, g.path
	_, err = s.readRows(g, seen)
	return err
}

// yamlValues reads the first document of a YAML file of settings. A document
// with one key that holds all others (AIC's older exp_config.yaml) is entered.
func yamlValues(data []byte, file string) (map[string]any, error) {
	var v map[string]any
	if err := yaml.Unmarshal(data, &v); err != nil {
		return nil, treeError(file, err)
	}
	if len(v) == 1 {
		for _, inner := range v {
			if m, ok := inner.(map[string]any); ok {
				return m, nil
			}
		}
	}
	return v, nil
}

// maxBesideBytes bounds the file of settings beside a table.
const maxBesideBytes = 256 << 10

// flatten lists the leaves of nested settings as key and value, sorted by
// key; lists of plain values stay one value, nulls are left out.
func flatten(prefix string, v map[string]any, add func(key, value string)) {
	for _, key := range slices.Sorted(maps.Keys(v)) {
		name := prefix + "." + key
		switch value := v[key].(type) {
		case nil:
		case map[string]any:
			flatten(name, value, add)
		default:
			add(name, fmt.Sprint(value))
		}
	}
}
