package metric

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/profreport/profreport/internal/query"
)

// maxFile is the largest metrics or limits file, in bytes.
const maxFile = 1 << 20

// yamlReader walks a YAML file and collects faults with their places.
type yamlReader struct {
	file   string
	text   string
	faults query.Faults
}

// pair is a key and its value.
type pair struct{ key, value *yaml.Node }

func (r *yamlReader) at(offset int, message string, args ...any) *query.Fault {
	f := query.Origin{File: r.file}.At(r.text, offset, message, args...)
	r.faults = append(r.faults, f)
	return f
}

func (r *yamlReader) fault(n *yaml.Node, message string, args ...any) *query.Fault {
	return r.at(nodeOffset(r.text, n), message, args...)
}

func (r *yamlReader) unknown(key *yaml.Node, what string, known []string) {
	r.fault(key, "unknown %s %q", what, key.Value).Hint = query.DidYouMean(key.Value, known)
}

var yamlLine = regexp.MustCompile(`line (\d+): ?`)

// document returns the top mapping of the file, or nil.
func (r *yamlReader) document() *yaml.Node {
	if len(r.text) > maxFile {
		r.faults = append(r.faults, &query.Fault{File: r.file, Message: "the file is larger than 1 MiB"})
		return nil
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(r.text), &doc); err != nil {
		msg, line := strings.TrimPrefix(err.Error(), "yaml: "), 1
		if m := yamlLine.FindStringSubmatch(msg); m != nil {
			line, _ = strconv.Atoi(m[1])
			msg = strings.Replace(msg, m[0], "", 1)
		}
		r.at(lineStart(r.text, line), "%s", strings.Join(strings.Fields(msg), " "))
		return nil
	}
	if doc.Kind == 0 { // nothing but comments
		return nil
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.Tag == "!!null" {
		return nil
	}
	if root.Kind != yaml.MappingNode {
		r.fault(root, "want a mapping at the top, got a %s", kindOfNode(root))
		return nil
	}
	return root
}

// pairs returns the entries of a mapping; a key that stands twice is a fault,
// as are aliases and merges.
func (r *yamlReader) pairs(n *yaml.Node) []pair {
	var out []pair
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch first, twice := seen[key.Value]; {
		case key.Kind != yaml.ScalarNode || key.Tag == "!!merge" || value.Kind == yaml.AliasNode:
			r.fault(key, "write it out: aliases and merges are not read here")
		case twice:
			r.fault(key, "%s stands here twice, first in line %d", key.Value, first)
		default:
			seen[key.Value] = key.Line
			out = append(out, pair{key, value})
		}
	}
	return out
}

func kindOfNode(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "mapping"
	case yaml.SequenceNode:
		return "list"
	case yaml.AliasNode:
		return "alias"
	}
	return "text"
}

// lineStart returns the offset of a 1-based line.
func lineStart(text string, line int) int {
	offset := 0
	for ; line > 1; line-- {
		i := strings.IndexByte(text[offset:], '\n')
		if i < 0 {
			return len(text)
		}
		offset += i + 1
	}
	return offset
}

// nodeOffset returns the offset of a node's first character. YAML counts
// columns in characters.
func nodeOffset(text string, n *yaml.Node) int {
	offset := lineStart(text, n.Line)
	for i := 1; i < n.Column && offset < len(text) && text[offset] != '\n'; i++ {
		_, size := utf8.DecodeRuneInString(text[offset:])
		offset += size
	}
	return offset
}

// scalarOffset returns where the character at position `at` of a scalar's value
// stands in the file. It walks value and file side by side over what is not
// space, which finds the place in plain, quoted, literal and folded scalars
// alike.
func scalarOffset(text string, n *yaml.Node, at int) int {
	offset := nodeOffset(text, n)
	switch {
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		offset++
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		offset = lineStart(text, n.Line+1)
	}
	next := func() rune { // the next character of the file that is not space
		for offset < len(text) {
			c, size := utf8.DecodeRuneInString(text[offset:])
			escaped := c == '\\' && n.Style&yaml.DoubleQuotedStyle != 0
			if !unicode.IsSpace(c) && !escaped {
				return c
			}
			offset += size
		}
		return 0
	}
	next()
	value := []rune(strings.TrimLeftFunc(n.Value, unicode.IsSpace))
	for i, c := range value {
		if i >= at {
			break
		}
		if unicode.IsSpace(c) {
			continue
		}
		next()
		_, size := utf8.DecodeRuneInString(text[offset:])
		offset += size
		if c == '\'' && n.Style&yaml.SingleQuotedStyle != 0 && strings.HasPrefix(text[offset:], "'") {
			offset++ // '' stands for '
		}
	}
	if at < len(value) && !unicode.IsSpace(value[at]) {
		next()
	}
	return min(offset, len(text))
}
