package render

import (
	"strings"

	"github.com/profreport/profreport/internal/format"
	"github.com/profreport/profreport/internal/notebook"
)

// listing writes what the page knows of itself. Rows that the cell brings are
// shown only where the page has nothing of its own.
func (p *page) listing(c *notebook.Cell) {
	own := map[string]int{
		"queries": len(p.doc.Queries), "metrics": len(p.opt.Metrics), "sources": len(p.opt.Sources),
		"problems": len(p.opt.Problems), "params": len(p.doc.Params),
	}[c.Listing]
	if own == 0 && c.Data != nil && len(c.Data.Rows) > 0 {
		t := *c
		t.Folded = false
		p.tableCell(&t)
		return
	}
	switch c.Listing {
	case "queries":
		p.listQueries()
	case "metrics":
		p.listMetrics(c)
	case "sources":
		p.listSources(c)
	case "problems":
		p.listProblems(c)
	case "params":
		p.listParams(c)
	}
}

// listQueries writes every query that ran. The first text of a query on the
// page carries its anchor; on paper this listing is the one that shows.
func (p *page) listQueries() {
	o := &p.body
	o.raw("<div class=\"texts\">\n")
	for i := range p.doc.Queries {
		q := &p.doc.Queries[i]
		id := "app-" + q.Name
		if !p.shown[q.Name] {
			id = "sql-" + q.Name
			p.shown[q.Name] = true
		}
		o.raw("<details")
		o.attr("id", id)
		o.raw("><summary>")
		o.text(q.Name)
		o.raw("</summary>\n")
		p.queryText(q)
		o.raw("</details>\n")
	}
	o.raw("</div>\n")
}

// restOfQueries writes the queries that numbers lead to but no figure, table
// or listing has shown.
func (p *page) restOfQueries([]section) {
	var rest []*notebook.QueryText
	for i := range p.doc.Queries {
		if q := &p.doc.Queries[i]; !p.shown[q.Name] {
			rest = append(rest, q)
		}
	}
	if len(rest) == 0 {
		return
	}
	o := &p.body
	o.raw("<section class=\"rest\" aria-label=\"Queries\">\n<p class=\"k\">Queries behind the numbers</p>\n")
	for _, q := range rest {
		p.sql(q.Name, nil)
	}
	o.raw("</section>\n")
}

// head of a listing's table.
func (p *page) listHead(class, label string, columns ...string) {
	o := &p.body
	o.raw(`<div class="tw" tabindex="0" role="region"`)
	o.attr("aria-label", label)
	o.raw(`><table class="`, class, `">`, "\n<thead><tr>")
	for _, c := range columns {
		name, right := strings.CutPrefix(c, ">")
		o.raw(`<th scope="col"`)
		if right {
			o.raw(` class="n"`)
		}
		o.raw(">", name, "</th>")
	}
	o.raw("</tr></thead>\n<tbody>\n")
}

func (p *page) listFoot() { p.body.raw("</tbody></table></div>\n") }

// td writes a cell of a listing; kind is "", n or code.
func (p *page) td(head, kind, text string) {
	o := &p.body
	o.raw("<td")
	if kind == "n" {
		o.raw(` class="n"`)
	}
	o.attr("data-h", head)
	o.raw(">")
	switch {
	case text == "":
		o.raw("–")
	case kind == "code":
		o.raw("<code>")
		o.text(text)
		o.raw("</code>")
	default:
		o.text(text)
	}
	o.raw("</td>")
}

func (p *page) listMetrics(c *notebook.Cell) {
	if len(p.opt.Metrics) == 0 {
		p.emptyListing(c, "no metric is defined")
		return
	}
	o := &p.body
	p.listHead("stack", "Metrics", "Name", "Unit", "Better", "Definition", "Limit")
	for _, m := range p.opt.Metrics {
		o.raw("<tr")
		o.attr("id", "metric-"+m.Name)
		o.raw(`><td data-h="Name"><b>`)
		o.text(m.Name)
		o.raw("</b></td>")
		p.td("Unit", "", m.Unit)
		p.td("Better", "", map[string]string{"zero": "closer to 0"}[m.Better]+strings.TrimSuffix(m.Better, "zero"))
		o.raw(`<td data-h="Definition">`)
		o.text(m.Doc)
		o.raw(" <code>")
		o.text(m.Expr)
		o.raw("</code> <small>")
		if m.Query != "" {
			o.raw("over ")
			if a := p.anchorOf(m.Query); a != "" {
				o.raw(`<a class="q"`)
				o.attr("href", "#"+a)
				o.raw(">")
				o.text(m.Query)
				o.raw("</a>")
			} else {
				o.text(m.Query)
			}
		}
		if m.From != "" {
			o.raw(" · ")
			o.text(m.From)
		}
		if m.SHA256 != "" {
			o.raw(" · ")
			o.hash(m.SHA256)
		}
		o.raw("</small></td>")
		p.td("Limit", "code", m.Limit)
		o.raw("</tr>\n")
	}
	p.listFoot()
}

