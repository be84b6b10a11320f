package ingest

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"sync"
)

//go:embed mappings/*.yaml mappings/README.md
var mappingFiles embed.FS

// BuiltinMappings holds the built-in mapping files, NAME.yaml, and the manual
// of their keys, README.md.
func BuiltinMappings() fs.FS {
	sub, err := fs.Sub(mappingFiles, "mappings")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// MappingSet holds mappings by name, a user's before the built-in ones.
type MappingSet struct {
	list []*Mapping // the user's first, then by name
}

var builtinSet = sync.OnceValues(func() (*MappingSet, error) {
	list, err := readMappings(BuiltinMappings(), "mappings")
	return &MappingSet{list}, err
})

// Mappings returns the built-in mappings, overridden by name by the *.yaml
// files of user, which may be nil.
func Mappings(user fs.FS) (*MappingSet, error) {
	builtin, err := builtinSet()
	if err != nil || user == nil {
		return builtin, err
	}
	own, err := readMappings(user, "")
	if err != nil {
		return nil, err
	}
	set := &MappingSet{list: own}
	for _, m := range builtin.list {
		if !slices.ContainsFunc(own, func(o *Mapping) bool { return o.Name == m.Name }) {
			set.list = append(set.list, m)
		}
	}
	return set, nil
}

func readMappings(fsys fs.FS, prefix string) ([]*Mapping, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, err
	}
	var list []*Mapping
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		m, err := ParseMapping(data, path.Join(prefix, name))
		if err != nil {
			return nil, err
		}
		if want := strings.TrimSuffix(name, ".yaml"); m.Name != want {
			return nil, &SyntaxError{m.File, 1, fmt.Sprintf("name: want %q as in the file name, got %q", want, m.Name)}
		}
		list = append(list, m)
	}
	return list, nil
}

// All lists the mappings, a user's first.
func (s *MappingSet) All() []*Mapping { return slices.Clone(s.list) }

// Lookup finds a mapping by name, or reads it from a file when ref is a path
// (it ends in .yaml or .yml, or holds a separator). A misspelt name is an
// error that lists the names.
func (s *MappingSet) Lookup(ref string, readFile func(string) ([]byte, error)) (*Mapping, error) {
	ext := path.Ext(ref)
	if ext == ".yaml" || ext == ".yml" || strings.ContainsAny(ref, `/\`) {
		if readFile == nil {
			readFile = os.ReadFile
		}
		data, err := readFile(ref)
		if err != nil {
			return nil, fmt.Errorf("mapping: %w", err)
		}
		return ParseMapping(data, ref)
	}
	var names []string
	for _, m := range s.list {
		if m.Name == ref {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return nil, fmt.Errorf("no mapping %q; there are: %s", ref, strings.Join(names, ", "))
}

// Detect finds the mapping of a table by its columns: the one with the most
// columns to detect it by that are all there; nil when there is none.
func (s *MappingSet) Detect(columns []string) *Mapping {
	has := func(name string) bool { return slices.Contains(columns, name) }
	var best *Mapping
	for _, m := range s.list {
		if len(m.Detect) == 0 || slices.ContainsFunc(m.Absent, has) ||
			slices.ContainsFunc(m.Detect, func(c string) bool { return !has(c) }) {
			continue
		}
		if best == nil || len(m.Detect) > len(best.Detect) {
			best = m
		}
	}
	return best
}

// SweepMapping tells which mapping a file would be read with by its first
// bytes (which should hold the whole header line, or the first JSON line);
// "" when it is no sweep table that is known.
func SweepMapping(head []byte, file string, user fs.FS) string {
	set, err := Mappings(user)
	if err != nil {
		return ""
	}
	g, err := newGrid(wholeLines(head), file)
	if err != nil {
		return ""
	}
	if m := set.Detect(g.columns); m != nil {
		return m.Name
	}
	return ""
}

// wholeLines drops the last line of head if it is cut off and not the only
// one.
func wholeLines(head []byte) []byte {
	if i := strings.LastIndexByte(string(head), '\n'); i > 0 {
		return head[:i+1]
	}
	return head
}

// notExist tells a file that is not there from one that cannot be read.
func notExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }
