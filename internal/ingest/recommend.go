package ingest

import (
	"math"
	"slices"

	"github.com/profreport/profreport/internal/profile"
)

// recommend sets what the run proposes (DEFINITIONS 9): the log's own line,
// else the final deployment's mapping, with TTFT from the run's curve where it
// covers the ISL.
func (r *results) recommend() {
	aggregated := r.final.Engine(profile.Aggregated)
	if aggregated != nil && (r.log == nil || len(r.log.Recommendations) == 0) {
		r.configured(profile.Aggregated, aggregated)
		return
	}
	for _, phase := range []profile.Phase{profile.Prefill, profile.Decode} {
		if rec, ok := r.printed(phase); ok {
			r.run.Recommendations = append(r.run.Recommendations, rec)
		} else if e := r.final.Engine(phase); e != nil {
			r.configured(phase, e)
		} else if phase == profile.Prefill {
			r.fromCurve(profile.Recommendation{Phase: phase})
		}
	}
}

// printed is the log's recommendation. A line without figures (the current
// profiler's) takes those of the candidate it names.
func (r *results) printed(phase profile.Phase) (profile.Recommendation, bool) {
	if r.log == nil {
		return profile.Recommendation{}, false
	}
	i := slices.IndexFunc(r.log.Recommendations, func(x profile.Recommendation) bool { return x.Phase == phase })
	if i < 0 {
		return profile.Recommendation{}, false
	}
	rec := r.log.Recommendations[i]
	r.canonical(phase, &rec.Mapping, rec.Path)
	if rec.TTFT.OK || rec.ITL.OK {
		if c := r.matching(rec); c != nil && !rec.Concurrency.OK {
			rec.Concurrency = c.Concurrency
		}
		return rec, true
	}
	if c := r.best(rec); c != nil {
		rec.TTFT, rec.ITL, rec.Throughput, rec.Concurrency = c.TTFT, c.ITL, c.Throughput, c.Concurrency
		r.setting("recommendation."+string(phase)+".figures", "of the candidate in "+c.Path+"; the log prints none", rec.Path)
	}
	return rec, true
}

// matching finds the candidate whose figures, rounded as the log rounds, are
// those of the recommendation.
func (r *results) matching(rec profile.Recommendation) *profile.Candidate {
	same := func(a, b profile.Opt[float64]) bool {
		return a.OK && b.OK && math.Abs(a.V-b.V) <= 0.00501
	}
	for i := range r.run.Candidates {
		c := &r.run.Candidates[i]
		if c.Phase != rec.Phase || c.Mapping != rec.Mapping {
			continue
		}
		if c.Phase == profile.Prefill && same(c.TTFT, rec.TTFT) || c.Phase == profile.Decode && same(c.ITL, rec.ITL) && same(c.Throughput, rec.Throughput) {
			return c
		}
	}
	return nil
}

// best repeats the profiler's choice among the candidates of the mapping it
// chose: the highest throughput within the limit, else the lowest latency.
func (r *results) best(rec profile.Recommendation) *profile.Candidate {
	latency := func(c *profile.Candidate) profile.Opt[float64] {
		if c.Phase == profile.Prefill {
			return c.TTFT
		}
		return c.ITL
	}
	limit := r.run.SLA.ITL
	if rec.Phase == profile.Prefill {
		limit = r.run.SLA.TTFT
	}
	var best *profile.Candidate
	within := func(c *profile.Candidate) bool { return limit.OK && latency(c).V <= limit.V }
	for i := range r.run.Candidates {
		c := &r.run.Candidates[i]
		if c.Phase != rec.Phase || c.Mapping != rec.Mapping || !latency(c).OK || !c.Throughput.OK {
			continue
		}
		switch {
		case best == nil, within(c) && !within(best):
			best = c
		case within(best) && !within(c):
		case within(c) && c.Throughput.V > best.Throughput.V, !within(c) && latency(c).V < latency(best).V:
			best = c
		}
	}
	return best
}

// configured proposes the engine of the final deployment: its mapping only,
// and for prefill the TTFT that the run's curve gives at its ISL.
func (r *results) configured(phase profile.Phase, e *engine) {
	rec := profile.Recommendation{Phase: phase, Mapping: e.Mapping(), GPUs: e.NumGPUs(), Source: "config", Path: r.final.Path}
	if phase == profile.Prefill && r.fromCurve(rec) {
		return
	}
	r.run.Recommendations = append(r.run.Recommendations, rec)
}

// fromCurve adds rec with the TTFT of the prefill curve at the run's ISL, and
// says whether the curve covers it.
func (r *results) fromCurve(rec profile.Recommendation) bool {
	if r.curves == nil || !r.run.ISL.OK {
		return false
	}
	var own []profile.PrefillPoint
	for _, p := range r.curves.Prefill {
		if rec.Mapping == "" {
			rec.Mapping, rec.GPUs = p.Mapping, p.GPUs
		}
		if p.Mapping == rec.Mapping && p.TTFT.OK && p.TTFT.V > 0 {
			own = append(own, p)
		}
	}
	ttft, ok := ttftAt(own, float64(r.run.ISL.V))
	if !ok || rec.Mapping == "" {
		return false
	}
	rec.TTFT, rec.Source, rec.Path = profile.Some(ttft), "curve", r.curves.prefillPath
	r.run.Recommendations = append(r.run.Recommendations, rec)
	return true
}

// ttftAt interpolates a prefill curve linearly between its two neighbours of
// isl; it does not extrapolate.
func ttftAt(points []profile.PrefillPoint, isl float64) (float64, bool) {
	var low, high *profile.PrefillPoint
	for i := range points {
		p := &points[i]
		if p.ISL <= isl && (low == nil || p.ISL > low.ISL) {
			low = p
		}
		if p.ISL >= isl && (high == nil || p.ISL < high.ISL) {
			high = p
		}
	}
	if low == nil || high == nil {
		return 0, false
	}
	if low.ISL == high.ISL {
		return low.TTFT.V, true
	}
	share := (isl - low.ISL) / (high.ISL - low.ISL)
	return low.TTFT.V + share*(high.TTFT.V-low.TTFT.V), true
}
