package ingest

import (
	"path"
	"regexp"
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
	reStage      = regexp.MustCompile(`^Profiling (prefill|decode) with (?:(\d+) GPUs|TP size (\d+))\.\.\.$`)
	reUnderBest  = regexp.MustCompile(`^Profiling (prefill) under best (?:(\d+) GPU\(s\)|TP (\d+))(?: with parallel mapping \[([^\]]+)\])? with different ISL\.\.\.$`)
	reInterpol   = regexp.MustCompile(`^Profiling (decode) (?:with|under best) (\d+) GPU(?:s|\(s\)) with parallel mapping \[([^\]]+)\]\.\.\.$`)
	reSweeping   = regexp.MustCompile(`^Sweeping num_request(?: range based on maximum number of kv tokens)?: \[([\d, ]*)\]$`)
	rePrefillEst = regexp.MustCompile(`^Estimated prefill TTFT: ([\d.]+)ms$`)
	reDecodeITL  = regexp.MustCompile(`^Estimated decode ITL: ([\d.]+)ms$`)
	reDecodeThpt = regexp.MustCompile(`^Estimated decode throughput per GPU: ([\d.]+) tokens/s/GPU$`)
	reSuggested  = regexp.MustCompile(`^Suggested (prefill|decode) parallel mapping: (\S+) on (\d+) GPU\(s\) \((?:TTFT|ITL) ([\d.]+) ms, throughput ([\d.]+) tokens/s/GPU\)$`)
	reSuggestTP  = regexp.MustCompile(`^Suggested (prefill|decode) TP:(\d+) \((?:TTFT|ITL) ([\d.]+) ms, throughput ([\d.]+) tokens/s/GPU\)$`)
	reSuggestGPU = regexp.MustCompile(`^Suggested number of GPUs for (prefill|decode): (\d+) \((?:TTFT|ITL) ([\d.]+) ms, throughput ([\d.]+) tokens/s/GPU\)$`)
	reNoneFeas   = regexp.MustCompile(`^No (?:engine|TP) (?:configuration|size) satisfies the (TTFT|ITL) requirement`)
	reSavedLogs  = regexp.MustCompile(`^Logs have been saved to (\S.*)$`)
	reContext    = regexp.MustCompile(`^Using (?:model's maximum context length|user-provided max_context_length|minimum of user-provided and model's maximum context length): (\d+)$`)
	reCandFolder = regexp.MustCompile(`^(prefill|decode)_(\d+)gpus_(.+)$`)
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
		if m := reContext.FindStringSubmatch(msg); m != nil {
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
	if m := reStage.FindStringSubmatch(msg); m != nil {
		r.phase, r.gpus, r.mapping, r.purpose = profile.Phase(m[1]), parseInt(m[2]+m[3]), "", "sweep"
		r.classic.group = 0
		if m[3] != "" {
			r.mapping = "TP=" + m[3]
		}
		return
	}
	m := reUnderBest.FindStringSubmatch(msg)
	if m != nil {
		m = []string{m[0], m[1], m[2] + m[3], m[4]}
		if m[3] == "" {
			m[3] = "TP=" + m[2]
		}
	} else if m = reInterpol.FindStringSubmatch(msg); m == nil {
		return
	}
	r.classic.done = true
	r.phase, r.gpus, r.mapping, r.purpose = profile.Phase(m[1]), parseInt(m[2]), canonicalMapping(m[3]), "interpolation"
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
	if c.done || r.purpose != "sweep" || !r.gpus.OK {
		return
	}
	cand := profile.Candidate{Phase: r.phase, GPUs: r.gpus, Source: "log", Path: r.log.Path, Line: rec.line}
	if m := reSweeping.FindStringSubmatch(msg); m != nil {
		c.requests, c.next, c.itl = parseInts(m[1]), 0, profile.Opt[float64]{}
		if len(r.open) == 0 { // a measured run began the group when it deployed
			r.groupNow(true)
		}
		return
	}
	if m := rePrefillEst.FindStringSubmatch(msg); m != nil && r.phase == profile.Prefill {
		cand.TTFT = r.number(m[1], rec, "TTFT")
		r.candidate(r.groupNow(true), cand)
		return
	}
	if m := reDecodeITL.FindStringSubmatch(msg); m != nil {
		c.itl = r.number(m[1], rec, "ITL")
		return
	}
	m := reDecodeThpt.FindStringSubmatch(msg)
	if m == nil || r.phase != profile.Decode || !c.itl.OK {
		return
	}
	if c.next >= len(c.requests) {
		r.problems = append(r.problems, r.log.problem(rec.line, profile.SeverityWarning, ReasonDisagree,
			"an estimate more than the line `Sweeping num_request` announced"))
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

// classicSuggestion reads the recommendation in any of its three forms.
func (r *logRun) classicSuggestion(msg string, rec logRecord) {
	var phase, mapping, gpus, lat, thpt string
	if m := reSuggested.FindStringSubmatch(msg); m != nil {
		phase, mapping, gpus, lat, thpt = m[1], canonicalMapping(m[2]), m[3], m[4], m[5]
	} else if m := reSuggestTP.FindStringSubmatch(msg); m != nil {
		phase, mapping, gpus, lat, thpt = m[1], "TP="+m[2], m[2], m[3], m[4]
	} else if m := reSuggestGPU.FindStringSubmatch(msg); m != nil {
		phase, gpus, lat, thpt = m[1], m[2], m[3], m[4]
	} else {
		return
	}
	r.classic.done = true
	out := profile.Recommendation{Phase: profile.Phase(phase), Mapping: mapping, GPUs: parseInt(gpus),
		Throughput: r.number(thpt, rec, "throughput"), Source: "log", Path: r.log.Path, Line: rec.line}
	if out.Phase == profile.Prefill {
		out.TTFT = r.number(lat, rec, "TTFT")
	} else {
		out.ITL = r.number(lat, rec, "ITL")
	}
	r.log.Recommendations = append(r.log.Recommendations, out)
}

// classicNone reads the lines that begin with No.
func (r *logRun) classicNone(msg string) {
	if m := reNoneFeas.FindStringSubmatch(msg); m != nil {
		r.noneFeasible(m[1])
		return
	}
	if strings.HasSuffix(msg, "results produced; skipping recommendations.") {
		r.fail(msg)
	}
}

func (r *logRun) noneFeasible(limit string) {
	phase := profile.Prefill
	if limit == "ITL" {
		phase = profile.Decode
	}
	for _, p := range r.log.NoneFeasible {
		if p == phase {
			return
		}
	}
	r.log.NoneFeasible = append(r.log.NoneFeasible, phase)
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
		if m := reSavedLogs.FindStringSubmatch(msg); m != nil {
			r.savedLogs(m[1])
		}
	}
}

// savedLogs takes the mapping of the open deployment from the folder that its
// logs went to: /data/prefill_1gpus_TP1/trtllm-agg-8775.
func (r *logRun) savedLogs(dir string) {
	folder := path.Base(path.Dir(path.Clean(dir)))
	m := reCandFolder.FindStringSubmatch(folder)
	if m != nil || strings.HasPrefix(folder, "selected_") {
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

// failureText is what a failed run says: the text after the colon with its
// further lines, or the exception of the traceback that follows.
func failureText(rec logRecord) string {
	_, text, _ := strings.Cut(rec.msg, "Profile job failed with error")
	text = strings.TrimSpace(strings.TrimPrefix(text, ":"))
	if more := plainLines(rec.more); more != "" && (text == "" || !strings.HasPrefix(rec.more[0], "Traceback (")) {
		text = strings.TrimSpace(text + "\n" + more)
	}
	if text == "" {
		return rec.msg
	}
	return text
}

// number reads a printed figure; one that is none is a problem of its line.
func (r *logRun) number(s string, rec logRecord, what string) profile.Opt[float64] {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		r.problems = append(r.problems, r.log.problem(rec.line, profile.SeverityError, ReasonBadNumber, "%s: want a number, got %q", what, s))
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
