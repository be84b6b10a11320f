package ingest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// genRecord is one message of a generated log.
type genRecord struct {
	at     time.Time
	logger string // Python logger
	target string // module.function of the native layer
	level  string
	msg    string
	more   string // traceback or further lines
	print  bool   // a plain print: msg as it is
}

// genLog writes logs in the line shapes that the profilers produce. The text
// is ours; the shapes are those of the reference.
type genLog struct {
	now     time.Time
	records []genRecord
	logger  string
	target  string
}

func classicLog(start string) *genLog {
	return newGenLog(start, "__main__", "profile_sla.run_profile")
}

func currentLog(start string) *genLog {
	return newGenLog(start, "dynamo.profiler.profile_sla", "profile_sla.run_profile")
}

func newGenLog(start, logger, target string) *genLog {
	at, err := time.Parse(time.DateTime, start)
	if err != nil {
		panic(err)
	}
	return &genLog{now: at, logger: logger, target: target}
}

// add logs a message of the profiler's own logger, after seconds.
func (g *genLog) add(seconds int, format string, args ...any) *genLog {
	return g.by(seconds, g.logger, g.target, "INFO", fmt.Sprintf(format, args...), "")
}

// by logs a message of any logger.
func (g *genLog) by(seconds int, logger, target, level, msg, more string) *genLog {
	g.now = g.now.Add(time.Duration(seconds) * time.Second)
	g.records = append(g.records, genRecord{at: g.now, logger: logger, target: target, level: level, msg: msg, more: more})
	return g
}

// print adds a line that no logger wrote.
func (g *genLog) print(s string) *genLog {
	g.records = append(g.records, genRecord{at: g.now, msg: s, print: true})
	return g
}

// deploy logs a classic deployment that is ready after 100 s, measured for
// work seconds and deleted.
func (g *genLog) deploy(folder string, work int) *genLog {
	return g.add(1, "Waiting for deployment to be ready...").add(100, "Deployment is ready").
		add(0, "Logs have been saved to /data/%s/trtllm-agg-0001", folder).
		add(work, "Cleaning up deployment...").add(1, "Deployment deleted")
}

func (g *genLog) end() *genLog {
	return g.add(0, "Performing final cleanup of any remaining deployments...").add(0, "Final cleanup completed.")
}

// ownOnly keeps what the classic file handler writes.
func (g *genLog) ownOnly() *genLog {
	out := &genLog{}
	for _, r := range g.records {
		if r.logger == "__main__" {
			r.more = ""
			out.records = append(out.records, r)
		}
	}
	return out
}

// Shapes of a line.
func pythonLine(r genRecord, zone *time.Location) string {
	return fmt.Sprintf("%s - %s - %s - %s\n", r.at.In(zone).Format(time.DateTime), r.logger, r.level, r.msg)
}

func nativeLine(r genRecord, zone *time.Location, colour bool) string {
	level, code := r.level, 32
	switch level {
	case "WARNING":
		level, code = "WARN", 33
	case "ERROR":
		code = 31
	}
	at := r.at.In(zone).Add(123456 * time.Microsecond).Format("2006-01-02T15:04:05.000000Z07:00")
	if !colour {
		return fmt.Sprintf("%s %5s %s: %s\n", at, level, r.target, r.msg)
	}
	return fmt.Sprintf("\x1b[2m%s\x1b[0m \x1b[%dm%5s\x1b[0m \x1b[2m%s\x1b[0m\x1b[2m:\x1b[0m %s\n", at, code, level, r.target, r.msg)
}

// file is the shape of the file handler.
func (g *genLog) file() string {
	return g.render(func(r genRecord) string { return pythonLine(r, time.UTC) })
}

// console has every message twice: Python shape, then native with colours.
func (g *genLog) console() string {
	return g.render(func(r genRecord) string { return pythonLine(r, time.UTC) + nativeLine(r, time.UTC, true) })
}

func (g *genLog) render(line func(genRecord) string) string {
	var b strings.Builder
	for _, r := range g.records {
		if r.print {
			b.WriteString(r.msg + "\n")
			continue
		}
		b.WriteString(line(r))
		if r.more != "" {
			b.WriteString(r.more + "\n")
		}
	}
	return b.String()
}

// shapes renders the log in every shape that a reader may meet.
func (g *genLog) shapes() map[string]string {
	away := time.FixedZone("", -5*3600-1800)
	kubelet := func(at time.Time, text string) string {
		var b strings.Builder
		for _, l := range strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n") {
			b.WriteString(at.Format("2006-01-02T15:04:05.123456789Z") + " " + l)
		}
		return b.String() + "\n"
	}
	jsonLine := func(r genRecord) string {
		msg := r.msg
		if r.more != "" {
			msg += "\n" + r.more
		}
		b, _ := json.Marshal(map[string]any{"time": r.at.Format("2006-01-02T15:04:05.000000Z"), "level": r.level, "file": "x.py",
			"line": 12, "target": r.target, "message": msg})
		return string(b) + "\n"
	}
	whole := func(line func(genRecord) string) string { return g.render(line) }
	noMore := func(line func(genRecord) string) string {
		out := &genLog{}
		for _, r := range g.records {
			out.records = append(out.records, r)
			out.records[len(out.records)-1].more = ""
		}
		return out.render(line)
	}
	return map[string]string{
		"file":             g.file(),
		"crlf":             strings.ReplaceAll(g.file(), "\n", "\r\n"),
		"bom":              "\ufeff" + g.file(),
		"console":          g.console(),
		"console no color": whole(func(r genRecord) string { return pythonLine(r, time.UTC) + nativeLine(r, time.UTC, false) }),
		"native first":     whole(func(r genRecord) string { return nativeLine(r, time.UTC, true) + pythonLine(r, time.UTC) }),
		"native only":      whole(func(r genRecord) string { return nativeLine(r, time.UTC, false) }),
		"native zone":      whole(func(r genRecord) string { return nativeLine(r, away, true) }),
		"console zone":     whole(func(r genRecord) string { return pythonLine(r, away) + nativeLine(r, time.UTC, true) }),
		"console all zone": whole(func(r genRecord) string { return pythonLine(r, away) + nativeLine(r, away, true) }),
		"json lines":       noMore(jsonLine),
		"json and python":  whole(func(r genRecord) string { return pythonLine(r, time.UTC) + jsonLine(r) }),
		"timestamps":       whole(func(r genRecord) string { return kubelet(r.at, pythonLine(r, away)+nativeLine(r, away, true)) }),
		"timestamps file":  whole(func(r genRecord) string { return kubelet(r.at, pythonLine(r, away)) }),
	}
}

// readOne reads a text that holds one run.
func readOne(t *testing.T, text string) *Log {
	t.Helper()
	logs, _, err := ReadLog(strings.NewReader(text), "run.log")
	if err != nil || len(logs) != 1 {
		t.Fatalf("got %d runs, error %v", len(logs), err)
	}
	return logs[0]
}
