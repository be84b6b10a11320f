package notebook

import (
	"strings"
)

// node is a part of a notebook: text, a cell, a condition or a loop.
type node interface{}

// textNode is prose: a range of the source.
type textNode struct {
	start, end int
}

// cellNode is a fenced cell.
type cellNode struct {
	item     item
	kind     string // one of cellKinds
	name     string // of a sql cell; the query of table, plot and tiles; what a listing lists
	nameAt   int
	line     int
	hidden   bool
	folded   bool
	override bool // replaces the query file of the same name
	cond     *condition
	options  *yamlText // body of table, plot, tiles; nil for the others
	spec     *spec
	loop     *forNode // the innermost loop it stands in, or nil
	names    *names
	broken   *Fault // what is wrong with it, found before running
}

// ifNode is `{{ if }} ... {{ else }} ... {{ end }}`.
type ifNode struct {
	branches []branch
	block    bool // its directives stand on lines of their own
	start    int
}

// branch is one part of a condition; cond is nil for `{{ else }}`.
type branch struct {
	cond *condition
	at   int
	body []node
}

// condition is an expression that is true, false or unknown.
type condition struct {
	span span
	expr *expression
}

// forNode is `{{ for row in query }} ... {{ end }}`.
type forNode struct {
	variable string
	query    string // as the author wrote the rows: a name or an expression
	rows     condition
	body     []node
	start    int
	names    *names   // with the variable
	uses     []string // parameters of its rows that cells inside use
	outer    *forNode
}

// directive is a `{{ if }}`, `{{ else }}`, `{{ for }}` or `{{ end }}`.
type directive struct {
	span  span
	block bool
}

// builder makes the tree out of items and the directives inside text.
type builder struct {
	lines  *lines
	faults []Fault
	stack  []frame
}

// frame is an open condition or loop; the first is the notebook itself.
type frame struct {
	body   []node
	ifNode *ifNode
	loop   *forNode
	open   span
}

// build makes the tree. inside are the directives within text, in order.
func build(l *lines, items []item, inside []directive) ([]node, []Fault) {
	b := &builder{lines: l, stack: []frame{{}}}
	for _, it := range items {
		switch it.kind {
		case itemCell:
			b.add(&cellNode{item: it, line: l.line(it.start)})
		case itemDirective:
			b.directive(directive{span: lineSpan(l.src, it.exprStart, it.exprEnd, it.start, it.end), block: true})
		case itemText:
			pos := it.start
			for len(inside) > 0 && inside[0].span.start < it.end {
				d := inside[0]
				inside = inside[1:]
				b.text(pos, d.span.start)
				b.directive(d)
				pos = d.span.end
			}
			b.text(pos, it.end)
		}
	}
	for len(b.stack) > 1 {
		open := b.stack[len(b.stack)-1].open
		b.fault(open, "{{ %s }} has no {{ end }}", strings.TrimSpace(open.text))
		b.pop()
	}
	return b.stack[0].body, b.faults
}

func (b *builder) fault(s span, format string, args ...any) {
	b.faults = append(b.faults, b.lines.fault(s.at(leading(s.text)), format, args...))
}

func (b *builder) add(n node) {
	top := &b.stack[len(b.stack)-1]
	top.body = append(top.body, n)
}

func (b *builder) text(start, end int) {
	if end > start {
		b.add(&textNode{start, end})
	}
}

// pop closes the innermost condition or loop.
func (b *builder) pop() {
	top := b.stack[len(b.stack)-1]
	b.stack = b.stack[:len(b.stack)-1]
	switch {
	case top.ifNode != nil:
		top.ifNode.branches[len(top.ifNode.branches)-1].body = top.body
	case top.loop != nil:
		top.loop.body = top.body
	}
}

func (b *builder) directive(d directive) {
	inner := strings.TrimSpace(d.span.text)
	word := keyword(inner)
	rest := d.span.after(leading(d.span.text) + len(word))
	top := &b.stack[len(b.stack)-1]
	switch word {
	case "if":
		b.needs(&rest, "if", "{{ if condition }}")
		n := &ifNode{block: d.block, start: d.span.start, branches: []branch{{cond: &condition{span: rest}, at: d.span.start}}}
		b.add(n)
		b.stack = append(b.stack, frame{ifNode: n, open: d.span})
	case "for":
		n := &forNode{start: d.span.start}
		b.loop(n, d.span, rest)
		b.add(n)
		b.stack = append(b.stack, frame{loop: n, open: d.span})
	case "else":
		if top.ifNode == nil {
			b.fault(d.span, "{{ else }} without {{ if }} before it")
			return
		}
		br := branch{at: d.span.start}
		if after := strings.TrimSpace(rest.text); after != "" {
			if keyword(after) != "if" {
				b.fault(d.span, "{{ %s }}: want {{ else }} or {{ else if condition }}", inner)
			} else {
				br.cond = &condition{span: rest.after(leading(rest.text) + len("if"))}
				b.needs(&br.cond.span, "else if", "{{ else if condition }}")
			}
		}
		last := &top.ifNode.branches[len(top.ifNode.branches)-1]
		if last.cond == nil {
			b.fault(d.span, "{{ %s }} after {{ else }}", inner)
			return
		}
		last.body, top.body = top.body, nil
		top.ifNode.branches = append(top.ifNode.branches, br)
	case "end":
		if strings.TrimSpace(rest.text) != "" {
			b.fault(d.span, "{{ %s }}: {{ end }} takes nothing", inner)
		}
		if len(b.stack) == 1 {
			b.fault(d.span, "{{ end }} without {{ if }} or {{ for }} before it")
			return
		}
		b.pop()
	}
}

// needs notes that a directive lacks its expression.
func (b *builder) needs(rest *span, word, want string) {
	if strings.TrimSpace(rest.text) == "" {
		rest.fault = "{{ " + word + " }} has no condition; want " + want
	}
}

// loop reads `row in query`.
func (b *builder) loop(n *forNode, whole, rest span) {
	const want = "want {{ for row in query }}"
	text := rest.text
	i := strings.Index(text, " in ")
	if i < 0 {
		b.fault(whole, "{{ %s }}: %s", strings.TrimSpace(whole.text), want)
		return
	}
	n.variable = strings.TrimSpace(text[:i])
	n.rows.span = rest.after(i + len(" in "))
	n.query = strings.TrimSpace(n.rows.span.text)
	if !paramName.MatchString(n.variable) || n.query == "" {
		b.fault(whole, "{{ %s }}: %s", strings.TrimSpace(whole.text), want)
		n.variable = ""
	}
}
