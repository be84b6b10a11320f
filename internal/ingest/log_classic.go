package ingest

import (
	"path"
	"strconv"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// classicState is what a classic log needs to remember between its lines.
type classicState struct {
	requests []int64 // of the preceding Sweeping line
	next     int     // how many of them have their estimate
	itl      profile.Opt[float64]
	group    int  // mappings seen under the current GPU count, from 1
	done     bool // recommendations were made: no candidates from here on
	groups   []candidateGroup
	best     []profile.Recommendation // "under best" and interpolation lines
}

// candidateGroup is the candidates and deployments of one mapping; the log
// tells its GPU count and its place among the mappings of that count.
type candidateGroup struct {
	phase       profile.Phase
	gpus        int64
	nth         int // from 0
	candidates  []int
	deployments []int
	mapping     string // where a line states it
}

// The lines of the classic profiler that carry values. Those of 2025 spell
// the stage and the recommendation differently.
var (
	reStage      = form(`^Profiling (prefill|decode) with (?:(\d+) GPUs|TP size (\d+))\.\.\.$`)
	reUnderBest  = form(`^Profiling (prefill) under best (?:(\d+) GPU\(s\)|TP (\d+))(?: with parallel mapping \[([^\]]+)\])? with different ISL\.\.\.$`)
	reInterpol   = form(`^Profiling (decode) (?:with|under best) (\d+) GPU(?:s|\(s\)) with parallel mapping \[([^\]]+)\]\.\.\.$`)
	reSweeping   = form(`^Sweeping num_request(?: range based on maximum number of kv tokens)?: \[([\d, ]*)\]$`)
	rePrefillEst = form(`^Estimated prefill TTFT: ([\d.]+)ms$`)
	reDecodeITL  = form(`^Estimated decode ITL: ([\d.]+)ms$`)
	reDecodeThpt = form(`^Estimated decode throughput per GPU: ([\d.]+) tokens/s/GPU$`)
	reSuggested  = form(`^Suggested (prefill|decode) parallel mapping: (\S+) on (\d+) GPU\(s\) \((?:TTFT|ITL) ([\d.]+) ms, throughput ([\d.]+) tokens/s/GPU\)$`)
	reSuggestTP  = form(`^Suggested (prefill|decode) TP:(\d+) \((?:TTFT|ITL) ([\d.]+) ms, throughput ([\d.]+) tokens/s/GPU\)$`)
	reSuggestGPU = form(`^Suggested number of GPUs for (prefill|decode): (\d+) \((?:TTFT|ITL) ([\d.]+) ms, throughput ([\d.]+) tokens/s/GPU\)$`)
	reNoneFeas   = form(`^No (?:engine|TP) (?:configuration|size) satisfies the (TTFT|ITL) requirement`)
	reSavedLogs  = form(`^Logs have been saved to (\S.*)$`)
	reContext    = form(`^Using (?:model's maximum context length|user-provided max_context_length|minimum of user-provided and model's maximum context length): (\d+)$`)
	reCandFolder = form(`^(prefill|decode)_(\d+)gpus_(.+)$`)
)

// classicRecord interprets a record of the classic profiler's own logger.
func (r *logRun) classicRecord(rec logRecord) {
	if !rec.own() {
		return
	}
	msg := rec.msg
	switch {
	case strings.HasPrefix(msg, "Profiling "):
		r.classicStage(msg, rec)
	case strings.HasPrefix(msg, "Estimated "), strings.HasPrefix(msg, "Sweeping "):
		r.classicEstimate(msg, rec)
	case strings.HasPrefix(msg, "Suggested "):
		r.classicSuggestion(msg, rec)
	case msg == "Using aiconfigurator to estimate performance...", msg == "Will use aiconfigurator to estimate perf.",
		strings.HasPrefix(msg, "Using ai-configurator to estimate "):
		r.log.Kind = profile.Simulated
	case strings.HasPrefix(msg, "No "):
		r.classicNone(msg)
	case rec.level == "ERROR" && strings.HasPrefix(msg, "Profile job failed with error"):
		r.fail(failureText(rec))
	case strings.HasPrefix(msg, "Skipping deployment creation in dry run mode"), strings.HasPrefix(msg, "Skipping recommendations in dry run mode"):
		r.log.DryRun = true
	case strings.HasPrefix(msg, "Analyzing results"):
		r.classic.done = true
	case strings.HasPrefix(msg, "Final cleanup completed"):
		r.ended = true
	default:
		r.classicDeployment(msg, rec)
		if m := reContext.match(msg); m != nil {
			r.log.MaxContext = parseInt(m[1])
			r.log.setting("profiler.max_context_length", m[1])
		}
	}
}

// classicStage reads the lines that begin with Profiling.
func (r *logRun) classicStage(msg string, rec logRecord) {
	if list, ok := strings.CutPrefix(msg, "Profiling GPU counts: "); ok {
		r.log.GPUCounts = parseInts(list)
		r.log.setting("profiler.gpu_counts", list)
		return
	}
	if list, ok := strings.CutPrefix(msg, "Profiling TP sizes: "); ok {
		r.log.GPUCounts = parseInts(list)
		r.log.setting("profiler.gpu_counts", list)
		return
	}
	if msg == "Profiling prefill..." && r.log.Kind == "" && !r.log.NoHead {
		// The statement that estimates are used would have come before.
		r.log.Kind = profile.Measured
	}
	if m := reStage.match(msg); m != nil {
		r.phase, r.gpus, r.mapping, r.purpose = profile.Phase(m[1]), parseInt(m[2]+m[3]), "", "sweep"
		r.classic.group = 0
		if m[3] != "" {
			r.mapping = "TP=" + m[3]
		}
		return
	}
	m := reUnderBest.match(msg)
	if m != nil {
		m = []string{m[0], m[1], m[2] + m[3], m[4]}
		if m[3] == "" {
			m[3] = "TP=" + m[2]
		}
	} else if m = reInterpol.match(msg); m == nil {
		return
	}
	r.classic.done = true
	r.phase, r.gpus, r.mapping, r.purpose = profile.Phase(m[1]), parseInt(m[2]), canonicalMapping(m[3]), "interpolation"
	if len(r.classic.best) >= maxChoices {
		return
	}
	r.classic.best = append(r.classic.best, profile.Recommendation{
		Phase: r.phase, Mapping: r.mapping, GPUs: r.gpus, Source: "log", Path: r.log.Path, Line: rec.line,
	})
}

// groupNow gives the group of the mapping that the run is at; begin starts
// the next one under the same GPU count.
func (r *logRun) groupNow(begin bool) *candidateGroup {
	c := &r.classic
	if begin || c.group == 0 {
		c.groups = append(c.groups, candidateGroup{phase: r.phase, gpus: r.gpus.V, nth: c.group, mapping: r.mapping})
		c.group++
	}
	return &c.groups[len(c.groups)-1]
}

// classicEstimate reads the estimates of a simulated run. The i-th ITL and
// throughput after a Sweeping line are of its i-th number of requests.
func (r *logRun) classicEstimate(msg string, rec logRecord) {
	c := &r.classic
	if c.done || r.purpose != "sweep" || !r.gpus.OK || len(c.groups) >= maxLogItems || len(r.log.Candidates) >= maxLogItems {
		return
	}
	cand := profile.Candidate{Phase: r.phase, GPUs: r.gpus, Source: "log", Path: r.log.Path, Line: rec.line}
	if m := reSweeping.match(msg); m != nil {
		c.requests, c.next, c.itl = parseInts(m[1]), 0, profile.Opt[float64]{}
		if len(r.open) == 0 { // a measured run began the group when it deployed
			r.groupNow(true)
		}
		return
	}
	if m := rePrefillEst.match(msg); m != nil && r.phase == profile.Prefill {
		cand.TTFT = r.number(m[1], rec, "TTFT")
		r.candidate(r.groupNow(true), cand)
		return
	}
	if m := reDecodeITL.match(msg); m != nil {
		c.itl = r.number(m[1], rec, "ITL")
		return
	}
	m := reDecodeThpt.match(msg)
	if m == nil || r.phase != profile.Decode || !c.itl.OK {
		return
	}
	if c.next >= len(c.requests) {
		r.doubt(rec.line, profile.SeverityWarning, ReasonDisagree, "an estimate more than the line `Sweeping num_request` announced")
		return
	}
	cand.Concurrency = profile.Some(c.requests[c.next])
	cand.ITL, c.itl = c.itl, profile.Opt[float64]{}
	cand.Throughput, cand.ThroughputSource = r.number(m[1], rec, "throughput"), "reported"
	c.next++
	r.candidate(r.groupNow(false), cand)
}

func (r *logRun) candidate(g *candidateGroup, c profile.Candidate) {
	r.log.Candidates = append(r.log.Candidates, c)
	g.candidates = append(g.candidates, len(r.log.Candidates)-1)
}

// classicDeployment reads the lines of a deployment's life.
func (r *logRun) classicDeployment(msg string, rec logRecord) {
	switch {
	case msg == "Waiting for deployment to be ready...":
		if r.log.Kind == "" {
			r.log.Kind = profile.Measured
		}
		r.deploy(rec)
		if r.purpose == "sweep" {
			g := r.groupNow(true)
			g.deployments = append(g.deployments, len(r.log.Deployments)-1)
		}
	case msg == "Deployment is ready":
		if d := r.deployment(); d != nil {
			d.ReadyAt = profile.Some(rec.at)
		}
	case msg == "Deployment deleted":
		r.undeploy(rec)
	case strings.HasPrefix(msg, "Deployment or model failed to become ready"):
		if d := r.deployment(); d != nil {
			d.Failed, d.Error = true, msg
		}
	default:
		if m := reSavedLogs.match(msg); m != nil {
			r.savedLogs(m[1])
		}
	}
}

// savedLogs takes the mapping of the open deployment from the folder that its
// logs went to: /data/prefill_1gpus_TP1/trtllm-agg-8775.
func (r *logRun) savedLogs(dir string) {
	folder := path.Base(path.Dir(path.Clean(dir)))
	m := reCandFolder.match(folder)
	if (m != nil || strings.HasPrefix(folder, "selected_")) && len(r.log.Artifacts) < maxLogItems {
		r.log.Artifacts = append(r.log.Artifacts, folder)
	}
	d := r.deployment()
	if m == nil || d == nil {
		return
	}
	mapping := canonicalMapping(m[3])
	if d.Mapping == "" && string(d.Phase) == m[1] {
		d.Mapping, r.mapping = mapping, mapping
		if n := len(r.classic.groups); n > 0 && r.purpose == "sweep" {
			r.classic.groups[n-1].mapping = mapping
			r.mapping = "" // the next mapping of this GPU count is another
		}
	}
}

// number reads a printed figure; one that is none is a problem of its line.
func (r *logRun) number(s string, rec logRecord, what string) profile.Opt[float64] {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		r.doubt(rec.line, profile.SeverityError, ReasonBadNumber, "%s: want a number, got %q", what, s)
		return profile.Opt[float64]{}
	}
	return profile.Some(v)
}

// parseInts reads `[1, 2, 4]` or `1, 2, 4`.
func parseInts(s string) []int64 {
	var out []int64
	for _, f := range strings.Split(strings.Trim(s, "[] "), ",") {
		if v, err := strconv.ParseInt(strings.TrimSpace(f), 10, 64); err == nil {
			out = append(out, v)
		}
	}
	return out
}

func parseInt(s string) profile.Opt[int64] {
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return profile.Opt[int64]{}
	}
	return profile.Some(v)
}
