package main

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/profreport/profreport/internal/format"
	"github.com/profreport/profreport/internal/metric"
	"github.com/profreport/profreport/internal/store"
	"github.com/profreport/profreport/internal/table"
)

// checkFlags are the flags of the check command.
type checkFlags struct {
	limits string
	format string
	params []string
}

func (a *app) checkCommand() *cobra.Command {
	var f checkFlags
	cmd := &cobra.Command{
		Use:   "check [RUN...]",
		Short: "Judge metrics against limits, for CI: a table and an exit code",
		Long: `Compute the metrics of runs and judge them: by a limits file, else by the limits that the metrics themselves define.
Exit code 0: all pass; 3: a limit was missed; 4: none missed, but one could not be judged.`,
		RunE:    func(cmd *cobra.Command, args []string) error { return a.check(cmd.Context(), f, args) },
		Example: examples("profreport check aic_all online_all", "profreport check --limits limits.yaml --format junit latest > results.xml"),
	}
	a.dbFlag(cmd)
	a.defsFlags(cmd)
	cmd.Flags().StringVar(&f.limits, "limits", "", "limits file (docs/metrics.md)")
	cmd.Flags().StringVar(&f.format, "format", "table", "table, json, junit or github")
	cmd.Flags().StringArrayVarP(&f.params, "param", "p", nil, "value of a parameter, as key=value (repeatable)")
	return cmd
}

func (a *app) check(ctx context.Context, f checkFlags, selectors []string) error {
	if !slices.Contains([]string{"table", "json", "junit", "github"}, f.format) {
		return usagef("--format %s: want table, json, junit or github", f.format)
	}
	s, err := a.openSelected(ctx, selectors)
	if err != nil {
		return err
	}
	defer s.Close()
	b, err := a.newBuild(ctx, s, "comparison", f.params)
	if err != nil {
		return err
	}
	values, err := b.metricValues(ctx)
	if err != nil {
		return err
	}
	if err := b.faults.Err(); err != nil {
		return err
	}
	a.storeMetricValues(ctx, b)
	rows, err := a.judged(ctx, f, b, values)
	if err != nil {
		return err
	}
	code := verdictCode(rows)
	if err := a.printCheck(f.format, rows, code); err != nil {
		return err
	}
	if code != exitDone {
		return exitWith(code)
	}
	return nil
}

// judged returns one row a judged value: by the limits file, or by the limits
// of the metrics.
func (a *app) judged(ctx context.Context, f checkFlags, b *build, values *table.Table) (*table.Table, error) {
	if f.limits == "" {
		out := &table.Table{Columns: metric.CheckColumns}
		for i := range values.Rows {
			if values.Value(i, "verdict") == nil {
				continue
			}
			row := make([]any, len(out.Columns))
			for j, c := range out.Columns {
				row[j] = values.Value(i, c.Name)
			}
			out.Rows = append(out.Rows, row)
		}
		return out, nil
	}
	data, err := os.ReadFile(f.limits)
	if err != nil {
		return nil, err
	}
	limits, faults := metric.ParseLimits(f.limits, data, b.metrics)
	if err := faults.Err(); err != nil {
		return nil, &codeError{code: exitUsage, err: err}
	}
	t, err := b.runner.Table(ctx, "archive_runs")
	if err != nil {
		return nil, err
	}
	var runs []string
	for i := range t.Rows {
		runs = append(runs, text(t, i, "run"))
	}
	base := &baselines{ctx: ctx, session: b.session, values: values, have: runs}
	out := metric.CheckLimits(limits, base.withBaselines(limits), runs, base.name)
	return out, base.err
}

// baselines finds the runs that limits compare with. One that is not among
// the checked runs gives the values that the archive holds of it.
type baselines struct {
	ctx     context.Context
	session *store.Session
	values  *table.Table
	have    []string
	err     error
}

// name resolves what a limit calls its baseline: pinned, or a run. It is ""
// when there is none.
func (b *baselines) name(name string) string {
	if name == "pinned" {
		name = "baseline"
	}
	runs, err := b.session.ResolveRuns(b.ctx, []string{name})
	if err != nil || len(runs) != 1 {
		return ""
	}
	return runs[0]
}

