package metric

import (
	"fmt"
	"strings"

	"github.com/expr-lang/expr/types"

	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/table"
)

// compile checks the types and units of the expressions of j and makes them
// ready to run. All its names are resolved.
func (p *plan) compile(j *job) {
	row := types.Map{}
	for _, c := range j.columns {
		row[c.Name] = columnType(c.Type)
	}
	rowList := types.Array(row)
	for _, field := range exprFields {
		e := j.exprs[field]
		if e == nil {
			continue
		}
		env := types.Map{}
		for _, u := range e.uses {
			env[u.variable()] = p.typeOf(j, u, rowList)
		}
		if err := p.checkUnits(j, field, e); err != nil {
			j.fault(field, err)
			continue
		}
		code, err := e.parsed.compile(env)
		if err != nil {
			if bad, ok := strings.CutPrefix(err.msg, "unknown field "); ok {
				if h := query.DidYouMean(bad, j.columnNames()); h != "" {
					err.msg += "; " + h
				}
			}
			j.fault(field, err)
			continue
		}
		e.program = code
		if want := fieldKinds[field]; !strings.Contains(want, code.kind) {
			j.fault(field, &exprError{0, fmt.Sprintf("want %s, but this gives %s", strings.ReplaceAll(strings.TrimSuffix(want, " any"), " ", " or "), code.kind)})
		}
	}
}

// fieldKinds says what the expression of a field may give.
var fieldKinds = map[string]string{
	"applies": "bool any", "key": "text number any", "expr": "number bool any", "low": "number any", "high": "number any",
	"n": "number any", "note": "text any", "limit": "text bool any",
}

func columnType(t table.Type) types.Type {
	switch t {
	case table.Int:
		return types.Int64
	case table.Float:
		return types.Float64
	case table.Text:
		return types.String
	}
	return types.Any
}

// typeOf returns the type of a variable.
func (p *plan) typeOf(j *job, u use, rowList types.Type) types.Type {
	switch u.what {
	case aColumn:
		t := columnType(j.columns[j.index(u.name.name)].Type)
		if u.kind == columnName || u.kind == ofRunName {
			return types.Array(t)
		}
		return t
	case allRows:
		return rowList
	case aParameter:
		switch p.params[u.name.name].Type {
		case "int":
			return types.Int64
		case "number":
			return types.Float64
		case "text":
			return types.String
		case "bool":
			return types.Bool
		}
		return types.Array(types.Any)
	}
	return types.Float64
}

// checkUnits checks sums and comparisons, and that the expression of a metric
// has the unit the metric says.
func (p *plan) checkUnits(j *job, field string, e *expression) *exprError {
	unitOf := func(variable string) string {
		for _, u := range e.uses {
			if u.variable() != variable {
				continue
			}
			switch u.what {
			case aColumn, aParameter:
				return columnUnit(j.query, u.name.name)
			case aMetric:
				return canonical(p.set.Get(u.name.name).Unit)
			case aResult:
				if u.name.name != "n" {
					return canonical(j.def.Unit)
				}
			}
			return ""
		}
		if c, ok := strings.CutPrefix(variable, "column "); ok { // .itl_ms of a row
			return columnUnit(j.query, c)
		}
		return ""
	}
	check := &unitChecker{of: unitOf}
	unit := unitOf(e.bare)
	if e.tree != nil {
		unit = check.unit(e.tree.Node)
	}
	if check.err != nil {
		return check.err
	}
	want := canonical(j.def.Unit)
	if (field == "expr" || field == "low" || field == "high") && unit != literal && unit != "" && want != "" && unit != want {
		return &exprError{0, fmt.Sprintf("gives %s, but the metric is in %s; convert it, or say unit(x, '%s')", unit, want, want)}
	}
	return nil
}
