package ingest

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// candidates gathers what the sweeps tried: the estimates in the log of a
// simulated run, the AIPerf artifacts of a measured one.
func (r *results) candidates() {
	if r.log != nil {
		for _, c := range r.log.Candidates {
			r.canonical(c.Phase, &c.Mapping, c.Path)
			if c.Phase == profile.Prefill && !c.Throughput.OK {
				p, _ := parseMapping(c.Mapping)
				c.Throughput = prefillThroughput(r.run.ISL, c.TTFT, c.GPUs, p.DP)
				c.ThroughputSource = "formula"
			}
			r.run.Candidates = append(r.run.Candidates, c)
		}
	}
	for i := range r.run.Deployments {
		r.canonical(r.run.Deployments[i].Phase, &r.run.Deployments[i].Mapping, r.log.Path)
	}
	var swept []profile.Candidate
	for _, p := range r.parsed {
		if p.export == nil || p.unknown || placeOf(p.Path) != inCandidate {
			continue
		}
		r.checkLimit(p)
		if c, ok := r.sweptCandidate(p); ok {
			swept = append(swept, c)
		}
	}
	slices.SortStableFunc(swept, func(a, b profile.Candidate) int {
		return cmp.Or(-cmp.Compare(a.Phase, b.Phase), cmp.Compare(a.GPUs.V, b.GPUs.V), strings.Compare(a.Mapping, b.Mapping), cmp.Compare(a.Concurrency.V, b.Concurrency.V))
	})
	r.run.Candidates = append(r.run.Candidates, swept...)
	r.engineLogs()
}

// canonical puts a mapping into its canonical form and keeps the label that
// was printed as a setting. TP1 in a folder's name is TP=1 as printed.
func (r *results) canonical(phase profile.Phase, mapping *string, p string) {
	label := canonicalMapping(*mapping)
	if label != *mapping && strings.ReplaceAll(label, "=", "") != *mapping {
		r.setting("mapping."+string(phase)+"."+label, *mapping, p)
	}
	*mapping = label
}

// sweptCandidate reads one burst of a sweep (DEFINITIONS 8): prefill TTFT is
// the mean of a single request, or with attention DP what is left of the
// slowest of a burst; decode figures are means over the burst.
func (r *results) sweptCandidate(p *parsed) (profile.Candidate, bool) {
	first, _, _ := strings.Cut(p.Path, "/")
	dir, _ := parseCandidateDir(first)
	b, _ := parseBurst(path.Base(p.Dir()))
	e := p.export
	c := profile.Candidate{Phase: dir.Phase, Mapping: dir.Label, GPUs: profile.Some(dir.GPUs), Source: "aiperf", Requests: e.RequestCount, Path: p.Path}
	r.canonical(c.Phase, &c.Mapping, p.Path)
	degrees, _ := parseMapping(c.Mapping)
	switch c.Phase {
	case profile.Prefill:
		c.TTFT = prefillTTFT(e, degrees.DP)
		c.Throughput = prefillThroughput(b.ISL.Or(r.run.ISL), c.TTFT, c.GPUs, degrees.DP)
		c.ThroughputSource = "formula"
	case profile.Decode:
		c.Concurrency = b.Requests
		if n, ok := intOf(e.Concurrency); !c.Concurrency.OK && ok {
			c.Concurrency = profile.Some(n)
		}
		c.ITL = ifPositive(e.Stat("itl", "avg"))
		if t := ifPositive(e.OutputThroughput); t.OK {
			c.Throughput, c.ThroughputSource = profile.Some(t.V/float64(dir.GPUs)), "reported"
		}
	}
	if !c.TTFT.OK && !c.ITL.OK {
		r.problem(p.Path, profile.SeverityError, ReasonMissing, "the export holds no latency for this %s candidate; it is not read", c.Phase)
		return c, false
	}
	return c, true
}

// checkLimit compares the GPUs in a candidate folder's name with those that
// its engine was given: the profiler divides by the former.
func (r *results) checkLimit(p *parsed) {
	first, _, _ := strings.Cut(p.Path, "/")
	dir, _ := parseCandidateDir(first)
	if r.checked[first] {
		return
	}
	if r.checked == nil {
		r.checked = map[string]bool{}
	}
	r.checked[first] = true
	for _, g := range r.graphs {
		if path.Dir(g.Path) != first || len(g.Engines) != 1 {
			continue
		}
		if n := g.Engines[0].GPUs; n.OK && n.V != dir.GPUs {
			r.problem(g.Path, profile.SeverityWarning, ReasonDisagree, "the engine was given %d GPUs, the profiler counts %d; throughput per GPU is kept as recorded", n.V, dir.GPUs)
		}
	}
}

func intOf(v profile.Opt[float64]) (int64, bool) {
	n := ifPositive(wholeNumber(v))
	return n.V, n.OK
}

// prefillTTFT returns the TTFT in ms of a prefill burst. With attention DP the
// profiler sends 4 requests a rank at once and takes
//
//	(max TTFT - 4 * 3 * mean ITL) / 4
func prefillTTFT(e *Export, dp int64) profile.Opt[float64] {
	if dp <= 1 {
		return ifPositive(e.Stat("ttft", "avg"))
	}
	most, itl := e.Stat("ttft", "max"), e.Stat("itl", "avg")
	if !most.OK || !itl.OK {
		return profile.Opt[float64]{}
	}
	return ifPositive(profile.Some((most.V - 4*3*itl.V) / 4))
}

// prefillThroughput is isl / ttft_ms x 1000 / gpus x dp, tokens/s/GPU.
func prefillThroughput(isl profile.Opt[int64], ttft profile.Opt[float64], gpus profile.Opt[int64], dp int64) profile.Opt[float64] {
	if !isl.OK || !ttft.OK || ttft.V <= 0 || !gpus.OK || gpus.V < 1 {
		return profile.Opt[float64]{}
	}
	return profile.Some(float64(isl.V) / ttft.V * 1000 / float64(gpus.V) * float64(one(dp)))
}

// engineLogs takes the KV capacity from the workers' logs: that of the chosen
// decode engine is the run's when the curves do not state it, those of the
// candidates are settings.
func (r *results) engineLogs() {
	chosen := r.engineOf(profile.Decode).mapping
	var selected, candidate profile.Opt[int64]
	var from string
	for _, p := range r.parsed {
		if p.engine == nil {
			continue
		}
		first, _, _ := strings.Cut(p.Path, "/")
		if p.engine.Version != "" {
			r.setting("engine.version", p.engine.Version, p.Path)
		}
		label := chosen
		dir, isCandidate := parseCandidateDir(first)
		if isCandidate {
			label = canonicalMapping(dir.Label)
		}
		degrees, _ := parseMapping(label)
		n := p.engine.Capacity(r.run.Profiler == ProfilerCurrent, degrees.DP)
		if !n.OK {
			continue
		}
		if isCandidate {
			r.setting("engine."+label+".max_kv_tokens", optText(n), p.Path)
			if label == chosen {
				candidate = n
			}
		} else if !selected.OK {
			selected, from = n, p.Path
		}
	}
	var curve profile.Opt[int64]
	if r.curves != nil {
		curve = r.curves.MaxKV
	}
	if curve.OK && selected.OK && curve != selected {
		r.problem(from, profile.SeverityWarning, ReasonDisagree, "the engine has room for %d KV tokens, the decode curve was computed with %d, which is kept", selected.V, curve.V)
	}
	var log profile.Opt[int64]
	if r.log != nil {
		log = r.log.MaxKVTokens
	}
	r.run.MaxKVTokens = curve.Or(selected).Or(log).Or(candidate)
}
