package render

import (
	"regexp"
	"strings"
	"sync"

	"github.com/profreport/profreport/internal/format"
	"github.com/profreport/profreport/internal/notebook"
	"github.com/profreport/profreport/internal/table"
)

// tableCell writes a table cell.
func (p *page) tableCell(c *notebook.Cell) {
	if c.Data == nil || len(c.Data.Rows) == 0 {
		p.empty(c, "")
		return
	}
	o := &p.body
	p.openFold(c, "")
	spec := c.Table
	if spec == nil {
		spec = &notebook.TableSpec{}
	}
	rows := sortedRows(c.Data, spec.Sort)
	all := len(rows)
	if spec.Limit > 0 && all > spec.Limit {
		rows = rows[:spec.Limit]
	}
	cols := columnsOf(spec, c.Data, rows)
	class := tableClass(spec, len(rows))
	o.raw(`<div class="tw" tabindex="0" role="region"`)
	label := c.Caption
	if label == "" {
		label = c.Query
	}
	o.attr("aria-label", "Table: "+label)
	o.raw("><table")
	if class != "" {
		o.raw(` class="`, class, `"`)
	}
	o.raw(">\n")
	if c.Caption != "" {
		o.raw("<caption>")
		p.caption(c)
		o.raw("</caption>\n")
	}
	p.tableHead(cols)
	p.tableRows(rows, cols, c.Data, spec, class)
	o.raw("</tbody>\n")
	if spec.Total {
		p.totals(rows, cols)
	}
	o.raw("</table></div>\n")
	if len(rows) < all {
		o.raw(`<p class="ref">`)
		o.text(plain(float64(len(rows))) + " of " + plain(float64(all)) + " rows")
		o.raw("</p>\n")
	}
	p.sql(c.Query, c.Data)
	p.closeFold(c)
}

// tableClass says how a table behaves: its heads sort, or its rows turn into
// cards on narrow screens.
func tableClass(spec *notebook.TableSpec, rows int) string {
	switch {
	case spec.Stack:
		return "stack"
	case spec.Group != "" || rows < 3:
		return ""
	}
	return "sort"
}

func (p *page) tableHead(cols []column) {
	o := &p.body
	o.raw("<thead><tr>")
	for _, col := range cols {
		o.raw(`<th scope="col"`)
		if col.right() {
			o.raw(` class="n"`)
		}
		o.raw(">")
		o.text(col.heading())
		o.raw("</th>")
	}
	o.raw("</tr></thead>\n<tbody>\n")
}

func (p *page) tableRows(rows [][]any, cols []column, t *table.Table, spec *notebook.TableSpec, class string) {
	o := &p.body
	group := -1
	if spec.Group != "" {
		group = t.Index(spec.Group)
	}
	path, run := t.Index("path"), t.Index("run")
	for i, row := range rows {
		if group >= 0 && (i == 0 || row[group] != rows[i-1][group]) {
			o.raw(`<tr class="g"><th scope="rowgroup"`)
			o.attr("colspan", grouplessInt(len(cols)))
			o.raw(">")
			o.text(format.Or(row[group], "", "", "not measured"))
			o.raw("</th></tr>\n")
		}
		o.raw("<tr>")
		for _, col := range cols {
			o.raw("<td")
			if col.right() {
				o.raw(` class="n"`)
			} else if s, _ := row[col.at].(string); len(s) <= shortCell {
				o.raw(` class="s"`)
			}
			if col.right() {
				if col.numeric && class == "sort" {
					o.attr("data-v", sortValue(row[col.at]))
				}
			}
			if class == "stack" {
				o.attr("data-h", col.heading())
			}
			o.raw(">")
			if col.at == path && path >= 0 {
				p.sourcePath(row[path], cellText(row, run))
			} else {
				p.tableValue(row, i, col)
			}
			o.raw("</td>")
		}
		o.raw("</tr>\n")
	}
}

// shortCell is how long a text may be, in bytes, that is not broken: names
// such as AIC-Search or TP=2 @128.
const shortCell = 18

func cellText(row []any, at int) string {
	if at < 0 {
		return ""
	}
	s, _ := row[at].(string)
	return s
}

// tableValue writes one value with its interval and note.
func (p *page) tableValue(row []any, i int, col column) {
	o := &p.body
	v := row[col.at]
	if col.Format == "verdict" {
		if k := chipOf(v); k.text != "" {
			k.write(o)
		} else {
			o.missing(or(col.Missing, "–"))
		}
	} else if s, ok := format.Number(v, col.Format, cellUnit(col.ColumnSpec)); !ok {
		o.missing(col.Missing)
	} else {
		switch {
		case col.best[i]:
			o.raw(`<b class="best" title="best of this column">`)
			o.text(s)
			o.raw("</b>")
		case isHash(s):
			o.hash(s)
		case col.Format == "code":
			o.raw("<code>")
			o.text(s)
			o.raw("</code>")
		default:
			o.text(s)
		}
		if col.low >= 0 && col.high >= 0 {
			o.interval(row[col.low], row[col.high], col.Format)
		}
	}
	if col.note >= 0 {
		if s, ok := format.Number(row[col.note], "", ""); ok && s != "" {
			if len(s) > shortCell { // a remark that may be broken into lines
				o.raw(` <small class="note">`)
			} else {
				o.raw(" <small>")
			}
			o.text(s)
			o.raw("</small>")
		}
	}
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// missing writes what stands for null: words in italics, or a dash where the
// column says that nothing applies.
func (o *out) missing(text string) {
	switch text {
	case "":
		text = "not measured"
	case "-", "–", "—":
		o.raw("–")
		return
	}
	o.raw(`<span class="miss">`)
	o.text(text)
	o.raw("</span>")
}

// interval writes a 95 % interval in small brackets, in the digits of its
// value.
func (o *out) interval(low, high any, spec string) {
	a, ok := format.Number(low, spec, "")
	b, ok2 := format.Number(high, spec, "")
	if !ok || !ok2 {
		return
	}
	if spec == "percent" || spec == "signed_percent" { // one unit for both
		a = strings.TrimSuffix(a, thin+"%")
	}
	o.raw(" <small>[")
	o.text(a)
	o.raw(", ")
	o.text(b)
	o.raw("]</small>")
}

// hash writes the start of a SHA-256 with the whole of it at hand.
func (o *out) hash(s string) {
	o.raw("<code")
	o.attr("title", s)
	o.raw(">")
	o.text(s[:min(16, len(s))])
	o.raw("…</code>")
}

func (p *page) hash(o *out, s string) { o.hash(s) }

var hashPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9a-f]{64}$`) })

func isHash(s string) bool { return len(s) == 64 && hashPattern().MatchString(s) }
