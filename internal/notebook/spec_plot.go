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

// plotField is an option that fills a field of PlotSpec.
type plotField struct {
	field func(p *PlotSpec) *string
	doc   string
}

// plotColumns are the options that name a column.
var plotColumns = map[string]plotField{
	"x":     {func(p *PlotSpec) *string { return &p.X }, "the column on the x axis"},
	"y":     {func(p *PlotSpec) *string { return &p.Y }, "the column on the y axis"},
	"value": {func(p *PlotSpec) *string { return &p.Value }, "heatmap: the column that gives a cell its colour"},
	"by":    {func(p *PlotSpec) *string { return &p.By }, "the column that parts the series; `method` has its own colour and shape everywhere"},
	"style": {func(p *PlotSpec) *string { return &p.Style }, "a column with `predicted`, `measured`, `blocked` or `dominated`"},
	"low":   {func(p *PlotSpec) *string { return &p.Low }, "the column with the lower end of the interval"},
	"high":  {func(p *PlotSpec) *string { return &p.High }, "the column with its upper end"},
	"from":  {func(p *PlotSpec) *string { return &p.From }, "timeline: the column with the beginning"},
	"to":    {func(p *PlotSpec) *string { return &p.To }, "timeline: the column with the end"},
	"label": {func(p *PlotSpec) *string { return &p.Label }, "a column with the text beside a mark"},
	"title": {func(p *PlotSpec) *string { return &p.Title }, "a column with the text that a mark shows when pointed at"},
	"facet": {func(p *PlotSpec) *string { return &p.Facet }, "a column that parts the plot into small ones with the same axes"},
}

// plotTexts are the options that hold text.
var plotTexts = map[string]plotField{
	"xlabel":  {func(p *PlotSpec) *string { return &p.XLabel }, "the title of the x axis with its unit: `TTFT [ms]`; without it, made from the column"},
	"ylabel":  {func(p *PlotSpec) *string { return &p.YLabel }, "the title of the y axis"},
	"heading": {func(p *PlotSpec) *string { return &p.Heading }, "the line above the plot"},
	"finding": {func(p *PlotSpec) *string { return &p.Finding }, "what the plot shows, in words, for those who can't see it"},
}

var scales = []string{"diverging", "states", "sequential"}
var lineRoles = []string{"sla", "limit", "ref", "baseline"}

// plotOptions are the options of a plot cell.
var plotOptions = common(func() map[string]option {
	keys := map[string]option{
		"kind": {func(d *decoder, n *yaml.Node) { d.choice(n, "kind of plot", &d.spec.plot.Kind, kinds()...) }, "the kind of plot"},
		"log": {func(d *decoder, n *yaml.Node) {
			d.list(n, func(item *yaml.Node) {
				var axis string
				d.choice(item, "axis", &axis, "x", "y")
				d.spec.plot.Log = append(d.spec.plot.Log, axis)
			})
		}, "a list of the axes that are logarithmic: `[x, y]`"},
		"lines": {func(d *decoder, n *yaml.Node) { d.eachMapping(n, "lines", (*decoder).line) }, "reference lines: `[{y: \":itl_ms\", label: SLA}]`"},
		"bands": {func(d *decoder, n *yaml.Node) { d.eachMapping(n, "bands", (*decoder).band) }, "shaded ranges: `[{y: [0, 50], label: allowed}]`"},
		"wide":  {func(d *decoder, n *yaml.Node) { d.flag(n, &d.spec.plot.Wide) }, "`true`: the width of the page"},
		"zero":  {func(d *decoder, n *yaml.Node) { d.flag(n, &d.spec.plot.Zero) }, "`true`: the value axis includes 0"},
		"tol":   {func(d *decoder, n *yaml.Node) { d.number(n, &d.spec.plot.Tol) }, "parity: the tolerance drawn as a band, as a fraction"},
		"scale": {func(d *decoder, n *yaml.Node) { d.choice(n, "scale", &d.spec.plot.Scale, scales...) },
			"heatmap: `diverging`, `states` or `sequential`"},
		"bins":  {func(d *decoder, n *yaml.Node) { d.count(n, 1000, &d.spec.plot.Bins) }, "histogram: the number of bins"},
		"order": {readOrder, "a column that the rows are sorted by first, `-duration_s` descending: the order of categories, and of points along a line"},
	}
	for name, f := range plotColumns {
		keys[name] = option{func(d *decoder, n *yaml.Node) { d.column(n, name, f.field(d.spec.plot)) }, f.doc}
	}
	for name, f := range plotTexts {
		keys[name] = option{func(d *decoder, n *yaml.Node) { d.template(n, f.field(d.spec.plot)) }, f.doc}
	}
	return keys
}())

func readOrder(d *decoder, n *yaml.Node) {
	d.text(n, &d.spec.plot.Order)
	d.spec.columns = append(d.spec.columns, columnUse{at: d.y.offset(n), name: strings.TrimPrefix(d.spec.plot.Order, "-"), in: "order"})
}

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
		"x":     {read: func(d *decoder, n *yaml.Node) { u.x = d.dynamic(n) }},
		"y":     {read: func(d *decoder, n *yaml.Node) { u.y = d.dynamic(n) }},
		"label": {read: func(d *decoder, n *yaml.Node) { u.label = d.template(n, new(string)) }},
		"role":  {read: func(d *decoder, n *yaml.Node) { d.choice(n, "role", &u.role, lineRoles...) }},
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
		return option{read: func(d *decoder, n *yaml.Node) {
			d.list(n, func(item *yaml.Node) { *to = append(*to, d.dynamic(item)) })
			if len(*to) != 2 {
				d.fault(n, "a band wants two values, [from, to]")
			}
		}}
	}
	d.read(n, "a band", map[string]option{
		"x": pair(&u.x), "y": pair(&u.y),
		"label": {read: func(d *decoder, n *yaml.Node) { u.label = d.template(n, new(string)) }},
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
		if *plotColumns[need].field(p) == "" {
			d.faults = append(d.faults, d.y.lines.fault(at, "a %s plot needs %s: the column of that", p.Kind, need))
		}
	}
}
