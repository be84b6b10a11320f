package ingest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// finishClassic names the mappings that the log tells only by GPU count and
// falls back to the stage lines where no recommendation was printed.
func (r *logRun) finishClassic() {
	l := r.log
	for _, b := range r.classic.best {
		if !l.DryRun && !slices.ContainsFunc(l.Recommendations, func(x profile.Recommendation) bool { return x.Phase == b.Phase }) {
			l.Recommendations = append(l.Recommendations, b)
		}
	}
	r.nameGroups()
	for i := range l.Recommendations {
		rec := &l.Recommendations[i]
		if rec.Mapping == "" { // the form with a GPU count only
			rec.Mapping = r.onlyMapping(rec.Phase, rec.GPUs.V)
		}
	}
}

// nameGroups gives every candidate and deployment of a sweep its mapping. The
// profiler tries TP alone on a dense model; of a mixture of experts TEP then
// DEP for prefill, DEP then TEP for decode.
func (r *logRun) nameGroups() {
	groups := r.classic.groups
	siblings := map[string]int{} // mappings under the same GPU count
	key := func(g candidateGroup) string { return fmt.Sprint(g.phase, g.gpus) }
	for _, g := range groups {
		r.moe = r.moe || g.nth > 0
		siblings[key(g)]++
	}
	for _, rec := range r.log.Recommendations {
		r.moe = r.moe || strings.HasPrefix(rec.Mapping, "TEP=") || strings.HasPrefix(rec.Mapping, "DEP=")
	}
	for i := range groups {
		g := &groups[i]
		if g.mapping == "" {
			g.mapping = r.groupMapping(*g, siblings[key(*g)])
		}
		for _, c := range g.candidates {
			r.log.Candidates[c].Mapping = g.mapping
		}
		for _, d := range g.deployments {
			r.log.Deployments[d].Mapping = g.mapping
		}
	}
}

func (r *logRun) groupMapping(g candidateGroup, siblings int) string {
	if !r.moe {
		return fmt.Sprintf("TP=%d", g.gpus)
	}
	if siblings == 2 && g.nth < 2 {
		return moeOrder(g.phase, g.gpus)[g.nth]
	}
	return fmt.Sprintf("%d GPUs", g.gpus)
}

func moeOrder(phase profile.Phase, gpus int64) []string {
	tep, dep := fmt.Sprintf("TEP=%d", gpus), fmt.Sprintf("DEP=%d", gpus)
	if phase == profile.Decode {
		return []string{dep, tep}
	}
	return []string{tep, dep}
}

// onlyMapping is the mapping of the one group with that phase and GPU count.
func (r *logRun) onlyMapping(phase profile.Phase, gpus int64) string {
	var found []string
	for _, g := range r.classic.groups {
		if g.phase == phase && g.gpus == gpus {
			found = append(found, g.mapping)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	if len(found) == 0 && !r.moe {
		return fmt.Sprintf("TP=%d", gpus)
	}
	return fmt.Sprintf("%d GPUs", gpus)
}

// NameCandidates settles the mappings that the log told only as `N GPUs` by
// the names of the run's candidate folders (prefill_4gpus_DEP4), where one
// folder is left for them.
func (l *Log) NameCandidates(folders []string) {
	labels := map[string][]string{} // "prefill 4" -> mappings with a folder
	for _, f := range folders {
		if m := reCandFolder.match(f); m != nil {
			key := m[1] + " " + m[2]
			labels[key] = append(labels[key], canonicalMapping(m[3]))
		}
	}
	name := func(phase profile.Phase, gpus profile.Opt[int64], mapping string) string {
		have := labels[fmt.Sprintf("%s %d", phase, gpus.V)]
		if len(have) == 1 && mapping == fmt.Sprintf("%d GPUs", gpus.V) {
			return have[0]
		}
		return mapping
	}
	for i := range l.Candidates {
		c := &l.Candidates[i]
		c.Mapping = name(c.Phase, c.GPUs, c.Mapping)
	}
	for i := range l.Deployments {
		d := &l.Deployments[i]
		d.Mapping = name(d.Phase, d.GPUs, d.Mapping)
	}
	for i := range l.Recommendations {
		rec := &l.Recommendations[i]
		rec.Mapping = name(rec.Phase, rec.GPUs, rec.Mapping)
	}
}

// MatchConcurrency gives each decode recommendation of the log the
// concurrency of the candidate whose figures, printed as the log prints them,
// both match (DEFINITIONS 9). The candidates may come from the log or from
// AIPerf artifacts.
func (l *Log) MatchConcurrency(candidates []profile.Candidate) {
	for i := range l.Recommendations {
		rec := &l.Recommendations[i]
		if rec.Phase != profile.Decode || rec.Concurrency.OK || !rec.ITL.OK || !rec.Throughput.OK {
			continue
		}
		for _, c := range candidates {
			if c.Phase == rec.Phase && c.Mapping == rec.Mapping && samePrinted(c.ITL, rec.ITL) && samePrinted(c.Throughput, rec.Throughput) {
				rec.Concurrency = c.Concurrency
				break
			}
		}
	}
}

// samePrinted compares two figures as the log prints them, with two decimals.
func samePrinted(a, b profile.Opt[float64]) bool {
	return a.OK && b.OK && strconv.FormatFloat(a.V, 'f', 2, 64) == strconv.FormatFloat(b.V, 'f', 2, 64)
}
