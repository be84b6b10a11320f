package render

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/profreport/profreport/internal/notebook"
)

// drawn is a plot cell after drawing: its panels, or what went wrong.
type drawn struct {
	cell   *notebook.Cell
	panels [][]byte
	used   marksUsed
	err    error
}

// drawAll draws the plot cells, several at a time. A figure depends on its
// cell alone, so their order makes no difference.
func (p *page) drawAll() map[*notebook.Cell]*drawn {
	all := map[*notebook.Cell]*drawn{}
	var list []*drawn
	for _, b := range p.doc.Blocks {
		if c := b.Cell; c != nil && c.Kind == "plot" && !c.Hidden && all[c] == nil {
			all[c] = &drawn{cell: c}
			list = append(list, all[c])
		}
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(list)) {
		wait.Go(func() {
			for i := next.Add(1) - 1; int(i) < len(list); i = next.Add(1) - 1 {
				list[i].draw(p.doc.Methods)
			}
		})
	}
	wait.Wait()
	return all
}

func (d *drawn) draw(methods []string) {
	c := d.cell
	if c.Err != nil || c.Plot == nil {
		return
	}
	f, err := newFigure(c.Plot, c.Data, PlotOptions{Methods: methods})
	if err != nil {
		d.err = err
		return
	}
	d.panels = f.panels()
	d.used = f.used
}

// wide says whether the figure takes the whole row.
func (d *drawn) wide() bool {
	return d.scrolls() || len(d.panels) > 1 || d.cell.Folded
}

// scrolls says whether the figure is one wide panel, which narrow screens
// scroll. Facets are panels of the usual width.
func (d *drawn) scrolls() bool {
	return d.cell.Plot != nil && d.cell.Plot.Wide && d.cell.Plot.Facet == ""
}

// figureRow writes plot cells that follow each other, two a row. SQL cells
// between them show nothing here and do not part them. It returns how many
// items it took.
func (p *page) figureRow(items []item) int {
	n := 0
	for n < len(items) && (items[n].fig != nil || items[n].cell != nil && (items[n].cell.Kind == "sql" || items[n].cell.Hidden)) {
		n++
	}
	o := &p.body
	open := false
	for _, it := range items[:n] {
		switch {
		case it.fig == nil:
			continue
		case len(it.fig.panels) == 0: // an error or an empty line is no figure
			if open {
				o.raw("</div>\n")
				open = false
			}
			p.figure(it.fig)
			continue
		}
		if !open {
			o.raw("<div class=\"grid\">\n")
			open = true
		}
		p.figure(it.fig)
	}
	if open {
		o.raw("</div>\n")
	}
	return n
}

func (p *page) figure(d *drawn) {
	o, c := &p.body, d.cell
	heading := ""
	if c.Plot != nil {
		heading = c.Plot.Heading
	}
	switch {
	case c.Err != nil:
		p.fault(c.Err)
		return
	case errors.Is(d.err, ErrNoData) || c.Plot == nil:
		p.empty(c, heading)
		return
	case d.err != nil:
		p.fault(&notebook.Fault{File: p.doc.Path, Line: c.Line, Message: d.err.Error(), Cell: "plot " + c.Query})
		return
	}
	class := ""
	if d.wide() {
		class = ` class="full"`
	}
	o.raw("<figure", class, ">\n")
	p.openFold(c, heading)
	if heading != "" {
		o.raw("<h3>")
		o.text(heading)
		o.raw("</h3>\n")
	}
	p.figurePanels(d, heading)
	if len(d.used.states) > 0 {
		p.stateKey(d.used.states)
	}
	if c.Caption != "" {
		o.raw("<figcaption>")
		p.caption(c)
		o.raw("</figcaption>\n")
	}
	p.sql(c.Query, c.Data)
	p.closeFold(c)
	o.raw("</figure>\n")
}

// figurePanels writes the drawing: facets in a grid of their own, a wide one
// in a box that scrolls.
func (p *page) figurePanels(d *drawn, heading string) {
	o := &p.body
	switch {
	case len(d.panels) > 1:
		o.raw("<div class=\"grid facets\">\n")
		for _, svg := range d.panels {
			o.raw("<div>")
			o.b = append(o.b, svg...)
			o.raw("</div>\n")
		}
		o.raw("</div>\n")
	case d.scrolls():
		o.raw("<div class=\"wide-scroll\" tabindex=\"0\" role=\"region\"")
		o.attr("aria-label", joined(" ", "Wide figure", heading))
		o.raw(">")
		o.b = append(o.b, d.panels[0]...)
		o.raw("</div>\n")
	default:
		o.b = append(o.b, d.panels[0]...)
		o.raw("\n")
	}
}

// cell writes a cell that is not a plot.
func (p *page) cell(c *notebook.Cell) {
	switch {
	case c.Hidden:
	case c.Err != nil:
		p.fault(c.Err)
	case c.Kind == "table":
		p.tableCell(c)
	case c.Kind == "tiles":
		p.tiles(c)
	case c.Kind == "listing":
		p.openFold(c, p.listingName(c))
		p.listing(c)
		p.closeFold(c)
	}
}

// openFold begins the summary line of a folded cell; its name is the heading,
// the caption or the query.
func (p *page) openFold(c *notebook.Cell, heading string) {
	if !c.Folded {
		return
	}
	name := heading
	if name == "" {
		name = c.Caption
	}
	if name == "" {
		name = c.Query
	}
	o := &p.body
	o.raw("<details class=\"fold\"><summary>")
	o.text(name)
	o.raw("</summary>\n")
}

func (p *page) closeFold(c *notebook.Cell) {
	if c.Folded {
		p.body.raw("</details>\n")
	}
}

// empty writes the one line that stands for a cell without rows.
func (p *page) empty(c *notebook.Cell, heading string) {
	o := &p.body
	o.raw("<p class=\"empty\">")
	if heading != "" {
		o.raw("<b>")
		o.text(heading)
		o.raw("</b> ")
	}
	text := c.Empty
	if text == "" {
		text = "not measured: " + c.Query + " gave no rows"
	}
	o.text(text)
	o.raw("</p>\n")
	p.sql(c.Query, c.Data)
}

// caption writes a caption's Markdown.
func (p *page) caption(c *notebook.Cell) {
	if src := c.CaptionProse; src != nil && src.AST != nil {
		for i, n := range blocksOf(src.AST) {
			if i > 0 {
				p.body.raw("<br>")
			}
			p.prose.children(&p.body, n, src.Source)
		}
		return
	}
	p.body.text(c.Caption)
}
