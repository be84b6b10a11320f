package ingest

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// unit is a part of a folder that is read as one: a results folder, a sweep
// table, or a file that stands for a run of its own.
type unit struct {
	dir   string   // below the folder given, "." is the folder itself
	stem  string   // of a unit that is a file or a pair of files
	files []*entry // paths relative to the folder given
	table bool
}

// units cuts a folder into its units. A folder with the marks of a results
// folder is one, with all below it; in any other, each subfolder is looked at
// in the same way, and tables and loose files count by themselves.
func (f *folder) units() []unit {
	return f.unitsOf(".", f.Files)
}

func (f *folder) unitsOf(dir string, files []*entry) []unit {
	var here []*entry
	below := map[string][]*entry{}
	var order []string
	for _, x := range files {
		rest := x.Path
		if dir != "." {
			rest = strings.TrimPrefix(x.Path, dir+"/")
		}
		first, _, nested := strings.Cut(rest, "/")
		if !nested {
			here = append(here, x)
			continue
		}
		if below[first] == nil {
			order = append(order, first)
		}
		below[first] = append(below[first], x)
	}
	if isResults(here, order) {
		return []unit{{dir: dir, files: files}}
	}
	out := looseUnits(dir, here)
	for _, name := range order {
		out = append(out, f.unitsOf(path.Join(dir, name), below[name])...)
	}
	if len(out) == 0 && f.holdsResults(here, dir == ".") {
		return []unit{{dir: dir, files: files}}
	}
	return out
}

// holdsResults looks into the files of a folder that has no name we know: users
// save logs and ConfigMaps as they please. A request or a deployment alone
// makes a run only of the folder that was named.
func (f *folder) holdsResults(here []*entry, named bool) bool {
	for _, x := range here {
		kind := kindOf(x.Base())
		if kind != kindConsole && kind != kindConfigMap && kind != kindGraph {
			continue
		}
		head, err := f.head(x)
		if err != nil {
			continue
		}
		words := []string{"Profiling GPU counts", "Profiler config: ", "dynamo.profiler", "profile_sla", "_raw_data.json", "planner_config.json", "final_config.yaml", "config_with_planner.yaml"}
		if named {
			words = append(words, "DynamoGraphDeployment")
		}
		for _, w := range words {
			if bytes.Contains(head, []byte(w)) {
				return true
			}
		}
	}
	return false
}

// isResults says whether a folder is a results folder: it holds a file that
// only stands at the top of one, or a folder that only a profiler or a load
// test makes.
func isResults(here []*entry, folders []string) bool {
	for _, x := range here {
		switch base := strings.ToLower(x.Base()); {
		case base == "profile_sla.log", base == "console.log",
			base == "config_with_planner.yaml", base == "final_config.yaml", base == "profiler_status.yaml",
			base == "validation.json", base == "raw_data.npz", base == "prefill.npz", base == "decode.npz",
			strings.HasPrefix(base, "configmap") && strings.HasSuffix(base, ".json"),
			strings.HasPrefix(base, "dgdr") && strings.HasSuffix(base, ".json"),
			strings.HasPrefix(base, "profile_export"):
			return true
		}
	}
	for _, name := range folders {
		_, candidate := parseCandidateDir(name)
		if candidate || reSelected.MatchString(name) || name == "validation" || name == "optimization" || name == "profile_runs" {
			return true
		}
	}
	return false
}

// looseUnits finds the files of a folder that stand for themselves: sweep
// tables, curves (NAME.prefill.npz and NAME.decode.npz are one), planner files
// and logs under names of their own.
func looseUnits(dir string, here []*entry) []unit {
	var out []unit
	pairs := map[string]int{}
	for _, x := range here {
		switch kind := kindOf(x.Base()); kind {
		case kindTable:
			out = append(out, unit{dir: dir, stem: stem(x.Base()), files: []*entry{x}, table: true})
		case kindNpz:
			name := stem(x.Base())
			for _, half := range []string{".prefill", ".decode", "_prefill", "_decode", "-prefill", "-decode"} {
				name = strings.TrimSuffix(name, half)
			}
			if i, ok := pairs[name]; ok {
				out[i].files = append(out[i].files, x)
				continue
			}
			pairs[name] = len(out)
			out = append(out, unit{dir: dir, stem: name, files: []*entry{x}})
		case kindPlanner, kindComparison:
			out = append(out, unit{dir: dir, stem: stem(x.Base()), files: []*entry{x}})
		}
	}
	return out
}

// stem is the name of a run that a file stands for.
func stem(base string) string {
	name := strings.TrimSuffix(base, filepath.Ext(base))
	for _, suffix := range []string{".config_with_planner", ".final_config"} {
		name = strings.TrimSuffix(name, suffix)
	}
	return name
}

// label is the unit's path below the folder given.
func (u unit) label() string {
	return path.Join(u.dir, u.stem)
}

// name is the shortest name that no other unit has: the base name, else the
// path.
func (u unit) name(dir string, used map[string]bool) string {
	name := u.label()
	if name == "." {
		return baseName(dir)
	}
	if base := path.Base(name); !used[base] {
		return base
	}
	return name
}

// read reads one unit.
func (u unit) read(ctx context.Context, f *folder, name string, opt Options) ([]*profile.Run, error) {
	if u.table {
		return f.readTable(u.files[0], name, opt)
	}
	part := &folder{dir: f.dir, root: f.root}
	if u.stem == "" {
		part = f.below(u.dir)
		if part == nil {
			return nil, fmt.Errorf("%s: folder is gone", u.dir)
		}
		if part.root != f.root {
			defer part.Close()
		}
	}
	for _, x := range u.files {
		y := *x
		if u.stem == "" && u.dir != "." {
			y.Path = strings.TrimPrefix(x.Path, u.dir+"/")
		}
		part.Files = append(part.Files, &y)
	}
	for _, p := range f.Problems {
		if u.dir == "." {
			part.Problems = append(part.Problems, p)
		} else if rest, ok := strings.CutPrefix(p.Path, u.dir+"/"); ok {
			p.Path = rest
			part.Problems = append(part.Problems, p)
		}
	}
	if len(u.files) > 0 && u.stem != "" {
		for _, x := range part.Files {
			x.Kind = kindOf(x.Base())
		}
		if part.Files[0].Kind == kindComparison {
			return readComparisonFile(part, part.Files[0], name, opt)
		}
	}
	return readResults(ctx, part, name, opt)
}

// below is a folder inside the folder, or the folder itself.
func (f *folder) below(dir string) *folder {
	if dir == "." {
		return &folder{dir: f.dir, root: f.root}
	}
	root, err := f.root.OpenRoot(filepath.FromSlash(dir))
	if err != nil {
		return nil
	}
	return &folder{dir: filepath.Join(f.dir, filepath.FromSlash(dir)), root: root}
}
