package notebook

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// yamlText is a piece of YAML inside a notebook: the front matter or the body
// of a cell.
type yamlText struct {
	lines *lines
	start int // offset of the first byte
	line  int // line of the first byte
	root  *yaml.Node
	where string // "front matter", "options of plot x"
}

// yamlLine finds the line in an error text of the YAML parser, which carries
// it nowhere else.
var yamlLine = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(.*)$`)

// parseYAML reads src[start:end] as one mapping. root is nil when the text is
// empty or broken.
func parseYAML(l *lines, start, end int, where string) (*yamlText, []Fault) {
	y := &yamlText{lines: l, start: start, line: l.line(start), where: where}
	var doc yaml.Node
	if err := yaml.Unmarshal(l.src[start:end], &doc); err != nil {
		m := yamlLine.FindStringSubmatch(strings.SplitN(err.Error(), "\n", 2)[0])
		at := start
		if n, e := strconv.Atoi(m[1]); e == nil {
			at = min(l.offset(y.line+n-1, 1), max(start, end-1))
		}
		return y, []Fault{l.fault(at, "%s: %s", where, m[2])}
	}
	if len(doc.Content) == 0 {
		return y, nil
	}
	if n := doc.Content[0]; n.Kind != yaml.MappingNode {
		if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
			return y, nil
		}
		return y, []Fault{l.fault(y.offset(n), "%s: want `key: value` lines, got %s", where, kindOf(n))}
	}
	y.root = doc.Content[0]
	return y, y.duplicates(y.root)
}

// duplicates refuses a key given twice, which YAML's own reader of nodes lets
// through, and aliases, which could grow without end.
func (y *yamlText) duplicates(n *yaml.Node) []Fault {
	var faults []Fault
	seen := map[string]bool{}
	for i, c := range n.Content {
		if c.Kind == yaml.AliasNode {
			faults = append(faults, y.fault(c, "aliases (*%s) are not supported here", c.Value))
			continue
		}
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			if seen[c.Value] {
				faults = append(faults, y.fault(c, "%s is given twice", c.Value))
			}
			seen[c.Value] = true
		}
		faults = append(faults, y.duplicates(c)...)
	}
	return faults
}

// offset returns where a node begins. YAML counts columns in characters.
func (y *yamlText) offset(n *yaml.Node) int {
	at := y.lines.offset(y.line+n.Line-1, 1)
	for i := 1; i < n.Column && at < len(y.lines.src) && y.lines.src[at] != '\n'; i++ {
		_, size := utf8.DecodeRune(y.lines.src[at:])
		at += size
	}
	return at
}

func (y *yamlText) fault(n *yaml.Node, format string, args ...any) Fault {
	return y.lines.fault(y.offset(n), format, args...)
}

// text returns the value of a scalar as a span, so that expressions in it have
// places. A value that YAML rewrote (escapes, folded lines) has the place of
// its first character throughout.
func (y *yamlText) text(n *yaml.Node) span {
	at := y.offset(n)
	src := y.lines.src
	for _, lead := range []int{0, 1} { // plain, quoted
		if at+lead+len(n.Value) <= len(src) && string(src[at+lead:at+lead+len(n.Value)]) == n.Value {
			return lineSpan(src, at+lead, at+lead+len(n.Value), at, at+lead+len(n.Value))
		}
	}
	s := span{text: n.Value, start: at, end: at, runs: []textRun{{source: at, fixed: true}}}
	s.anchor(src)
	return s
}

// each calls f with every key and value of a mapping.
func each(n *yaml.Node, f func(key, value *yaml.Node)) {
	if n == nil || n.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		f(n.Content[i], n.Content[i+1])
	}
}

// child returns the value of a key, or nil.
func child(n *yaml.Node, name string) (found *yaml.Node) {
	each(n, func(key, value *yaml.Node) {
		if key.Value == name {
			found = value
		}
	})
	return found
}

// kindOf names a node in an error.
func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "a list"
	case yaml.MappingNode:
		return "a mapping"
	case yaml.ScalarNode:
		if n.Tag == "!!null" {
			return "nothing"
		}
		return fmt.Sprintf("%q", n.Value)
	}
	return "an alias"
}

// scalar returns a node's plain value: nil, bool, int64, float64 or string.
func scalar(n *yaml.Node) (any, error) {
	switch n.Tag {
	case "!!null":
		return nil, nil
	case "!!bool":
		return strconv.ParseBool(strings.ToLower(n.Value))
	case "!!int":
		var v int64
		err := n.Decode(&v)
		return v, err
	case "!!float":
		var v float64
		err := n.Decode(&v)
		return v, err
	}
	return n.Value, nil
}

func itoa(i int) string { return strconv.Itoa(i) }
