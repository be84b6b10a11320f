package ingest

import (
	"strings"
	"time"

	"github.com/profreport/profreport/internal/profile"
)

// maxLogMessages bounds the warnings and errors kept of one run.
const maxLogMessages = 2000

// logRun follows one run through its log.
type logRun struct {
	log      *Log
	ended    bool // the last line that a run writes was seen
	problems []profile.Problem

	last      time.Time // of the previous own record
	backwards int       // line at which the clock first went back

	// The stage the run is in.
	phase   profile.Phase
	gpus    profile.Opt[int64]
	mapping string // canonical, when the stage line states it
	purpose string // sweep or interpolation
	open    []int  // indices of deployments that have not ended

	classic classicState
	current currentState
	moe     bool // the model is a mixture of experts
	kv      []kvStatement
	dropped int // messages beyond maxLogMessages
}

// kvStatement is a KV capacity and the stage in which it was found.
type kvStatement struct {
	mapping, purpose string
	gpus             profile.Opt[int64]
	tokens           int64
}

func newLogRun(path, profiler string, line int) *logRun {
	return &logRun{log: &Log{Path: path, FirstLine: line, Profiler: profiler}}
}

// record takes the next record of the run.
func (r *logRun) record(rec logRecord) {
	r.log.LastLine = max(r.log.LastLine, rec.line)
	r.message(rec)
	if rec.own() || r.log.Profiler == ProfilerCurrent && ofCurrentProfiler(rec) {
		r.clock(rec)
	}
	if r.log.Profiler == ProfilerCurrent {
		r.currentRecord(rec)
	} else {
		r.classicRecord(rec)
	}
	r.helperRecord(rec)
}

// clock keeps the first and last time of the profiler's own records.
func (r *logRun) clock(rec logRecord) {
	if !r.log.StartedAt.OK {
		r.log.StartedAt = profile.Some(rec.at)
	} else if rec.at.Before(r.last) && r.backwards == 0 {
		r.backwards = rec.line
	}
	r.last = rec.at
	r.log.FinishedAt = profile.Some(rec.at)
}

// message keeps a warning or an error.
func (r *logRun) message(rec logRecord) {
	if rec.level != "WARNING" && rec.level != "ERROR" && rec.level != "CRITICAL" {
		return
	}
	if len(r.log.Messages) >= maxLogMessages {
		r.dropped++
		return
	}
	level := rec.level
	if level == "CRITICAL" {
		level = "ERROR"
	}
	text := rec.msg
	if more := plainLines(rec.more); more != "" {
		text += "\n" + more
	}
	r.log.Messages = append(r.log.Messages, profile.Message{
		At: profile.Some(rec.at), Level: level, Message: cutText(text), Path: r.log.Path, Line: rec.line,
	})
}

// plainLines joins the further lines of a message; of a traceback it keeps
// the last line, which names the exception.
func plainLines(more []string) string {
	for i, l := range more {
		if strings.HasPrefix(l, "Traceback (most recent call last)") {
			head := strings.Join(more[:i], "\n")
			if exc := exception(more[i:]); exc != "" {
				head = strings.TrimPrefix(head+"\n"+exc, "\n")
			}
			return head
		}
	}
	return strings.Join(more, "\n")
}

// exception is the last unindented line of a traceback: `KeyError: 'services'`.
func exception(more []string) string {
	for i := len(more) - 1; i >= 0; i-- {
		l := more[i]
		if l != "" && l[0] != ' ' && l[0] != '\t' && !strings.HasPrefix(l, "Traceback (") {
			return l
		}
	}
	return ""
}

// cutText bounds a text that is kept.
func cutText(s string) string {
	const limit = 8 << 10
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "") + "…"
}

// deploy opens a deployment of the current stage.
func (r *logRun) deploy(rec logRecord) {
	if len(r.log.Deployments) >= maxLogItems {
		return
	}
	r.log.Deployments = append(r.log.Deployments, profile.Deployment{
		Phase: r.phase, Mapping: r.mapping, GPUs: r.gpus, Purpose: r.purpose,
		StartedAt: profile.Some(rec.at), Line: rec.line,
	})
	r.open = append(r.open, len(r.log.Deployments)-1)
}

