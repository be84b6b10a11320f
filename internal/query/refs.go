package query

// ref is a table name that a SQL text reads from: not a common table
// expression of its own and not a table-valued function.
type ref struct {
	name   string // lower case
	offset int
}

// scope is a bracketed part of a statement, or the whole of it.
type scope struct {
	parent *scope
	ctes   map[string]bool
}

func (s *scope) has(name string) bool {
	for ; s != nil; s = s.parent {
		if s.ctes[name] {
			return true
		}
	}
	return false
}

// refFinder walks the tokens of a statement once. Names are resolved at the
// end, because a common table expression may use a later one.
type refFinder struct {
	tokens []token
	found  []ref
	scopes []*scope // of found, by index
}

// findRefs returns the tables that a statement reads, in order, a name as
// often as it stands there.
func findRefs(tokens []token) []ref {
	f := &refFinder{tokens: tokens}
	for i := 0; i < len(tokens); i++ {
		i = f.walk(i, &scope{}, false)
	}
	var out []ref
	for i, r := range f.found {
		if !f.scopes[i].has(r.name) {
			out = append(out, r)
		}
	}
	return out
}

func (f *refFinder) at(i int) token {
	if i < len(f.tokens) {
		return f.tokens[i]
	}
	return token{kind: punct}
}

// walk reads from token i to the bracket that closes the scope, or the end,
// and returns its index. wantTable says that the scope begins where a table
// name may stand, as in `from (a join b)`.
func (f *refFinder) walk(i int, s *scope, wantTable bool) int {
	inFrom := wantTable
	for ; i < len(f.tokens); i++ {
		t := f.tokens[i]
		switch {
		case t.is(")"):
			return i
		case t.is("("):
			i = f.walk(i+1, &scope{parent: s}, wantTable)
			wantTable = false
		case t.is("with"):
			i = f.ctes(i+1, s)
			wantTable = false
		case t.is("select", "values"):
			inFrom, wantTable = false, false
		case t.is("from") && !f.distinctFrom(i), t.is("join"):
			inFrom, wantTable = true, true
		case t.is("in") && !f.at(i+1).is("("):
			i = f.table(i+1, s)
		case t.is(",") && inFrom:
			wantTable = true
		case t.is("where", "group", "having", "order", "limit", "window", "union", "intersect", "except"):
			inFrom, wantTable = false, false
		case wantTable && !t.is("lateral"):
			i = f.table(i, s)
			wantTable = false
		}
	}
	return i
}

// distinctFrom holds for `is [not] distinct from`.
func (f *refFinder) distinctFrom(i int) bool {
	if i < 2 || !f.tokens[i-1].is("distinct") {
		return false
	}
	before := f.tokens[i-2]
	return before.is("is") || before.is("not") && i >= 3 && f.tokens[i-3].is("is")
}

// table notes the table named at token i and returns the index of the last
// token of its name. A name with a schema before it and a function are no
// refs.
func (f *refFinder) table(i int, s *scope) int {
	name, ok := f.at(i).name()
	if !ok {
		return i - 1 // walk looks at the token again
	}
	if f.at(i + 1).is(".") {
		return i + 2
	}
	if !f.at(i + 1).is("(") {
		f.found = append(f.found, ref{name, f.tokens[i].start})
		f.scopes = append(f.scopes, s)
	}
	return i
}

// ctes reads common table expressions from token i on, after `with`, and
// returns the index of their last token.
func (f *refFinder) ctes(i int, s *scope) int {
	if s.ctes == nil {
		s.ctes = map[string]bool{}
	}
	if f.at(i).is("recursive") {
		i++
	}
	for {
		name, ok := f.at(i).name()
		if !ok {
			return i - 1
		}
		s.ctes[name] = true
		i++
		if f.at(i).is("(") { // column names
			for i++; i < len(f.tokens) && !f.tokens[i].is(")"); i++ {
			}
			i++
		}
		for f.at(i).is("as", "not", "materialized") {
			i++
		}
		if !f.at(i).is("(") {
			return i - 1
		}
		i = f.walk(i+1, &scope{parent: s}, false)
		if !f.at(i + 1).is(",") {
			return i
		}
		i += 2
	}
}
