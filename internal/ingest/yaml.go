package ingest

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/profreport/profreport/internal/profile"
)

// parseYAML reads all documents of a YAML text as trees. Null documents are
// left out. Size, nesting and the nodes that aliases expand to are bounded; a
// damaged document ends the reading, the documents before it are kept.
func parseYAML(b []byte, path string) (docs []tree, problems []profile.Problem, err error) {
	b, err = utf8Text(b, path)
	if err != nil {
		return nil, nil, err
	}
	if len(b) > MaxYAMLBytes {
		return nil, nil, &SyntaxError{File: path, Msg: fmt.Sprintf("YAML of %d bytes, at most %d are read", len(b), MaxYAMLBytes)}
	}
	// The YAML library reports some malformed inputs by panicking.
	defer func() {
		if r := recover(); r != nil {
			err = &SyntaxError{File: path, Msg: fmt.Sprintf("YAML: %v", r)}
		}
	}()
	dec := yaml.NewDecoder(strings.NewReader(string(b)))
	y := yamlTree{path: path, budget: treeBudget{MaxTreeNodes}}
	for {
		var n yaml.Node
		switch err := dec.Decode(&n); {
		case errors.Is(err, io.EOF):
			return docs, y.problems, nil
		case err != nil:
			return docs, y.problems, treeError(path, err)
		}
		doc, err := y.value(&n, 0)
		if err != nil {
			return docs, y.problems, err
		}
		if doc != nil {
			docs = append(docs, doc)
		}
	}
}

var reYAMLPosition = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// treeError moves the line of the library's message into the position.
func treeError(path string, err error) error {
	msg := err.Error()
	m := reYAMLPosition.FindStringSubmatch(msg)
	if m == nil {
		return &SyntaxError{File: path, Msg: "YAML: " + msg}
	}
	line, _ := strconv.Atoi(m[1])
	return &SyntaxError{File: path, Line: line, Msg: "YAML: " + msg[len(m[0]):]}
}

// yamlTree turns nodes into trees; every expansion of an alias is charged.
type yamlTree struct {
	path     string
	budget   treeBudget
	problems []profile.Problem
}

func (y *yamlTree) value(n *yaml.Node, depth int) (tree, error) {
	if !y.budget.node() {
		return nil, &SyntaxError{File: y.path, Line: n.Line, Msg: fmt.Sprintf("YAML: more than %d values once aliases are expanded", MaxTreeNodes)}
	}
	if depth > MaxNesting {
		return nil, &SyntaxError{File: y.path, Line: n.Line, Msg: fmt.Sprintf("YAML: nested deeper than %d", MaxNesting)}
	}
	switch n.Kind {
	case yaml.DocumentNode:
		if len(n.Content) == 0 {
			return nil, nil
		}
		return y.value(n.Content[0], depth)
	case yaml.AliasNode:
		return y.value(n.Alias, depth+1)
	case yaml.ScalarNode:
		if n.Tag == "!!null" {
			return nil, nil
		}
		return n.Value, nil
	case yaml.SequenceNode:
		l := make([]any, 0, len(n.Content))
		for _, c := range n.Content {
			v, err := y.value(c, depth+1)
			if err != nil {
				return nil, err
			}
			l = append(l, v)
		}
		return l, nil
	case yaml.MappingNode:
		return y.mapping(n, depth)
	}
	return nil, nil
}

func (y *yamlTree) mapping(n *yaml.Node, depth int) (tree, error) {
	m := make(map[string]any, len(n.Content)/2)
	var merged map[string]bool // keys that came by a merge key: to override them is no mistake
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind == yaml.AliasNode {
			k = k.Alias
		}
		v, err := y.value(n.Content[i+1], depth+1)
		if err != nil {
			return nil, err
		}
		if k.Tag == "!!merge" {
			merged = mergeInto(m, v, merged)
			continue
		}
		if k.Kind != yaml.ScalarNode {
			y.warn(k.Line, ReasonLayout, "a key that is no scalar is skipped")
			continue
		}
		if _, twice := m[k.Value]; twice && !merged[k.Value] {
			y.warn(k.Line, ReasonDuplicate, fmt.Sprintf("key %q is given twice, the last value counts", clip(k.Value)))
		}
		m[k.Value] = v
	}
	return m, nil
}

// mergeInto applies a merge key (<<): what m states already stays. It returns
// the keys that were merged so far.
func mergeInto(m map[string]any, v tree, merged map[string]bool) map[string]bool {
	if merged == nil {
		merged = map[string]bool{}
	}
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if _, own := m[k]; !own {
				m[k], merged[k] = x, true
			}
		}
	case []any:
		for _, x := range v {
			if x, ok := x.(map[string]any); ok {
				mergeInto(m, x, merged)
			}
		}
	}
	return merged
}

func (y *yamlTree) warn(line int, reason, msg string) {
	if len(y.problems) < MaxProblems {
		y.problems = append(y.problems, profile.Problem{Path: y.path, Line: line, Severity: profile.SeverityWarning, Reason: reason, Message: msg})
	}
}