// deployment is the deployment that opened last and has not ended, or nil.
func (r *logRun) deployment() *profile.Deployment {
	if len(r.open) == 0 {
		return nil
	}
	return &r.log.Deployments[r.open[len(r.open)-1]]
}

// undeploy ends the deployment that opened last.
func (r *logRun) undeploy(rec logRecord) {
	if d := r.deployment(); d != nil {
		d.EndedAt = profile.Some(rec.at)
		r.open = r.open[:len(r.open)-1]
	}
}

// fail notes what the profiler said of its own failure; the first word wins
// over later ones, except that an exception explains more than a summary.
func (r *logRun) fail(text string) {
	r.log.Status = profile.Failed
	if r.log.Err == "" {
		r.log.Err = cutText(strings.TrimSpace(text))
	}
}

// doubt adds a problem of one line.
func (r *logRun) doubt(line int, severity, reason, format string, args ...any) {
	if len(r.problems) < maxLogItems {
		r.problems = append(r.problems, r.log.problem(line, severity, reason, format, args...))
	}
}

// finish closes what is open and settles what only the whole log tells.
func (r *logRun) finish() (*Log, []profile.Problem) {
	l := r.log
	switch {
	case l.Status == profile.Failed:
	case r.ended:
		l.Status = profile.Complete
	default:
		l.Status = profile.Partial
	}
	l.HasDeployments = !l.NoHead
	for _, i := range r.open {
		d := &l.Deployments[i]
		d.EndedAt = l.FinishedAt
		if l.Status == profile.Failed && !d.Failed {
			d.Failed, d.Error = true, l.Err
		}
	}
	if l.Profiler == ProfilerCurrent {
		r.finishCurrent()
	} else {
		r.finishClassic()
	}
	l.MaxKVTokens = r.chosenKV()
	l.MatchConcurrency(l.Candidates)
	r.check()
	return l, r.problems
}

// check says what in the log cannot be believed as it stands.
func (r *logRun) check() {
	l := r.log
	if len(r.problems) > MaxProblems {
		r.problems = append(r.problems[:MaxProblems:MaxProblems], l.problem(0, profile.SeverityError, ReasonSyntax, "%d more lines could not be believed", len(r.problems)-MaxProblems))
	}
	warn := func(line int, reason, format string, args ...any) {
		r.doubt(line, profile.SeverityWarning, reason, format, args...)
	}
	if l.NoHead {
		warn(l.FirstLine, ReasonTruncated, "the first lines of the run are missing: duration and deployments are of what is left")
	}
	if l.Status == profile.Partial {
		warn(l.LastLine, ReasonTruncated, "the log ends before the run does")
	}
	if r.backwards > 0 {
		warn(r.backwards, ReasonDisagree, "the clock goes backwards")
		if l.FinishedAt.V.Before(l.StartedAt.V) {
			l.FinishedAt = profile.Opt[time.Time]{}
		}
		for i := range l.Deployments {
			if d := &l.Deployments[i]; d.EndedAt.OK && d.EndedAt.V.Before(d.StartedAt.V) {
				d.EndedAt = profile.Opt[time.Time]{}
			}
		}
	}
	if r.dropped > 0 {
		warn(0, ReasonTooLarge, "%d more warnings and errors are not kept", r.dropped)
	}
}

// chosenKV picks the KV capacity of the engine that the run chose: that of
// the decode interpolation, else of the recommended mapping, else the one
// value that all statements share.
func (r *logRun) chosenKV() profile.Opt[int64] {
	var none profile.Opt[int64]
	if len(r.kv) == 0 {
		return none
	}
	for _, k := range r.kv {
		if k.purpose == "interpolation" {
			return profile.Some(k.tokens)
		}
	}
	for _, rec := range r.log.Recommendations {
		for _, k := range r.kv {
			if rec.Phase == profile.Decode && k.gpus == rec.GPUs && k.mapping == rec.Mapping {
				return profile.Some(k.tokens)
			}
		}
	}
	for _, k := range r.kv {
		if k.tokens != r.kv[0].tokens {
			return none
		}
	}
	return profile.Some(r.kv[0].tokens)
}
