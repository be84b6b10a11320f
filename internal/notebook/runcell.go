package notebook

// cell runs one cell and adds it to the document.
func (st *state) cell(c *cellNode, ns *names, sc *scope) {
	out := &Cell{
		Kind: c.kind, Line: c.line, Start: c.item.start, End: c.item.end, Hidden: c.hidden, Folded: c.folded,
	}
	switch c.kind {
	case "sql":
		out.Name = c.name
	case "listing":
		out.Listing = c.name
	default:
		out.Query = c.name
	}
	show, err := true, error(nil)
	if c.cond != nil {
		var holds any
		holds, err = st.condition(c.cond, ns, sc)
		show = holds == true
	}
	if err == nil && !show {
		return
	}
	st.flush()
	if err == nil {
		err = st.runCell(c, out, ns, sc)
	}
	if err != nil {
		f := asFault(err)
		if f.Cell == "" {
			f.Cell = c.name
		}
		out.Err = &f
		st.fault(f)
	}
	st.doc.Blocks = append(st.doc.Blocks, Block{Cell: out})
	st.doc.parts = append(st.doc.parts, Block{Cell: out})
}

// runCell gets a cell's rows and works out its options.
func (st *state) runCell(c *cellNode, out *Cell, ns *names, sc *scope) error {
	if f := st.broken[c]; f != nil {
		return &placed{*f}
	}
	if c.kind == "listing" {
		return st.options(c, out, ns, sc)
	}
	n := ns.find(c.name)
	if c.kind != "sql" {
		if n = st.source(c); n == nil {
			return &placed{*st.broken[c]}
		}
	}
	t, err := st.query(n, sc)
	if err != nil {
		return err
	}
	st.learn(n, t.Columns)
	out.Data = t
	if c.kind == "sql" {
		return nil
	}
	if faults := st.checkColumns(c, t.Columns); len(faults) > 0 {
		return &placed{faults[0]}
	}
	return st.options(c, out, ns, sc)
}

// options works out the options of a table, plot, tiles or listing cell.
func (st *state) options(c *cellNode, out *Cell, ns *names, sc *scope) error {
	s := c.spec
	for _, t := range s.texts {
		if t != s.caption && t != s.empty {
			*t.to = st.fill(t, ns, sc, out)
		}
	}
	if s.empty != nil {
		out.Empty = st.fill(s.empty, ns, sc, out)
	}
	if s.caption != nil {
		out.Caption, out.CaptionProse = st.caption(s.caption, ns, sc, out)
	}
	if out.Data != nil {
		kept, err := st.where(s.where, out.Data, ns, sc)
		if err != nil {
			return err
		}
		out.Data = kept
	}
	switch c.kind {
	case "table":
		out.Table = st.tableSpec(c, out.Data)
		out.Data = sortTable(out.Data, out.Table.Sort)
	case "plot":
		p, err := st.plotSpec(c, ns, sc, out)
		if err != nil {
			return err
		}
		out.Plot = p
	case "tiles":
		out.Tiles = &TilesSpec{Columns: map[string]string{}}
		for _, role := range tileRoles {
			if column := s.tiles.Columns[role.name]; column != "" {
				out.Tiles.Columns[role.name] = column
			} else if out.Data.Index(role.name) >= 0 {
				out.Tiles.Columns[role.name] = role.name
			}
		}
	}
	return nil
}
