package ingest

import (
	"bytes"
	"testing"
	"unicode/utf8"
)

// FuzzLog: no input makes the reader of logs panic, and what it gives holds
// together: times in order, lines inside the text, text that is text.
func FuzzLog(f *testing.F) {
	for _, g := range []*genLog{genSimulated(), genMeasured(), genThorough()} {
		f.Add([]byte(g.file()))
		g.records = g.records[:12]
		for _, text := range g.shapes() {
			f.Add([]byte(text))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		logs, problems, err := ReadLog(bytes.NewReader(data), "x.log")
		lines := bytes.Count(data, []byte("\n")) + 1
		for _, l := range logs {
			if l.FirstLine < 1 || l.LastLine < l.FirstLine || l.LastLine > lines || l.Status == "" {
				t.Errorf("lines %d to %d of %d, status %q", l.FirstLine, l.LastLine, lines, l.Status)
			}
			if l.FinishedAt.OK && l.FinishedAt.V.Before(l.StartedAt.V) {
				t.Errorf("from %v to %v", l.StartedAt.V, l.FinishedAt.V)
			}
			for _, d := range l.Deployments {
				if d.EndedAt.OK && d.EndedAt.V.Before(d.StartedAt.V) {
					t.Errorf("deployment from %v to %v", d.StartedAt.V, d.EndedAt.V)
				}
			}
			for _, c := range l.Candidates {
				if c.Mapping == "" || c.Line < 1 || c.Line > lines {
					t.Errorf("candidate %+v", c)
				}
			}
			for _, m := range l.Messages {
				if !utf8.ValidString(m.Message) {
					t.Errorf("message %q", m.Message)
				}
			}
		}
		if err != nil && (logs != nil || problems != nil) {
			t.Error("an error with results")
		}
	})
}
