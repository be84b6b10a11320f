// Package notebook reads a Markdown notebook, checks it, and runs it into a
// Document that render draws. A notebook is text with named SQL cells, cells
// that show their rows, conditions and loops, and values in the prose. It
// holds no HTML and knows no database; cmd hands it a query.Runner.
package notebook

import (
	"sort"
	"unicode/utf8"

	"github.com/yuin/goldmark/parser"
)

// maxSource is the largest notebook, in bytes.
const maxSource = 4 << 20

// Notebook is a parsed notebook. It may be run several times, by one goroutine
// at a time.
type Notebook struct {
	Path   string
	Source []byte
	Doc    string // front matter
	Params []Param

	lines   *lines
	front   frontMatter
	title   *template
	body    []node
	cells   []*cellNode
	loops   []*forNode
	inlines []*inlineValue     // in order of place
	links   []parser.Reference // link definitions, which hold in the whole text
	faults  []Fault
	ready   *state // made by Check, for Run
}

// inlineValue is a `{{ expr }}` in prose.
type inlineValue struct {
	span  span
	expr  *expression
	names *names
}

// Parse reads a notebook. path is how errors name it. The notebook is usable
// even with faults: what is broken shows its fault in its place. Check finds
// what can be wrong beyond the syntax.
func Parse(path string, src []byte) (*Notebook, []Fault) {
	nb := &Notebook{Path: path, Source: src}
	if len(src) > maxSource {
		nb.Source = nil
		nb.lines = newLines(path, nil)
		nb.faults = []Fault{nb.lines.fault(0, "the notebook is larger than %d MiB", maxSource>>20)}
		return nb, nb.faults
	}
	nb.lines = newLines(path, src)
	if !utf8.Valid(src) {
		nb.faults = append(nb.faults, nb.lines.fault(invalidUTF8(src), "the notebook is not UTF-8"))
	}
	var faults []Fault
	nb.front, faults = readFront(nb.lines)
	nb.faults = append(nb.faults, faults...)
	nb.Doc = nb.front.doc
	for _, p := range nb.front.params {
		if p.broken {
			continue
		}
		nb.Params = append(nb.Params, Param{Name: p.Name, Type: p.Type, Doc: p.Doc, Value: p.Default, Default: p.Default})
	}
	if nb.front.title.text != "" {
		var msg string
		if nb.title, msg = newTemplate(nb.front.title, new(string)); msg != "" {
			nb.fault(nb.front.title.start, "title: %s", msg)
		}
	}
	items := scan(src, nb.front.end)
	inside := nb.readProse(items)
	nb.body, faults = build(nb.lines, items, inside)
	nb.faults = append(nb.faults, faults...)
	nb.walk(nb.body, nil)
	nb.faults = sortFaults(nb.faults)
	return nb, nb.faults
}

func (nb *Notebook) fault(at int, format string, args ...any) {
	nb.faults = append(nb.faults, nb.lines.fault(at, format, args...))
}

// walk reads the cells and notes which loop everything stands in.
func (nb *Notebook) walk(nodes []node, loop *forNode) {
	for _, n := range nodes {
		switch n := n.(type) {
		case *cellNode:
			n.loop = loop
			nb.cells = append(nb.cells, n)
			faults := nb.readCell(n)
			for i := range faults {
				if !faults[i].Warning && n.broken == nil {
					n.broken = &faults[i]
				}
			}
			nb.faults = append(nb.faults, faults...)
		case *ifNode:
			for _, b := range n.branches {
				nb.walk(b.body, loop)
			}
		case *forNode:
			n.outer = loop
			nb.loops = append(nb.loops, n)
			nb.walk(n.body, n)
		}
	}
}

// inlineAt returns the value that begins at an offset of the source, or nil.
func (nb *Notebook) inlineAt(offset int) *inlineValue {
	i := sort.Search(len(nb.inlines), func(i int) bool { return nb.inlines[i].span.start >= offset })
	if i < len(nb.inlines) && nb.inlines[i].span.start == offset {
		return nb.inlines[i]
	}
	return nil
}

func invalidUTF8(src []byte) int {
	for i := 0; i < len(src); {
		r, size := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && size <= 1 {
			return i
		}
		i += size
	}
	return len(src)
}
