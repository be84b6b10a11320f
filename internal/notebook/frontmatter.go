package notebook

import (
	"bytes"
	"fmt"
	"regexp"

	"go.yaml.in/yaml/v3"

	"github.com/profreport/profreport/internal/query"
)

// frontMatter is what stands between the `---` lines at the top.
type frontMatter struct {
	title  span
	doc    string
	params []param
	broken *Fault // names may be missing because of it
	end    int    // offset of the first byte behind it
}

// param is a declared parameter with its place.
type param struct {
	query.Param
	offset int
	broken bool // its declaration is wrong; the name is known all the same
}

var paramName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

var frontKeys = []string{"title", "doc", "params"}

// readFront reads the front matter of a notebook. A notebook without one has
// no title and no parameters.
func readFront(l *lines) (frontMatter, []Fault) {
	var fm frontMatter
	start, end, after, ok := frontRange(l.src)
	if !ok {
		if start > 0 {
			return fm, []Fault{l.fault(0, "the front matter is not closed: no second --- line")}
		}
		return fm, nil
	}
	fm.end = after
	y, faults := parseYAML(l, start, end, "front matter")
	if y.root == nil && len(faults) > 0 {
		fm.broken = &faults[0]
	}
	each(y.root, func(key, value *yaml.Node) {
		switch key.Value {
		case "title":
			if value.Kind != yaml.ScalarNode {
				faults = append(faults, y.fault(value, "title: want text, got %s", kindOf(value)))
				return
			}
			fm.title = y.text(value)
		case "doc":
			fm.doc = value.Value
		case "params":
			if value.Kind != yaml.MappingNode && value.Tag != "!!null" {
				faults = append(faults, y.fault(value, "params: want `name: default` lines, got %s", kindOf(value)))
				return
			}
			each(value, func(key, value *yaml.Node) {
				p, err := readParam(y, key, value)
				if err != nil {
					faults = append(faults, *err)
					p.broken, p.Type, p.Default = true, "", nil
				}
				fm.params = append(fm.params, p)
			})
		default:
			faults = append(faults, y.fault(key, "front matter has no key %s%s", key.Value, hint(key.Value, frontKeys)))
		}
	})
	return fm, faults
}

// frontRange finds the YAML between a first line `---` and the next `---` or
// `...`. start is set without ok when it is never closed.
func frontRange(src []byte) (start, end, after int, ok bool) {
	bom := 0
	if bytes.HasPrefix(src, []byte("\xef\xbb\xbf")) {
		bom = 3
	}
	for pos, first := bom, true; pos < len(src); first = false {
		next := len(src)
		if i := bytes.IndexByte(src[pos:], '\n'); i >= 0 {
			next = pos + i + 1
		}
		line := bytes.TrimRight(src[pos:next], " \t\r\n")
		switch {
		case first && string(line) != "---":
			return 0, 0, 0, false
		case first:
			start = next
		case string(line) == "---" || string(line) == "...":
			return start, pos, next, true
		}
		pos = next
	}
	return start, 0, 0, false
}

var paramKeys = []string{"type", "default", "doc"}

// readParam reads `name: default` or `name: {type: ..., default: ..., doc: ...}`.
func readParam(y *yamlText, key, value *yaml.Node) (param, *Fault) {
	p := param{Param: query.Param{Name: key.Value, Line: y.line + key.Line - 1}, offset: y.offset(key)}
	fail := func(n *yaml.Node, format string, args ...any) (param, *Fault) {
		f := y.fault(n, "parameter "+key.Value+": "+format, args...)
		return p, &f
	}
	if !paramName.MatchString(key.Value) {
		return fail(key, "a name is letters, digits and underscores")
	}
	def := value
	if value.Kind == yaml.MappingNode {
		var bad *yaml.Node
		def = nil
		each(value, func(k, v *yaml.Node) {
			switch k.Value {
			case "type":
				p.Type = v.Value
			case "default":
				def = v
			case "doc":
				p.Doc = v.Value
			default:
				bad = k
			}
		})
		if bad != nil {
			return fail(bad, "no key %s%s", bad.Value, hint(bad.Value, paramKeys))
		}
		if p.Type != "" && !query.ValidType(p.Type) {
			return fail(child(value, "type"), "no type %s%s", p.Type, hint(p.Type, query.ParamTypes))
		}
	}
	v, err := plain(def)
	if err != nil {
		return fail(def, "%s", err)
	}
	if p.Type == "" {
		if p.Type = typeOf(v); p.Type == "" {
			return fail(value, "a default of null needs a type, as in {type: number, default: null}")
		}
	}
	if p.Default, err = query.Bind(p.Type, v); err != nil {
		return fail(def, "%s", err)
	}
	return p, nil
}

// plain decodes a scalar or a list of scalars; nil is null.
func plain(n *yaml.Node) (any, error) {
	switch {
	case n == nil:
		return nil, nil
	case n.Kind == yaml.ScalarNode:
		return scalar(n)
	case n.Kind == yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			if c.Kind != yaml.ScalarNode {
				return nil, fmt.Errorf("want a list of plain values, got %s in it", kindOf(c))
			}
			v, err := scalar(c)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	}
	return nil, fmt.Errorf("want a plain value or a list, got %s", kindOf(n))
}

// typeOf infers a parameter's type from its default.
func typeOf(v any) string {
	switch v.(type) {
	case bool:
		return "bool"
	case int64:
		return "int"
	case float64:
		return "number"
	case string:
		return "text"
	case []any:
		return "list"
	}
	return ""
}
