package ingest

import (
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// curvesOfRun settles the curves of the folder: npz files first, the
// ConfigMap's where there is no npz. The same curve in both is kept once; npz
// wins where they differ, and the difference is said.
func (r *results) curvesOfRun() {
	var npz *curves
	for _, in := range []place{inSelected, atTop, elsewhere} {
		for _, p := range r.parsed {
			if p.curves == nil || p.unknown || placeOf(p.Path) != in {
				continue
			}
			if npz != nil && (npz.HasPrefill && p.curves.HasPrefill || npz.HasDecode && p.curves.HasDecode) {
				r.problem(p.Path, profile.SeverityWarning, ReasonDuplicate, "a second curve of the same phase; that of the selected configuration is kept")
				continue
			}
			npz = npz.merge(p.curves)
		}
	}
	r.curves = r.combine(npz, r.curves)
	c := r.curves
	if c == nil {
		return
	}
	pre, dec := r.engineOf(profile.Prefill), r.engineOf(profile.Decode)
	for i := range c.Prefill {
		if c.Prefill[i].Mapping == "" {
			c.Prefill[i].Mapping, c.Prefill[i].GPUs = pre.mapping, pre.gpus
		}
	}
	for i := range c.Decode {
		if c.Decode[i].Mapping == "" {
			c.Decode[i].Mapping, c.Decode[i].GPUs = dec.mapping, dec.gpus
		}
	}
	settleImplied(c.impliedPre, pre, float64(one(pre.dp)))
	settleImplied(c.implied, dec, 1)
	c.checkGPUs()
	r.run.PrefillPoints, r.run.DecodePoints = c.Prefill, c.Decode
	r.run.Problems = append(r.run.Problems, c.Problems...)
}

// settleImplied gives points without a configuration of their own that of the
// run; prefill throughput counts every attention rank.
func settleImplied(points []impliedGPUs, e chosenEngine, ranks float64) {
	for i := range points {
		if points[i].mapping == "" {
			points[i].mapping, points[i].gpus = e.mapping, e.gpus
			points[i].implied *= ranks
		}
	}
}

// combine merges the two sources of a curve, phase by phase.
func (r *results) combine(npz, configMap *curves) *curves {
	if npz == nil || configMap == nil {
		if npz == nil {
			return configMap
		}
		return npz
	}
	if npz.HasPrefill && configMap.HasPrefill && !slices.Equal(npz.Prefill, configMap.Prefill) {
		r.problem(configMap.Path, profile.SeverityWarning, ReasonDisagree, "its prefill curve differs from that of %s, which is kept", npz.prefillPath)
	}
	if npz.HasDecode && configMap.HasDecode && (npz.MaxKV != configMap.MaxKV || !slices.Equal(npz.Decode, configMap.Decode)) {
		r.problem(configMap.Path, profile.SeverityWarning, ReasonDisagree, "its decode curve differs from that of %s, which is kept", npz.decodePath)
	}
	return npz.merge(configMap)
}

// chosenEngine is the engine that the curves of a phase belong to.
type chosenEngine struct {
	mapping string
	gpus    profile.Opt[int64]
	dp      int64
}

// engineOf tells which engine the run chose for a phase: by its log, its final
// deployment, the configuration beside the curves, or a deployment that was
// put into the folder.
func (r *results) engineOf(phase profile.Phase) chosenEngine {
	if r.log != nil {
		for _, rec := range r.log.Recommendations {
			if rec.Phase == phase && rec.Mapping != "" {
				p, _ := parseMapping(rec.Mapping)
				return chosenEngine{canonicalMapping(rec.Mapping), rec.GPUs, p.DP}
			}
		}
	}
	for _, g := range r.curveGraphs(phase) {
		e := g.Engine(phase)
		if e == nil && strings.Contains(g.Path, "selected_") {
			e = g.Engine(profile.Aggregated) // the one worker of a sweep's deployment
		}
		if e != nil && e.Mapping() != "" {
			return chosenEngine{e.Mapping(), e.NumGPUs(), e.Parallel.DP}
		}
	}
	return chosenEngine{}
}

// curveGraphs returns the deployments that may tell the engine of a curve. The
// profiler's own starting point (disagg_config.yaml) may not: its mapping is
// none that was chosen.
func (r *results) curveGraphs(phase profile.Phase) []*graph {
	var out []*graph
	if r.final != nil {
		out = append(out, r.final)
	}
	for _, g := range r.graphs {
		if strings.HasPrefix(g.Path, "selected_"+string(phase)+"_interpolation/") {
			out = append(out, g)
		}
	}
	for _, g := range r.graphs {
		if placeOf(g.Path) == atTop && g.Path != startingGraph {
			out = append(out, g)
		}
	}
	return out
}
