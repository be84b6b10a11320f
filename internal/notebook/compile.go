package notebook

// loopColumns gives a loop's variable the columns of the rows it runs over.
func (st *state) loopColumns(l *forNode) {
	v, e := l.names.byName[l.variable], l.rows.expr
	if v != nil && v.columns == nil && e != nil && e.rows != nil {
		v.columns = e.rows.rowFields()
	}
}

// compileAll compiles every expression of the notebook.
func (st *state) compileAll() {
	st.compileIn(st.nb.body, st.names)
	if st.nb.title != nil {
		st.compileTemplate(st.nb.title, st.names)
	}
}

func (st *state) compileIn(nodes []node, ns *names) {
	for _, n := range nodes {
		switch n := n.(type) {
		case *textNode:
			for _, v := range st.nb.inlines {
				if v.span.start >= n.start && v.span.start < n.end {
					v.names = ns
					v.expr = st.compile(v.span, ns, wantValue)
				}
			}
		case *cellNode:
			n.names = ns
			st.compileCell(n, ns)
		case *ifNode:
			for i := range n.branches {
				if c := n.branches[i].cond; c != nil {
					c.expr = st.compile(c.span, ns, wantCondition)
				}
				st.compileIn(n.branches[i].body, ns)
			}
		case *forNode:
			if n.variable != "" {
				n.rows.expr = st.compile(n.rows.span, ns, wantRows)
				st.loopColumns(n)
			}
			st.compileIn(n.body, n.names)
		}
	}
}

// compile compiles an expression and keeps its faults.
func (st *state) compile(s span, ns *names, want wanted) *expression {
	e, faults := st.compiler.compile(s, ns, want)
	st.fault(faults...)
	e.typed = st.checked
	for _, u := range e.uses {
		u.name.used = true
	}
	return e
}

func (st *state) compileCell(c *cellNode, ns *names) {
	if c.cond != nil {
		c.cond.expr = st.compile(c.cond.span, ns, wantCondition)
	}
	if c.spec == nil {
		return
	}
	for _, v := range c.spec.values {
		if v.span != nil {
			v.expr = st.compile(*v.span, ns, wantValue)
		}
	}
	for _, t := range c.spec.texts {
		st.compileTemplate(t, ns)
	}
}

func (st *state) compileTemplate(t *template, ns *names) {
	for i := range t.parts {
		if t.parts[i].span != nil {
			t.parts[i].expr = st.compile(*t.parts[i].span, ns, wantValue)
		}
	}
}
