package notebook

import (
	"bytes"
	"sort"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// expansion is prose put together from parts of the source: the taken
// branches of conditions and the rounds of loops, one after the other, so that
// a loop over list items gives one list.
type expansion struct {
	buf   []byte
	parts []part
}

// part says where a piece of an expansion comes from.
type part struct {
	at      int // in buf
	source  int // in the notebook
	scope   *scope
	unknown bool   // stands for a condition that is neither true nor false
	fault   *Fault // stands for a condition or loop that failed
}

// add appends src[start:end].
func (x *expansion) add(src []byte, start, end int, sc *scope) {
	if n := len(x.parts); n > 0 {
		last := x.parts[n-1]
		follows := last.source+len(x.buf)-last.at == start && last.scope == sc && !last.unknown
		if follows {
			x.buf = append(x.buf, src[start:end]...)
			return
		}
		// Where a line of braces was taken out, one blank line is enough.
		if blankEnd(x.buf) {
			for end > start {
				next := bytes.IndexByte(src[start:end], '\n')
				if next < 0 || len(bytes.TrimSpace(src[start:start+next])) > 0 {
					break
				}
				start += next + 1
			}
		}
	}
	x.parts = append(x.parts, part{at: len(x.buf), source: start, scope: sc})
	x.buf = append(x.buf, src[start:end]...)
}

// addUnknown puts the words for unknown in place of a branch.
func (x *expansion) addUnknown(at int, block bool) {
	x.parts = append(x.parts, part{at: len(x.buf), source: at, unknown: true})
	x.buf = append(x.buf, "{{ nil }}"...)
	if block {
		x.buf = append(x.buf, '\n')
	}
}

// addFault puts a fault in place of a condition or a loop.
func (x *expansion) addFault(at int, block bool, f Fault) {
	x.addUnknown(at, block)
	x.parts[len(x.parts)-1].fault = &f
}

// blankEnd reports whether buf ends in a blank line.
func blankEnd(buf []byte) bool {
	buf = bytes.TrimRight(buf, " \t")
	if !bytes.HasSuffix(buf, []byte("\n")) {
		return false
	}
	buf = bytes.TrimRight(bytes.TrimSuffix(bytes.TrimSuffix(buf, []byte("\n")), []byte("\r")), " \t")
	return len(buf) == 0 || bytes.HasSuffix(buf, []byte("\n"))
}

// part returns the part that holds an offset of buf.
func (x *expansion) part(at int) part {
	i := sort.Search(len(x.parts), func(i int) bool { return x.parts[i].at > at })
	if i == 0 {
		return part{}
	}
	return x.parts[i-1]
}

// source returns where an offset of buf stands in the notebook.
func (x *expansion) source(at int) int {
	p := x.part(at)
	if p.unknown {
		return p.source
	}
	return p.source + at - p.at
}

// readProse finds the expressions and directives inside the text, and what
// else in it is suspicious. It parses all branches as if they were taken.
func (nb *Notebook) readProse(items []item) []directive {
	var x expansion
	for _, it := range items {
		switch it.kind {
		case itemText:
			x.add(nb.Source, it.start, it.end, nil)
		case itemCell:
			x.buf = append(x.buf, "\n\n"...)
			x.parts = append(x.parts, part{at: len(x.buf), source: it.end})
		}
	}
	pc := parser.NewContext(parser.WithIDs(&headingIDs{used: map[string]bool{}}))
	doc := markdown().Parse(text.NewReader(x.buf), parser.WithContext(pc))
	nb.links = pc.References()
	var inside []directive
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *InlineNode:
			s := n.span.moved(x.source)
			switch word := keyword(s.text); {
			case s.fault != "":
				nb.fault(s.start, "%s", s.fault)
			case bytes.HasSuffix(bytes.TrimRight(x.buf[:n.span.start], "<"), []byte("](")):
				nb.fault(s.start, targetFault)
			case word != "":
				inside = append(inside, directive{span: s})
			default:
				nb.inlines = append(nb.inlines, &inlineValue{span: s})
			}
		case *ast.FencedCodeBlock:
			nb.checkFence(n, &x)
		case *ast.Link:
			nb.checkTarget(n.Destination, n, &x)
		case *ast.Image:
			nb.checkTarget(n.Destination, n, &x)
		}
		return ast.WalkContinue, nil
	})
	sort.SliceStable(nb.inlines, func(i, j int) bool { return nb.inlines[i].span.start < nb.inlines[j].span.start })
	sort.SliceStable(inside, func(i, j int) bool { return inside[i].span.start < inside[j].span.start })
	return inside
}

