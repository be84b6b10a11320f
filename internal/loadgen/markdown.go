package loadgen

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

const notMeasured = "not measured"

// Table is the closing table: one row a level.
func (v *Validation) Table() (header []string, rows [][]string) {
	header = []string{"level", "load", "requests", "failed", "cut off", "TTFT p50 (ms)", "ITL p50 (ms)", "predicted TTFT", "predicted ITL",
		"requests/s", "goodput/s", "met the SLA", "verdict"}
	for _, t := range v.Levels {
		rows = append(rows, []string{t.Level.Name, t.load(), fmt.Sprint(t.Requests()), fmt.Sprint(t.Failed), fmt.Sprint(t.Excluded),
			interval(t.TTFT), interval(t.ITL),
			against(v.Predicted.TTFT, t.TTFT.Value), against(v.Predicted.ITL, t.ITL.Value),
			number(t.one("request_throughput"), "%.3g"), number(t.one("goodput"), "%.3g"), t.share(), string(t.Attainment.Verdict)})
	}
	return header, rows
}

// load names the load: a concurrency or a rate.
func (t *Tested) load() string {
	if t.Level.Closed() {
		return fmt.Sprintf("%d in flight", t.Level.Concurrency)
	}
	return t.Level.Pacer.String()
}

func (t *Tested) share() string {
	a := t.Attainment
	if !a.Rate.OK {
		return notMeasured
	}
	return fmt.Sprintf("%.1f %% (%.1f to %.1f)", 100*a.Rate.V, 100*a.Low, 100*a.High)
}

func number(v profile.Opt[float64], format string) string {
	if !v.OK {
		return notMeasured
	}
	return fmt.Sprintf(format, v.V)
}

func interval(p P50) string {
	s := number(p.Value, "%.4g")
	if p.Low.OK && p.High.OK {
		s += fmt.Sprintf(" (%.4g to %.4g)", p.Low.V, p.High.V)
	}
	return s
}

// against shows a prediction with its error: negative is a latency promised
// too low.
func against(predicted, measured profile.Opt[float64]) string {
	if !predicted.OK {
		return "none"
	}
	s := fmt.Sprintf("%.4g", predicted.V)
	if e := Error(predicted, measured); e.OK {
		s += fmt.Sprintf(" (%+.1f %%)", 100*e.V)
	}
	return s
}

// WriteMarkdown writes validation.md.
func (v *Validation) WriteMarkdown(dir string) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# Load test of %s\n\n", v.Meta.Target.Model)
	fmt.Fprintf(&b, "Server %s, %s. Every latency is in ms, from the sending of a request on an open connection; an error is 100 (P/M - 1) of the median.\n\n", v.Meta.Target.URL, stamp(v.At))
	header, rows := v.Table()
	row := func(cells []string) {
		for i, c := range cells {
			cells[i] = strings.ReplaceAll(c, "|", `\|`)
		}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
	}
	row(header)
	b.WriteString("|" + strings.Repeat(" --- |", len(header)) + "\n")
	for _, r := range rows {
		row(r)
	}
	for _, t := range v.Levels {
		fmt.Fprintf(&b, "\n## %s\n\n", t.Level.Name)
		for _, line := range t.Lines(v.Meta) {
			fmt.Fprintf(&b, "- %s\n", line)
		}
	}
	if len(v.Notes) > 0 {
		b.WriteString("\n## How it was measured\n\n")
		for _, n := range v.Notes {
			fmt.Fprintf(&b, "- %s\n", n)
		}
	}
	return WriteFile(filepath.Join(dir, "validation.md"), []byte(b.String()))
}

// Lines says what a reader of a level's figures should know.
func (t *Tested) Lines(m Meta) []string {
	out := []string{t.Attainment.Why + "."}
	if t.Partial {
		out = append(out, fmt.Sprintf("Partial: %d of %d requests, because: %s.", t.Requests()+t.Excluded, t.Planned, t.Reason))
	}
	for _, f := range t.Failures {
		code := ""
		if f.Code > 0 {
			code = fmt.Sprintf("%d ", f.Code)
		}
		out = append(out, fmt.Sprintf("%d failed: %s%s: %s.", f.Count, code, f.Type, f.Message))
	}
	if t.Excluded > 0 {
		out = append(out, fmt.Sprintf("%d were in flight when the level ended: cut off, in no rate.", t.Excluded))
	}
	out = append(out, t.lengths(m)...)
	if t.EarlyStop > 0 {
		out = append(out, fmt.Sprintf("%d answers ended before the output tokens asked; --ignore-eos asks for all of them.", t.EarlyStop))
	}
	if l, ok := t.Metric("send_lateness"); ok {
		out = append(out, fmt.Sprintf("Sent after the intended time: p50 %.3g ms, p99 %.3g ms, at most %.3g ms.", l.P[4], l.P[8], l.Max))
	}
	if t.RateAsked.OK {
		out = append(out, fmt.Sprintf("Rate asked %.4g requests/s on average, sent %s.", t.RateAsked.V, number(t.Rate, "%.4g requests/s")))
	}
	if c, ok := t.Metric("connection_time"); ok {
		out = append(out, fmt.Sprintf("%d requests on a connection that was open; opening one took %.3g ms (p50), kept apart from every latency.", t.Reused, c.P[4]))
	}
	return append(out, "Of the percentiles: "+Plan(t.Valid)+".")
}

// lengths compares the lengths obtained with those asked.
func (t *Tested) lengths(m Meta) []string {
	var out []string
	for _, l := range []struct {
		name, metric string
		asked        int
	}{{"Input", "input_sequence_length", m.ISL}, {"Output", "output_sequence_length", m.OSL}} {
		got, ok := t.Metric(l.metric)
		switch {
		case !ok && t.Valid > 0:
			out = append(out, l.name+" tokens: not measured, the server states no usage.")
		case ok && l.asked > 0:
			out = append(out, fmt.Sprintf("%s tokens: asked %d, obtained %.5g on average (%.0f to %.0f).", l.name, l.asked, got.Avg, got.Min, got.Max))
		case ok:
			out = append(out, fmt.Sprintf("%s tokens: %.5g on average (%.0f to %.0f).", l.name, got.Avg, got.Min, got.Max))
		}
	}
	return out
}
