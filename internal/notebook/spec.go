package notebook

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// spec is what the body of a table, plot or tiles cell says, before its
// expressions are worked out.
type spec struct {
	table   *TableSpec
	plot    *PlotSpec
	tiles   *TilesSpec
	looks   []*ColumnSpec // what is said of a table's columns
	shown   []string      // columns of a table in the order asked for; nil: all, in query order
	columns []columnUse
	where   []filter
	values  []*dynamic
	texts   []*template
	caption *template
	empty   *template
	lines   []lineUse
	bands   []bandUse
}

// columnUse is a place where an option names a column.
type columnUse struct {
	at   int
	name string
	in   string // the option
}

// filter keeps the rows whose column equals one of the values.
type filter struct {
	column string
	values []*dynamic
}

// dynamic is an option's value: a literal, a parameter (`:name`) or an
// expression (`=expr`, `{{ expr }}`).
type dynamic struct {
	at      int
	literal any
	span    *span // of the expression, or nil
	expr    *expression
}

// lineUse and bandUse are reference lines and bands with their values open.
type lineUse struct {
	x, y  *dynamic
	label *template
	role  string
}

type bandUse struct {
	x, y  []*dynamic
	label *template
}

// decoder reads the options of one cell.
type decoder struct {
	y      *yamlText
	spec   *spec
	cell   *cellNode
	faults []Fault
}

// option is one key: how it is read, and what the manual says of it.
type option struct {
	read func(d *decoder, value *yaml.Node)
	doc  string
}

func (d *decoder) fault(n *yaml.Node, format string, args ...any) {
	d.faults = append(d.faults, d.y.fault(n, format, args...))
}

// read reads a mapping by a table of keys.
func (d *decoder) read(n *yaml.Node, what string, keys map[string]option) {
	each(n, func(key, value *yaml.Node) {
		if opt, ok := keys[key.Value]; ok {
			opt.read(d, value)
			return
		}
		names := make([]string, 0, len(keys))
		for k := range keys {
			names = append(names, k)
		}
		d.fault(key, "%s has no option %s%s", what, key.Value, hint(key.Value, names))
	})
}

// text reads a scalar as text.
func (d *decoder) text(n *yaml.Node, to *string) {
	if n.Kind != yaml.ScalarNode {
		d.fault(n, "want text, got %s", kindOf(n))
		return
	}
	if n.Tag != "!!null" {
		*to = n.Value
	}
}

// choice reads one of a few words.
func (d *decoder) choice(n *yaml.Node, what string, to *string, words ...string) {
	d.text(n, to)
	if n.Kind == yaml.ScalarNode && !slices.Contains(words, n.Value) {
		d.fault(n, "there is no %s %s%s", what, n.Value, hint(n.Value, words))
	}
}

// column reads the name of a column.
func (d *decoder) column(n *yaml.Node, in string, to *string) {
	d.text(n, to)
	if n.Kind == yaml.ScalarNode && *to != "" {
		d.spec.columns = append(d.spec.columns, columnUse{at: d.y.offset(n), name: *to, in: in})
	}
}

func (d *decoder) flag(n *yaml.Node, to *bool) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!bool" {
		d.fault(n, "want true or false, got %s", kindOf(n))
		return
	}
	*to = strings.EqualFold(n.Value, "true")
}

// count reads a whole number of at least 1.
func (d *decoder) count(n *yaml.Node, limit int, to *int) {
	if n.Kind != yaml.ScalarNode || n.Tag != "!!int" || n.Decode(to) != nil || *to < 1 || *to > limit {
		d.fault(n, "want a whole number from 1 to %d, got %s", limit, kindOf(n))
	}
}

func (d *decoder) number(n *yaml.Node, to *float64) {
	if n.Kind != yaml.ScalarNode || n.Decode(to) != nil {
		d.fault(n, "want a number, got %s", kindOf(n))
	}
}

// list reads a list of scalars, or one scalar as a list of one.
func (d *decoder) list(n *yaml.Node, each func(item *yaml.Node)) {
	switch n.Kind {
	case yaml.ScalarNode:
		each(n)
	case yaml.SequenceNode:
		for _, item := range n.Content {
			if item.Kind != yaml.ScalarNode {
				d.fault(item, "want text, got %s", kindOf(item))
				continue
			}
			each(item)
		}
	default:
		d.fault(n, "want a list, got %s", kindOf(n))
	}
}