// withBaselines returns the values, with those of baselines that were not
// checked added.
func (b *baselines) withBaselines(limits []*metric.Limit) *table.Table {
	out := &table.Table{Columns: b.values.Columns, Rows: slices.Clone(b.values.Rows)}
	for _, l := range limits {
		if l.Baseline == "" {
			continue
		}
		run := b.name(l.Baseline)
		if run == "" || slices.Contains(b.have, run) {
			continue
		}
		b.have = append(b.have, run)
		stored, err := b.session.StoredMetricValues(b.ctx, run)
		if err != nil {
			b.err = errors.Join(b.err, err)
			continue
		}
		for i := range stored.Rows {
			row := make([]any, len(out.Columns))
			for j, c := range out.Columns {
				row[j] = stored.Value(i, c.Name)
			}
			out.Rows = append(out.Rows, row)
		}
	}
	return out
}

// verdictCode is 3 when a limit was missed, 4 when none was but one could not
// be judged, or when nothing was judged at all.
func verdictCode(rows *table.Table) int {
	code := exitDone
	if len(rows.Rows) == 0 {
		return exitUnknown
	}
	for i := range rows.Rows {
		switch text(rows, i, "verdict") {
		case "fail":
			return exitMissed
		case "pass":
		default:
			code = exitUnknown
		}
	}
	return code
}

func (a *app) printCheck(kind string, rows *table.Table, code int) error {
	switch kind {
	case "junit":
		return a.printJUnit(rows)
	case "github":
		a.printGitHub(rows)
		return nil
	case "json":
		return a.printCheckJSON(rows, code)
	}
	return writeTable(a, dropEmpty(without(rows, "unit", "file", "line")), "table")
}

// words of a verdict as the JSON of check has them.
var codeWords = map[int]string{exitDone: "pass", exitMissed: "fail", exitUnknown: "unknown"}

func (a *app) printCheckJSON(rows *table.Table, code int) error {
	fmt.Fprintf(a.stdout, "{\"verdict\": %q, \"exit_code\": %d, \"results\": ", codeWords[code], code)
	err := format.WriteTable(a.stdout, rows, "json")
	fmt.Fprintln(a.stdout, "}")
	return err
}

// printGitHub writes workflow commands, which GitHub shows as annotations.
func (a *app) printGitHub(rows *table.Table) {
	for i := range rows.Rows {
		level := map[string]string{"fail": "error", "unknown": "warning"}[text(rows, i, "verdict")]
		if level == "" {
			level = "notice"
		}
		fmt.Fprintf(a.stdout, "::%s title=%s::%s\n", level, githubEscape(checkName(rows, i)), githubEscape(checkDetail(rows, i)))
	}
}

func checkName(rows *table.Table, i int) string {
	name := text(rows, i, "run") + " " + text(rows, i, "metric")
	if key := text(rows, i, "key"); key != "" {
		name += " " + key
	}
	return name
}

func checkDetail(rows *table.Table, i int) string {
	value := "not measured"
	if f, ok := table.Number(rows.Value(i, "value")); ok {
		value = fmt.Sprintf("%.6g %s", f, text(rows, i, "unit"))
	}
	detail := fmt.Sprintf("%s: %s, limit %s", text(rows, i, "verdict"), value, text(rows, i, "limit"))
	if note := text(rows, i, "note"); note != "" {
		detail += " (" + note + ")"
	}
	return detail
}

// junit is the part of JUnit's XML that CI systems read.
type junit struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string    `xml:"name,attr"`
	Class   string    `xml:"classname,attr"`
	Failure *junitMsg `xml:"failure,omitempty"`
	Skipped *junitMsg `xml:"skipped,omitempty"`
}

type junitMsg struct {
	Message string `xml:"message,attr"`
}

func (a *app) printJUnit(rows *table.Table) error {
	suite := junit{Name: "profreport", Tests: len(rows.Rows)}
	for i := range rows.Rows {
		c := junitCase{Name: checkName(rows, i), Class: "profreport." + text(rows, i, "run")}
		msg := &junitMsg{checkDetail(rows, i)}
		switch text(rows, i, "verdict") {
		case "pass":
		case "fail":
			c.Failure = msg
			suite.Failures++
		default:
			c.Skipped = msg
			suite.Skipped++
		}
		suite.Cases = append(suite.Cases, c)
	}
	out, err := xml.MarshalIndent(suite, "", "  ")
	if err != nil {
		return err
	}
	_, werr := fmt.Fprintf(a.stdout, "%s%s\n", xml.Header, out)
	return errors.Join(err, werr)
}

// githubEscape escapes what ends or splits a workflow command.
func githubEscape(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
