package notebook

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// tableOptions are the options of a table cell.
var tableOptions = common(map[string]option{
	"columns": {readColumns, "how columns look: `{itl_ms: {label: ITL, unit: ms}}`; as a list, also which ones show and in what order"},
	"show": {func(d *decoder, n *yaml.Node) {
		d.list(n, func(item *yaml.Node) {
			var c string
			d.column(item, "show", &c)
			d.spec.shown = append(d.spec.shown, c)
		})
	}, "a list of the columns to show, in order; without it all, as the query gives them"},
	"hide": {func(d *decoder, n *yaml.Node) {
		d.list(n, func(item *yaml.Node) {
			var c string
			d.column(item, "hide", &c)
			d.spec.columnSpec(c).Hidden = true
		})
	}, "a list of the columns not to show"},
	"sort": {func(d *decoder, n *yaml.Node) {
		d.list(n, func(item *yaml.Node) {
			name := strings.TrimPrefix(item.Value, "-")
			d.spec.columns = append(d.spec.columns, columnUse{at: d.y.offset(item), name: name, in: "sort"})
			d.spec.table.Sort = append(d.spec.table.Sort, item.Value)
		})
	}, "a column or a list of them; `-itl_ms` is descending; null comes last"},
	"limit": {func(d *decoder, n *yaml.Node) { d.count(n, 1_000_000, &d.spec.table.Limit) }, "the number of rows to show; the rest is counted"},
	"stack": {func(d *decoder, n *yaml.Node) { d.flag(n, &d.spec.table.Stack) }, "`true`: short cards instead of a table on narrow screens"},
	"group": {func(d *decoder, n *yaml.Node) { d.column(n, "group", &d.spec.table.Group) }, "a column whose value heads each group of rows"},
	"total": {func(d *decoder, n *yaml.Node) { d.flag(n, &d.spec.table.Total) }, "`true`: a row of sums, where a sum has a meaning"},
})

// columnOption is one key of a column.
type columnOption struct {
	read func(d *decoder, n *yaml.Node, c *ColumnSpec)
	doc  string
}

// columnOptions are the options of one column of a table.
var columnOptions = map[string]columnOption{
	"label": {func(d *decoder, n *yaml.Node, c *ColumnSpec) { d.template(n, &c.Label) }, "the head of the column; without it, made from the name"},
	"unit": {func(d *decoder, n *yaml.Node, c *ColumnSpec) { d.text(n, &c.Unit); c.unitSet = true },
		"the unit of its values; without it, read off the name (`_ms`, `_tokens`) or the query's header"},
	"format": {func(d *decoder, n *yaml.Node, c *ColumnSpec) { d.format(n, &c.Format) }, "how numbers are written, see Formats"},
	"low":    {func(d *decoder, n *yaml.Node, c *ColumnSpec) { d.column(n, "low", &c.Low) }, "the column with the lower end of the interval"},
	"high":   {func(d *decoder, n *yaml.Node, c *ColumnSpec) { d.column(n, "high", &c.High) }, "the column with its upper end"},
	"better": {func(d *decoder, n *yaml.Node, c *ColumnSpec) {
		d.choice(n, "better", &c.Better, "lower", "higher", "zero")
	}, "`lower`, `higher` or `zero`: marks the best value"},
	"note":    {func(d *decoder, n *yaml.Node, c *ColumnSpec) { d.column(n, "note", &c.Note) }, "a column with a small note under the value"},
	"missing": {func(d *decoder, n *yaml.Node, c *ColumnSpec) { d.text(n, &c.Missing) }, "the words for null; without it `not measured`, for verdicts `–` (none is due)"},
	"align": {func(d *decoder, n *yaml.Node, c *ColumnSpec) {
		d.choice(n, "align", &c.Align, "left", "right", "center")
	}, "`left`, `right` or `center`; without it, numbers stand right"},
	"hidden": {func(d *decoder, n *yaml.Node, c *ColumnSpec) { d.flag(n, &c.Hidden) }, "`true`: the column does not show"},
}

func (d *decoder) format(n *yaml.Node, to *string) {
	d.text(n, to)
	if n.Kind == yaml.ScalarNode && !validFormat(*to) {
		d.fault(n, "there is no format %s%s", *to, hint(*to, formatNames()))
	}
}

// columnSpec returns what is said of a column, to add to.
func (s *spec) columnSpec(name string) *ColumnSpec {
	for _, c := range s.looks {
		if c.Name == name {
			return c
		}
	}
	s.looks = append(s.looks, &ColumnSpec{Name: name})
	return s.looks[len(s.looks)-1]
}

// readColumns reads `columns`: a mapping says how columns look, a list also
// which ones show, in its order.
func readColumns(d *decoder, n *yaml.Node) {
	one := func(key, value *yaml.Node, show bool) {
		var name string
		d.column(key, "columns", &name)
		c := d.spec.columnSpec(name)
		if show {
			d.spec.shown = append(d.spec.shown, name)
		}
		if value != nil {
			d.columnLook(value, name, c)
		}
	}
	switch n.Kind {
	case yaml.MappingNode:
		each(n, func(key, value *yaml.Node) { one(key, value, false) })
	case yaml.SequenceNode:
		for _, item := range n.Content {
			switch {
			case item.Kind == yaml.ScalarNode:
				one(item, nil, true)
			case item.Kind == yaml.MappingNode && len(item.Content) == 2:
				one(item.Content[0], item.Content[1], true)
			default:
				d.fault(item, "columns: want a name or `name: {label: ...}`, got %s", kindOf(item))
			}
		}
	default:
		d.fault(n, "columns: want a list of names or `name: {label: ...}`, got %s", kindOf(n))
	}
}

func (d *decoder) columnLook(n *yaml.Node, name string, c *ColumnSpec) {
	if n.Kind == yaml.ScalarNode && n.Tag != "!!null" { // `itl_ms: ITL` is its label
		d.template(n, &c.Label)
		return
	}
	if n.Kind != yaml.MappingNode {
		if n.Tag != "!!null" {
			d.fault(n, "column %s: want `{label: ..., unit: ...}`, got %s", name, kindOf(n))
		}
		return
	}
	keys := make([]string, 0, len(columnOptions))
	for k := range columnOptions {
		keys = append(keys, k)
	}
	each(n, func(key, value *yaml.Node) {
		if opt, ok := columnOptions[key.Value]; ok {
			opt.read(d, value, c)
			return
		}
		d.fault(key, "column %s has no option %s%s", name, key.Value, hint(key.Value, keys))
	})
}

// tileRole is a part of a tile.
type tileRole struct{ name, doc string }

// tileRoles are what a tile shows; each may be another column of the query.
var tileRoles = []tileRole{
	{"label", "what the tile is about"},
	{"value", "the figure"},
	{"unit", "its unit"},
	{"format", "how it is written, see Formats"},
	{"verdict", "pass, fail or unknown"},
	{"note", "a line below it"},
	{"low", "the lower end of the figure's interval, for the gauge"},
	{"high", "its upper end"},
	{"limit_low", "the lower end of what is allowed, for the gauge"},
	{"limit_high", "its upper end"},
}

// tilesOptions are the options of a tiles cell: `label: column` and so on.
var tilesOptions = common(func() map[string]option {
	roles := map[string]option{}
	for _, role := range tileRoles {
		roles[role.name] = option{func(d *decoder, n *yaml.Node) {
			var c string
			d.column(n, role.name, &c)
			d.spec.tiles.Columns[role.name] = c
		}, "the column with " + role.doc + "; without it, the column of this name"}
	}
	return roles
}())
