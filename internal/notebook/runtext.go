package notebook

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

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
	p.AST = markdown().Parse(text.NewReader(src), parser.WithContext(parser.NewContext(parser.WithIDs(st.ids))))
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
