package notebook

import (
	"bytes"
	"strings"
	"sync"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// maxExpr is the longest expression, in bytes.
const maxExpr = 4096

// markdown is the parser of notebooks. GitHub's tables, links, strikethrough
// and task lists, attributes on headings; no raw HTML reaches the page because
// render's HTML writer leaves it out.
var markdown = sync.OnceValue(func() parser.Parser {
	md := goldmark.New(
		goldmark.WithExtensions(extension.GFM),
		goldmark.WithParserOptions(parser.WithAttribute(), parser.WithAutoHeadingID()),
	)
	p := md.Parser()
	p.AddOptions(parser.WithInlineParsers(util.Prioritized(inlineParser{}, 50)))
	return p
})

// inlineParser turns `{{ ... }}` into an InlineNode. goldmark calls it before
// emphasis and links, but never inside a code span or a fenced block.
type inlineParser struct{}

func (inlineParser) Trigger() []byte { return []byte{'{'} }

func (inlineParser) Parse(parent ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, seg := block.PeekLine()
	if !bytes.HasPrefix(line, []byte("{{")) {
		return nil
	}
	inTable := parent.Kind() == extast.KindTableCell
	s := readSpan(block, inTable)
	if s.fault != "" { // read on behind the braces as if they were text
		saved := seg
		s = span{start: saved.Start, end: saved.Start + 2, fault: s.fault}
		block.SetPosition(lineOf(block), saved)
		block.Advance(2)
	}
	n := &InlineNode{Inline: &Inline{Expr: strings.TrimSpace(s.text)}, span: s}
	n.SetPos(s.start)
	return n
}

func lineOf(block text.Reader) int {
	line, _ := block.Position()
	return line
}

// readSpan reads from `{{` to `}}`, over line ends of the paragraph.
func readSpan(block text.Reader, inTable bool) span {
	firstLine, first := block.Position()
	s := span{start: first.Start}
	var b braces
	skip := 2
	for {
		line, seg := block.PeekLine()
		if line == nil || len(s.text) > maxExpr {
			break
		}
		n := b.close(line[skip:])
		if n >= 0 {
			s.add(line[skip:skip+n-2], seg.Start+skip, inTable)
			s.end = seg.Start + skip + n
			block.Advance(skip + n)
			return s
		}
		s.add(line[skip:], seg.Start+skip, inTable)
		skip = 0
		block.AdvanceLine()
	}
	block.SetPosition(firstLine, first)
	// A quote that stays open hides the end: take the first `}}` of the line.
	line, seg := block.PeekLine()
	if i := bytes.Index(line[2:], []byte("}}")); i >= 0 {
		s = span{start: seg.Start, end: seg.Start + 2 + i + 2}
		s.add(line[2:2+i], seg.Start+2, inTable)
		block.Advance(2 + i + 2)
		return s
	}
	s.fault = "{{ is never closed by }}; write \\{{ for two plain braces"
	if inTable {
		s.fault = "{{ is not closed in this cell of the table; write \\| for | inside it"
	}
	return s
}
