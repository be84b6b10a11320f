package notebook

import (
	"bytes"
	"encoding/json"
	"sort"
	"strings"

	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/table"
)

// maxRounds bounds the rounds of all loops of a notebook.
const maxRounds = 10_000

// scope holds the variables of the loops round a place.
type scope struct {
	parent *scope
	loop   *forNode
	row    any // a row as a map, or an item of a list
	index  int
}

// find returns the value of a loop's variable.
func (sc *scope) find(variable string) any {
	for ; sc != nil; sc = sc.parent {
		if sc.loop.variable == variable {
			return sc.row
		}
	}
	return nil
}

// openLoops gives every loop its namespace: its variable and its sql cells.
func (st *state) openLoops() {
	for _, l := range st.nb.loops { // outer ones come first
		outer := st.names
		if l.outer != nil {
			outer = l.outer.names
		}
		l.names = newNames(outer)
		if l.variable != "" {
			if old := outer.find(l.variable); old != nil && (old.kind == isRow || old.kind == isParam) {
				st.fault(st.nb.lines.fault(l.start, "the loop variable %s has the name of a %s", l.variable, old.kindWord()))
			}
			l.names.byName[l.variable] = &name{kind: isRow, name: l.variable, loop: l, used: true}
		}
		for _, c := range st.nb.cells {
			if c.kind == "sql" && c.loop == l && c.name != "" {
				if old := l.names.find(c.name); old != nil && (old.cell != nil || old.kind == isParam || old.view) {
					st.breakCell(c, st.nb.lines.fault(c.nameAt, "cell %s has the name of a %s", c.name, old.kindWord()))
					continue
				}
				st.addQuery(c, l.names)
				st.declareLoop(c)
			}
		}
	}
}

// declareLoop declares the loop parameters that a cell uses: `:row_col` for
// the column col of the variable row, `:row` for the item of a list.
func (st *state) declareLoop(c *cellNode) {
	q := st.env.Runner.Set.Get(c.name)
	if q == nil {
		return
	}
	for _, used := range q.Uses() {
		if l, _ := loopParam(c.loop, used); l != nil && !st.isDeclared(q, used) {
			st.env.Runner.Set.Declare(query.Param{Name: used, Type: "text"})
			l.uses = append(l.uses, used)
		}
	}
}

func (st *state) isDeclared(q *query.Query, param string) bool {
	n := st.names.byName[param]
	return q.Param(param) != nil || n != nil && n.kind == isParam
}

// loopParam tells which loop round a place gives a parameter, and which column
// of its rows ("" for the item itself).
func loopParam(l *forNode, param string) (*forNode, string) {
	for ; l != nil; l = l.outer {
		if param == l.variable {
			return l, ""
		}
		if column, ok := strings.CutPrefix(param, l.variable+"_"); ok && l.variable != "" {
			return l, column
		}
	}
	return nil, ""
}

// bindLoops returns the values of the loop parameters in a scope, and declares
// them with the types they have this time.
func (st *state) bindLoops(sc *scope) map[string]any {
	values := map[string]any{}
	for ; sc != nil; sc = sc.parent {
		for _, param := range sc.loop.uses {
			_, column := loopParam(sc.loop, param)
			v := sc.row
			if row, ok := sc.row.(map[string]any); ok {
				v = row[column]
			}
			v = plainValue(v)
			values[param] = v
			p := query.Param{Name: param, Type: "text"}
			switch v.(type) {
			case int64:
				p.Type = "int"
			case float64:
				p.Type = "number"
			case bool:
				p.Type = "bool"
			case []any:
				p.Type = "list"
			}
			st.env.Runner.Set.Declare(p)
		}
	}
	return values
}

// checkLoopParams finds loop parameters that have no column behind them, and
// those used outside their loop.
func (st *state) checkLoopParams(c *cellNode) {
	q := st.env.Runner.Set.Get(c.name)
	if q == nil || st.broken[c] != nil {
		return
	}
	for _, used := range q.Uses() {
		if st.isDeclared(q, used) {
			continue
		}
		if l, column := loopParam(c.loop, used); l != nil {
			row := l.names.find(l.variable)
			if column != "" && row != nil && row.columns != nil && !hasColumn(row.columns, column) {
				st.breakCell(c, st.nb.lines.fault(st.paramAt(c, used), "parameter :%s: query %s has no column %s%s",
					used, l.query, column, hint(column, columnNames(row.columns))))
			}
			continue
		}
		for _, l := range st.nb.loops {
			if other, _ := loopParam(l, used); other != nil && l.uses != nil {
				st.breakCell(c, st.nb.lines.fault(st.paramAt(c, used), "parameter :%s belongs to the loop at line %d; this cell stands outside it",
					used, st.nb.lines.line(l.start)))
				break
			}
		}
	}
}

// paramAt returns where a cell first names a parameter.
func (st *state) paramAt(c *cellNode, param string) int {
	body := st.nb.Source[c.item.bodyStart:c.item.bodyEnd]
	for pos := 0; ; {
		i := bytes.Index(body[pos:], []byte(":"+param))
		if i < 0 {
			return c.item.bodyStart
		}
		pos += i
		end := pos + 1 + len(param)
		if end >= len(body) || !isWordByte(body[end]) {
			return c.item.bodyStart + pos
		}
		pos = end
	}
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func hasColumn(columns []table.Column, name string) bool {
	for _, c := range columns {
		if c.Name == name {
			return true
		}
	}
	return false
}

func columnNames(columns []table.Column) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.Name
	}
	sort.Strings(out)
	return out
}

// jsonList reads the JSON text that a list is bound as.
func jsonList(v any) any {
	text, ok := v.(string)
	if !ok {
		return v
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var list []any
	if d.Decode(&list) != nil {
		return nil
	}
	for i, item := range list {
		n, ok := item.(json.Number)
		if !ok {
			continue
		}
		if whole, err := n.Int64(); err == nil {
			list[i] = whole
		} else if f, err := n.Float64(); err == nil {
			list[i] = f
		}
	}
	return list
}
