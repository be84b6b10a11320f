package query

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Set is a namespace of queries. Names are compared without regard to case.
type Set struct {
	byName map[string]*Query
	order  []string // in the order of definition
	known  map[string]bool
	params map[string]Param
	all    map[string]Param // AllParams, nil until asked for
}

// Folder is a place where queries lie as NAME.sql.
type Folder struct {
	FS fs.FS
	// Path is put before file names in errors and in Query.From. An empty
	// Path means that the files are built in.
	Path string
}

// NewSet returns an empty set. known names the tables and views that are
// there without a query (of the schema, of the session).
func NewSet(known ...string) *Set {
	s := &Set{byName: map[string]*Query{}, known: map[string]bool{}, params: map[string]Param{}}
	for _, k := range known {
		s.known[strings.ToLower(k)] = true
	}
	return s
}

// Load adds the queries of folders in order; a file of a later folder replaces
// the query of the same name. In a later folder, a name that is nearly one of
// an earlier folder is an error unless its header says `-- new: true`: it is
// most likely an override that would have no effect.
func (s *Set) Load(folders ...Folder) Faults {
	var faults Faults
	for i, f := range folders {
		files, err := fs.Glob(f.FS, "*.sql")
		if err != nil {
			faults = append(faults, &Fault{File: f.Path, Message: err.Error()})
			continue
		}
		slices.Sort(files)
		earlier := slices.Clone(s.order)
		for _, file := range files {
			q, fs := loadFile(f, file)
			faults = append(faults, fs...)
			if fs.Err() != nil {
				// A broken override must not fall back to the default in silence,
				// and one that has no text can't stand in its place.
				continue
			}
			if f := misspelt(q, earlier, i > 0); f != nil {
				faults = append(faults, f)
				continue
			}
			s.put(q)
		}
	}
	return faults
}

func loadFile(f Folder, file string) (*Query, Faults) {
	shown := path.Join(f.Path, file)
	if f.Path == "" {
		shown = path.Join("queries", file)
	}
	data, err := readCapped(f.FS, file, MaxText)
	if err != nil {
		return nil, Faults{{File: shown, Message: err.Error()}}
	}
	q, faults := Parse(strings.TrimSuffix(file, ".sql"), string(data), Origin{File: shown})
	if f.Path == "" {
		q.From = "built in"
	}
	return q, faults
}

// readCapped reads a file of at most limit bytes.
func readCapped(fsys fs.FS, file string, limit int64) ([]byte, error) {
	info, err := fs.Stat(fsys, file)
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("the file is larger than %d KiB", limit>>10)
	}
	return fs.ReadFile(fsys, file)
}

// misspelt finds an override that overrides nothing.
func misspelt(q *Query, earlier []string, later bool) *Fault {
	if q.override != "" && !slices.Contains(earlier, q.override) {
		f := q.fault(strings.Index(q.Text, "override"), "there is no query %s to override", q.override)
		f.Hint = DidYouMean(q.override, earlier)
		return f
	}
	if q.override != "" && q.override != q.Name {
		return q.fault(strings.Index(q.Text, "override"), "%s can't override %s: name the file %s.sql", q.Name, q.override, q.override)
	}
	if !later || q.isNew || slices.Contains(earlier, q.Name) {
		return nil
	}
	near := Nearest(q.Name, earlier)
	if near == "" || Distance(q.Name, near) > 2 {
		return nil
	}
	f := q.fault(0, "%s is no query to override", q.Name)
	f.Hint = fmt.Sprintf("did you mean %s? A new query of this name says `-- new: true`", near)
	return f
}

func (s *Set) put(q *Query) {
	s.all = nil
	if s.byName[q.Name] == nil {
		s.order = append(s.order, q.Name)
	}
	s.byName[q.Name] = q
}

// Add adds a query that a notebook cell holds. A name that is taken by another
// query of the same file is an error; a query of another file is replaced.
func (s *Set) Add(q *Query) *Fault {
	if old := s.byName[q.Name]; old != nil && old.Origin.File == q.Origin.File {
		return q.fault(q.body, "%s is already the name of the query at line %d", q.Name, old.Origin.Line)
	}
	s.put(q)
	return nil
}

// Know adds names of tables and views that are there without a query.
func (s *Set) Know(names ...string) {
	for _, n := range names {
		s.known[strings.ToLower(n)] = true
	}
}

// Declare adds parameters that every query may use without declaring them: a
// notebook's. They take the place of a query's own declaration.
func (s *Set) Declare(params ...Param) {
	s.all = nil
	for _, p := range params {
		s.params[p.Name] = p
	}
}

// Get returns the query of a name, or nil.
func (s *Set) Get(name string) *Query { return s.byName[strings.ToLower(name)] }

// Names returns the names of all queries, sorted.
func (s *Set) Names() []string { return slices.Sorted(slices.Values(s.order)) }

// All returns the queries in the order of their names.
func (s *Set) All() []*Query {
	var out []*Query
	for _, n := range s.Names() {
		out = append(out, s.byName[n])
	}
	return out
}

// Clone returns a set that can be added to without changing s.
func (s *Set) Clone() *Set {
	c := NewSet()
	for _, n := range s.order {
		c.put(s.byName[n])
	}
	for k := range s.known {
		c.known[k] = true
	}
	for k, p := range s.params {
		c.params[k] = p
	}
	return c
}

// lookup returns the declaration in force of a parameter that q uses.
func (s *Set) lookup(q *Query, name string) (Param, bool) {
	if p, ok := s.params[name]; ok {
		return p, true
	}
	if p := q.Param(name); p != nil {
		return *p, true
	}
	return Param{}, false
}

// Params returns the parameters that a query and all that it reads from
// declare and use, by name.
func (s *Set) Params(name string) []Param {
	var out []Param
	seen := map[string]bool{}
	for _, q := range s.closure(name) {
		for _, used := range q.Uses() {
			if p, ok := s.lookup(q, used); ok && !seen[used] {
				seen[used] = true
				out = append(out, p)
			}
		}
	}
	slices.SortFunc(out, func(a, b Param) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// AllParams returns every parameter that the set or one of its queries
// declares. Where two queries differ, the first by name counts. The map is not
// to be changed.
func (s *Set) AllParams() map[string]Param {
	if s.all != nil {
		return s.all
	}
	out := map[string]Param{}
	for _, q := range s.All() {
		for _, p := range q.Params {
			if _, there := out[p.Name]; !there {
				out[p.Name] = p
			}
		}
	}
	for n, p := range s.params {
		out[n] = p
	}
	s.all = out
	return out
}

// Closure returns the query of a name and all queries it reads from, those
// read from first. It is empty when there is no such query.
func (s *Set) Closure(name string) []*Query { return s.closure(name) }

// closure returns the query of a name and all queries it reads from, those
// read from first.
func (s *Set) closure(names ...string) []*Query {
	var out []*Query
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		q := s.Get(name)
		if q == nil || seen[q.Name] {
			return
		}
		seen[q.Name] = true
		for _, r := range q.Reads() {
			visit(r)
		}
		out = append(out, q)
	}
	for _, n := range names {
		visit(n)
	}
	return out
}
