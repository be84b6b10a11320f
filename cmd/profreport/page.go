package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/profreport/profreport/internal/notebook"
	"github.com/profreport/profreport/internal/render"
	"github.com/profreport/profreport/internal/store"
	"github.com/profreport/profreport/internal/table"
)

// htmlPage writes the page of an executed notebook, with the data behind it.
func (a *app) htmlPage(ctx context.Context, w io.Writer, b *build, doc *notebook.Document) error {
	opt := render.PageOptions{Version: version, Commit: commit(), Reload: b.reload}
	parts, err := b.runner.Table(ctx, "report_header")
	if err != nil {
		return err
	}
	for i := range parts.Rows {
		if part, ok := parts.Value(i, "part").(string); ok && part != "" {
			opt.Header = append(opt.Header, part)
		}
	}
	if err := b.listings(ctx, &opt); err != nil {
		return err
	}
	if opt.Data, err = b.data(ctx); err != nil {
		return err
	}
	if opt.Data == nil {
		opt.Foot = append(opt.Foot, "The data behind this page is too large to travel in it; the archive holds it.")
	}
	opt.Foot = append(opt.Foot, "SQLite "+store.SQLiteVersion())
	return render.HTML(w, doc, opt)
}

func (a *app) htmlBytes(ctx context.Context, b *build, doc *notebook.Document) ([]byte, error) {
	var page bytes.Buffer
	err := a.htmlPage(ctx, &page, b, doc)
	return page.Bytes(), err
}

// listings fills what the listing cells of a page show.
func (b *build) listings(ctx context.Context, opt *render.PageOptions) error {
	sources, err := b.runner.Table(ctx, "report_sources")
	if err != nil {
		return err
	}
	for i := range sources.Rows {
		s := render.Source{Run: text(sources, i, "run"), Path: text(sources, i, "path"), Kind: text(sources, i, "kind"), SHA256: text(sources, i, "sha256")}
		s.Bytes, _ = sources.Value(i, "bytes").(int64)
		opt.Sources = append(opt.Sources, s)
	}
	problems, err := b.runner.Table(ctx, "report_problems")
	if err != nil {
		return err
	}
	for i := range problems.Rows {
		p := render.Problem{Run: text(problems, i, "run"), Path: text(problems, i, "path"), Severity: text(problems, i, "severity"), Message: text(problems, i, "message")}
		line, _ := problems.Value(i, "line").(int64)
		p.Line = int(line)
		opt.Problems = append(opt.Problems, p)
	}
	for _, d := range b.metrics.All() {
		opt.Metrics = append(opt.Metrics, render.Metric{
			Name: d.Name, Doc: d.Doc, Unit: d.Unit, Better: d.Better, Expr: d.Expr, Query: d.Query, Limit: d.Limit, From: d.From, SHA256: d.SHA256(b.set),
		})
	}
	return nil
}

func text(t *table.Table, i int, column string) string {
	s, _ := t.Value(i, column).(string)
	return s
}

// markdownPage writes the Markdown of an executed notebook and returns its
// plots by the name that the page links to. A plot that can't be drawn becomes
// a fault of the document.
func (a *app) markdownPage(w io.Writer, doc *notebook.Document, folder string) (map[string][]byte, error) {
	plots := map[string][]byte{}
	image := func(c *notebook.Cell) string {
		svg, err := render.Plot(c.Plot, c.Data, render.PlotOptions{Name: c.Query, Methods: doc.Methods, Standalone: true})
		if errors.Is(err, render.ErrNoData) {
			return ""
		}
		if err != nil {
			doc.Faults = append(doc.Faults, notebook.Fault{File: doc.Path, Line: c.Line, Message: err.Error(), Cell: c.Query})
			return ""
		}
		name := path.Join(folder, c.Query+".svg")
		for n := 2; plots[name] != nil; n++ {
			name = path.Join(folder, fmt.Sprintf("%s-%d.svg", c.Query, n))
		}
		plots[name] = svg
		return name
	}
	if err := doc.Markdown(w, notebook.MarkdownOptions{Image: image, HideSQL: true}); err != nil {
		return nil, err
	}
	return plots, nil
}
