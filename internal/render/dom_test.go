package render

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strings"
	"testing"
)

// element of a page, for looking things up in tests.
type node struct {
	name     string
	attr     map[string]string
	children []*node
	text     string // of a text node
	parent   *node
}

var scriptText = regexp.MustCompile(`(?s)(<script[^>]*>).*?(</script>)`)
var styleText = regexp.MustCompile(`(?s)<style>.*?</style>`)

// parsePage reads a page into a tree. The page is written so that, scripts and
// styles aside, every element is closed; so an XML reader will do.
func parsePage(t *testing.T, page string) *node {
	t.Helper()
	page = styleText.ReplaceAllString(scriptText.ReplaceAllString(page, "$1$2"), "")
	page = strings.TrimPrefix(page, "<!doctype html>\n")
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict = false
	d.AutoClose = []string{"meta", "br", "img", "hr", "input"}
	d.Entity = xml.HTMLEntity
	root := &node{}
	cur := root
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			line, column := d.InputPos()
			t.Fatalf("page: %d:%d: %v", line, column, err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			n := &node{name: tok.Name.Local, attr: map[string]string{}, parent: cur}
			for _, a := range tok.Attr {
				n.attr[a.Name.Local] = a.Value
			}
			cur.children = append(cur.children, n)
			cur = n
		case xml.EndElement:
			if cur.name != tok.Name.Local {
				t.Fatalf("page: </%s> closes <%s>", tok.Name.Local, cur.name)
			}
			cur = cur.parent
		case xml.CharData:
			cur.children = append(cur.children, &node{text: string(tok), parent: cur})
		}
	}
	if cur != root {
		t.Fatalf("page: <%s> is not closed", cur.name)
	}
	return root
}

// all returns the elements that match "tag#id.class tag.class": each part is
// found anywhere below the one before.
func (n *node) all(selector string) []*node {
	found := []*node{n}
	for _, part := range strings.Fields(selector) {
		var next []*node
		for _, f := range found {
			f.walk(func(c *node) {
				if c.matches(part) {
					next = append(next, c)
				}
			})
		}
		found = next
	}
	return found
}

func (n *node) walk(visit func(*node)) {
	for _, c := range n.children {
		if c.name != "" {
			visit(c)
			c.walk(visit)
		}
	}
}

var selectorPart = regexp.MustCompile(`^([a-z0-9]*)(?:#([^.]+))?((?:\.[\w-]+)*)$`)

func (n *node) matches(part string) bool {
	m := selectorPart.FindStringSubmatch(part)
	if m == nil {
		panic("bad selector " + part)
	}
	if m[1] != "" && n.name != m[1] || m[2] != "" && n.attr["id"] != m[2] {
		return false
	}
	for _, c := range strings.Split(strings.TrimPrefix(m[3], "."), ".") {
		if c != "" && !strings.Contains(" "+n.attr["class"]+" ", " "+c+" ") {
			return false
		}
	}
	return true
}

// content returns the text inside, runs of space as one.
func (n *node) content() string {
	var b strings.Builder
	var walk func(*node)
	walk = func(n *node) {
		b.WriteString(n.text)
		for _, c := range n.children {
			walk(c)
		}
	}
	walk(n)
	return strings.Join(strings.FieldsFunc(b.String(), func(r rune) bool { return r == ' ' || r == '\n' || r == '\t' }), " ")
}

// one returns the only match of a selector.
func (n *node) one(t *testing.T, selector string) *node {
	t.Helper()
	m := n.all(selector)
	if len(m) != 1 {
		t.Fatalf("%d elements match %q, want 1", len(m), selector)
	}
	return m[0]
}

// contents returns the texts of all matches.
func (n *node) contents(selector string) []string {
	var s []string
	for _, m := range n.all(selector) {
		s = append(s, m.content())
	}
	return s
}
