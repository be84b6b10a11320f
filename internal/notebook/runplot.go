package notebook

// dynamic evaluates the value of an option.
func (st *state) dynamic(v *dynamic, ns *names, sc *scope) (any, error) {
	if v.expr == nil {
		return v.literal, nil
	}
	return st.eval(v.expr, ns, sc)
}

// plotSpec copies a plot's options with its lines, bands and axis labels
// worked out.
func (st *state) plotSpec(c *cellNode, ns *names, sc *scope, out *Cell) (*PlotSpec, error) {
	p := *c.spec.plot
	p.Lines, p.Bands = nil, nil
	for _, l := range c.spec.lines {
		x, xErr := st.position(l.x, ns, sc)
		y, yErr := st.position(l.y, ns, sc)
		if xErr != nil || yErr != nil {
			return nil, first(xErr, yErr)
		}
		if x == nil && y == nil {
			continue // the limit is not known: no line
		}
		spec := LineSpec{X: x, Y: y, Role: l.role}
		if l.label != nil {
			spec.Label = st.fill(l.label, ns, sc, out)
		}
		p.Lines = append(p.Lines, spec)
	}
	for _, b := range c.spec.bands {
		x, xErr := st.ends(b.x, ns, sc)
		y, yErr := st.ends(b.y, ns, sc)
		if xErr != nil || yErr != nil {
			return nil, first(xErr, yErr)
		}
		if x == nil && y == nil {
			continue
		}
		spec := BandSpec{X: x, Y: y}
		if b.label != nil {
			spec.Label = st.fill(b.label, ns, sc, out)
		}
		p.Bands = append(p.Bands, spec)
	}
	q := st.env.Runner.Set.Get(c.name)
	for _, axis := range []struct {
		column string
		label  *string
	}{{p.X, &p.XLabel}, {p.Y, &p.YLabel}} {
		if axis.column != "" && *axis.label == "" {
			l := lookOf(q, axis.column)
			*axis.label = l.label
			if l.unit != "" {
				*axis.label += " [" + l.unit + "]"
			}
		}
	}
	return &p, nil
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// position is the place of a line on its axis; nil when unknown.
func (st *state) position(v *dynamic, ns *names, sc *scope) (*float64, error) {
	if v == nil {
		return nil, nil
	}
	value, err := st.dynamic(v, ns, sc)
	if err != nil || plainValue(value) == nil {
		return nil, err
	}
	x, ok := number(plainValue(value))
	if !ok {
		return nil, &placed{st.nb.lines.fault(v.at, "want a number, got %s", typeName(plainValue(value)))}
	}
	return &x, nil
}

// ends is the two ends of a band; nil when one is unknown.
func (st *state) ends(of []*dynamic, ns *names, sc *scope) ([]float64, error) {
	var out []float64
	for _, v := range of {
		x, err := st.position(v, ns, sc)
		if err != nil || x == nil {
			return nil, err
		}
		out = append(out, *x)
	}
	return out, nil
}