// checkFence finds cells that will not run: misspelt, or not at top level.
func (nb *Notebook) checkFence(n *ast.FencedCodeBlock, x *expansion) {
	if n.Info == nil {
		return
	}
	info := string(n.Info.Segment.Value(x.buf))
	language, rest, _ := strings.Cut(info, " ")
	at := x.source(n.Info.Segment.Start)
	switch {
	case isCellKind(language):
		nb.fault(at, "a %s cell inside a list or a quotation is not run; put it at the start of a line", language)
	case strings.TrimSpace(rest) != "":
		if h := hint(language, cellKinds); strings.HasPrefix(h, "; did") {
			nb.fault(at, "there is no cell of kind %s%s", language, h)
		}
	}
}

const targetFault = "{{ }} is not filled in inside the target of a link"

// checkTarget finds braces where they mean nothing.
func (nb *Notebook) checkTarget(target []byte, n ast.Node, x *expansion) {
	if !bytes.Contains(target, []byte("{{")) {
		return
	}
	at := x.source(max(n.Pos(), 0))
	if i := bytes.Index(nb.Source[at:], []byte("{{")); i >= 0 {
		at += i
	}
	nb.fault(at, targetFault)
}

// prose parses an expansion and fills in its values.
func (st *state) prose(x *expansion) *Prose {
	pc := parser.NewContext(parser.WithIDs(st.ids))
	for _, l := range st.nb.links {
		pc.AddReference(l)
	}
	doc := markdown().Parse(text.NewReader(x.buf), parser.WithContext(pc))
	start, end := x.source(0), x.source(len(x.buf)-1)+1
	p := &Prose{AST: doc, Source: x.buf, Line: st.nb.lines.line(start), Start: start, End: end}
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if in, ok := n.(*InlineNode); ok && entering {
			in.Inline = st.inline(in.span, x)
			p.Inlines = append(p.Inlines, in.Inline)
		}
		if h, ok := n.(*ast.Heading); ok && !entering {
			dropFinding(h, p)
		}
		return ast.WalkContinue, nil
	})
	return p
}

// inline evaluates the expression at a span of an expansion.
func (st *state) inline(s span, x *expansion) *Inline {
	pt := x.part(s.start)
	in := &Inline{Expr: strings.TrimSpace(s.text), From: s.start, To: s.end, Start: x.source(s.start), End: x.source(max(s.end-1, 0)) + 1}
	in.Line = st.nb.lines.line(in.Start)
	if pt.fault != nil {
		in.Text, in.Err = "error", pt.fault
		return in
	}
	if pt.unknown {
		in.Text, in.Unknown = Missing, true
		return in
	}
	v := st.nb.inlineAt(in.Start)
	if s.fault != "" || v == nil {
		// Text that reads as an expression only after the branches are put
		// together; Parse has complained of it or nothing can be said.
		f := st.nb.lines.fault(in.Start, "the braces are not closed in the same branch or cell")
		if s.fault != "" {
			f.Message = s.fault
		}
		st.failInline(in, f)
		return in
	}
	st.value(in, v, pt.scope)
	return in
}

// failInline shows a fault in place of a value.
func (st *state) failInline(in *Inline, f Fault) {
	in.Text = "error"
	in.Err = &f
	st.fault(f)
}
