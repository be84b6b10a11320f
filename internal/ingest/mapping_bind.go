package ingest

import (
	"fmt"
	"path"
	"strings"

	"github.com/expr-lang/expr/vm"
)

// rowEnv is what an expression sees of one row: the columns by name, the
// joined row, the file beside the table, and what `let` has named before.
type rowEnv struct {
	vars    map[string]any // passed to expr
	columns map[string]int
	row     gridRow
	cells   map[string]any
	alias   string // of the joined row
	joined  *joinedRow
	beside  string // name of the file beside
	vm      vm.VM
}

// fileName is the name under which an expression knows where the table is.
const fileName = "file"

// newRowEnv prepares the environment for the columns of the table in a file.
func newRowEnv(columns []string, file string) *rowEnv {
	env := &rowEnv{vars: map[string]any{}, columns: map[string]int{}, cells: map[string]any{}}
	for i, name := range columns {
		env.columns[name] = i
	}
	folder := path.Dir(file)
	env.vars[fileName] = map[string]any{
		"name": path.Base(file), "folder": folderName(folder), "parent": folderName(path.Dir(folder)),
	}
	env.vars[textName] = env.textOrNil
	env.vars[colName] = env.cells
	env.vars[optName] = env.lookup
	env.vars[hasName] = func(name string) bool { _, ok := env.columns[name]; return ok }
	return env
}

// folderName is the last part of a folder's path, "" where there is none.
func folderName(dir string) string {
	switch name := path.Base(dir); name {
	case ".", "..", "/":
		return ""
	default:
		return name
	}
}

// set makes row the current one.
func (env *rowEnv) set(row gridRow) {
	env.row = row
	for name, i := range env.columns {
		env.cells[name] = row.values[i]
		if !env.reserved(name) {
			env.vars[name] = row.values[i]
		}
	}
}

// reserved tells the names that a column cannot take: it is then reached by
// col["name"].
func (env *rowEnv) reserved(name string) bool {
	return name == colName || rowFunctions[name] || name == fileName || name == env.alias || name == env.beside
}

// join makes j the joined row; nil when there is none.
func (env *rowEnv) join(j *joinedRow) {
	env.joined = j
	if env.alias != "" && j != nil {
		env.vars[env.alias] = j.cells
	}
}

// lookup is the value under a name: a column, a variable, or a member of the
// joined row or of the file beside; nil when there is none.
func (env *rowEnv) lookup(name string) any {
	if i, ok := env.columns[name]; ok {
		return env.row.values[i]
	}
	if v, ok := env.vars[name]; ok {
		return v
	}
	if base, member, ok := strings.Cut(name, "."); ok {
		if m, isMap := env.vars[base].(map[string]any); isMap {
			return m[member]
		}
	}
	return nil
}

// text is the cell under a name as written.
func (env *rowEnv) text(name string) (string, bool) {
	if i, ok := env.columns[name]; ok {
		return strings.TrimSpace(env.row.text[i]), true
	}
	if member, ok := strings.CutPrefix(name, env.alias+"."); ok && env.alias != "" && env.joined != nil {
		s, ok := env.joined.text[member]
		return s, ok
	}
	return "", false
}

// textOrNil is text for an expression: nil for an empty cell or none.
func (env *rowEnv) textOrNil(name string) any {
	if s, ok := env.text(name); ok && s != "" {
		return s
	}
	return nil
}

// bind compiles the mapping and checks that the table has every column that it
// names; joined holds the columns of the joined table.
func (m *Mapping) bind(g *grid, joined []string) error {
	known := map[string]bool{colName: true, "file.name": true, "file.folder": true, "file.parent": true}
	for _, c := range g.columns {
		known[c] = true
	}
	if m.join != nil {
		for _, c := range joined {
			known[m.join.As+"."+c] = true
		}
	}
	for _, e := range m.exprsInOrder() {
		if err := e.compile(); err != nil {
			return err
		}
		for _, use := range e.names {
			if known[use.name] || m.beside != nil && strings.HasPrefix(use.name, m.beside.As+".") {
				continue
			}
			return m.unknown(e, use, g, joined)
		}
		if isLet(m, e) {
			known[e.name] = true
		}
	}
	return nil
}

// unknown is the error of a name that nothing in reach has.
func (m *Mapping) unknown(e *mapExpr, use nameUse, g *grid, joined []string) error {
	columns, table, name := g.columns, g.path, use.name
	if m.join != nil {
		if member, ok := strings.CutPrefix(name, m.join.As+"."); ok {
			columns, table, name = joined, m.join.Table, member
		}
	}
	list := strings.Join(columns, ", ")
	if len(list) > 400 {
		list = list[:400] + " ..."
	}
	return e.errorf(use.location.From, "no column %q in %s, which has: %s", name, table, list)
}

// exprsInOrder lists all expressions, those of `let` first.
func (m *Mapping) exprsInOrder() []*mapExpr {
	list := append([]*mapExpr(nil), m.let...)
	if m.keep != nil {
		list = append(list, m.keep)
	}
	sets := []map[string]*mapExpr{m.fields}
	for _, method := range m.methods {
		sets = append(sets, method.fields)
	}
	for _, set := range sets {
		for _, names := range [][]string{runTextFields, runIntFields, runNumFields, rowFields} {
			for _, name := range names {
				if e := set[name]; e != nil {
					list = append(list, e)
				}
			}
		}
	}
	return append(append(list, m.group...), m.setting...)
}

func isLet(m *Mapping, e *mapExpr) bool {
	for _, l := range m.let {
		if l == e {
			return true
		}
	}
	return false
}

// cellWhole reads a value as a whole number; ok is false for nil.
func cellWhole(v any) (n int64, ok bool, err error) {
	f, ok, err := cellNumber(v)
	if err != nil || !ok {
		return 0, ok, err
	}
	if f != float64(int64(f)) || f > 1<<53 || f < -(1<<53) {
		return 0, false, fmt.Errorf("want a whole number, got %v", v)
	}
	return int64(f), true, nil
}

// cellNumber reads a value as a number; ok is false for nil.
func cellNumber(v any) (f float64, ok bool, err error) {
	switch v := v.(type) {
	case nil:
		return 0, false, nil
	case int:
		return float64(v), true, nil
	case int64:
		return float64(v), true, nil
	case float64:
		if v != v || v-v != 0 {
			return 0, false, fmt.Errorf("want a number, got %v", v)
		}
		return v, true, nil
	}
	return 0, false, fmt.Errorf("want a number, got %.80q", fmt.Sprint(v))
}
