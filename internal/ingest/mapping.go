package ingest

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Mapping says which columns of a sweep table give which field of a run. It
// is read from a YAML file; docs of its keys stand in mappings/README.md.
type Mapping struct {
	Name string // by which `--map` and an overriding file refer to it
	Doc  string // one paragraph for people
	File string // path of the YAML file, for errors
	// Detect lists columns that select the mapping when a table has all of
	// them and none of Absent.
	Detect, Absent []string

	join    *joinSpec
	beside  *besideSpec
	with    *withSpec
	let     []*mapExpr
	keep    *mapExpr
	fields  map[string]*mapExpr
	group   []*mapExpr // further columns that separate runs, kept as settings
	setting []*mapExpr
	methods []methodSpec
}

// joinSpec names a second table: the row of the same key gives further columns
// under the name As.
type joinSpec struct {
	Table, On, As string
	line          int
}

// besideSpec names a YAML file beside the table whose values are known under
// the name As; without the file they are nil.
type besideSpec struct{ File, As string }

// withSpec ties two tables of the same columns together: the rows of Main and
// then those of Also that Main lacks make one run, whose recommendation is
// the first row of Also.
type withSpec struct{ Main, Also string }

// methodSpec is one of several methods that each row holds.
type methodSpec struct {
	fields       map[string]*mapExpr // override Mapping.fields
	unlessBeside string              // file that holds this method already
}

// The fields a mapping can give.
var (
	runTextFields = []string{"run", "method", "kind", "model", "backend", "backend_version", "gpu_type", "precision", "serving_mode"}
	runIntFields  = []string{"isl", "osl", "prefill_replicas", "decode_replicas"}
	runNumFields  = []string{"sla_ttft_ms", "sla_itl_ms"}
	rowFields     = []string{"phase", "mapping", "gpus", "concurrency", "requests", "ttft_ms", "itl_ms", "throughput_per_gpu", "refused", "warning"}
)

func isMappingField(name string) bool {
	for _, list := range [][]string{runTextFields, runIntFields, runNumFields, rowFields} {
		if slices.Contains(list, name) {
			return true
		}
	}
	return false
}

// ParseMapping reads a mapping file. Errors are *SyntaxError with the line.
func ParseMapping(data []byte, file string) (*Mapping, error) {
	if len(data) > maxMappingBytes {
		return nil, &SyntaxError{File: file, Msg: fmt.Sprintf("larger than %d KiB, not read", maxMappingBytes>>10)}
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, treeError(file, err)
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, &SyntaxError{File: file, Msg: "empty mapping file"}
	}
	p := mappingParser{file: file, m: &Mapping{File: file}}
	if err := p.top(doc.Content[0]); err != nil {
		return nil, err
	}
	return p.m, p.check()
}

const maxMappingBytes = 1 << 20

// mappingParser walks the YAML nodes, so that each expression keeps its place.
type mappingParser struct {
	file string
	m    *Mapping
}

func (p *mappingParser) errorf(n *yaml.Node, format string, args ...any) error {
	return &SyntaxError{p.file, n.Line, fmt.Sprintf(format, args...)}
}

func (p *mappingParser) top(n *yaml.Node) error {
	m := p.m
	return p.each(n, "a mapping file", func(key, v *yaml.Node) (err error) {
		switch key.Value {
		case "name":
			m.Name, err = p.text(v)
		case "doc":
			m.Doc, err = p.text(v)
		case "detect":
			m.Detect, err = p.texts(v)
		case "absent":
			m.Absent, err = p.texts(v)
		case "join":
			m.join = &joinSpec{line: key.Line}
			err = p.strings(v, map[string]*string{"table": &m.join.Table, "on": &m.join.On, "as": &m.join.As})
		case "beside":
			m.beside = &besideSpec{}
			err = p.strings(v, map[string]*string{"file": &m.beside.File, "as": &m.beside.As})
		case "with":
			m.with = &withSpec{}
			err = p.strings(v, map[string]*string{"main": &m.with.Main, "also": &m.with.Also})
		case "let":
			m.let, err = p.exprs(v)
		case "keep":
			m.keep, err = p.expr(key, v)
		case "fields":
			m.fields, err = p.fields(v, "")
		case "group":
			m.group, err = p.exprs(v)
		case "settings":
			m.setting, err = p.exprs(v)
		case "methods":
			err = p.methodList(v)
		default:
			err = p.errorf(key, "unknown key %q", key.Value)
		}
		return err
	})
}