// listingName is the summary line of a folded listing: what and how much.
func (p *page) listingName(c *notebook.Cell) string {
	n := map[string]int{
		"queries": len(p.doc.Queries), "metrics": len(p.opt.Metrics), "sources": len(p.opt.Sources),
		"problems": len(p.opt.Problems), "params": len(p.doc.Params),
	}[c.Listing]
	if n == 0 && c.Data != nil {
		n = len(c.Data.Rows)
	}
	many := map[string]string{"params": "parameters", "sources": "source files"}[c.Listing]
	if many == "" {
		many = c.Listing
	}
	if n == 1 {
		many = map[string]string{"queries": "query", "params": "parameter", "sources": "source file"}[c.Listing]
		if many == "" {
			many = strings.TrimSuffix(c.Listing, "s")
		}
	}
	return plain(float64(n)) + " " + many
}

func (p *page) emptyListing(c *notebook.Cell, text string) {
	o := &p.body
	if c.Empty != "" {
		text = c.Empty
	}
	o.raw("<p class=\"empty\">")
	o.text(text)
	o.raw("</p>\n")
}

func (p *page) listSources(c *notebook.Cell) {
	if len(p.opt.Sources) == 0 {
		p.emptyListing(c, "no file was read")
		return
	}
	o := &p.body
	p.listHead("sort", "Sources", "Run", "File", "Kind", ">Bytes", "SHA-256")
	for _, s := range p.opt.Sources {
		o.raw("<tr")
		o.attr("id", p.sources[s.Run+"|"+s.Path])
		o.raw(">")
		p.td("Run", "", s.Run)
		p.td("File", "code", s.Path)
		p.td("Kind", "", s.Kind)
		o.raw(`<td class="n"`)
		o.attr("data-v", grouplessInt(int(s.Bytes)))
		o.raw(` data-h="Bytes">`)
		o.text(format.Or(s.Bytes, "int", "", ""))
		o.raw(`</td><td data-h="SHA-256">`)
		o.hash(s.SHA256)
		o.raw("</td></tr>\n")
	}
	p.listFoot()
}

// sourcePath writes a path; one that is in the listing of sources leads there.
func (p *page) sourcePath(v any, run string) {
	o := &p.body
	path, _ := v.(string)
	if path == "" {
		o.missing("–")
		return
	}
	a := p.sources[run+"|"+path]
	if a != "" {
		o.raw("<a")
		o.attr("href", "#"+a)
		o.raw(">")
	}
	o.raw("<code>")
	o.text(path)
	o.raw("</code>")
	if a != "" {
		o.raw("</a>")
	}
}

func (p *page) listProblems(c *notebook.Cell) {
	if len(p.opt.Problems) == 0 {
		p.emptyListing(c, "every record was read")
		return
	}
	o := &p.body
	p.listHead("stack", "Problems", "Where", "Severity", "Reason")
	for _, q := range p.opt.Problems {
		o.raw(`<tr><td data-h="Where">`)
		where := q.Path
		if q.Line > 0 {
			where += ":" + grouplessInt(q.Line)
		}
		if a := p.sources[q.Run+"|"+q.Path]; a != "" {
			o.raw("<a")
			o.attr("href", "#"+a)
			o.raw("><code>")
			o.text(where)
			o.raw("</code></a>")
		} else {
			o.raw("<code>")
			o.text(where)
			o.raw("</code>")
		}
		if q.Run != "" {
			o.raw(" <small>")
			o.text(q.Run)
			o.raw("</small>")
		}
		o.raw(`</td><td data-h="Severity">`)
		chipOf(q.Severity).write(o)
		o.raw("</td>")
		p.td("Reason", "", q.Message)
		o.raw("</tr>\n")
	}
	p.listFoot()
}

func (p *page) listParams(c *notebook.Cell) {
	if len(p.doc.Params) == 0 {
		p.emptyListing(c, "this notebook has no parameters")
		return
	}
	o := &p.body
	p.listHead("stack", "Parameters", "Name", "Value", "Default", "Meaning")
	for _, q := range p.doc.Params {
		o.raw("<tr>")
		p.td("Name", "code", q.Name)
		value := format.Or(q.Value, "", "", "")
		o.raw(`<td data-h="Value">`)
		if value == "" {
			o.missing("not set")
		} else {
			o.text(value)
		}
		if q.Set {
			o.raw(" <small>set</small>")
		}
		o.raw("</td>")
		p.td("Default", "", format.Or(q.Default, "", "", ""))
		p.td("Meaning", "", q.Doc)
		o.raw("</tr>\n")
	}
	p.listFoot()
}
