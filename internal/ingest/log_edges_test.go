package ingest

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/profreport/profreport/internal/profile"
)

// TestLogAppended: the file handler appends, and two runs in one file are two
// runs, without the pause between them (defect 11).
func TestLogAppended(t *testing.T) {
	first, second := genMeasured(), genSimulated()
	for name, text := range map[string]string{
		"file":    first.file() + second.file(),
		"console": first.console() + second.console(),
		"killed":  strings.SplitAfter(first.file(), "Analyzing results")[0] + "\n" + second.file(),
		"current": genThorough().file() + second.file(),
	} {
		logs, _, err := ReadLog(strings.NewReader(text), "run.log")
		if err != nil || len(logs) != 2 {
			t.Fatalf("%s: %d runs, error %v", name, len(logs), err)
		}
		if figures(logs[1]) != figures(readOne(t, second.file())) {
			t.Errorf("%s: second run\n%s", name, figures(logs[1]))
		}
		if logs[1].FirstLine <= logs[0].LastLine || len(logs[1].Messages) != 1 && name != "killed" {
			t.Errorf("%s: lines %d to %d and %d to %d, %d messages in the second", name, logs[0].FirstLine, logs[0].LastLine, logs[1].FirstLine, logs[1].LastLine, len(logs[1].Messages))
		}
	}
	logs, _, _ := ReadLog(strings.NewReader(first.file()+second.file()), "run.log")
	if figures(logs[0]) != figures(readOne(t, first.file())) {
		t.Errorf("first run\n%s", figures(logs[0]))
	}
}

// TestLogTruncated: a missing end or head is said, not guessed.
func TestLogTruncated(t *testing.T) {
	whole := genMeasured().file()
	cases := []struct {
		name, text string
		status     profile.Status
		noHead     bool
		problem    string
	}{
		{"end", whole[:strings.LastIndex(whole, "Performing final")], profile.Partial, false, "the log ends before the run does"},
		{"inside a line", whole[:strings.LastIndex(whole, "Deployment deleted")-3], profile.Partial, false, "the log ends before the run does"},
		{"head", whole[strings.Index(whole, "2026-01-05 08:01:51"):], profile.Complete, true, "the first lines of the run are missing"},
	}
	for _, c := range cases {
		logs, problems, err := ReadLog(strings.NewReader(c.text), "run.log")
		if err != nil || len(logs) != 1 || len(problems) != 1 {
			t.Fatalf("%s: %d runs, problems %v, error %v", c.name, len(logs), problems, err)
		}
		l := logs[0]
		if l.Status != c.status || l.NoHead != c.noHead || l.HasDeployments == c.noHead || !strings.HasPrefix(problems[0].Message, c.problem) || problems[0].Line == 0 {
			t.Errorf("%s: status %s, no head %v, problem %+v", c.name, l.Status, l.NoHead, problems[0])
		}
		if d := l.Deployments[len(l.Deployments)-1]; !d.EndedAt.OK || d.Failed {
			t.Errorf("%s: last deployment %+v", c.name, d)
		}
	}
}

// TestLogClock: a clock that went back is said, and gives no negative time.
func TestLogClock(t *testing.T) {
	back := func(by int) (*Log, []profile.Problem) {
		g := classicHead("2026-10-25 02:59:50").add(0, "Profiling prefill with 2 GPUs...").add(0, "Waiting for deployment to be ready...").
			add(20-by, "Deployment is ready").add(10, "Deployment deleted").end()
		logs, problems, err := ReadLog(strings.NewReader(g.file()), "run.log")
		if err != nil || len(logs) != 1 {
			t.Fatal(len(logs), err)
		}
		return logs[0], problems
	}
	if l, problems := back(0); len(problems) != 0 || seconds(l) != 30 {
		t.Errorf("forwards: %v, %v s", problems, seconds(l))
	}
	l, problems := back(3600)
	if len(problems) != 1 || problems[0].Message != "the clock goes backwards" || problems[0].Line != 5 {
		t.Errorf("problems %+v", problems)
	}
	if l.FinishedAt.OK || l.Deployments[0].EndedAt.OK || !l.Deployments[0].StartedAt.OK {
		t.Errorf("finished %v, deployment %+v", l.FinishedAt.Any(), l.Deployments[0])
	}
	if l, _ := back(25); !l.FinishedAt.OK || seconds(l) != 5 {
		t.Errorf("a step that the run outlasts: %v", l.FinishedAt.Any())
	}
}

