package notebook

import (
	"slices"

	"github.com/expr-lang/expr/types"

	"github.com/profreport/profreport/internal/table"
)

// nameKind says what a name stands for.
type nameKind int

const (
	isParam  nameKind = iota
	isQuery           // a sql cell, a query file, a view of the schema
	isMetric          // a metric: its value where there is one, its rows as a table
	isRow             // the variable of a loop
)

// name is one name of a notebook's namespace.
type name struct {
	kind    nameKind
	name    string
	columns []table.Column // of a query or a loop's row; nil when unknown
	param   *param
	metric  *MetricDef
	cell    *cellNode // the sql cell that defines a query, or nil
	view    bool      // a table of the database rather than a query
	loop    *forNode  // of a row, and of a query inside the loop
	used    bool
}

// names is a namespace; a loop opens one inside another.
type names struct {
	parent  *names
	excuse  *Fault // of the front matter: names may be missing because of it
	byName  map[string]*name
	metrics map[string]*name // by metric; a query may have the name of a metric, and then hides it
}

func newNames(parent *names) *names {
	return &names{parent: parent, byName: map[string]*name{}}
}

func (ns *names) find(n string) *name {
	for ; ns != nil; ns = ns.parent {
		if found := ns.byName[n]; found != nil {
			return found
		}
	}
	return nil
}

func (ns *names) root() *names {
	for ns.parent != nil {
		ns = ns.parent
	}
	return ns
}

// all returns every name in reach, sorted.
func (ns *names) all() []string {
	var out []string
	for ; ns != nil; ns = ns.parent {
		for n := range ns.byName {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// of returns the names of one of the kinds, sorted.
func (ns *names) of(kinds ...nameKind) []string {
	var out []string
	for _, n := range ns.all() {
		if slices.Contains(kinds, ns.find(n).kind) {
			out = append(out, n)
		}
	}
	return out
}

func (ns *names) metricNames() []string {
	var out []string
	for n := range ns.root().metrics {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// what describes a name in an error.
func (n *name) what() string {
	switch n.kind {
	case isParam:
		return "parameter " + n.name
	case isMetric:
		return "metric " + n.name
	case isRow:
		return n.name + ", a row of " + n.loop.query + ","
	}
	return "query " + n.name
}

// fields returns the columns an expression may ask for; nil when not known.
func (n *name) fields() []table.Column {
	switch n.kind {
	case isParam:
		return []table.Column{}
	case isMetric:
		return metricFields
	}
	return n.columns
}

// rowFields returns the columns of one of many rows; nil when not known.
func (n *name) rowFields() []table.Column {
	if n.kind == isMetric {
		return newMetricStore(nil, nil).table(n.name).Columns
	}
	return n.columns
}

// typ is the static type of a use of the name.
func (n *name) typ(as usage) types.Type {
	switch {
	case as == asCount:
		return types.Int64
	case as == asKnown:
		return types.Bool
	case as == asValue:
		return types.Any
	case n.kind == isParam:
		switch n.param.Type {
		case "int":
			return types.Int64
		case "number":
			return types.Float64
		case "text":
			return types.String
		case "bool":
			return types.Bool
		}
		if n.param.Type == "" {
			return types.Any
		}
		return types.Array(types.Any)
	case n.kind == isMetric:
		return types.Array(rowType(n.rowFields()))
	case n.kind == isRow || as == asRow:
		return rowType(n.columns)
	}
	return types.Array(rowType(n.columns))
}
