package notebook

import (
	"fmt"
	"io"
	"strings"

	"github.com/yuin/goldmark/ast"

	"github.com/profreport/profreport/internal/format"
	"github.com/profreport/profreport/internal/table"
)

// MarkdownOptions say how a document becomes Markdown.
type MarkdownOptions struct {
	// Image returns the name of the file that shows a plot, as a link in the
	// text; "" leaves the plot out. nil leaves out all.
	Image func(c *Cell) string
	// HideSQL leaves sql cells out.
	HideSQL bool
}

// Markdown writes the document as Markdown that GitHub renders: the author's
// bytes, with values, tables and links to plots in place of the braces and
// cells. Branches that were not taken are gone, loops are unrolled.
func (d *Document) Markdown(w io.Writer, opts MarkdownOptions) error {
	m := markdownWriter{opts: opts}
	for _, f := range d.Faults {
		if !f.Warning {
			m.b.WriteString("> **" + format.Markdown(f.Error()) + "**\n\n")
		}
	}
	if d.Title != "" && !d.beginsWithTitle() {
		m.b.WriteString("# " + format.Markdown(d.Title) + "\n\n")
	}
	for _, p := range d.parts {
		if p.Prose != nil {
			m.prose(p.Prose)
			continue
		}
		m.cell(d, p.Cell)
		m.afterCell = true
	}
	text := strings.TrimRight(m.b.String(), "\r\n")
	if text != "" {
		text += "\n"
	}
	_, err := io.WriteString(w, text)
	return err
}

// beginsWithTitle reports whether the text has a title of its own.
func (d *Document) beginsWithTitle() bool {
	if len(d.Blocks) == 0 || d.Blocks[0].Prose == nil {
		return false
	}
	h, ok := d.Blocks[0].Prose.AST.FirstChild().(*ast.Heading)
	return ok && h.Level == 1
}

type markdownWriter struct {
	b    strings.Builder
	opts MarkdownOptions

	afterCell bool
}

// prose writes prose. Where a cell was, one empty line is enough.
func (m *markdownWriter) prose(p *Prose) {
	var b strings.Builder
	p.splice(&b)
	text := b.String()
	if s := m.b.String(); s == "" || strings.HasSuffix(s, "\n\n") {
		text = strings.TrimLeft(text, "\r\n")
	} else if m.afterCell && text != "" && text[0] != '\n' && text[0] != '\r' {
		m.b.WriteByte('\n')
	}
	m.afterCell = m.afterCell && text == ""
	m.b.WriteString(text)
}

// blank makes sure that an empty line comes before what follows.
func (m *markdownWriter) blank() {
	s := m.b.String()
	switch {
	case s == "" || strings.HasSuffix(s, "\n\n"):
	case strings.HasSuffix(s, "\n"):
		m.b.WriteByte('\n')
	default:
		m.b.WriteString("\n\n")
	}
}

func (m *markdownWriter) cell(d *Document, c *Cell) {
	if c.Err != nil {
		m.blank()
		m.b.WriteString("> **" + format.Markdown(c.Err.Error()) + "**\n")
		return
	}
	if c.Hidden {
		return
	}
	m.blank()
	switch c.Kind {
	case "sql":
		if !m.opts.HideSQL {
			fmt.Fprintf(&m.b, "<details><summary>SQL · %s</summary>\n\n%s\n</details>\n", c.Name, strings.TrimRight(string(d.Source[c.Start:c.End]), "\r\n")+"\n")
		}
		return
	case "table":
		m.fold(c, func() { m.table(c) })
	case "plot":
		m.plot(c)
	case "tiles":
		m.tiles(c)
	case "listing":
		m.fold(c, func() { m.listing(c) })
	}
	if c.Caption != "" {
		m.blank()
		m.b.WriteString(strings.TrimSpace(c.Caption) + "\n")
	}
}

// fold puts what f writes behind a summary line when the cell asks for it.
func (m *markdownWriter) fold(c *Cell, f func()) {
	if !c.Folded {
		f()
		return
	}
	name := c.Query
	if name == "" {
		name = c.Listing
	}
	fmt.Fprintf(&m.b, "<details><summary>%s</summary>\n\n", name)
	f()
	m.b.WriteString("\n</details>\n")
}

// empty writes the line for a cell without rows, and reports whether it did.
func (m *markdownWriter) empty(c *Cell) bool {
	if c.Data != nil && len(c.Data.Rows) > 0 {
		return false
	}
	text := c.Empty
	if text == "" {
		text = Missing
	}
	m.b.WriteString("*" + strings.TrimSpace(text) + "*\n")
	return true
}

