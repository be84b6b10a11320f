package notebook

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// plotKinds are the kinds of plots and the columns each one needs.
var plotKinds = map[string][]string{
	"line": {"x", "y"}, "scatter": {"x", "y"}, "parity": {"x", "y"}, "bar": {"x", "y"}, "stacked": {"x", "y"},
	"ecdf": {"x"}, "histogram": {"x"}, "heatmap": {"x", "y", "value"}, "interval": {"x", "y"}, "step": {"x", "y"},
	"timeline": {"y", "from", "to"},
}

// plotColumns are the options that name a column.
var plotColumns = map[string]func(p *PlotSpec) *string{
	"x": func(p *PlotSpec) *string { return &p.X }, "y": func(p *PlotSpec) *string { return &p.Y },
	"value": func(p *PlotSpec) *string { return &p.Value }, "by": func(p *PlotSpec) *string { return &p.By },
	"style": func(p *PlotSpec) *string { return &p.Style }, "low": func(p *PlotSpec) *string { return &p.Low },
	"high": func(p *PlotSpec) *string { return &p.High }, "from": func(p *PlotSpec) *string { return &p.From },
	"to": func(p *PlotSpec) *string { return &p.To }, "label": func(p *PlotSpec) *string { return &p.Label },
	"title": func(p *PlotSpec) *string { return &p.Title }, "facet": func(p *PlotSpec) *string { return &p.Facet },
	"order": func(p *PlotSpec) *string { return &p.Order },
}

// plotTexts are the options that hold text.
var plotTexts = map[string]func(p *PlotSpec) *string{
	"xlabel": func(p *PlotSpec) *string { return &p.XLabel }, "ylabel": func(p *PlotSpec) *string { return &p.YLabel },
	"heading": func(p *PlotSpec) *string { return &p.Heading }, "finding": func(p *PlotSpec) *string { return &p.Finding },
}

var scales = []string{"diverging", "states", "sequential"}
var lineRoles = []string{"sla", "limit", "ref", "baseline"}

// plotOptions are the options of a plot cell.
var plotOptions = common(func() map[string]option {
	keys := map[string]option{
		"kind": func(d *decoder, n *yaml.Node) { d.choice(n, "kind of plot", &d.spec.plot.Kind, kinds()...) },
		"log": func(d *decoder, n *yaml.Node) {
			d.list(n, func(item *yaml.Node) {
				var axis string
				d.choice(item, "axis", &axis, "x", "y", "value")
				d.spec.plot.Log = append(d.spec.plot.Log, axis)
			})
		},
		"lines": func(d *decoder, n *yaml.Node) { d.eachMapping(n, "lines", (*decoder).line) },
		"bands": func(d *decoder, n *yaml.Node) { d.eachMapping(n, "bands", (*decoder).band) },
		"wide":  func(d *decoder, n *yaml.Node) { d.flag(n, &d.spec.plot.Wide) },
		"zero":  func(d *decoder, n *yaml.Node) { d.flag(n, &d.spec.plot.Zero) },
		"tol":   func(d *decoder, n *yaml.Node) { d.number(n, &d.spec.plot.Tol) },
		"scale": func(d *decoder, n *yaml.Node) { d.choice(n, "scale", &d.spec.plot.Scale, scales...) },
		"bins":  func(d *decoder, n *yaml.Node) { d.count(n, 1000, &d.spec.plot.Bins) },
	}
	for name, field := range plotColumns {
		keys[name] = func(d *decoder, n *yaml.Node) { d.column(n, name, field(d.spec.plot)) }
	}
	for name, field := range plotTexts {
		keys[name] = func(d *decoder, n *yaml.Node) { d.template(n, field(d.spec.plot)) }
	}
	// A minus before the column that orders turns the order round.
	keys["order"] = func(d *decoder, n *yaml.Node) {
		d.text(n, &d.spec.plot.Order)
		d.spec.columns = append(d.spec.columns, columnUse{at: d.y.offset(n), name: strings.TrimPrefix(d.spec.plot.Order, "-"), in: "order"})
	}
	return keys
}())

func kinds() []string {
	out := make([]string, 0, len(plotKinds))
	for k := range plotKinds {
		out = append(out, k)
	}
	return out
}

// eachMapping reads a list of mappings, or one mapping as a list of one.
func (d *decoder) eachMapping(n *yaml.Node, what string, read func(*decoder, *yaml.Node)) {
	list := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		list = n.Content
	}
	for _, item := range list {
		if item.Kind != yaml.MappingNode {
			d.fault(item, "%s: want `{y: ..., label: ...}`, got %s", what, kindOf(item))
			continue
		}
		read(d, item)
	}
}

func (d *decoder) line(n *yaml.Node) {
	u := lineUse{role: "sla"}
	d.read(n, "a line", map[string]option{
		"x":     func(d *decoder, n *yaml.Node) { u.x = d.dynamic(n) },
		"y":     func(d *decoder, n *yaml.Node) { u.y = d.dynamic(n) },
		"label": func(d *decoder, n *yaml.Node) { u.label = d.template(n, new(string)) },
		"role":  func(d *decoder, n *yaml.Node) { d.choice(n, "role", &u.role, lineRoles...) },
	})
	if (u.x == nil) == (u.y == nil) {
		d.fault(n, "a line has either x or y")
		return
	}
	d.spec.lines = append(d.spec.lines, u)
}

func (d *decoder) band(n *yaml.Node) {
	var u bandUse
	pair := func(to *[]*dynamic) option {
		return func(d *decoder, n *yaml.Node) {
			d.list(n, func(item *yaml.Node) { *to = append(*to, d.dynamic(item)) })
			if len(*to) != 2 {
				d.fault(n, "a band wants two values, [from, to]")
			}
		}
	}
	d.read(n, "a band", map[string]option{
		"x": pair(&u.x), "y": pair(&u.y),
		"label": func(d *decoder, n *yaml.Node) { u.label = d.template(n, new(string)) },
	})
	if (u.x == nil) == (u.y == nil) {
		d.fault(n, "a band has either x or y")
		return
	}
	d.spec.bands = append(d.spec.bands, u)
}

// checkPlot makes sure that a plot has the columns of its kind.
func (d *decoder) checkPlot(c *cellNode) {
	p := d.spec.plot
	at := c.options.start
	if p.Kind == "" {
		d.faults = append(d.faults, d.y.lines.fault(c.item.infoStart, "plot %s has no kind%s", c.name, hint("?", kinds())))
		return
	}
	if child(c.options.root, "kind") != nil {
		at = c.options.offset(child(c.options.root, "kind"))
	}
	for _, need := range plotKinds[p.Kind] {
		if *plotColumns[need](p) == "" {
			d.faults = append(d.faults, d.y.lines.fault(at, "a %s plot needs %s: the column of that", p.Kind, need))
		}
	}
}
