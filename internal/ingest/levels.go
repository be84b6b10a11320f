package ingest

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// levelFiles are the files of one load test: a summary and its requests.
type levelFiles struct {
	key      string // exportKey: folder and prefix
	name     string
	export   *Export
	requests int // index into Files; -1 without
}

// levels turns the load tests of the folder into load levels: every AIPerf
// export outside the sweep's own folders, whatever its folder is called.
func (r *results) levels() {
	groups := r.levelGroups()
	for _, g := range groups {
		l := profile.LoadLevel{Level: g.name, Partial: true}
		if g.export != nil {
			l = g.export.Level(g.name)
			for _, s := range g.export.Settings {
				r.setting("level."+g.name+"."+s.Key, s.Value, s.Path)
			}
		} else {
			l.Path = r.Files[g.requests].Path
			r.problem(l.Path, profile.SeverityNote, ReasonMissing, "level %s has requests but no summary: its figures are not measured", clip(g.name))
		}
		r.run.Levels = append(r.run.Levels, l)
		if g.requests >= 0 {
			r.run.RequestLogs = append(r.run.RequestLogs, profile.RequestLog{Level: g.name, Source: g.requests, Decode: DecodeRequests(r.Files[g.requests].Path)})
		}
	}
	r.validated()
	slices.SortStableFunc(r.run.Levels, compareLevels)
}

// levelOrder is the order of the original's levels; others stand between them
// and the optimization, by concurrency.
var levelOrder = map[string]int{"idle": 1, "medium": 2, "saturation": 3, "overload": 4, "optimization": 6}

func compareLevels(a, b profile.LoadLevel) int {
	rank := func(l profile.LoadLevel) int { return cmp.Or(levelOrder[l.Level], 5) }
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Concurrency.V, b.Concurrency.V), strings.Compare(a.Level, b.Level))
}

// levelGroups collects the files of each load test. Names are unique: a folder
// with exports of several prefixes gives one level each, AIPerf's default prefix
// the one of the folder's name.
func (r *results) levelGroups() []*levelFiles {
	by := map[string]*levelFiles{}
	var groups []*levelFiles
	group := func(p string) *levelFiles {
		key := exportKey(p)
		if by[key] == nil {
			by[key] = &levelFiles{key: key, requests: -1}
			groups = append(groups, by[key])
		}
		return by[key]
	}
	for _, p := range r.parsed {
		if p.export == nil || p.unknown || placeOf(p.Path) == inCandidate || p.export.Kind != ExportRun {
			continue
		}
		if g := group(p.Path); g.export == nil || strings.Contains(p.Base(), "_aiperf.") {
			g.export = p.export
		}
	}
	for i, x := range r.Files {
		if at := placeOf(x.Path); x.Kind == kindAIPerfLog && at != inCandidate && at != inSelected && (by[exportKey(x.Path)] != nil || strings.HasPrefix(x.Base(), "profile_export") || len(r.Files) == 1) {
			group(x.Path).requests = i
		}
	}
	perFolder := map[string]int{}
	for _, g := range groups {
		perFolder[path.Dir(g.key)]++
	}
	for _, g := range groups {
		g.name = r.levelName(path.Dir(g.key))
		if perFolder[path.Dir(g.key)] > 1 && path.Base(g.key) != "profile_export" {
			g.name = path.Join(g.name, path.Base(g.key))
		}
	}
	return groups
}

// levelName is the folder of a load test without the folder that gathers them.
func (r *results) levelName(dir string) string {
	if dir == "." {
		return r.name
	}
	for _, gather := range []string{"validation/", "profile_runs/", "artifacts/"} {
		if rest, ok := strings.CutPrefix(dir, gather); ok {
			return rest
		}
	}
	return dir
}

// validated adds the levels of a validation.json that no export tells better,
// and keeps what the original computed as settings.
func (r *results) validated() {
	for _, p := range r.parsed {
		v := p.validation
		if v == nil {
			continue
		}
		r.run.Settings = append(r.run.Settings, v.Settings...)
		for _, l := range v.Levels {
			if !slices.ContainsFunc(r.run.Levels, func(o profile.LoadLevel) bool { return o.Level == l.Level }) {
				r.run.Levels = append(r.run.Levels, l)
			}
		}
	}
}
