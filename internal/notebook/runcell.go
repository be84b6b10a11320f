package notebook

import (
	"sort"
	"strings"

	"github.com/yuin/goldmark/parser"
	gmtext "github.com/yuin/goldmark/text"

	"github.com/yuin/goldmark/ast"

	"github.com/profreport/profreport/internal/table"
)

// cell runs one cell and adds it to the document.
func (st *state) cell(c *cellNode, ns *names, sc *scope) {
	out := &Cell{
		Kind: c.kind, Line: c.line, Start: c.item.start, End: c.item.end, Hidden: c.hidden, Folded: c.folded,
	}
	switch c.kind {
	case "sql":
		out.Name = c.name
	case "listing":
		out.Listing = c.name
	default:
		out.Query = c.name
	}
	show, err := true, error(nil)
	if c.cond != nil {
		var holds any
		holds, err = st.condition(c.cond, ns, sc)
		show = holds == true
	}
	if err == nil && !show {
		return
	}
	st.flush()
	if err == nil {
		err = st.runCell(c, out, ns, sc)
	}
	if err != nil {
		f := asFault(err)
		if f.Cell == "" {
			f.Cell = c.name
		}
		out.Err = &f
		st.fault(f)
	}
	st.doc.Blocks = append(st.doc.Blocks, Block{Cell: out})
	st.doc.parts = append(st.doc.parts, Block{Cell: out})
}

// runCell gets a cell's rows and works out its options.
func (st *state) runCell(c *cellNode, out *Cell, ns *names, sc *scope) error {
	if f := st.broken[c]; f != nil {
		return &placed{*f}
	}
	if c.kind == "listing" {
		return st.options(c, out, ns, sc)
	}
	n := ns.find(c.name)
	if c.kind != "sql" {
		if n = st.source(c); n == nil {
			return &placed{*st.broken[c]}
		}
	}
	t, err := st.query(n, sc)
	if err != nil {
		return err
	}
	st.learn(n, t.Columns)
	out.Data = t
	if c.kind == "sql" {
		return nil
	}
	if faults := st.checkColumns(c, t.Columns); len(faults) > 0 {
		return &placed{faults[0]}
	}
	return st.options(c, out, ns, sc)
}

// options works out the options of a table, plot, tiles or listing cell.
func (st *state) options(c *cellNode, out *Cell, ns *names, sc *scope) error {
	s := c.spec
	for _, t := range s.texts {
		if t != s.caption && t != s.empty {
			*t.to = st.fill(t, ns, sc, out)
		}
	}
	if s.empty != nil {
		out.Empty = st.fill(s.empty, ns, sc, out)
	}
	if s.caption != nil {
		out.Caption, out.CaptionProse = st.caption(s.caption, ns, sc, out)
	}
	if out.Data != nil {
		kept, err := st.where(s.where, out.Data, ns, sc)
		if err != nil {
			return err
		}
		out.Data = kept
	}
	switch c.kind {
	case "table":
		out.Table = st.tableSpec(c, out.Data)
		out.Data = sortTable(out.Data, out.Table.Sort)
	case "plot":
		p, err := st.plotSpec(c, ns, sc, out)
		if err != nil {
			return err
		}
		out.Plot = p
	case "tiles":
		out.Tiles = &TilesSpec{Columns: map[string]string{}}
		for _, role := range tileRoles {
			if column := s.tiles.Columns[role.name]; column != "" {
				out.Tiles.Columns[role.name] = column
			} else if out.Data.Index(role.name) >= 0 {
				out.Tiles.Columns[role.name] = role.name
			}
		}
	}
	return nil
}

