package ingest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"

	"github.com/profreport/profreport/internal/profile"
)

// Options says what the inputs themselves may leave open.
type Options struct {
	Run, Method string
	// Kind is what the flag says (--aic-results is simulated); it counts only
	// for a run without a log.
	Kind profile.Kind
	// Map names the mapping of sweep tables, Maps holds the user's mapping
	// files by name.
	Map  string
	Maps fs.FS
	// Model to SLA are used where the inputs state nothing. What an input
	// states otherwise becomes a problem of the run.
	Model, Backend string
	ISL, OSL       profile.Opt[int64]
	SLA            profile.SLA
}

// ErrNothing is the error of a path in which nothing is known.
var ErrNothing = errors.New("no profiling run, load test or sweep table in it")

// Path reads a results folder, a folder that holds several, or a single file
// of any kind profreport knows. A folder gives one run, several where a log or
// a table holds several; a folder of folders gives those of each. Only an
// input of which nothing can be read is an error: everything else is said in
// the problems of a run.
func Path(ctx context.Context, p string, opt Options) ([]*profile.Run, error) {
	info, err := os.Stat(p)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return readFile(ctx, p, info, opt)
	}
	runs, err := readTree(ctx, p, opt)
	if err != nil {
		return nil, err
	}
	if len(runs) == 0 {
		return nil, fmt.Errorf("%s: %w", p, ErrNothing)
	}
	return runs, nil
}

// readTree reads a folder as one results folder if it looks like one, else as
// a folder of them.
func readTree(ctx context.Context, dir string, opt Options) ([]*profile.Run, error) {
	f, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	units := f.units()
	var runs []*profile.Run
	used := map[string]bool{}
	var unknown []error // tables that no mapping knows
	for _, u := range units {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		name := u.name(dir, used)
		if opt.Run != "" {
			name = opt.Run
			if len(units) > 1 {
				name = path.Join(opt.Run, u.label())
			}
		}
		used[name] = true
		got, err := u.read(ctx, f, name, opt)
		if u.table && len(units) > 1 && isSyntax(err) {
			unknown = append(unknown, err)
			continue
		}
		if err != nil {
			return nil, err
		}
		runs = append(runs, got...)
	}
	if len(runs) == 0 && len(unknown) > 0 {
		return nil, errors.Join(unknown...)
	}
	return uniqueNames(runs), nil
}

// uniqueNames tells runs of one name apart by a number.
func uniqueNames(runs []*profile.Run) []*profile.Run {
	used := map[string]bool{}
	for _, r := range runs {
		name := r.Name
		for n := 2; used[r.Name]; n++ {
			r.Name = fmt.Sprintf("%s-%d", name, n)
		}
		used[r.Name] = true
	}
	return runs
}