// check refuses a mapping that can give no candidate.
func (p *mappingParser) check() error {
	m := p.m
	sets := []map[string]*mapExpr{m.fields}
	for _, method := range m.methods {
		sets = append(sets, method.fields)
	}
	has := func(name string) bool {
		return slices.ContainsFunc(sets, func(f map[string]*mapExpr) bool { return f[name] != nil })
	}
	switch {
	case m.Name == "":
		return &SyntaxError{File: p.file, Line: 1, Msg: "no name"}
	case !has("mapping"):
		return &SyntaxError{File: p.file, Line: 1, Msg: "fields: no mapping, the label of the parallel mapping"}
	case !has("ttft_ms") && !has("itl_ms"):
		return &SyntaxError{File: p.file, Line: 1, Msg: "fields: neither ttft_ms nor itl_ms"}
	}
	return nil
}

// each calls f for every key of a YAML mapping and refuses repeated keys.
func (p *mappingParser) each(n *yaml.Node, what string, f func(key, value *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return p.errorf(n, "want %s to be `key: value` lines", what)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if seen[key.Value] {
			return p.errorf(key, "%q is given twice", key.Value)
		}
		seen[key.Value] = true
		if err := f(key, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func (p *mappingParser) text(n *yaml.Node) (string, error) {
	if n.Kind != yaml.ScalarNode {
		return "", p.errorf(n, "want a text")
	}
	return strings.TrimSpace(n.Value), nil
}

func (p *mappingParser) texts(n *yaml.Node) ([]string, error) {
	if n.Kind != yaml.SequenceNode {
		return nil, p.errorf(n, "want a list")
	}
	var list []string
	for _, item := range n.Content {
		s, err := p.text(item)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, nil
}

// strings fills a small record in which every key must be given.
func (p *mappingParser) strings(n *yaml.Node, into map[string]*string) error {
	err := p.each(n, "this", func(key, v *yaml.Node) error {
		dst := into[key.Value]
		if dst == nil {
			return p.errorf(key, "unknown key %q", key.Value)
		}
		s, err := p.text(v)
		*dst = s
		return err
	})
	if err != nil {
		return err
	}
	for key, dst := range into {
		if *dst == "" {
			return p.errorf(n, "%s is missing", key)
		}
		if strings.ContainsAny(*dst, "/\\") && key != "on" {
			return p.errorf(n, "%s: want a file beside the table, got %q", key, *dst)
		}
	}
	return nil
}

func (p *mappingParser) exprs(n *yaml.Node) ([]*mapExpr, error) {
	var list []*mapExpr
	err := p.each(n, "this", func(key, v *yaml.Node) error {
		e, err := p.expr(key, v)
		list = append(list, e)
		return err
	})
	return list, err
}

// fields reads field: expression pairs; the key `except`, if any, is left to
// the caller.
func (p *mappingParser) fields(n *yaml.Node, except string) (map[string]*mapExpr, error) {
	set := map[string]*mapExpr{}
	err := p.each(n, "fields", func(key, v *yaml.Node) error {
		if key.Value == except && except != "" {
			return nil
		}
		if !isMappingField(key.Value) {
			return p.errorf(key, "no field %q", key.Value)
		}
		e, err := p.expr(key, v)
		set[key.Value] = e
		return err
	})
	return set, err
}

func (p *mappingParser) methodList(n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode {
		return p.errorf(n, "want a list of methods")
	}
	const unless = "unless_beside"
	for _, item := range n.Content {
		var spec methodSpec
		var err error
		if spec.fields, err = p.fields(item, unless); err != nil {
			return err
		}
		for i := 0; i+1 < len(item.Content); i += 2 {
			if item.Content[i].Value == unless {
				if spec.unlessBeside, err = p.text(item.Content[i+1]); err != nil {
					return err
				}
			}
		}
		p.m.methods = append(p.m.methods, spec)
	}
	return nil
}

// expr takes a scalar as an expression; its first character stands at the
// node's place, on the line below for a block scalar.
func (p *mappingParser) expr(key, n *yaml.Node) (*mapExpr, error) {
	if n.Kind != yaml.ScalarNode {
		return nil, p.errorf(n, "%s: want an expression", key.Value)
	}
	e := &mapExpr{name: key.Value, src: n.Value, file: p.file, line: n.Line, column: n.Column}
	switch n.Style {
	case yaml.LiteralStyle, yaml.FoldedStyle:
		e.line, e.column = n.Line+1, key.Column+2
	case yaml.SingleQuotedStyle, yaml.DoubleQuotedStyle:
		e.column++
	}
	return e, nil
}
