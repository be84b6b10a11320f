package render

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"

	"github.com/profreport/profreport/internal/notebook"
)

// proseWriter turns Markdown into HTML: goldmark's renderer with nodes of ours
// for values, links and everything that could carry markup of its own.
type proseWriter struct {
	page *page
	r    renderer.Renderer
}

func newProseWriter(p *page) *proseWriter {
	w := &proseWriter{page: p}
	w.r = renderer.NewRenderer(renderer.WithNodeRenderers(
		util.Prioritized(w, 100),
		util.Prioritized(extension.NewTableHTMLRenderer(), 500),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(extension.NewTaskCheckBoxHTMLRenderer(), 500),
		util.Prioritized(html.NewRenderer(), 1000)))
	return w
}

// RegisterFuncs implements renderer.NodeRenderer.
func (w *proseWriter) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(notebook.KindInline, w.inline)
	reg.Register(ast.KindText, textNode)
	reg.Register(ast.KindString, stringNode)
	reg.Register(ast.KindCodeSpan, codeSpan)
	reg.Register(ast.KindFencedCodeBlock, codeBlock)
	reg.Register(ast.KindCodeBlock, codeBlock)
	reg.Register(ast.KindRawHTML, rawHTML)
	reg.Register(ast.KindHTMLBlock, htmlBlock)
	reg.Register(ast.KindLink, w.link)
	reg.Register(ast.KindAutoLink, autoLink)
	reg.Register(ast.KindImage, w.image)
	reg.Register(extast.KindTable, tableNode)
}

// block writes one block of prose.
func (w *proseWriter) block(o *out, n ast.Node, source []byte) {
	// The writer has no error to give: all writes go to memory.
	_ = w.r.Render(o, source, n)
}

// children writes what is inside a node.
func (w *proseWriter) children(o *out, n ast.Node, source []byte) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		w.block(o, c, source)
	}
}

// heading returns the HTML of "Label — finding" in two parts; without a
// finding the second one is empty.
func (w *proseWriter) heading(n ast.Node, source []byte) (label, finding string) {
	var o out
	at := -1
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		before := len(o.b)
		w.block(&o, c, source)
		if at < 0 && (c.Kind() == ast.KindText || c.Kind() == ast.KindString) {
			for _, sep := range []string{" — ", " – ", " —", " –"} {
				if i := bytes.Index(o.b[before:], []byte(sep)); i >= 0 && before+i > 0 && (len(sep) > 4 || before+i+len(sep) == len(o.b)) {
					at = before + i
					o.b = append(o.b[:at], bytes.TrimLeft(o.b[at+len(sep):], " ")...)
					break
				}
			}
		}
	}
	if at < 0 {
		return strings.TrimSpace(string(o.b)), ""
	}
	return strings.TrimSpace(string(o.b[:at])), strings.TrimSpace(string(o.b[at:]))
}

// inline writes a value; one that comes from a query or a metric leads to it.
func (w *proseWriter) inline(bw util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	in := n.(*notebook.InlineNode).Inline
	if !entering || in == nil {
		return ast.WalkContinue, nil
	}
	o := &out{}
	switch {
	case in.Err != nil:
		o.raw(`<span class="bad"`)
		o.attr("title", in.Err.Message)
		o.raw(">")
		o.text(in.Text)
		o.raw("</span>")
	case in.Value == nil && in.Text != "":
		o.raw(`<span class="miss">`)
		o.text(in.Text)
		o.raw("</span>")
	case w.page.anchorOf(in.Query) != "" && !inside(n, ast.KindLink) && !inside(n, ast.KindHeading):
		w.page.linkNumbers(o, in, "#"+w.page.anchorOf(in.Query))
	default:
		o.text(in.Text)
	}
	_, _ = bw.Write(o.b)
	return ast.WalkContinue, nil
}

// inside says whether a node of that kind holds n. A link holds no other link,
// and headings stay free of them.
func inside(n ast.Node, kind ast.NodeKind) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		if p.Kind() == kind {
			return true
		}
	}
	return false
}

// anchorOf returns the id of the text of a query or metric, "" when the page
// holds neither.
func (p *page) anchorOf(name string) string {
	switch {
	case name == "":
		return ""
	case p.queries[name] != nil:
		return "sql-" + name
	case p.metrics[name] && p.lists("metrics"):
		return "metric-" + name
	}
	return ""
}

// textNode writes text with its escapes and entities resolved.
func textNode(bw util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	t := n.(*ast.Text)
	b := t.Segment.Value(source)
	if !t.IsRaw() {
		b = resolve(b)
	}
	writeEscaped(bw, b)
	switch {
	case t.HardLineBreak():
		_, _ = bw.WriteString("<br>\n")
	case t.SoftLineBreak():
		_ = bw.WriteByte('\n')
	}
	return ast.WalkContinue, nil
}

// resolve turns backslash escapes and entities into the characters they mean.
// An escaped ampersand begins no entity.
func resolve(b []byte) []byte {
	if !bytes.ContainsAny(b, `\&`) {
		return b
	}
	var done []byte
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\\')
		if i < 0 || i+1 >= len(b) {
			return append(done, entities(b)...)
		}
		done = append(done, entities(b[:i])...)
		if util.IsPunct(b[i+1]) {
			done = append(done, b[i+1])
		} else {
			done = append(done, b[i:i+2]...)
		}
		b = b[i+2:]
	}
	return done
}

func entities(b []byte) []byte {
	return util.ResolveEntityNames(util.ResolveNumericReferences(b))
}

func writeEscaped(bw util.BufWriter, b []byte) {
	_, _ = bw.Write(appendEscaped(nil, string(b)))
}

func stringNode(bw util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		writeEscaped(bw, n.(*ast.String).Value)
	}
	return ast.WalkContinue, nil
}

func codeSpan(bw util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		_, _ = bw.WriteString("</code>")
		return ast.WalkContinue, nil
	}
	_, _ = bw.WriteString("<code>")
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			writeEscaped(bw, bytes.ReplaceAll(t.Segment.Value(source), []byte("\n"), []byte(" ")))
		}
	}
	return ast.WalkSkipChildren, nil
}

func codeBlock(bw util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = bw.WriteString(`<pre tabindex="0"><code>`)
		writeEscaped(bw, n.Lines().Value(source))
		_, _ = bw.WriteString("</code></pre>\n")
	}
	return ast.WalkSkipChildren, nil
}

// rawHTML shows markup as the text it is.
func rawHTML(bw util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		writeEscaped(bw, n.(*ast.RawHTML).Segments.Value(source))
	}
	return ast.WalkSkipChildren, nil
}

func htmlBlock(bw util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = bw.WriteString("<p>")
		b := n.(*ast.HTMLBlock)
		writeEscaped(bw, b.Lines().Value(source))
		if b.HasClosure() {
			writeEscaped(bw, b.ClosureLine.Value(source))
		}
		_, _ = bw.WriteString("</p>\n")
	}
	return ast.WalkContinue, nil
}

// tableNode puts a Markdown table into a box that scrolls.
func tableNode(bw util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = bw.WriteString("<div class=\"tw\" tabindex=\"0\" role=\"region\" aria-label=\"Table\"><table>\n")
	} else {
		_, _ = bw.WriteString("</table></div>\n")
	}
	return ast.WalkContinue, nil
}

// plainText returns the text inside a node without markup.
func plainText(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch c := c.(type) {
		case *ast.Text:
			v := c.Segment.Value(source)
			if !c.IsRaw() {
				v = resolve(v)
			}
			b.Write(v)
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		case *notebook.InlineNode:
			if c.Inline != nil {
				b.WriteString(c.Inline.Text)
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}
