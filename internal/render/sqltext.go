package render

import (
	"net/url"
	"strings"

	"github.com/profreport/profreport/internal/format"
	"github.com/profreport/profreport/internal/notebook"
	"github.com/profreport/profreport/internal/table"
)

// sql writes the folded text of a query where it is first used, and a link to
// it from then on.
func (p *page) sql(name string, data *table.Table) {
	o := &p.body
	q := p.queries[name]
	if q == nil {
		if a := p.anchorOf(name); a != "" {
			o.raw(`<p class="cell-sql ref"><a class="q"`)
			o.attr("href", "#"+a)
			o.raw(">metric · ")
			o.text(name)
			o.raw("</a></p>\n")
		}
		return
	}
	if p.shown[name] {
		o.raw(`<p class="cell-sql ref"><a class="q"`)
		o.attr("href", "#sql-"+name)
		o.raw(">SQL · ")
		o.text(name)
		o.raw("</a></p>\n")
		return
	}
	p.shown[name] = true
	o.raw(`<details class="cell-sql"`)
	o.attr("id", "sql-"+name)
	o.raw("><summary>SQL · ")
	o.text(name)
	o.raw("</summary>\n")
	p.queryText(q)
	p.csvLink(name, data)
	o.raw("</details>\n")
}

// queryText writes the SQL with the values bound and where it comes from.
func (p *page) queryText(q *notebook.QueryText) {
	o := &p.body
	if q.Doc != "" {
		o.raw("<p>")
		o.text(q.Doc)
		o.raw("</p>\n")
	}
	o.raw(`<pre tabindex="0">`)
	o.text(strings.TrimSpace(q.SQL))
	o.raw("</pre>\n<p class=\"from\">")
	o.text(plain(float64(q.Rows)))
	if q.Rows == 1 {
		o.raw(" row")
	} else {
		o.raw(" rows")
	}
	if q.From != "" {
		o.raw(" · ")
		o.text(q.From)
	}
	for _, name := range sortedKeys(q.Params) {
		o.raw(" · <code>:")
		o.text(name)
		o.raw("</code> = ")
		o.text(format.Or(q.Params[name], "", "", "null"))
	}
	o.raw("</p>\n")
}

// csvRows and csvBytes are the most that a page carries as a link.
const csvRows, csvBytes = 200, 8 << 10

// csvLink offers the rows as a file where they are few.
func (p *page) csvLink(name string, data *table.Table) {
	if data == nil || len(data.Rows) == 0 || len(data.Rows) > csvRows {
		return
	}
	var csv strings.Builder
	if err := format.WriteTable(&csv, data, "csv"); err != nil || csv.Len() > csvBytes {
		return
	}
	o := &p.body
	o.raw(`<p><a class="dl"`)
	o.attr("download", name+".csv")
	o.attr("href", "data:text/csv;charset=utf-8,"+url.PathEscape(csv.String()))
	o.raw(">CSV, ")
	o.int(len(data.Rows))
	o.raw(" rows</a></p>\n")
}
