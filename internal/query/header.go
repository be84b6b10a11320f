package query

import (
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/table"
)

// headerKeys are the keys of header lines, `-- key: value`.
var headerKeys = []string{"name", "doc", "unit", "better", "param", "column", "override", "new"}

// readHeader reads the comment lines before the statement. A comment line
// without a key goes on with the doc above it, if there is one.
func (q *Query) readHeader() Faults {
	var faults Faults
	inDoc := false
	offset := 0
	for lineNo := 0; offset < len(q.Text); lineNo++ {
		line := q.Text[offset:]
		next := len(q.Text)
		if i := strings.IndexByte(line, '\n'); i >= 0 {
			line, next = line[:i], offset+i+1
		}
		trimmed := strings.TrimSpace(line)
		if trimmed != "" && !strings.HasPrefix(trimmed, "--") {
			break
		}
		comment := strings.TrimSpace(strings.TrimPrefix(trimmed, "--"))
		key, value, isKey := strings.Cut(comment, ":")
		if isKey = isKey && trimmed != "" && isKeyWord(key); isKey {
			at := offset + strings.Index(line, key)
			known := slices.Contains(headerKeys, key)
			near := Nearest(key, headerKeys)
			switch {
			case known:
				f := q.headerLine(key, strings.TrimSpace(value), lineNo, at)
				faults = append(faults, f...)
				inDoc = key == "doc"
			case near != "" && !inDoc:
				f := q.fault(at, "unknown header line %q", key)
				f.Hint = "did you mean " + near + "?"
				faults = append(faults, f)
			default:
				isKey = false
			}
		}
		if !isKey && inDoc && comment != "" {
			q.Doc += " " + comment
		}
		if comment == "" {
			inDoc = false
		}
		offset = next
	}
	return faults
}

func isKeyWord(s string) bool {
	for _, c := range s {
		if c < 'a' || c > 'z' {
			return false
		}
	}
	return s != ""
}

// headerLine takes in one `-- key: value` line.
func (q *Query) headerLine(key, value string, lineNo, at int) Faults {
	fail := func(format string, args ...any) Faults {
		return Faults{q.fault(at, format, args...)}
	}
	switch key {
	case "name":
		if !strings.EqualFold(value, q.Name) {
			return fail("the name here is %s, but the query is called %s", value, q.Name)
		}
	case "doc":
		q.Doc = value
	case "unit":
		q.Unit = value
	case "better":
		if !slices.Contains([]string{"lower", "higher", "zero"}, value) {
			return fail("better is lower, higher or zero, not %q", value)
		}
		q.Better = value
	case "override":
		q.override = strings.ToLower(value)
	case "new":
		q.isNew = value == "true" || value == "yes"
	case "param":
		return q.headerParam(value, lineNo, at)
	case "column":
		return q.headerColumn(value, at)
	}
	return nil
}

// headerParam reads `NAME TYPE DEFAULT`, with `-- doc` after it if wanted. A
// text default may stand in single quotes. Without a default it is null.
func (q *Query) headerParam(value string, lineNo, at int) Faults {
	spec, doc, _ := strings.Cut(value, " -- ")
	name, rest := cutWord(spec)
	typ, def := cutWord(rest)
	p := Param{Name: name, Type: typ, Doc: strings.TrimSpace(doc), Line: max(q.Origin.Line, 1) + lineNo}
	if typ == "" || !isParamName(name) {
		return Faults{q.fault(at, "want `-- param: NAME TYPE DEFAULT`, got %q", value)}
	}
	if q.Param(name) != nil {
		return Faults{q.fault(at, "parameter %s is declared twice", name)}
	}
	if !ValidType(typ) {
		return Faults{q.fault(at, "parameter %s: %v", name, unknownType(typ))}
	}
	if def == "" {
		def = "null"
	}
	if n := len(def); typ == "text" && n >= 2 && def[0] == '\'' && def[n-1] == '\'' {
		p.Default = strings.ReplaceAll(def[1:n-1], "''", "'")
	} else if def != "null" {
		v, err := ParseParam(typ, def)
		if err != nil {
			return Faults{q.fault(at, "default of parameter %s: %v", name, err)}
		}
		p.Default = v
	}
	q.Params = append(q.Params, p)
	return nil
}

// headerColumn reads `NAME TYPE UNIT`, with `-- doc` after it if wanted. The
// unit may be left out.
func (q *Query) headerColumn(value string, at int) Faults {
	spec, doc, _ := strings.Cut(value, " -- ")
	name, rest := cutWord(spec)
	typ, unit := cutWord(rest)
	types := map[string]table.Type{"int": table.Int, "number": table.Float, "text": table.Text, "any": table.Any}
	if name == "" || types[typ] == "" {
		return Faults{q.fault(at, "want `-- column: NAME TYPE UNIT` with a type of int, number, text or any, got %q", value)}
	}
	q.Columns = append(q.Columns, Column{Name: name, Type: types[typ], Unit: unit, Doc: strings.TrimSpace(doc)})
	return nil
}

func isParamName(s string) bool { return s != "" && !isDigit(s[0]) && scanName(s, 0) == len(s) }

func cutWord(s string) (first, rest string) {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, " \t"); i >= 0 {
		return s[:i], strings.TrimSpace(s[i:])
	}
	return s, ""
}
