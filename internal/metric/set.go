package metric

import (
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/query"
)

// Set holds the metrics in force, in the order of definition.
type Set struct {
	byName map[string]*Definition
	order  []string
}

// NewSet returns an empty set.
func NewSet() *Set { return &Set{byName: map[string]*Definition{}} }

// Load reads the metrics files of folders (the same that hold queries) in
// order: every *.yaml or *.yml that has `metrics:` at its top. A name that a
// later folder gives again replaces the definition, in its place; the rest
// stays. In a later folder, a name that is nearly one of an earlier folder is
// an error unless the entry says `new: true`.
func (s *Set) Load(folders ...query.Folder) query.Faults {
	var faults query.Faults
	for i, folder := range folders {
		earlier := s.Names()
		here := map[string]*Definition{}
		for _, file := range metricFiles(folder.FS) {
			defs, fs := loadFile(folder, file)
			faults = append(faults, fs...)
			for _, d := range defs {
				switch {
				case here[d.Name] != nil:
					faults = append(faults, d.fault("name", 0, "is defined twice, first at %s:%d", here[d.Name].File, here[d.Name].Line))
				case i > 0 && !d.isNew && misspelt(d.Name, earlier) != "":
					f := d.fault("name", 0, "there is no such metric to override")
					f.Hint = "did you mean " + misspelt(d.Name, earlier) + "? A new metric of this name says `new: true`"
					faults = append(faults, f)
				default:
					here[d.Name] = d
					s.Add(d)
				}
			}
		}
	}
	return faults
}

// misspelt returns the earlier name that a new one most likely means.
func misspelt(name string, earlier []string) string {
	if slices.Contains(earlier, name) {
		return ""
	}
	near := query.Nearest(name, earlier)
	limit := 1
	if len(name) >= 12 {
		limit = 2
	}
	if near == "" || query.Distance(name, near) > limit || differsByNumber(name, near) {
		return ""
	}
	return near
}

var digitRuns = regexp.MustCompile(`[0-9]+`)

// differsByNumber holds for names like ttft_p90 and ttft_p99.
func differsByNumber(a, b string) bool {
	return digitRuns.ReplaceAllString(a, "0") == digitRuns.ReplaceAllString(b, "0")
}

// metricFiles lists the YAML files of a folder, metrics.yaml first.
func metricFiles(fsys fs.FS) []string {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil
	}
	var files []string
	for _, e := range entries {
		if name := e.Name(); !e.IsDir() && (strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")) {
			files = append(files, name)
		}
	}
	slices.SortFunc(files, func(a, b string) int {
		if (a == "metrics.yaml") != (b == "metrics.yaml") {
			if a == "metrics.yaml" {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	return files
}

var topMetrics = regexp.MustCompile(`(?m)^metrics[ \t]*:`)

// loadFile reads one file. A YAML file that does not mention metrics at its
// top is something else, unless its name says that it is a metrics file.
func loadFile(f query.Folder, file string) ([]*Definition, query.Faults) {
	shown := path.Join(f.Path, file)
	if f.Path == "" {
		shown = path.Join("queries", file)
	}
	info, err := fs.Stat(f.FS, file)
	if err == nil && info.Size() > maxFile {
		err = errors.New("the file is larger than 1 MiB")
	}
	var data []byte
	if err == nil {
		data, err = fs.ReadFile(f.FS, file)
	}
	if err != nil {
		return nil, query.Faults{{File: shown, Message: err.Error()}}
	}
	if !strings.HasPrefix(file, "metric") && !topMetrics.Match(data) {
		return nil, nil
	}
	defs, faults := Parse(shown, data)
	if f.Path == "" {
		for _, d := range defs {
			d.From = "built in"
		}
	}
	return defs, faults
}

// Add puts a definition into the set, in the place of one of the same name.
func (s *Set) Add(d *Definition) {
	if s.byName[d.Name] == nil {
		s.order = append(s.order, d.Name)
	}
	s.byName[d.Name] = d
}

// Get returns the metric of a name, or nil.
func (s *Set) Get(name string) *Definition { return s.byName[name] }

// Names returns the names in the order of definition.
func (s *Set) Names() []string { return slices.Clone(s.order) }

// All returns the metrics in the order of definition.
func (s *Set) All() []*Definition {
	out := make([]*Definition, len(s.order))
	for i, n := range s.order {
		out[i] = s.byName[n]
	}
	return out
}
