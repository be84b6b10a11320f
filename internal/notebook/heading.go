package notebook

import (
	"bytes"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// findingMark parts the label of a heading from its finding.
const findingMark = " — "

// headingIDs gives headings ids that are unique in the whole document and do
// not hold what an expression gives: the text before the finding, without
// braces.
type headingIDs struct {
	used map[string]bool
}

// Generate implements parser.IDs.
func (h *headingIDs) Generate(value []byte, _ ast.NodeKind) []byte {
	label := value
	if i := bytes.Index(label, []byte(findingMark)); i > 0 {
		label = label[:i]
	}
	var b strings.Builder
	depth := 0
	for _, r := range string(label) {
		switch {
		case r == '{':
			depth++
		case r == '}':
			depth--
		case depth > 0:
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= 'A' && r <= 'Z':
			b.WriteRune(r + 'a' - 'A')
		case (r == ' ' || r == '-' || r == '_') && b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	base := strings.TrimSuffix(b.String(), "-")
	if base == "" {
		base = "section"
	}
	id := base
	for i := 2; h.used[id]; i++ {
		id = base + "-" + itoa(i)
	}
	h.used[id] = true
	return []byte(id)
}

// Put implements parser.IDs.
func (h *headingIDs) Put(value []byte) { h.used[string(value)] = true }

// dropFinding takes ` — ` and what follows out of a heading whose finding is
// not known or empty, so that only the label stays.
func dropFinding(h *ast.Heading, p *Prose) {
	var mark *ast.Text
	at, unknown := 0, false
	for c := h.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok && mark == nil {
			if i := findMark(t.Segment.Value(p.Source), c.NextSibling() == nil); i >= 0 {
				mark, at = t, t.Segment.Start+i
				unknown = t.Segment.Stop-at <= len(findingMark) && c.NextSibling() == nil
			}
		}
		if mark != nil {
			unknown = unknown || hasUnknown(c)
		}
	}
	if mark == nil || !unknown {
		return
	}
	for c := mark.NextSibling(); c != nil; {
		next := c.NextSibling()
		h.RemoveChild(h, c)
		c = next
	}
	mark.Segment = mark.Segment.WithStop(at)
	end := at
	if lines := h.Lines(); lines.Len() > 0 {
		end = lines.At(lines.Len() - 1).Stop
	}
	for end < len(p.Source) && p.Source[end] == ' ' {
		end++
	}
	p.Cuts = append(p.Cuts, [2]int{at, end})
}

// findMark finds the mark between label and finding. At the end of a heading
// its last space is not there.
func findMark(text []byte, last bool) int {
	i := bytes.Index(text, []byte(findingMark))
	if end := strings.TrimRight(findingMark, " "); i < 0 && last && bytes.HasSuffix(text, []byte(end)) {
		return len(text) - len(end)
	}
	return i
}

// hasUnknown reports whether a node holds a value that is not known or empty.
func hasUnknown(n ast.Node) bool {
	if in, ok := n.(*InlineNode); ok {
		return in.Inline.Unknown || in.Inline.Err != nil || in.Inline.Text == ""
	}
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if hasUnknown(c) {
			return true
		}
	}
	return false
}
