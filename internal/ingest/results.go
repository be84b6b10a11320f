package ingest

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// results is one results folder on its way to a run.
type results struct {
	*folder
	opt    Options
	name   string
	run    *profile.Run // the run the artifacts belong to
	log    *Log         // of that run; nil without one
	parsed []*parsed

	final   *graph   // what the profiler proposes
	graphs  []*graph // other deployments, in the order of trust
	curves  *curves
	planner tree // planner_config.json
	status  *outcome
	request *request
	checked map[string]bool // candidate folders whose GPUs were compared
}

// readResults reads one results folder of either profiler, or any part of
// one. A log with several runs appended gives several runs; the artifacts are
// those of the last, because each run overwrites them.
func readResults(ctx context.Context, f *folder, name string, opt Options) ([]*profile.Run, error) {
	r := &results{folder: f, opt: opt, name: name, run: &profile.Run{Name: name, Method: opt.Method}}
	for _, x := range f.Files {
		if x.Kind == "" {
			x.Kind = kindOf(x.Path)
		}
	}
	logs, err := r.readLogs(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.parseAll(ctx); err != nil {
		return nil, err
	}
	var earlier []*profile.Run
	if n := len(logs); n > 0 {
		r.log = logs[n-1]
		for i, l := range logs[:n-1] {
			earlier = append(earlier, r.earlierRun(l, i+1))
		}
	}
	r.plans()
	r.curvesOfRun()
	r.facts()
	r.candidates()
	r.levels()
	r.recommend()
	r.finish(len(earlier))
	return append(earlier, r.run), nil
}

// readLogs reads the folder's logs until one is the profiler's: the file
// handler's first, then the console, which says the same.
func (r *results) readLogs(ctx context.Context) ([]*Log, error) {
	var tries []*entry
	for _, kind := range []string{kindLog, kindConsole} {
		for _, x := range r.Files {
			if x.Kind == kind {
				tries = append(tries, x)
			}
		}
	}
	var found []*Log
	for _, x := range tries {
		if len(found) > 0 { // said already
			if x.Kind == kindConsole && path.Ext(x.Path) != ".log" {
				x.Kind = kindOther
			}
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p := r.folder.parse(x)
		found = p.logs
		if len(found) == 0 && x.Kind == kindConsole {
			x.Kind, p.problems = kindOther, nil
		}
		r.run.Problems = append(r.run.Problems, p.problems...)
	}
	return found, nil
}

// parseAll reads every other file that carries figures.
func (r *results) parseAll(ctx context.Context) error {
	has := map[string]bool{}
	for _, x := range r.Files {
		has[x.Kind] = true
		if x.Kind == kindAIPerfJSON {
			has[exportKey(x.Path)] = true
		}
	}
	var files []*entry
	alone := !has[kindPlanner]
	for _, x := range r.Files {
		if wanted(x, has) {
			files = append(files, x)
			if x.Kind == kindGraph && placeOf(x.Path) == inCandidate {
				x.Alone, alone = alone, false
			}
		}
	}
	var err error
	r.parsed, err = r.parseFiles(ctx, files)
	if err != nil {
		return err
	}
	for _, p := range r.parsed {
		r.run.Problems = append(r.run.Problems, p.problems...)
		if p.unknown {
			p.Kind = kindOther
		}
	}
	return nil
}

// earlierRun is a run of which only its part of the log is left.
func (r *results) earlierRun(l *Log, n int) *profile.Run {
	e := &results{folder: r.folder, opt: r.opt, log: l, run: &profile.Run{Name: fmt.Sprintf("%s-%d", r.name, n), Method: r.opt.Method}}
	e.facts()
	e.candidates()
	e.recommend()
	for _, x := range r.Files {
		if x.Path == l.Path {
			e.run.Sources = append(e.run.Sources, r.source(x))
		}
	}
	e.problem(l.Path, profile.SeverityNote, ReasonDuplicate, "the log holds a later run too; the other files of the folder are taken to be that run's")
	e.settle()
	return e.run
}

// finish lists the sources and gives the run what was said about the folder.
func (r *results) finish(earlier int) {
	index := map[string]int{}
	for _, x := range r.Files {
		index[x.Path] = len(r.run.Sources)
		r.run.Sources = append(r.run.Sources, r.source(x))
	}
	for i := range r.run.RequestLogs {
		// RequestLog.Source holds an index into Files until here; both lists
		// are in the same order.
		r.run.RequestLogs[i].Source = index[r.Files[r.run.RequestLogs[i].Source].Path]
	}
	if earlier > 0 {
		r.problem(r.log.Path, profile.SeverityNote, ReasonDuplicate, "the log holds %d earlier run(s), stored apart; the files of the folder are taken to be the last run's", earlier)
	}
	r.run.Problems = append(r.run.Problems, r.folder.Problems...)
	r.settle()
}

// settle puts the run's lists in order and makes keys of settings unique: what
// was said first counts.
func (r *results) settle() {
	seen := map[string]bool{}
	r.run.Settings = slices.DeleteFunc(r.run.Settings, func(s profile.Setting) bool {
		dup := seen[s.Key] || s.Value == ""
		seen[s.Key] = true
		return dup
	})
	slices.SortStableFunc(r.run.Problems, func(a, b profile.Problem) int {
		return strings.Compare(a.Path, b.Path)
	})
}

func (r *results) problem(p, severity, reason, format string, args ...any) {
	r.run.Problems = append(r.run.Problems, profile.Problem{Path: p, Severity: severity, Reason: reason, Message: fmt.Sprintf(format, args...)})
}

func (r *results) setting(key, value, p string) {
	r.run.Settings = append(r.run.Settings, profile.Setting{Key: key, Value: value, Path: p})
}

// plans sorts out the configuration files: which deployment is the final one,
// which others there are, and what lies beside them. A text that a ConfigMap
// dump holds and a file holds too is read once.
func (r *results) plans() {
	known := map[string]bool{}
	for _, p := range r.parsed {
		if p.manifest != nil && p.read {
			known[string(p.data)] = true
		}
	}
	var manifests []*manifest
	for _, rank := range []string{kindPlanner, kindConfigMap, kindMocker, kindGraph, kindStatus} {
		for _, p := range r.parsed {
			if p.manifest == nil || p.Kind != rank && !(rank == kindGraph && p.Kind == kindOther) {
				continue
			}
			manifests = append(manifests, p.manifest)
			nested := r.embedded(p.manifest, known)
			manifests = append(manifests, nested...)
			if rank == kindConfigMap {
				p.Kind = configMapKind(p.manifest)
			}
		}
	}
	for _, m := range manifests {
		r.take(m)
	}
}

// configMapKind settles the kind of a JSON file from its content.
func configMapKind(m *manifest) string {
	if m.Request != nil {
		return kindRequest
	}
	return kindConfigMap
}

// embedded reads the YAML texts inside a ConfigMap dump that no file of the
// folder holds as well.
func (r *results) embedded(m *manifest, known map[string]bool) []*manifest {
	var out []*manifest
	for _, e := range m.Texts {
		base := strings.ToLower(e.Name)
		if known[e.Text] || known[strings.TrimRight(e.Text, "\n")] || known[e.Text+"\n"] || strings.Contains(base, "mocker") {
			continue
		}
		known[e.Text] = true
		n := readManifest([]byte(e.Text), m.Path+": "+e.Name, kindOf(e.Name))
		r.run.Problems = append(r.run.Problems, n.Problems...)
		out = append(out, n)
	}
	if m.Empty {
		r.problem(m.Path, profile.SeverityWarning, ReasonMissing, "the ConfigMap holds no data: the profiler has not finished, or another ConfigMap was saved")
	}
	return out
}

// take adds what one configuration file states.
func (r *results) take(m *manifest) {
	if m.Graph != nil {
		if r.final == nil && m.isFinal() {
			r.final = m.Graph
		} else {
			r.graphs = append(r.graphs, m.Graph)
		}
	}
	if m.Curves != nil {
		switch {
		case r.curves == nil:
			r.curves = m.Curves
		case !r.curves.equal(m.Curves):
			r.problem(m.Path, profile.SeverityWarning, ReasonDisagree, "its curves differ from those of %s, which are kept", r.curves.Path)
		}
	}
	if r.planner == nil {
		r.planner = m.Planner
	}
	if m.Status != nil && (r.status == nil || r.status.Status == "running") {
		r.status = m.Status
	}
	if r.request == nil {
		r.request = m.Request
	}
}

// isFinal says whether the deployment of a file is the profiler's proposal: it
// comes from a final configuration, or is what the request's status selected. A
// deployment to start from, and one of a candidate, is not.
func (m *manifest) isFinal() bool {
	switch m.Kind {
	case kindPlanner, kindMocker, kindConfigMap:
		return true
	}
	return strings.Contains(path.Base(m.Path), "picked_dgd")
}
