package ingest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// SweepOptions says how to read a sweep table and what it does not state.
type SweepOptions struct {
	// Map names a mapping, built in or of UserMappings, or is the path of a
	// YAML file. Empty: the mapping whose columns the table has.
	Map string
	// UserMappings holds *.yaml files that override built-in ones by name;
	// nil: none.
	UserMappings fs.FS
	// ReadFile reads Map when it is a path; nil: os.ReadFile.
	ReadFile func(name string) ([]byte, error)
	// Open opens a file beside the table by its base name; nil: there is
	// none. An error that is fs.ErrNotExist means that it is not there.
	Open func(name string) (io.ReadCloser, error)
	// Source is the table as a source of the runs; nil: one that holds the
	// bytes read.
	Source *profile.Source

	Base   string // first part of run names; empty: from the path
	Run    string // name of the run, first part of the names of several
	Method string // label of the method, first part of the labels of several
	// Kind, Model, Backend, ISL, OSL and SLA hold what the table does not
	// state.
	Kind           profile.Kind
	Model, Backend string
	ISL, OSL       profile.Opt[int64]
	SLA            profile.SLA
}

// ReadSweepTable reads a table with one candidate a row (CSV, JSONL or a JSON
// array) through a mapping file into one run a group and method. A row that
// cannot be read, or states no figures, is a refused candidate and a problem
// of its run; problems of no run are returned beside. No runs and no error:
// the table is read together with another one beside it (the `with` of its
// mapping). A table that no mapping knows is a *SyntaxError.
func ReadSweepTable(r io.Reader, file string, opt SweepOptions) ([]*profile.Run, []profile.Problem, error) {
	data, err := readLimited(r, file, MaxSmallFile)
	if err != nil {
		return nil, nil, err
	}
	g, err := newGrid(data, file)
	if err != nil {
		return nil, nil, noEOF(err, file)
	}
	m, err := chooseMapping(g, opt)
	if err != nil {
		return nil, nil, err
	}
	s := &sweepReader{m: m, opt: opt, path: file, index: map[string]*sweepRun{}, problems: problemList{path: file}}
	s.sources = append(s.sources, tableSource(data, file, opt.Source))
	if m.with != nil && path.Base(file) == m.with.Also && s.isBeside(m.with.Main) {
		return nil, nil, nil
	}
	if err := s.readAll(g); err != nil {
		return nil, s.problems.all(), err
	}
	return s.finish(), s.problems.all(), nil
}

func noEOF(err error, file string) error {
	if errors.Is(err, io.EOF) {
		return &SyntaxError{File: file, Msg: "empty, no header"}
	}
	return err
}

func tableSource(data []byte, file string, given *profile.Source) profile.Source {
	if given != nil {
		return *given
	}
	return profile.Source{Path: file, Kind: "table", Size: int64(len(data)), Bytes: data}
}

func chooseMapping(g *grid, opt SweepOptions) (*Mapping, error) {
	set, err := Mappings(opt.UserMappings)
	if err != nil {
		return nil, err
	}
	if opt.Map != "" {
		return set.Lookup(opt.Map, opt.ReadFile)
	}
	if m := set.Detect(g.columns); m != nil {
		return m, nil
	}
	columns := strings.Join(g.columns, ", ")
	if len(columns) > 400 {
		columns = columns[:400] + " ..."
	}
	return nil, &SyntaxError{File: g.path, Line: 1,
		Msg: "no mapping knows a table with these columns: " + columns}
}

// sweepReader turns the rows of one table, and of those beside it, into runs.
type sweepReader struct {
	m        *Mapping
	opt      SweepOptions
	path     string
	env      *rowEnv
	methods  []methodSpec
	besides  map[string]any // values of the file beside, nil without one
	joined   *joinTable
	runs     []*sweepRun // in order of first appearance
	index    map[string]*sweepRun
	problems problemList
	sources  []profile.Source
	left     int // rows that `keep` left out
}

// readAll reads the files that the mapping needs and then every row.
func (s *sweepReader) readAll(g *grid) error {
	if err := s.openBeside(); err != nil {
		return err
	}
	for _, method := range s.m.methods {
		if method.unlessBeside == "" || !s.isBeside(method.unlessBeside) {
			s.methods = append(s.methods, method)
		}
	}
	if len(s.m.methods) == 0 {
		s.methods = []methodSpec{{}}
	}
	seen, err := s.readRows(g, nil)
	if err != nil || s.m.with == nil || path.Base(s.path) != s.m.with.Main {
		return err
	}
	return s.readAlso(seen)
}

// readRows reads every row of a table. With seen, rows whose text is in it add
// no candidate and the first row is the recommendation. It returns the texts
// of the rows when the mapping has use for them.
func (s *sweepReader) readRows(g *grid, seen map[string]bool) (map[string]bool, error) {
	var joinColumns []string
	if s.joined != nil {
		joinColumns = s.joined.columns
	}
	if err := s.m.bind(g, joinColumns); err != nil {
		return nil, err
	}
	s.env = newRowEnv(g.columns, g.path)
	if s.m.join != nil {
		s.env.alias = s.m.join.As
	}
	if s.m.beside != nil {
		s.env.beside = s.m.beside.As
		s.env.vars[s.m.beside.As] = s.besides
	}
	own := map[string]bool{}
	for first := true; ; first = false {
		row, err := g.next()
		if errors.Is(err, io.EOF) {
			break
		}
		var syn *SyntaxError
		if errors.As(err, &syn) {
			s.problems.add(syn.Line, profile.SeverityError, ReasonSyntax, syn.Msg)
			continue
		}
		if err != nil {
			return nil, err
		}
		add := true
		if s.m.with != nil {
			text := strings.Join(row.text, "\x00")
			add = !seen[text]
			own[text] = true
		}
		s.row(row, add, seen != nil && first)
	}
	if s.left > 0 {
		s.problems.add(0, profile.SeverityNote, ReasonLeftOut, fmt.Sprintf("%d rows left out by `keep` of mapping %s", s.left, s.m.Name))
		s.left = 0
	}
	return own, nil
}

// ReasonLeftOut is the class of rows that a mapping leaves out on purpose.
const ReasonLeftOut = "left out"

// problemList keeps the first MaxProblems problems of one file and counts the
// rest.
type problemList struct {
	path string
	list []profile.Problem
	more int
}

func (p *problemList) add(line int, severity, reason, message string) {
	if len(p.list) >= MaxProblems {
		p.more++
		return
	}
	if len(message) > MaxTextValue {
		message = message[:MaxTextValue]
	}
	p.list = append(p.list, profile.Problem{Path: p.path, Line: line, Severity: severity, Reason: reason, Message: message})
}

func (p *problemList) all() []profile.Problem {
	if p.more == 0 {
		return p.list
	}
	return append(p.list, profile.Problem{Path: p.path, Severity: profile.SeverityError, Reason: ReasonTooLarge,
		Message: fmt.Sprintf("%d more problems, not listed", p.more)})
}
