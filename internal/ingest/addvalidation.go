package ingest

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// AddValidation reads load tests from elsewhere (a validation.json, an AIPerf
// export, a folder of them) and adds them to a run that has no level of those
// names. Their sources and settings go with them, below `validation-results/`.
func AddValidation(ctx context.Context, run *profile.Run, p string) error {
	more, err := Path(ctx, p, Options{})
	if err != nil {
		return err
	}
	dir := freeFolder(run)
	for _, m := range more {
		below := dir
		if len(more) > 1 {
			below = path.Join(dir, m.Name)
		}
		addRun(run, m, below)
	}
	slices.SortStableFunc(run.Levels, compareLevels)
	return nil
}

// freeFolder names a folder that no source of the run lies in.
func freeFolder(run *profile.Run) string {
	for n := 1; ; n++ {
		dir := "validation-results"
		if n > 1 {
			dir = fmt.Sprintf("%s-%d", dir, n)
		}
		if !slices.ContainsFunc(run.Sources, func(s profile.Source) bool { return strings.HasPrefix(s.Path, dir+"/") }) {
			return dir
		}
	}
}

// addRun adds what m holds of load tests, its paths below dir.
func addRun(run, m *profile.Run, dir string) {
	first := len(run.Sources)
	for _, s := range m.Sources {
		s.Path = path.Join(dir, s.Path)
		run.Sources = append(run.Sources, s)
	}
	added := map[string]bool{}
	for _, l := range m.Levels {
		l.Path = path.Join(dir, l.Path)
		if slices.ContainsFunc(run.Levels, func(o profile.LoadLevel) bool { return o.Level == l.Level }) {
			run.Problems = append(run.Problems, profile.Problem{Path: l.Path, Severity: profile.SeverityNote, Reason: ReasonDuplicate,
				Message: "level " + clip(l.Level) + " is there already; this one is not added"})
			continue
		}
		run.Levels = append(run.Levels, l)
		added[l.Level] = true
	}
	for _, q := range m.RequestLogs {
		if added[q.Level] {
			q.Source += first
			q.Decode = DecodeRequests(run.Sources[q.Source].Path)
			run.RequestLogs = append(run.RequestLogs, q)
		}
	}
	for _, s := range m.Settings {
		if !slices.ContainsFunc(run.Settings, func(o profile.Setting) bool { return o.Key == s.Key }) {
			s.Path = path.Join(dir, s.Path)
			run.Settings = append(run.Settings, s)
		}
	}
	for _, q := range m.Problems {
		q.Path = path.Join(dir, q.Path)
		run.Problems = append(run.Problems, q)
	}
}
