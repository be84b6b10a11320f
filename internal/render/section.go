package render

import (
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"

	"github.com/profreport/profreport/internal/notebook"
)

// section is what stands under one level-2 heading; the first holds the
// answer and has none.
type section struct {
	id      string
	number  int // 0: the answer
	label   string
	heading ast.Node // level 2, nil in the answer
	source  []byte   // of heading
	items   []item
	verdict verdict // the worst one shown in it, 0: none
	used    marksUsed
	figs    []*drawn
}

// item is a block of prose or a cell.
type item struct {
	node   ast.Node
	source []byte
	cell   *notebook.Cell
	fig    *drawn // of a plot cell
}

// short is the section's name in the contents.
func (s *section) short() string {
	if s.number == 0 {
		return "Answer"
	}
	return s.label
}

// sections cuts the document at its level-2 headings and draws the figures,
// because the key above the first one depends on all of them.
func (p *page) sections() []section {
	figures := p.drawAll()
	list := []section{{id: "answer"}}
	taken := map[string]bool{"answer": true}
	for _, b := range p.doc.Blocks {
		cur := &list[len(list)-1]
		if b.Cell != nil {
			it := item{cell: b.Cell}
			if it.fig = figures[b.Cell]; it.fig != nil {
				cur.figs = append(cur.figs, it.fig)
				cur.used.add(it.fig.used)
			}
			cur.items = append(cur.items, it)
			cur.verdict = worst(cur.verdict, cellVerdict(b.Cell))
			continue
		}
		if b.Prose == nil || b.Prose.AST == nil {
			continue
		}
		for _, n := range blocksOf(b.Prose.AST) {
			h, ok := n.(*ast.Heading)
			if !ok || h.Level != 2 {
				cur = &list[len(list)-1]
				cur.items = append(cur.items, item{node: n, source: b.Prose.Source})
				continue
			}
			s := section{number: len(list), heading: h, source: b.Prose.Source}
			s.label, _ = splitFinding(plainText(h, b.Prose.Source))
			s.id = uniqueID(headingID(h, s.label), taken)
			list = append(list, s)
		}
	}
	return list
}

// blocksOf returns the blocks of a document node, or the node itself.
func blocksOf(n ast.Node) []ast.Node {
	if n.Kind() != ast.KindDocument {
		return []ast.Node{n}
	}
	var all []ast.Node
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		all = append(all, c)
	}
	return all
}

// splitFinding cuts "Label — finding". Without a finding the second part is
// empty.
func splitFinding(s string) (label, finding string) {
	for _, sep := range []string{" — ", " – "} {
		if a, b, ok := strings.Cut(s, sep); ok && strings.TrimSpace(a) != "" {
			return strings.TrimSpace(a), strings.TrimSpace(b)
		}
	}
	return strings.TrimSpace(s), ""
}

func headingID(h *ast.Heading, label string) string {
	if v, ok := h.AttributeString("id"); ok {
		switch v := v.(type) {
		case []byte:
			return string(v)
		case string:
			return v
		}
	}
	return slug(label)
}

// slug makes an id of letters, digits and hyphens.
func slug(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			if gap && b.Len() > 0 {
				b.WriteByte('-')
			}
			b.WriteRune(r)
			gap = false
			continue
		}
		gap = true
	}
	if b.Len() == 0 {
		return "section"
	}
	return b.String()
}

// uniqueID adds a number to an id that is taken, and takes it.
func uniqueID(id string, taken map[string]bool) string {
	try := id
	for n := 2; taken[try]; n++ {
		try = id + "-" + grouplessInt(n)
	}
	taken[try] = true
	return try
}

// section writes one section.
func (p *page) section(s *section) {
	o := &p.body
	o.raw("<section")
	o.attr("id", s.id)
	o.raw(">\n")
	items := s.items
	if s.heading != nil {
		items = p.lead(s, items)
	} else {
		items = p.answerHead(items)
	}
	for i := 0; i < len(items); {
		if it := items[i]; it.fig != nil {
			i += p.figureRow(items[i:])
			continue
		}
		if it := items[i]; s.number == 0 && it.node != nil {
			i += p.answerBlock(items[i:])
			continue
		}
		p.item(items[i])
		i++
	}
	o.raw("</section>\n")
}

// lead writes label, finding, the sentences below and the key, which stay
// together on paper. It returns what is left.
func (p *page) lead(s *section, items []item) []item {
	o := &p.body
	o.raw("<div class=\"lead\">\n<p class=\"k\">")
	o.int(s.number)
	label, finding := p.prose.heading(s.heading, s.source)
	if finding == "" {
		label, finding = "", label
	}
	if label != "" {
		o.raw(" · ", label)
	}
	o.raw("</p>\n<h2>", finding, ` <a class="anchor"`)
	o.attr("href", "#"+s.id)
	o.raw(` aria-label="Link to this section">#</a></h2>`, "\n")
	for len(items) > 0 && items[0].node != nil && items[0].node.Kind() == ast.KindParagraph {
		p.item(items[0])
		items = items[1:]
	}
	if len(s.figs) > 0 {
		p.key(s)
	}
	o.raw("</div>\n")
	return items
}

// answerHead writes the verdict sentence; without a level-1 heading the title
// stands in.
func (p *page) answerHead(items []item) []item {
	o := &p.body
	var h *ast.Heading
	if len(items) > 0 {
		h, _ = items[0].node.(*ast.Heading)
	}
	if h == nil || h.Level != 1 {
		o.raw("<h1>")
		o.text(p.title())
		o.raw("</h1>\n")
		return items
	}
	label, finding := p.prose.heading(h, items[0].source)
	if finding == "" {
		label, finding = "", label
		if t := p.title(); t != plainText(h, items[0].source) && p.doc.Title != "" {
			var k out
			k.text(t)
			label = string(k.b)
		}
	}
	if label != "" {
		o.raw("<p class=\"k\">", label, "</p>\n")
	}
	o.raw("<h1>", finding, "</h1>\n")
	return items[1:]
}

// answerBlock writes prose of the answer: lists without bullets, and a bold
// line with the list below it as the box of what comes next. It returns how
// many items it took.
func (p *page) answerBlock(items []item) int {
	o := &p.body
	n := items[0].node
	if l, ok := n.(*ast.List); ok && !l.IsOrdered() {
		o.raw("<ul class=\"why\">\n")
		p.prose.children(o, l, items[0].source)
		o.raw("</ul>\n")
		return 1
	}
	if onlyStrong(n) && len(items) > 1 && items[1].node != nil && items[1].node.Kind() == ast.KindList {
		o.raw("<div class=\"next\">\n")
		p.item(items[0])
		p.item(items[1])
		o.raw("</div>\n")
		return 2
	}
	p.item(items[0])
	return 1
}

// onlyStrong says whether a paragraph is one bold run.
func onlyStrong(n ast.Node) bool {
	if n.Kind() != ast.KindParagraph || n.ChildCount() != 1 {
		return false
	}
	e, ok := n.FirstChild().(*ast.Emphasis)
	return ok && e.Level == 2
}

// item writes a block of prose or a cell that is not a plot.
func (p *page) item(it item) {
	if it.node != nil {
		p.prose.block(&p.body, it.node, it.source)
		return
	}
	p.cell(it.cell)
}
