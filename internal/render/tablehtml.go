package render

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/profreport/profreport/internal/format"
	"github.com/profreport/profreport/internal/notebook"
	"github.com/profreport/profreport/internal/table"
)

// column is one shown column of a table.
type column struct {
	notebook.ColumnSpec
	at, low, high, note int // positions in the rows, -1 for none
	numeric             bool
	best                map[int]bool // rows with the best value
}

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
	class := "sort"
	switch {
	case spec.Stack:
		class = "stack"
	case spec.Group != "" || len(rows) < 3:
		class = ""
	}
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
			o.raw(` <small class="note">`)
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

// columnsOf returns the columns to show and finds the best value of those
// that say what is better.
func columnsOf(spec *notebook.TableSpec, t *table.Table, rows [][]any) []column {
	specs := spec.Columns
	if len(specs) == 0 {
		for _, c := range t.Columns {
			specs = append(specs, notebook.ColumnSpec{Name: c.Name})
		}
	}
	var cols []column
	for _, s := range specs {
		at := t.Index(s.Name)
		if at < 0 || s.Hidden || s.Name == spec.Group {
			continue
		}
		index := func(name string) int {
			if name == "" {
				return -1
			}
			return t.Index(name)
		}
		c := column{ColumnSpec: s, at: at, low: index(s.Low), high: index(s.High), note: index(s.Note)}
		c.numeric = isNumeric(t.Columns[at].Type, at, rows) && s.Format != "text" && s.Format != "verdict" && s.Format != "code"
		if c.numeric && s.Better != "" {
			c.best = bestRows(rows, at, s.Better)
		}
		cols = append(cols, c)
	}
	return cols
}

func isNumeric(t table.Type, at int, rows [][]any) bool {
	switch t {
	case table.Int, table.Float:
		return true
	case table.Text:
		return false
	}
	numbers := 0
	for _, row := range rows {
		switch row[at].(type) {
		case int64, float64:
			numbers++
		case string:
			return false
		}
	}
	return numbers > 0
}

// bestRows returns the rows with the best value; ties are all best. A single
// value is not marked.
func bestRows(rows [][]any, at int, better string) map[int]bool {
	best, n := math.Inf(1), 0
	score := func(row []any) float64 {
		v, ok := table.Number(row[at])
		if !ok || math.IsNaN(v) {
			return math.Inf(1)
		}
		switch better {
		case "higher":
			return -v
		case "zero":
			return math.Abs(v)
		}
		return v
	}
	for _, row := range rows {
		if s := score(row); !math.IsInf(s, 1) {
			best = math.Min(best, s)
			n++
		}
	}
	marks := map[int]bool{}
	if n < 2 {
		return marks
	}
	for i, row := range rows {
		if score(row) == best {
			marks[i] = true
		}
	}
	return marks
}

// right says whether the column is set right.
func (c column) right() bool {
	if c.Align != "" {
		return c.Align == "right"
	}
	return c.numeric
}

// heading is the label with the unit in brackets, unless cells carry it.
func (c column) heading() string {
	label := c.Label
	if label == "" {
		label = strings.ReplaceAll(c.Name, "_", " ")
	}
	if c.Unit != "" && cellUnit(c.ColumnSpec) == "" && c.numeric && c.Format != "duration" && c.Format != "bytes" && !strings.Contains(label, "[") {
		label += " [" + c.Unit + "]"
	}
	return label
}

// cellUnit is the unit that each cell repeats: only durations need it, to know
// what they count in.
func cellUnit(c notebook.ColumnSpec) string {
	if c.Format == "duration" {
		return c.Unit
	}
	return ""
}

// sortValue is the raw value that the sorting script compares; empty sorts
// last.
func sortValue(v any) string {
	f, ok := table.Number(v)
	if !ok || math.IsNaN(f) || math.IsInf(f, 0) {
		return ""
	}
	return shortFloat(f)
}

// sortedRows returns the rows in the order that the names ask for, "-" before
// a name for descending. Nulls come last either way.
func sortedRows(t *table.Table, by []string) [][]any {
	rows := slices.Clone(t.Rows)
	if len(by) == 0 {
		return rows
	}
	slices.SortStableFunc(rows, func(a, b []any) int {
		for _, name := range by {
			down := strings.HasPrefix(name, "-")
			i := t.Index(strings.TrimPrefix(name, "-"))
			if i < 0 {
				continue
			}
			if c := compareCells(a[i], b[i], down); c != 0 {
				return c
			}
		}
		return 0
	})
	return rows
}

func compareCells(a, b any, down bool) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	x, okX := table.Number(a)
	y, okY := table.Number(b)
	c := 0
	switch {
	case okX && okY:
		c = compareNaN(x, y)
	case okX:
		c = -1
	case okY:
		c = 1
	default:
		s, _ := a.(string)
		t, _ := b.(string)
		c = strings.Compare(s, t)
	}
	if down {
		return -c
	}
	return c
}
