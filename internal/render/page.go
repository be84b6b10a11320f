package render

import (
	"bytes"
	_ "embed"
	"io"
	"strings"

	"github.com/profreport/profreport/internal/notebook"
)

// PageOptions is what a page needs beside the notebook.
type PageOptions struct {
	Version, Commit string
	// Header is the strip on top; its first part is set in bold. Without one
	// the strip holds the title.
	Header []string
	// Sources, Problems and Metrics feed the listings of those names.
	Sources  []Source
	Problems []Problem
	Metrics  []Metric
	// Data is JSON that travels in the page for `profreport extract`.
	Data []byte
	// Foot is printed at the end, such as the SQLite version or a seed.
	Foot []string
	// Reload is the address of a script that reloads the page when its input
	// changes; only the watching server sets it.
	Reload string
}

// Source is one file that the figures come from.
type Source struct {
	Run, Path, Kind string
	Bytes           int64
	SHA256          string
}

// Problem is a record that ingest refused or doubts.
type Problem struct {
	Run, Path, Severity, Message string
	Line                         int
}

// Metric is a metric definition that is in force.
type Metric struct {
	Name, Doc, Unit, Better, Expr, Query, Limit string
	From                                        string // "built in", or the file
	SHA256                                      string // of the definition
}

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

// page is a page while it is written.
type page struct {
	doc     *notebook.Document
	opt     PageOptions
	methods methodLook
	queries map[string]*notebook.QueryText
	shown   map[string]bool // queries whose SQL has an anchor already
	metrics map[string]bool
	sources map[string]string // run|path -> anchor
	prose   *proseWriter
	body    out
}

// HTML writes the executed notebook as one page that opens without a network.
// The same document and options give the same bytes.
func HTML(w io.Writer, doc *notebook.Document, opt PageOptions) error {
	p := newPage(doc, opt)
	sections := p.sections()
	for i := range sections {
		p.section(&sections[i])
	}
	p.restOfQueries(sections)
	head := out{b: make([]byte, 0, 32<<10)}
	p.head(&head)
	p.header(&head)
	p.contents(&head, sections)
	head.raw("<main>\n")
	p.banner(&head)
	tail := out{b: make([]byte, 0, len(opt.Data)+len(opt.Data)/16+16<<10)}
	tail.raw("</main>\n")
	p.foot(&tail)
	p.data(&tail)
	p.scripts(&tail)
	tail.raw("</body>\n</html>\n")
	for _, part := range [][]byte{head.b, p.body.b, tail.b} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

func newPage(doc *notebook.Document, opt PageOptions) *page {
	p := &page{
		doc: doc, opt: opt, methods: newMethodLook(doc.Methods),
		queries: map[string]*notebook.QueryText{}, shown: map[string]bool{}, metrics: map[string]bool{}, sources: map[string]string{},
	}
	for i := range doc.Queries {
		p.queries[doc.Queries[i].Name] = &doc.Queries[i]
	}
	for _, m := range opt.Metrics {
		p.metrics[m.Name] = true
	}
	if p.lists("sources") {
		for i, s := range opt.Sources {
			p.sources[s.Run+"|"+s.Path] = "source-" + grouplessInt(i+1)
		}
	}
	p.prose = newProseWriter(p)
	p.body.b = make([]byte, 0, 256<<10)
	return p
}

// lists says whether the notebook has a listing of that name.
func (p *page) lists(name string) bool {
	for _, b := range p.doc.Blocks {
		if c := b.Cell; c != nil && c.Kind == "listing" && c.Listing == name && !c.Hidden {
			return true
		}
	}
	return false
}

func (p *page) head(o *out) {
	o.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n")
	// Nothing is fetched, whatever a name in the data looks like.
	csp := "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
	if p.opt.Reload != "" {
		csp = "default-src 'none'; style-src 'unsafe-inline'; script-src 'self' 'unsafe-inline'; connect-src 'self'; img-src data:"
	}
	o.raw(`<meta http-equiv="Content-Security-Policy" content="`, csp, "\">\n")
	o.raw(`<meta name="generator"`)
	o.attr("content", strings.TrimSpace("profreport "+p.opt.Version))
	o.raw(">\n<title>")
	o.text(p.title())
	o.raw("</title>\n<style>\n", colorCSS, plotCSS, pageCSS, "</style>\n</head>\n<body>\n")
	o.raw(`<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>`, hatchPattern, "</defs></svg>\n<div class=\"page\">\n")
}

func (p *page) title() string {
	if p.doc.Title != "" {
		return p.doc.Title
	}
	return "profreport"
}

func (p *page) header(o *out) {
	o.raw("<header class=\"top\">")
	parts := p.opt.Header
	if len(parts) == 0 {
		parts = []string{p.title()}
	}
	for i, s := range parts {
		o.raw("<span>")
		if i == 0 {
			o.raw("<b>")
		}
		o.text(s)
		if i == 0 {
			o.raw("</b>")
		}
		o.raw("</span>")
	}
	o.raw("</header>\n")
}

func (p *page) contents(o *out, sections []section) {
	o.raw("<nav class=\"toc\" aria-label=\"Contents\">\n")
	for _, s := range sections {
		o.raw("<a")
		o.attr("href", "#"+s.id)
		o.raw("><span>")
		if s.number > 0 {
			o.int(s.number)
			o.raw(" ")
		}
		o.text(s.short())
		o.raw("</span>")
		if v := s.verdict; v != 0 && s.number > 0 {
			o.raw(`<i class="`, v.class(), `" role="img"`)
			o.attr("aria-label", v.word())
			o.raw(">", v.glyph(), "</i>")
		}
		o.raw("</a>\n")
	}
	o.raw("</nav>\n")
}

func (p *page) foot(o *out) {
	o.raw("<footer class=\"foot\"><p>profreport ")
	o.text(p.opt.Version)
	if p.opt.Commit != "" {
		o.raw(" (<code>")
		o.text(p.opt.Commit)
		o.raw("</code>)")
	}
	if p.doc.Path != "" {
		o.raw(" · notebook <code>")
		o.text(p.doc.Path)
		o.raw("</code>, SHA-256 ")
		p.hash(o, sha256Hex(p.doc.Source))
	}
	if n := len(p.opt.Sources); n > 0 {
		o.raw(" · ")
		o.int(n)
		o.raw(" source files, together ")
		p.hash(o, sourcesHash(p.opt.Sources))
	}
	for _, s := range p.opt.Foot {
		o.raw(" · ")
		o.text(s)
	}
	o.raw("</p></footer>\n</div>\n")
}

// data embeds the opaque bytes. "<" can only stand inside JSON strings, where
// its escape means the same; so no text in the data ends the element.
func (p *page) data(o *out) {
	if len(p.opt.Data) == 0 {
		return
	}
	o.raw("<script type=\"application/json\" id=\"profreport-data\">\n")
	rest := p.opt.Data
	for {
		i := bytes.IndexByte(rest, '<')
		if i < 0 {
			break
		}
		o.b = append(append(o.b, rest[:i]...), `\u003c`...)
		rest = rest[i+1:]
	}
	o.b = append(o.b, rest...)
	o.raw("\n</script>\n")
}

func (p *page) scripts(o *out) {
	o.raw("<script>\n", pageJS, "</script>\n")
	if p.opt.Reload != "" {
		o.raw("<script")
		o.attr("src", p.opt.Reload)
		o.raw("></script>\n")
	}
}
