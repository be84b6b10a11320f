package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/profreport/profreport/internal/notebook"
	"github.com/profreport/profreport/internal/store"
)

// reportFlags are the flags of the report command.
type reportFlags struct {
	notebook string
	params   []string
	output   string
	format   string
	strict   bool
	check    bool
	watch    bool
	listen   string
}

func (a *app) reportCommand() *cobra.Command {
	var f reportFlags
	cmd := &cobra.Command{
		Use:   "report [RUN...]",
		Short: "Run a notebook over stored runs and write the page",
		Long: `Run a notebook over runs of the archive (default: all) and write HTML, Markdown or JSON. A RUN is a name, a pattern, tag:T,
method:M, latest or baseline. A cell that fails shows its error in its place; the rest renders and the exit code is 1.`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.report(cmd.Context(), f, args) },
		Example: examples(
			"profreport report -o report.html",
			"profreport report aic_all online_all -p ttft_ms=300 -o strict-sla.html",
			"profreport report --notebook run aic_all -o aic.md",
			"profreport report --notebook mine.md --watch"),
	}
	a.dbFlag(cmd)
	a.defsFlags(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.notebook, "notebook", "comparison", "notebook to run: a file, or a template by name")
	fl.StringArrayVarP(&f.params, "param", "p", nil, "value of a parameter, as key=value (repeatable)")
	fl.StringVarP(&f.output, "output", "o", "", "file to write (default: standard output)")
	fl.StringVar(&f.format, "format", "", "html, md or json (default: by the ending of the output file, else html)")
	fl.BoolVar(&f.strict, "strict", false, "fail on warnings too")
	fl.BoolVar(&f.check, "check", false, "check the notebook, its queries and the metrics, and run nothing")
	fl.BoolVar(&f.watch, "watch", false, "serve the page on loopback and rebuild it when notebook, query, template or database changes")
	fl.StringVar(&f.listen, "listen", "127.0.0.1:0", "address for --watch; loopback only")
	return cmd
}

// formats of a page, by the ending of its file.
var pageFormats = map[string]string{".html": "html", ".htm": "html", ".md": "md", ".json": "json"}

func (f *reportFlags) pageFormat() (string, error) {
	if f.format == "" {
		if byName := pageFormats[strings.ToLower(filepath.Ext(f.output))]; byName != "" {
			return byName, nil
		}
		return "html", nil
	}
	if !slices.Contains([]string{"html", "md", "json"}, f.format) {
		return "", usagef("--format %s: want html, md or json", f.format)
	}
	return f.format, nil
}

func (a *app) report(ctx context.Context, f reportFlags, selectors []string) error {
	format, err := f.pageFormat()
	if err != nil {
		return err
	}
	if f.watch {
		return a.watch(ctx, f, selectors)
	}
	s, err := a.openSelected(ctx, selectors)
	if err != nil {
		return err
	}
	defer s.Close()
	b, err := a.newBuild(ctx, s, f.notebook, f.params)
	if err != nil {
		return err
	}
	if f.check {
		return a.checkBuild(ctx, b, f.strict)
	}
	doc, err := b.run(ctx)
	if err != nil {
		return err
	}
	a.storeMetricValues(ctx, b)
	if err := a.writePage(ctx, b, doc, format, f.output); err != nil {
		return err
	}
	if failed := a.printFaults(doc.Faults); failed || (f.strict && len(doc.Faults) > 0) {
		return exitWith(exitFailed)
	}
	return nil
}

// checkBuild prints all that is wrong with a notebook, its queries and the
// metrics: exit 2.
func (a *app) checkBuild(ctx context.Context, b *build, strict bool) error {
	faults := b.notebook.Check(b.env)
	failed := a.printFaults(faults)
	for _, f := range b.checkMetrics(ctx) {
		fmt.Fprintln(a.stderr, f.Error())
		failed = failed || !f.Warning
		strict = strict && len(faults) == 0
	}
	if failed || (strict && len(faults) > 0) {
		return exitWith(exitUsage)
	}
	fmt.Fprintf(a.stdout, "%s: no errors\n", b.notebook.Path)
	return nil
}

// storeMetricValues writes the computed metrics into the archive where it can
// be written; a read-only archive is no reason to fail.
func (a *app) storeMetricValues(ctx context.Context, b *build) {
	if f, err := os.OpenFile(b.session.Path(), os.O_RDWR, 0); err != nil {
		return
	} else if err := f.Close(); err != nil {
		return
	}
	db, err := store.Open(ctx, b.session.Path())
	if err == nil {
		err = errors.Join(db.WriteMetricValues(ctx, b.values), db.Close())
	}
	if err != nil {
		fmt.Fprintf(a.stderr, "profreport: warning: metric values were not stored: %v\n", err)
	}
}

// writePage renders a document and writes it aside and renames it, with the
// plots of a Markdown page beside it.
func (a *app) writePage(ctx context.Context, b *build, doc *notebook.Document, format, output string) error {
	var page bytes.Buffer
	var plots map[string][]byte
	var err error
	switch format {
	case "md":
		plots, err = a.markdownPage(&page, doc, plotFolder(output))
	case "json":
		err = doc.JSON(&page)
	default:
		err = a.htmlPage(ctx, &page, b, doc)
	}
	if err != nil {
		return err
	}
	if output == "" || output == "-" {
		_, err := a.stdout.Write(page.Bytes())
		return err
	}
	if err := writePlots(filepath.Dir(output), plots); err != nil {
		return err
	}
	return writeAside(output, page.Bytes())
}

// plotFolder is where the plots of a Markdown page go, relative to it.
func plotFolder(output string) string {
	if output == "" || output == "-" {
		return "plots"
	}
	base := filepath.Base(output)
	return strings.TrimSuffix(base, filepath.Ext(base)) + "-plots"
}

func writePlots(dir string, plots map[string][]byte) error {
	for _, name := range sortedKeys(plots) {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := writeAside(file, plots[name]); err != nil {
			return err
		}
	}
	return nil
}

// writeAside writes a file aside and renames it: whole or not at all.
func writeAside(file string, data []byte) error {
	return renameio.WriteFile(file, data, 0o644, renameio.WithTempDir(filepath.Dir(file)))
}