// TestLogPrints: a record after an unfinished print is read, text inside a
// print is not.
func TestLogPrints(t *testing.T) {
	g := classicHead("2026-01-05 10:00:00").add(0, "Profiling prefill with 2 GPUs...").add(1, "Waiting for deployment to be ready...")
	text := g.file() + "\r\x1b[K⠋ [0s] Waiting for: a\r\x1b[K⠙ [20s] Waiting for: b2026-01-05 10:01:41 - __main__ - INFO - Deployment is ready\n" +
		"Using service URL: http://x:8000\nmade up 2026-01-05 10:01:42 - __main__ - INFO - Deployment deleted\n"
	l := readOne(t, text)
	if d := l.Deployments[0]; !d.ReadyAt.OK || d.ReadyAt.V.Sub(d.StartedAt.V).Seconds() != 100 {
		t.Errorf("ready at %v", d.ReadyAt.Any())
	}
	if l.FinishedAt.V != l.Deployments[0].ReadyAt.V {
		t.Errorf("the end is %v: a text that no logger wrote was taken for a record", l.FinishedAt.V)
	}
}

// TestLogHostile: what is no log, or tries to hurt.
func TestLogHostile(t *testing.T) {
	for _, text := range []string{"", "\n\n", "hello\n", "2026-13-45 99:99:99 - __main__ - INFO - Profiling GPU counts: [1]\n", "{\"message\":1}\n{", "\x00\x00\x1b[", "2026-01-05 10:00:00 - other - INFO - hi\n"} {
		logs, problems, err := ReadLog(strings.NewReader(text), "x.log")
		if err != nil || len(logs) != 0 || len(problems) != 0 {
			t.Errorf("%q: %d runs, %v, %v", text, len(logs), problems, err)
		}
	}
	var syn *SyntaxError
	if _, _, err := ReadLog(strings.NewReader("\xff\xfe2\x000\x00"), "x.log"); !errors.As(err, &syn) || syn.Error() != "x.log:1: UTF-16 text; want UTF-8" {
		t.Errorf("UTF-16: %v", err)
	}
	long := classicHead("2026-01-05 10:00:00").add(0, "Dynamo config: %s", strings.Repeat("x", 3*maxLogText)).add(5, "Profiling prefill...").end().file()
	logs, problems, err := ReadLog(strings.NewReader(long), "x.log")
	if err != nil || len(logs) != 1 || seconds(logs[0]) != 5 || len(problems) != 1 || problems[0].Reason != ReasonTooLarge {
		t.Errorf("long line: %d runs, %v, %v", len(logs), problems, err)
	}
	g := genSimulated()
	bad := strings.Replace(g.file(), "Estimated prefill TTFT: 100.25ms", "Estimated prefill TTFT: 1.0.2ms", 1)
	bad = strings.Replace(bad, "[1, 20]", "[1]", 1)
	logs, problems, _ = ReadLog(strings.NewReader(bad), "x.log")
	if len(logs) != 1 || len(problems) != 2 || problems[0].Reason != ReasonBadNumber || problems[1].Reason != ReasonDisagree {
		t.Fatalf("problems %+v", problems)
	}
	if c := logs[0].Candidates; len(c) != 5 || c[1].TTFT.OK {
		t.Errorf("%d candidates, the damaged one has TTFT %v", len(c), c[1].TTFT.Any())
	}
	esc := classicHead("2026-01-05 10:00:00")
	esc.by(0, "__main__", "profile_sla.x", "ERROR", "Profile job failed with error: \x1b[31mred\x1b[0m \x1b]0;title\x07 \xff", "")
	if l := readOne(t, esc.file()); strings.Contains(l.Err, "\x1b") || !utf8.ValidString(l.Err) || !strings.HasPrefix(l.Err, "red") {
		t.Errorf("error text %q", l.Err)
	}
}

// failing ends a stream with an error of its own.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestLogReadError(t *testing.T) {
	broken := errors.New("disk on fire")
	logs, _, err := ReadLog(failing{broken}, "x.log")
	if !errors.Is(err, broken) || logs != nil || !strings.HasPrefix(err.Error(), "x.log:1: ") {
		t.Errorf("%v, %v", logs, err)
	}
}
