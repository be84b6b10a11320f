package ingest

import (
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// What a classic run says at its end: a recommendation, that nothing meets
// the SLA, or that it failed.

// classicSuggestion reads the recommendation in any of its three forms.
func (r *logRun) classicSuggestion(msg string, rec logRecord) {
	var phase, mapping, gpus, lat, thpt string
	if m := reSuggested.match(msg); m != nil {
		phase, mapping, gpus, lat, thpt = m[1], canonicalMapping(m[2]), m[3], m[4], m[5]
	} else if m := reSuggestTP.match(msg); m != nil {
		phase, mapping, gpus, lat, thpt = m[1], "TP="+m[2], m[2], m[3], m[4]
	} else if m := reSuggestGPU.match(msg); m != nil {
		phase, gpus, lat, thpt = m[1], m[2], m[3], m[4]
	} else {
		return
	}
	r.classic.done = true
	if len(r.log.Recommendations) >= maxChoices {
		return
	}
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
	if m := reNoneFeas.match(msg); m != nil {
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
