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

// keyList is the entries of a key.
type keyList []string

// add appends a drawing of width w and its meaning.
func (k *keyList) add(show bool, w float64, name string, draw func(*canvas)) {
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
	*k = append(*k, string(e.b))
}

// keyMethods adds the methods that are in the figures, not more than a reader
// can tell apart, and returns the look of the first as an example.
func (p *page) keyMethods(k *keyList, shown map[string]bool) look {
	example, n := look{"aic", circle}, 0
	for _, name := range p.doc.Methods {
		if !shown[name] {
			continue
		}
		l := p.methods[name]
		if n++; n == 1 {
			example = l
		}
		k.add(n <= legendLimit, 14, name, func(c *canvas) { c.mark(l.shape, element{class: "m " + l.class + " meas"}, 7, 7, 4.3) })
	}
	if n > legendLimit {
		*k = append(*k, "<span>and "+plain(float64(n-legendLimit))+" more</span>")
	}
	return example
}

// key explains the marks of a section's figures, once, above them. Marks of
// one kind only explain themselves.
func (p *page) key(s *section) {
	u := s.used
	var k keyList
	l := p.keyMethods(&k, u.methods)
	mark := func(style string) func(*canvas) {
		return func(c *canvas) { c.mark(l.shape, element{class: "m " + l.class + style}, 7, 7, 4.3) }
	}
	lineAndMark := func(line, style string) func(*canvas) {
		return func(c *canvas) {
			c.seg("ln "+line+l.class, 0, 7, 28, 7)
			c.mark(l.shape, element{class: "m " + l.class + style}, 14, 7, 4.3)
		}
	}
	fill := func(cls string) func(*canvas) {
		return func(c *canvas) { c.rect(element{class: cls}, 0, 1, 20, 12) }
	}
	k.add(u.predicted && u.measured, 28, "measured", lineAndMark("", " meas"))
	k.add(u.predicted, 28, "predicted", lineAndMark("pred ", " pred"))
	k.add(u.blocked, 14, "blocked", mark(" off"))
	k.add(u.dominated, 14, "dominated", mark(" meas dim"))
	k.add(u.realised, 26, "realised front", func(c *canvas) { c.seg("realised", 3, 7, 23, 7) })
	k.add(u.hatch, 20, "not measured", fill("hatch"))
	k.add(u.sla, 20, "SLA", func(c *canvas) { c.seg("sla", 0, 7, 20, 7) })
	k.add(u.tolerance, 20, "tolerance", fill("tol"))
	k.add(u.interval, 20, "interval", func(c *canvas) { c.seg("ci "+l.class, 0, 7, 20, 7) })
	k.add(u.spread, 20, "range", fill("band "+l.class))
	if len(k) < 2 {
		return
	}
	p.body.raw("<div class=\"key\">")
	p.body.raw(k...)
	p.body.raw("</div>\n")
}