// where keeps the rows that all filters let through.
func (st *state) where(filters []filter, t *table.Table, ns *names, sc *scope) (*table.Table, error) {
	if len(filters) == 0 {
		return t, nil
	}
	wanted := make([][]any, len(filters))
	for i, f := range filters {
		for _, v := range f.values {
			value, err := st.dynamic(v, ns, sc)
			if err != nil {
				return nil, err
			}
			if many := items(value); many != nil {
				wanted[i] = append(wanted[i], many...)
			} else {
				wanted[i] = append(wanted[i], plainValue(value))
			}
		}
	}
	out := &table.Table{Columns: t.Columns}
rows:
	for r, row := range t.Rows {
		for i, f := range filters {
			if !oneOf(t.Value(r, f.column), wanted[i]) {
				continue rows
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out, nil
}

// oneOf compares as `is` does in SQL: null is null.
func oneOf(v any, wanted []any) bool {
	for _, w := range wanted {
		if v == nil || w == nil {
			if v == nil && w == nil {
				return true
			}
			continue
		}
		if same(plainValue(v), plainValue(w)) {
			return true
		}
	}
	return false
}

// dynamic evaluates the value of an option.
func (st *state) dynamic(v *dynamic, ns *names, sc *scope) (any, error) {
	if v.expr == nil {
		return v.literal, nil
	}
	return st.eval(v.expr, ns, sc)
}

// tableSpec lists the columns to show, with labels, units and formats.
func (st *state) tableSpec(c *cellNode, t *table.Table) *TableSpec {
	out := *c.spec.table
	out.Columns = nil
	shown := c.spec.shown
	if shown == nil {
		for _, column := range t.Columns {
			shown = append(shown, column.Name)
		}
	}
	q := st.env.Runner.Set.Get(c.name)
	helpers := map[string]bool{} // columns that show as part of another
	for _, l := range c.spec.looks {
		helpers[l.Low], helpers[l.High], helpers[l.Note] = true, true, true
	}
	for _, name := range shown {
		spec := ColumnSpec{Name: name}
		for _, l := range c.spec.looks {
			if l.Name == name {
				spec = *l
			}
		}
		if helpers[name] && c.spec.shown == nil && spec == (ColumnSpec{Name: name}) {
			spec.Hidden = true
		}
		l := lookOf(q, name)
		if spec.Label == "" {
			spec.Label = l.label
		}
		if !spec.unitSet && spec.Unit == "" {
			spec.Unit = l.unit
		}
		if spec.Format == "" && (!spec.unitSet || spec.Unit == l.unit) {
			spec.Format = l.format
		}
		if spec.Missing == "" {
			spec.Missing = Missing
		}
		out.Columns = append(out.Columns, spec)
	}
	return &out
}

// sortTable sorts rows by columns, "-" before a name turning the order round;
// null comes last, ties stay as the query gave them.
func sortTable(t *table.Table, by []string) *table.Table {
	if len(by) == 0 {
		return t
	}
	out := &table.Table{Columns: t.Columns, Rows: append([][]any(nil), t.Rows...)}
	type key struct {
		column     int
		descending bool
	}
	var keys []key
	for _, b := range by {
		keys = append(keys, key{t.Index(strings.TrimPrefix(b, "-")), strings.HasPrefix(b, "-")})
	}
	sort.SliceStable(out.Rows, func(i, j int) bool {
		for _, k := range keys {
			if k.column < 0 {
				continue
			}
			a, b := plainValue(out.Rows[i][k.column]), plainValue(out.Rows[j][k.column])
			if before(a, b, k.descending) {
				return true
			}
			if before(b, a, k.descending) {
				return false
			}
		}
		return false
	})
	return out
}

// plotSpec copies a plot's options with its lines, bands and axis labels
// worked out.
func (st *state) plotSpec(c *cellNode, ns *names, sc *scope, out *Cell) (*PlotSpec, error) {
	p := *c.spec.plot
	p.Lines, p.Bands = nil, nil
	for _, l := range c.spec.lines {
		x, xErr := st.position(l.x, ns, sc)
		y, yErr := st.position(l.y, ns, sc)
		if xErr != nil || yErr != nil {
			return nil, first(xErr, yErr)
		}
		if x == nil && y == nil {
			continue // the limit is not known: no line
		}
		spec := LineSpec{X: x, Y: y, Role: l.role}
		if l.label != nil {
			spec.Label = st.fill(l.label, ns, sc, out)
		}
		p.Lines = append(p.Lines, spec)
	}
	for _, b := range c.spec.bands {
		x, xErr := st.range2(b.x, ns, sc)
		y, yErr := st.range2(b.y, ns, sc)
		if xErr != nil || yErr != nil {
			return nil, first(xErr, yErr)
		}
		if x == nil && y == nil {
			continue
		}
		spec := BandSpec{X: x, Y: y}
		if b.label != nil {
			spec.Label = st.fill(b.label, ns, sc, out)
		}
		p.Bands = append(p.Bands, spec)
	}
	q := st.env.Runner.Set.Get(c.name)
	for _, axis := range []struct {
		column string
		label  *string
	}{{p.X, &p.XLabel}, {p.Y, &p.YLabel}} {
		if axis.column != "" && *axis.label == "" {
			l := lookOf(q, axis.column)
			*axis.label = l.label
			if l.unit != "" {
				*axis.label += " [" + l.unit + "]"
			}
		}
	}
	return &p, nil
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// position is the place of a line on its axis; nil when unknown.
func (st *state) position(v *dynamic, ns *names, sc *scope) (*float64, error) {
	if v == nil {
		return nil, nil
	}
	value, err := st.dynamic(v, ns, sc)
	if err != nil || plainValue(value) == nil {
		return nil, err
	}
	x, ok := number(plainValue(value))
	if !ok {
		return nil, &placed{st.nb.lines.fault(v.at, "want a number, got %s", typeName(plainValue(value)))}
	}
	return &x, nil
}

// range2 is the two ends of a band; nil when one is unknown.
func (st *state) range2(ends []*dynamic, ns *names, sc *scope) ([]float64, error) {
	var out []float64
	for _, v := range ends {
		x, err := st.position(v, ns, sc)
		if err != nil || x == nil {
			return nil, err
		}
		out = append(out, *x)
	}
	return out, nil
}

// fill puts the values into an option's text. A value that fails breaks the
// cell it stands in.
func (st *state) fill(t *template, ns *names, sc *scope, c *Cell) string {
	var b strings.Builder
	for _, p := range t.parts {
		if p.span == nil {
			b.WriteString(p.literal)
			continue
		}
		in := &Inline{Expr: strings.TrimSpace(p.span.text), Start: p.span.start, End: p.span.end}
		st.value(in, &inlineValue{span: *p.span, expr: p.expr, names: ns}, sc)
		if in.Err != nil && c != nil && c.Err == nil {
			c.Err = in.Err
		}
		b.WriteString(in.Text)
	}
	return b.String()
}

// caption fills in a caption, as Markdown and as a tree.
func (st *state) caption(t *template, ns *names, sc *scope, c *Cell) (string, *Prose) {
	src := []byte(t.source.text)
	p := &Prose{Source: src, Start: t.source.start, End: t.source.end, Line: st.nb.lines.line(t.source.start)}
	p.AST = markdown().Parse(gmtext.NewReader(src), parser.WithContext(parser.NewContext(parser.WithIDs(st.ids))))
	_ = ast.Walk(p.AST, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		node, ok := n.(*InlineNode)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		in := &Inline{Expr: strings.TrimSpace(node.span.text), From: node.span.start, To: node.span.end}
		in.Start, in.End = t.source.offset(in.From), t.source.offset(max(in.To-1, 0))+1
		in.Line = st.nb.lines.line(in.Start)
		for _, part := range t.parts {
			if part.span != nil && part.from == in.From {
				st.value(in, &inlineValue{span: *part.span, expr: part.expr, names: ns}, sc)
			}
		}
		if in.Err != nil && c.Err == nil {
			c.Err = in.Err
		}
		node.Inline = in
		p.Inlines = append(p.Inlines, in)
		return ast.WalkContinue, nil
	})
	var b strings.Builder
	p.splice(&b)
	return b.String(), p
}
