// Package metric reads, checks and evaluates metric definitions: named figures
// that a user writes as expressions over the rows of a named query. It runs no
// SQL of its own (query does) and knows no page; store keeps its results as
// metric_values, notebook and render show them.
package metric

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/profreport/profreport/internal/format"
	"github.com/profreport/profreport/internal/query"
)

// Definition is one metric as it stands in a metrics file. Expr, Key, Limit,
// N, Low, High, Note and Applies are expressions over the row.
type Definition struct {
	Name    string
	Doc     string
	Query   string // the named query whose rows it is computed over
	Key     string // what labels a row: level, phase; "" for one value a run
	Expr    string // the value: a number, or true and false as 1 and 0
	Unit    string
	Format  string // of format.Specs; "" is its default
	Better  string // "lower", "higher", "zero" or ""
	Limit   string // a verdict, or true and false; null is none
	N       string // sample size
	Low     string // interval
	High    string
	Note    string
	Applies string // rows for which it is false are left out

	File string // as errors print it
	Line int    // of the entry, 1-based
	From string // "built in", or File

	isNew  bool
	text   string // of the whole file
	fields map[string]*yaml.Node
}

// field names in the order in which a definition is hashed and listed.
var fieldNames = []string{"name", "doc", "query", "key", "expr", "unit", "format", "better", "limit", "n", "low", "high", "note", "applies"}

// exprFields are those that hold expressions.
var exprFields = []string{"applies", "key", "expr", "low", "high", "n", "note", "limit"}

// field returns a pointer to the text of a field.
func (d *Definition) field(name string) *string {
	switch name {
	case "name":
		return &d.Name
	case "doc":
		return &d.Doc
	case "query":
		return &d.Query
	case "key":
		return &d.Key
	case "expr":
		return &d.Expr
	case "unit":
		return &d.Unit
	case "format":
		return &d.Format
	case "better":
		return &d.Better
	case "limit":
		return &d.Limit
	case "n":
		return &d.N
	case "low":
		return &d.Low
	case "high":
		return &d.High
	case "note":
		return &d.Note
	case "applies":
		return &d.Applies
	}
	return nil
}

// Text returns the definition as `field: text` lines in a fixed order, without
// the empty fields. Comments, quotes and line breaks of the file don't show.
func (d *Definition) Text() string {
	var b strings.Builder
	for _, name := range fieldNames {
		if v := *d.field(name); v != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, v)
		}
	}
	return b.String()
}

// SHA256 is the hash, in hex, of Text and of the statement of its query and of
// all that the query reads from, each as `-- NAME`, a line end, the statement
// and a line end, those read from first.
func (d *Definition) SHA256(set *query.Set) string { return d.hash(queryTexts(set, d.Query)) }

func (d *Definition) hash(queries string) string {
	h := sha256.New()
	h.Write([]byte(d.Text()))
	h.Write([]byte(queries))
	return hex.EncodeToString(h.Sum(nil))
}

func queryTexts(set *query.Set, name string) string {
	var b strings.Builder
	for _, q := range set.Closure(name) {
		fmt.Fprintf(&b, "-- %s\n%s\n", q.Name, q.SQL())
	}
	return b.String()
}

// fault makes a fault at a character of a field.
func (d *Definition) fault(field string, at int, message string, args ...any) *query.Fault {
	offset := lineStart(d.text, d.Line)
	if node := d.fields[field]; node != nil {
		offset = scalarOffset(d.text, node, at)
	}
	f := query.Origin{File: d.File}.At(d.text, offset, message, args...)
	f.Message = "metric " + d.Name + ": " + f.Message
	return f
}

var validName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// Parse reads a metrics file: `metrics:` and a list of definitions. file is
// the name that errors print. A definition with a fault that makes it useless
// is left out.
func Parse(file string, data []byte) ([]*Definition, query.Faults) {
	r := &yamlReader{file: file, text: string(data)}
	root := r.document()
	if root == nil {
		return nil, r.faults
	}
	var defs []*Definition
	for _, p := range r.pairs(root) {
		if p.key.Value != "metrics" {
			r.unknown(p.key, "field", []string{"metrics"})
			continue
		}
		if p.value.Kind == yaml.ScalarNode && (p.value.Tag == "!!null") {
			continue
		}
		if p.value.Kind != yaml.SequenceNode {
			r.fault(p.value, "metrics is a list of definitions")
			continue
		}
		for _, entry := range p.value.Content {
			if d := r.definition(entry); d != nil {
				defs = append(defs, d)
			}
		}
	}
	return defs, r.faults
}

// definition reads one entry.
func (r *yamlReader) definition(entry *yaml.Node) *Definition {
	if entry.Kind != yaml.MappingNode {
		r.fault(entry, "a metric is a mapping with name, query and expr")
		return nil
	}
	d := &Definition{File: r.file, From: r.file, Line: entry.Line, text: r.text, fields: map[string]*yaml.Node{}}
	known := append([]string{"new"}, fieldNames...)
	for _, p := range r.pairs(entry) {
		field := d.field(p.key.Value)
		switch {
		case p.key.Value == "new":
			d.isNew = p.value.Value == "true"
		case field == nil:
			r.unknown(p.key, "field", known)
		case p.value.Kind != yaml.ScalarNode:
			r.fault(p.value, "%s is a text, not a %s", p.key.Value, kindOfNode(p.value))
		case p.value.Tag == "!!null":
		default:
			*field = strings.TrimSpace(p.value.Value)
			d.fields[p.key.Value] = p.value
		}
	}
	d.Query = strings.ToLower(d.Query)
	faults := len(r.faults)
	r.faults = append(r.faults, d.checkFields()...)
	if len(r.faults) > faults && d.Name == "" {
		return nil
	}
	return d
}

// checkFields checks what needs no query: names, words, format.
func (d *Definition) checkFields() query.Faults {
	var faults query.Faults
	if !validName.MatchString(d.Name) {
		shown := d.Name
		d.Name = "?"
		f := d.fault("name", 0, "a name is lower-case letters, digits and underscores, got %q", shown)
		d.Name = ""
		return query.Faults{f}
	}
	for _, name := range []string{"query", "expr"} {
		if *d.field(name) == "" {
			faults = append(faults, d.fault("name", 0, "%s is missing", name))
		}
	}
	if d.Better != "" && d.Better != "lower" && d.Better != "higher" && d.Better != "zero" {
		faults = append(faults, d.fault("better", 0, "better is lower, higher or zero, not %q", d.Better))
	}
	if !format.Valid(d.Format) {
		f := d.fault("format", 0, "unknown format %q", d.Format)
		var specs []string
		for _, s := range format.Specs {
			specs = append(specs, s.Spec)
		}
		if f.Hint = query.DidYouMean(d.Format, specs); f.Hint == "" {
			f.Hint = "want one of " + strings.Join(specs, ", ")
		}
		faults = append(faults, f)
	}
	if _, known := units[d.Unit]; !known && d.Unit != "" && len(d.Unit) > 3 {
		var names []string
		for u := range units {
			names = append(names, u)
		}
		if h := query.DidYouMean(d.Unit, names); h != "" {
			f := d.fault("unit", 0, "unknown unit %q", d.Unit)
			f.Hint, f.Warning = h, true
			faults = append(faults, f)
		}
	}
	return faults
}