// table writes a table as GitHub's Markdown.
func (m *markdownWriter) table(c *Cell) {
	if m.empty(c) {
		return
	}
	var columns []ColumnSpec
	for _, spec := range c.Table.Columns {
		if !spec.Hidden {
			columns = append(columns, spec)
		}
	}
	for _, spec := range columns {
		m.b.WriteString("| " + format.Markdown(spec.Label) + " ")
	}
	m.b.WriteString("|\n")
	for _, spec := range columns {
		if alignRight(spec, c.Data) {
			m.b.WriteString("| ---: ")
		} else {
			m.b.WriteString("| --- ")
		}
	}
	m.b.WriteString("|\n")
	rows := len(c.Data.Rows)
	if c.Table.Limit > 0 {
		rows = min(rows, c.Table.Limit)
	}
	for i := range rows {
		for _, spec := range columns {
			m.b.WriteString("| " + cellText(spec, c.Data, i) + " ")
		}
		m.b.WriteString("|\n")
	}
	if rest := len(c.Data.Rows) - rows; rest > 0 {
		fmt.Fprintf(&m.b, "\n%d of %d rows shown.\n", rows, len(c.Data.Rows))
	}
}

func alignRight(spec ColumnSpec, t *table.Table) bool {
	if spec.Align != "" {
		return spec.Align == "right"
	}
	if j := t.Index(spec.Name); j >= 0 {
		for _, row := range t.Rows {
			if row[j] != nil {
				_, ok := table.Number(row[j])
				return ok
			}
		}
	}
	return false
}

// cellText writes one value with its interval and note.
func cellText(spec ColumnSpec, t *table.Table, row int) string {
	v := t.Value(row, spec.Name)
	text, ok := format.Number(v, spec.Format, spec.Unit)
	if !ok {
		text = "*" + format.Markdown(spec.Missing) + "*"
	} else if spec.Format == "code" {
		text = "`" + strings.NewReplacer("`", "'", "|", `\|`, "\n", " ").Replace(text) + "`"
	} else if spec.Format == "verdict" {
		text = verdict(text)
	} else {
		text = format.Markdown(text)
	}
	low, lowOK := format.Number(t.Value(row, spec.Low), spec.Format, "")
	high, highOK := format.Number(t.Value(row, spec.High), spec.Format, "")
	if ok && lowOK && highOK {
		text += fmt.Sprintf(" (%s to %s)", format.Markdown(low), format.Markdown(high))
	}
	if note, isText := t.Value(row, spec.Note).(string); isText && note != "" {
		text += "<br>" + format.Markdown(note)
	}
	return text
}

// verdict writes a verdict as glyph and word.
func verdict(v string) string {
	switch v {
	case "pass":
		return "✓ pass"
	case "fail":
		return "✕ fail"
	case "unknown":
		return "? can't tell"
	}
	return format.Markdown(v)
}

func (m *markdownWriter) plot(c *Cell) {
	if m.empty(c) {
		return
	}
	if m.opts.Image == nil {
		return
	}
	file := m.opts.Image(c)
	if file == "" {
		return
	}
	alt := c.Plot.Finding
	if alt == "" {
		alt = c.Plot.Heading
	}
	if alt == "" {
		alt = c.Query
	}
	fmt.Fprintf(&m.b, "![%s](<%s>)\n", format.Markdown(alt), file)
}

// tiles writes one line a tile.
func (m *markdownWriter) tiles(c *Cell) {
	if m.empty(c) {
		return
	}
	at := func(row int, role string) string {
		s, _ := c.Data.Value(row, c.Tiles.Columns[role]).(string)
		return s
	}
	for i := range c.Data.Rows {
		text, ok := format.Number(c.Data.Value(i, c.Tiles.Columns["value"]), at(i, "format"), at(i, "unit"))
		if !ok {
			text = "*" + Missing + "*"
		} else {
			text = format.Markdown(text)
		}
		fmt.Fprintf(&m.b, "- **%s**: %s", format.Markdown(at(i, "label")), text)
		if v := at(i, "verdict"); v != "" {
			m.b.WriteString(", " + verdict(v))
		}
		if n := at(i, "note"); n != "" {
			m.b.WriteString(". " + format.Markdown(n))
		}
		m.b.WriteByte('\n')
	}
}

func (m *markdownWriter) listing(c *Cell) {
	if m.empty(c) {
		return
	}
	_ = format.WriteTable(&m.b, c.Data, "md") // a strings.Builder can't fail
}
