package ingest

import (
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// currentState is what a current log needs to remember between its lines.
type currentState struct {
	selected map[profile.Phase]profile.Recommendation
}

// The lines of the current profiler that carry values.
var (
	reCurCand     = form(`^Profiling (prefill|decode) candidate (\S+) with (\d+) GPUs\.\.\.$`)
	reCurWait     = form(`^Waiting for (prefill|decode)(?: interpolation)? deployment(?: to be ready)?\.\.\.$`)
	reCurReady    = form(`^(Prefill|Decode)(?: interpolation)? deployment (?:is )?ready`)
	reCurFailed   = form(`^(Prefill|Decode) (\S+) with (\d+) GPUs (?:timed out|entered a terminal failure state)`)
	reCurInterpol = form(`^Using real GPUs for (prefill|decode) interpolation\.$`)
	reCurSelected = form(`^Selected prefill: (\S+) \((\d+) GPUs, ([^)]*)\), decode: (\S+) \((\d+) GPUs, ([^)]*)\)$`)
	reCurNone     = form(`^(TTFT|ITL) SLA ([\d.]+)ms is unachievable\. Best achievable: ([\d.]+)ms`)
)

// currentModules are the modules of the current profiler by the name that the
// native log layer gives them.
var currentModules = map[string]bool{
	"profile_sla": true, "thorough": true, "rapid": true, "interpolation": true, "aiperf": true,
	"profile_prefill": true, "profile_decode": true, "plot": true, "dgdr_v1beta1_types": true,
}

// ofCurrentProfiler says whether a record is of the package dynamo.profiler.
func ofCurrentProfiler(rec logRecord) bool {
	if rec.shape == shapePython {
		return strings.HasPrefix(rec.logger, "dynamo.profiler") || rec.logger == "__main__"
	}
	return currentModules[rec.module()]
}

// currentRecord interprets a record of the current profiler.
func (r *logRun) currentRecord(rec logRecord) {
	if !ofCurrentProfiler(rec) {
		return
	}
	msg := rec.msg
	r.currentDeployment(msg, rec)
	switch {
	case strings.HasPrefix(msg, "Profiler config: "):
		r.currentConfig(strings.TrimPrefix(msg, "Profiler config: "))
	case strings.HasPrefix(msg, "Selected prefill: "):
		r.currentSelected(msg, rec)
	case strings.HasPrefix(msg, "AIC does not support this combo"):
		r.log.Naive = true
	case strings.HasPrefix(msg, "Dry run mode"):
		r.log.DryRun = true
	case rec.level == "ERROR" && strings.HasPrefix(msg, "Profile job failed with error"):
		r.fail(failureText(rec))
	case rec.level == "ERROR" && (strings.HasSuffix(msg, "results produced in THOROUGH mode.") || msg == "Profiler did not produce a DGD config."):
		r.fail(msg)
	case strings.HasPrefix(msg, "Final cleanup completed"):
		r.ended = true
	default:
		if m := reCurNone.match(msg); m != nil {
			r.noneFeasible(m[1])
			r.log.setting("profiler.best_achievable_"+strings.ToLower(m[1])+"_ms", m[3])
		}
	}
}

// currentConfig reads `model=X, backend=Y, ...`.
func (r *logRun) currentConfig(s string) {
	l := r.log
	pairs := configPairs(s)
	for key, v := range pairs {
		if v == "None" {
			continue
		}
		switch key {
		case "model":
			l.Model = v
		case "backend":
			l.Backend = v
		case "system":
			l.System = v
		case "total_gpus":
			l.TotalGPUs = parseInt(v)
		case "isl":
			l.ISL = parseInt(v)
		case "osl":
			l.OSL = parseInt(v)
		case "ttft":
			l.SLA.TTFT = parseFloat(v)
		case "itl":
			l.SLA.ITL = parseFloat(v)
		case "strategy":
			l.Strategy = v
		case "picking":
			l.Picking = v
		}
	}
	for _, key := range []string{"model", "backend", "system", "total_gpus", "isl", "osl", "ttft", "itl", "e2e_latency", "strategy", "picking"} {
		if v, ok := pairs[key]; ok && v != "None" {
			l.setting("profiler."+key, v)
		}
	}
	switch strings.TrimPrefix(strings.ToLower(l.Strategy), "searchstrategy.") {
	case "rapid":
		l.Kind = profile.Simulated
	case "thorough":
		l.Kind = profile.Measured
	}
}

// configPairs splits `a=1, b=x, c=None`. A value may hold commas: it ends
// where `, KEY=` follows.
func configPairs(s string) map[string]string {
	out := map[string]string{}
	key := ""
	for _, part := range strings.Split(s, ", ") {
		if k, v, ok := strings.Cut(part, "="); ok && isWord(k) {
			key = k
			out[key] = v
		} else if key != "" && len(out[key]) < maxLogValue {
			out[key] += ", " + part
		}
	}
	return out
}

// maxLogValue bounds a value that is put together from parts.
const maxLogValue = 4 << 10

func isWord(s string) bool {
	for _, c := range s {
		if c != '_' && (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return s != ""
}

// currentSelected reads the pair of mappings that the run picked. Of a naive
// fallback the line is a placeholder and gives nothing.
func (r *logRun) currentSelected(msg string, rec logRecord) {
	m := reCurSelected.match(msg)
	if m == nil {
		return
	}
	r.current.selected = map[profile.Phase]profile.Recommendation{}
	for i, phase := range []profile.Phase{profile.Prefill, profile.Decode} {
		label, gpus, degrees := m[1+3*i], m[2+3*i], m[3+3*i]
		sel := profile.Recommendation{Phase: phase, Mapping: canonicalMapping(label), GPUs: parseInt(gpus),
			Source: "log", Path: r.log.Path, Line: rec.line}
		if p, ok := parseMapping(degrees); ok && p.Label() != "" {
			sel.Mapping = p.Label()
		}
		r.log.setting("profiler.selected_"+string(phase), label)
		r.current.selected[phase] = sel
	}
}

// finishCurrent settles the recommendation.
func (r *logRun) finishCurrent() {
	if r.log.Naive || r.log.DryRun {
		return
	}
	for _, phase := range []profile.Phase{profile.Prefill, profile.Decode} {
		if sel, ok := r.current.selected[phase]; ok {
			r.log.Recommendations = append(r.log.Recommendations, sel)
		}
	}
}

// currentDeployment follows the deployments. One runs from its Waiting line
// to the next stage line.
func (r *logRun) currentDeployment(msg string, rec logRecord) {
	if m := reCurCand.match(msg); m != nil {
		r.endStage(rec)
		r.phase, r.mapping, r.gpus, r.purpose = profile.Phase(m[1]), canonicalMapping(m[2]), parseInt(m[3]), "sweep"
		return
	}
	if m := reCurInterpol.match(msg); m != nil {
		r.endStage(rec)
		r.phase, r.purpose = profile.Phase(m[1]), "interpolation"
		sel := r.current.selected[r.phase]
		r.mapping, r.gpus = sel.Mapping, sel.GPUs
		return
	}
	if m := reCurWait.match(msg); m != nil {
		r.endStage(rec)
		r.phase = profile.Phase(m[1])
		r.deploy(rec)
		return
	}
	if reCurReady.match(msg) != nil {
		if d := r.deployment(); d != nil {
			d.ReadyAt = profile.Some(rec.at)
		}
		return
	}
	if d := r.deployment(); d != nil && rec.level == "ERROR" && reCurFailed.match(msg) != nil {
		d.Failed, d.Error = true, cutText(msg)
		return
	}
	for _, stage := range []string{"Selected prefill: ", "Final DGD config saved", "Skipping real-GPU interpolation"} {
		if strings.HasPrefix(msg, stage) {
			r.endStage(rec)
		}
	}
	if strings.HasSuffix(msg, "results produced in THOROUGH mode.") {
		r.endStage(rec)
	}
}

func (r *logRun) endStage(rec logRecord) {
	for len(r.open) > 0 {
		r.undeploy(rec)
	}
}