// dynamic reads a value that may depend on parameters and expressions.
func (d *decoder) dynamic(n *yaml.Node) *dynamic {
	v := &dynamic{at: d.y.offset(n)}
	if n.Kind != yaml.ScalarNode {
		d.fault(n, "want a value, `:parameter` or `=expression`, got %s", kindOf(n))
		return v
	}
	s := d.y.text(n)
	switch trimmed := strings.TrimSpace(n.Value); {
	case strings.HasPrefix(trimmed, ":") && paramName.MatchString(trimmed[1:]),
		strings.HasPrefix(trimmed, "="):
		inner := s.after(leading(s.text) + 1)
		v.span = &inner
	case strings.HasPrefix(trimmed, "{{") && strings.HasSuffix(trimmed, "}}"):
		inner := s.after(leading(s.text) + 2)
		inner.text = strings.TrimSuffix(strings.TrimRight(inner.text, " \t\n"), "}}")
		v.span = &inner
	default:
		var err error
		if v.literal, err = scalar(n); err != nil {
			d.fault(n, "%s", err)
		}
	}
	d.spec.values = append(d.spec.values, v)
	return v
}

// template reads text with `{{ expr }}` in it. to gets the filled text.
func (d *decoder) template(n *yaml.Node, to *string) *template {
	if n.Kind != yaml.ScalarNode {
		d.fault(n, "want text, got %s", kindOf(n))
		return nil
	}
	t, err := newTemplate(d.y.text(n), to)
	if err != "" {
		d.fault(n, "%s", err)
		return nil
	}
	d.spec.texts = append(d.spec.texts, t)
	return t
}

// commonOptions are the options of every cell that shows something.
var commonOptions = map[string]option{
	"if":     {readIf, "an expression; the cell is there only when it is true"},
	"hidden": {func(d *decoder, n *yaml.Node) { d.flag(n, &d.cell.hidden) }, "`true`: the cell runs and shows nothing"},
	"folded": {func(d *decoder, n *yaml.Node) { d.flag(n, &d.cell.folded) }, "`true`: the cell shows behind a line to open"},
	"caption": {func(d *decoder, n *yaml.Node) { d.spec.caption = d.template(n, new(string)) },
		"Markdown below it, with `{{ }}`: unit, n, kind of interval"},
	"empty": {func(d *decoder, n *yaml.Node) { d.spec.empty = d.template(n, new(string)) },
		"what to say when there are no rows: which input would fill it"},
	"where": {readWhere, "`{column: value}` or `{column: [value, ...]}`: keeps the rows that match"},
}

// common adds the options of one kind of cell to those of all.
func common(more map[string]option) map[string]option {
	keys := map[string]option{}
	for k, o := range commonOptions {
		keys[k] = o
	}
	for k, o := range more {
		keys[k] = o
	}
	return keys
}

func readIf(d *decoder, n *yaml.Node) {
	if n.Kind != yaml.ScalarNode {
		d.fault(n, "if: want an expression, got %s", kindOf(n))
		return
	}
	if d.cell.cond != nil {
		d.fault(n, "if is given in the fence and in the body")
	}
	d.cell.cond = &condition{span: d.y.text(n)}
}

// readWhere reads `where: {column: value}` and `{column: [value, value]}`.
func readWhere(d *decoder, n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		d.fault(n, "where: want `column: value`, got %s", kindOf(n))
		return
	}
	each(n, func(key, value *yaml.Node) {
		var f filter
		d.column(key, "where", &f.column)
		if value.Kind == yaml.SequenceNode {
			for _, item := range value.Content {
				f.values = append(f.values, d.dynamic(item))
			}
		} else {
			f.values = []*dynamic{d.dynamic(value)}
		}
		d.spec.where = append(d.spec.where, f)
	})
}

// listingOptions are the options of a listing cell.
var listingOptions = func() map[string]option {
	keys := common(nil)
	delete(keys, "where")
	return keys
}()

// readSpec reads the body of a table, plot or tiles cell.
func readSpec(c *cellNode) []Fault {
	c.spec = &spec{}
	d := &decoder{y: c.options, spec: c.spec, cell: c}
	what := fmt.Sprintf("%s %s", c.kind, c.name)
	switch c.kind {
	case "table":
		c.spec.table = &TableSpec{}
		d.read(c.options.root, what, tableOptions)
	case "plot":
		c.spec.plot = &PlotSpec{}
		d.read(c.options.root, what, plotOptions)
		d.checkPlot(c)
	case "tiles":
		c.spec.tiles = &TilesSpec{Columns: map[string]string{}}
		d.read(c.options.root, what, tilesOptions)
	case "listing":
		d.read(c.options.root, what, listingOptions)
	}
	return d.faults
}
