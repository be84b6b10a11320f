package results

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/profreport/profreport/internal/table"
)

// summaryWidth is the width of summary.txt: a terminal's usual 80 columns.
const summaryWidth = 80

// unknownText is what summary.txt prints for null.
const unknownText = "not measured"

// WriteSummary writes summary.txt: the original's sections, in 80 columns.
func (c *Comparison) WriteSummary(w io.Writer) error {
	s := &summary{}
	s.rule('=')
	s.line("PROFILING METHOD COMPARISON")
	s.rule('=')
	s.line("Model: %s", textOr(c.Model, "not stated"))
	s.line("SLA: TTFT=%s, ITL=%s, ISL=%s, OSL=%s", number(c.TargetTTFT, "%.4g ms"), number(c.TargetITL, "%.4g ms"), number(c.ISL, "%.0f"), number(c.OSL, "%.0f"))
	c.costSection(s)
	c.accuracySection(s, "TTFT", func(l levelEntry) any { return l.TTFTError })
	c.accuracySection(s, "ITL", func(l levelEntry) any { return l.ITLError })
	c.optimizationSection(s)
	c.winnersSection(s)
	s.rule('=')
	_, err := io.WriteString(w, s.b.String())
	return err
}

func (c *Comparison) costSection(s *summary) {
	s.section("PROFILING COST")
	t := newColumns("Method", "Duration", "Deploys", "GPU-hours", "Pred. TTFT", "Pred. ITL")
	for _, m := range c.Methods {
		name := m.Label
		if m.Status != "complete" && m.Status != nil {
			name += fmt.Sprintf(" (%v)", m.Status)
		}
		t.add(name, duration(m.Duration), number(m.Deployments, "%.0f"), number(m.GPUHours, "%.2f"), number(m.PredictedTTFT, "%.1f ms"), number(m.PredictedITL, "%.2f ms"))
	}
	s.table(t)
}

// accuracySection prints the error of one metric at every level that any
// method has, in the order in which the levels first appear.
func (c *Comparison) accuracySection(s *summary, metric string, figure func(levelEntry) any) {
	var levels []string
	seen := map[string]bool{}
	for _, m := range c.Methods {
		for _, l := range m.Levels {
			if !seen[l.Level] {
				seen[l.Level] = true
				levels = append(levels, l.Level)
			}
		}
	}
	s.section("PREDICTIVE ACCURACY (" + metric + " error: predicted against measured)")
	if len(levels) == 0 {
		s.line("not measured: no validation/<level>/ folder was found")
		return
	}
	const perTable = 4 // levels that fit beside the method in 80 columns
	for len(levels) > 0 {
		n := min(perTable, len(levels))
		t := newColumns(append([]string{"Method"}, levels[:n]...)...)
		for _, m := range c.Methods {
			row := []string{m.Label}
			for _, level := range levels[:n] {
				row = append(row, number(m.figureAt(level, figure), "%+.1f%%"))
			}
			t.add(row...)
		}
		s.table(t)
		levels = levels[n:]
	}
}

func (e *methodEntry) figureAt(level string, figure func(levelEntry) any) any {
	for _, l := range e.Levels {
		if l.Level == level {
			return figure(l)
		}
	}
	return nil
}

func (c *Comparison) optimizationSection(s *summary) {
	s.section("OPTIMIZATION ACCURACY")
	t := newColumns("Method", "Choice", "Goodput", "SLA hit", "Goodput regret")
	for _, m := range c.Methods {
		t.add(m.Label, choice(m), number(m.Goodput, "%.3g req/s"), number(m.HitRate, "%.1f%%"), number(m.Regret, "%.1f%%"))
	}
	s.table(t)
}

func choice(m methodEntry) string {
	prefill, _ := m.PrefillMapping.(string)
	decode, _ := m.DecodeMapping.(string)
	switch {
	case prefill != "" && decode != "":
		return prefill + " / " + decode
	case prefill+decode != "":
		return prefill + decode
	}
	return "none"
}

func (c *Comparison) winnersSection(s *summary) {
	s.section("SUMMARY")
	label := func(id any) string {
		for _, m := range c.Methods {
			if m.Name == id {
				return m.Label
			}
		}
		return "undecided (unknown, or a tie)"
	}
	s.line("  Fastest profiling:            %s", label(c.Fastest))
	s.line("  Lowest cost:                  %s", label(c.LowestCost))
	s.line("  Most accurate (medium load):  %s", label(c.MostAccurate))
	s.line("  Best optimization:            %s", label(c.BestOptimizing))
}

// summary collects lines.
type summary struct{ b strings.Builder }

func (s *summary) line(format string, args ...any) {
	text := strings.TrimRight(fmt.Sprintf(format, args...), " ")
	s.b.WriteString(clip(text, summaryWidth) + "\n")
}
func (s *summary) rule(r rune) { s.line("%s", strings.Repeat(string(r), summaryWidth)) }
func (s *summary) section(title string) {
	s.line("")
	s.line("--- %s ---", title)
}

func (s *summary) table(t *columns) {
	widths := t.widths()
	for i, row := range t.rows {
		var b strings.Builder
		for j, cell := range row {
			b.WriteString(pad(clip(cell, widths[j]), widths[j]) + "  ")
		}
		s.line("%s", b.String())
		if i == 0 {
			s.rule('-')
		}
	}
}

// columns is a table whose first column gives way when the rest is wide.
type columns struct{ rows [][]string }

func newColumns(head ...string) *columns { return &columns{rows: [][]string{head}} }
func (c *columns) add(row ...string)     { c.rows = append(c.rows, row) }

func (c *columns) widths() []int {
	widths := make([]int, len(c.rows[0]))
	for _, row := range c.rows {
		for j, cell := range row {
			widths[j] = max(widths[j], utf8.RuneCountInString(clean(cell)))
		}
	}
	total := 0
	for _, w := range widths {
		total += w + 2
	}
	for j := range widths { // the widest text columns give way, each down to 10
		if over := total - 2 - summaryWidth; over > 0 {
			cut := min(over, max(0, widths[j]-10))
			widths[j], total = widths[j]-cut, total-cut
		}
	}
	return widths
}

func pad(s string, n int) string {
	return s + strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s)))
}

// clip cuts s to n runes, marking the cut, and drops control characters, so
// that a hostile name can't move the cursor.
func clip(s string, n int) string {
	s = clean(s)
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)
	return string(r[:max(0, n-1)]) + "~"
}

func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return -1
		}
		return r
	}, s)
}

func number(v any, format string) string {
	f, ok := table.Number(v)
	if !ok {
		return unknownText
	}
	return fmt.Sprintf(format, f)
}

func textOr(v any, other string) string {
	if s, ok := v.(string); ok && s != "" {
		return s
	}
	return other
}

// duration prints seconds as 45 min 03 s.
func duration(v any) string {
	f, ok := table.Number(v)
	if !ok {
		return unknownText
	}
	sec := int64(f + 0.5)
	switch {
	case sec < 60:
		return fmt.Sprintf("%d s", sec)
	case sec < 3600:
		return fmt.Sprintf("%d min %02d s", sec/60, sec%60)
	}
	return fmt.Sprintf("%d h %02d min", sec/3600, sec%3600/60)
}
