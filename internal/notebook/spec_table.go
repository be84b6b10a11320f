package notebook

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// tableOptions are the options of a table cell.
var tableOptions = common(map[string]option{
	"columns": readColumns,
	"show": func(d *decoder, n *yaml.Node) {
		d.list(n, func(item *yaml.Node) {
			var c string
			d.column(item, "show", &c)
			d.spec.shown = append(d.spec.shown, c)
		})
	},
	"hide": func(d *decoder, n *yaml.Node) {
		d.list(n, func(item *yaml.Node) {
			var c string
			d.column(item, "hide", &c)
			d.spec.columnSpec(c).Hidden = true
		})
	},
	"sort": func(d *decoder, n *yaml.Node) {
		d.list(n, func(item *yaml.Node) {
			name := strings.TrimPrefix(item.Value, "-")
			d.spec.columns = append(d.spec.columns, columnUse{at: d.y.offset(item), name: name, in: "sort"})
			d.spec.table.Sort = append(d.spec.table.Sort, item.Value)
		})
	},
	"limit": func(d *decoder, n *yaml.Node) { d.count(n, 1_000_000, &d.spec.table.Limit) },
	"stack": func(d *decoder, n *yaml.Node) { d.flag(n, &d.spec.table.Stack) },
	"group": func(d *decoder, n *yaml.Node) { d.column(n, "group", &d.spec.table.Group) },
	"total": func(d *decoder, n *yaml.Node) { d.flag(n, &d.spec.table.Total) },
})

// columnOptions are the options of one column of a table.
var columnOptions = map[string]func(d *decoder, n *yaml.Node, c *ColumnSpec){
	"label":  func(d *decoder, n *yaml.Node, c *ColumnSpec) { d.template(n, &c.Label) },
	"unit":   func(d *decoder, n *yaml.Node, c *ColumnSpec) { d.text(n, &c.Unit); c.unitSet = true },
	"format": func(d *decoder, n *yaml.Node, c *ColumnSpec) { d.format(n, &c.Format) },
	"low":    func(d *decoder, n *yaml.Node, c *ColumnSpec) { d.column(n, "low", &c.Low) },
	"high":   func(d *decoder, n *yaml.Node, c *ColumnSpec) { d.column(n, "high", &c.High) },
	"better": func(d *decoder, n *yaml.Node, c *ColumnSpec) {
		d.choice(n, "better", &c.Better, "lower", "higher", "zero")
	},
	"note":    func(d *decoder, n *yaml.Node, c *ColumnSpec) { d.column(n, "note", &c.Note) },
	"missing": func(d *decoder, n *yaml.Node, c *ColumnSpec) { d.text(n, &c.Missing) },
	"align": func(d *decoder, n *yaml.Node, c *ColumnSpec) {
		d.choice(n, "align", &c.Align, "left", "right", "center")
	},
	"hidden": func(d *decoder, n *yaml.Node, c *ColumnSpec) { d.flag(n, &c.Hidden) },
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
		if opt := columnOptions[key.Value]; opt != nil {
			opt(d, value, c)
			return
		}
		d.fault(key, "column %s has no option %s%s", name, key.Value, hint(key.Value, keys))
	})
}

// tileRoles are what a tile shows; each may be another column of the query.
var tileRoles = []string{"label", "value", "unit", "format", "verdict", "note", "low", "high", "limit_low", "limit_high"}

// tilesOptions are the options of a tiles cell: `label: column` and so on.
var tilesOptions = common(func() map[string]option {
	roles := map[string]option{}
	for _, role := range tileRoles {
		roles[role] = func(d *decoder, n *yaml.Node) {
			var c string
			d.column(n, role, &c)
			d.spec.tiles.Columns[role] = c
		}
	}
	return roles
}())
