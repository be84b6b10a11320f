package render

// add joins what another figure shows.
func (m *marksUsed) add(o marksUsed) {
	m.predicted = m.predicted || o.predicted
	m.measured = m.measured || o.measured
	m.blocked = m.blocked || o.blocked
	m.dominated = m.dominated || o.dominated
	m.sla = m.sla || o.sla
	m.tolerance = m.tolerance || o.tolerance
	m.interval = m.interval || o.interval
	m.spread = m.spread || o.spread
	m.hatch = m.hatch || o.hatch
	m.realised = m.realised || o.realised
	for name := range o.methods {
		if m.methods == nil {
			m.methods = map[string]bool{}
		}
		m.methods[name] = true
	}
}

// key explains the marks of a section's figures, once, above them. Marks of
// one kind only explain themselves.
func (p *page) key(s *section) {
	u := s.used
	o := &p.body
	var entries []string
	add := func(show bool, w float64, name string, draw func(*canvas)) {
		if !show {
			return
		}
		c := newCanvas(14)
		draw(c)
		var e out
		e.raw(`<span><svg width="`, string(appendCoord(nil, w)), `" height="14" aria-hidden="true">`)
		e.b = append(e.b, c.buf...)
		e.raw("</svg>")
		e.text(name)
		e.raw("</span>")
		entries = append(entries, string(e.b))
	}
	example := look{"aic", circle}
	methods := 0
	for _, name := range p.doc.Methods {
		if !u.methods[name] {
			continue
		}
		l := p.methods[name]
		if methods == 0 {
			example = l
		}
		methods++
		add(true, 14, name, func(c *canvas) { c.mark(l.shape, element{class: "m " + l.class + " meas"}, 7, 7, 4.3) })
	}
	both := u.predicted && u.measured
	add(both, 28, "measured", func(c *canvas) {
		c.seg("ln "+example.class, 0, 7, 28, 7)
		c.mark(example.shape, element{class: "m " + example.class + " meas"}, 14, 7, 4.3)
	})
	add(u.predicted, 28, "predicted", func(c *canvas) {
		c.seg("ln pred "+example.class, 0, 7, 28, 7)
		c.mark(example.shape, element{class: "m " + example.class + " pred"}, 14, 7, 4.3)
	})
	add(u.blocked, 14, "blocked", func(c *canvas) {
		c.mark(example.shape, element{class: "m " + example.class + " off"}, 7, 7, 4.3)
	})
	add(u.dominated, 14, "dominated", func(c *canvas) {
		c.mark(example.shape, element{class: "m " + example.class + " meas dim"}, 7, 7, 4.3)
	})
	add(u.realised, 26, "realised front", func(c *canvas) { c.seg("realised", 3, 7, 23, 7) })
	add(u.hatch, 20, "not measured", func(c *canvas) { c.rect(element{class: "hatch"}, 0, 1, 20, 12) })
	add(u.sla, 20, "SLA", func(c *canvas) { c.seg("sla", 0, 7, 20, 7) })
	add(u.tolerance, 20, "tolerance", func(c *canvas) { c.rect(element{class: "tol"}, 0, 1, 20, 12) })
	add(u.interval, 20, "interval", func(c *canvas) { c.seg("ci "+example.class, 0, 7, 20, 7) })
	add(u.spread, 20, "range", func(c *canvas) { c.rect(element{class: "band " + example.class}, 0, 2, 20, 10) })
	if len(entries) < 2 {
		return
	}
	o.raw("<div class=\"key\">")
	for _, e := range entries {
		o.raw(e)
	}
	o.raw("</div>\n")
}
