package metric

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/expr-lang/expr/vm"

	"github.com/profreport/profreport/internal/table"
)

// rowRunner evaluates the fields of one metric row by row.
type rowRunner struct {
	*evaluation
	job    *job
	table  *table.Table
	vm     *vm.VM
	env    map[string]any
	runID  int // column
	run    int
	fields map[string]*bound
	rows   []any            // the rows as maps, made when first needed
	ofRun  map[string][]any // "column\x00run" -> values
	failed map[string]*rowError
	broken string // the first metric it needs that has a fault, or ""
}

// bound is an expression and where its variables come from, split by how often
// they change.
type bound struct {
	*expression
	columns []boundColumn
	moving  []use // metrics, of_run, results of other fields
}

type boundColumn struct {
	variable string
	index    int
}

// rowError is the first error of a field, and how many rows had one.
type rowError struct {
	err   *exprError
	row   int
	run   any
	count int
}

func newRowRunner(ctx context.Context, e *evaluation, j *job, t *table.Table) *rowRunner {
	r := &rowRunner{
		evaluation: e, job: j, table: t, vm: machine(), env: map[string]any{clockName: &clock{ctx: ctx}}, fields: map[string]*bound{},
		runID: j.index("run_id"), run: j.index("run"), ofRun: map[string][]any{}, failed: map[string]*rowError{},
	}
	for field, x := range j.exprs {
		b := &bound{expression: x}
		for _, u := range x.uses {
			switch {
			case u.what == aParameter:
				r.env[u.variable()] = e.params[u.name.name]
			case u.what == allRows:
				r.env[u.variable()] = r.allRows()
			case u.kind == columnName:
				r.env[u.variable()] = r.column(u.name.name, nil)
			case u.what == aColumn && u.kind == plainName:
				b.columns = append(b.columns, boundColumn{u.name.name, j.index(u.name.name)})
			default:
				b.moving = append(b.moving, u)
				if u.what == aMetric && e.byName[u.name.name].faults.Err() != nil {
					r.broken = u.name.name
				}
			}
		}
		r.fields[field] = b
	}
	return r
}

// allRows returns the table as a list of maps.
func (r *rowRunner) allRows() []any {
	if r.rows != nil {
		return r.rows
	}
	r.rows = make([]any, len(r.table.Rows))
	for i, row := range r.table.Rows {
		m := make(map[string]any, len(row))
		for c, v := range row {
			m[r.table.Columns[c].Name] = v
		}
		r.rows[i] = m
	}
	return r.rows
}

// column returns the values of a column in the rows of a run, or in all rows.
func (r *rowRunner) column(name string, runID any) []any {
	id := fmt.Sprint(name, "\x00", runID)
	if v, ok := r.ofRun[id]; ok {
		return v
	}
	c := r.job.index(name)
	values := []any{}
	for _, row := range r.table.Rows {
		if runID == nil || row[r.runID] == runID {
			values = append(values, row[c])
		}
	}
	r.ofRun[id] = values
	return values
}

// figure evaluates all fields for one row into f. It returns false when the
// metric does not apply to the row.
func (r *rowRunner) figure(i int, row []any, f *figure) bool {
	*f = figure{runID: row[r.runID], run: row[r.run]}
	if r.fields["applies"] != nil {
		if applies, isBool := r.value("applies", i, row, f).(bool); isBool && !applies {
			return false
		}
	}
	f.keyCell = r.value("key", i, row, f)
	f.key = keyText(f.keyCell)
	if _, isText := f.keyCell.(string); !isText {
		f.keyCell = f.key
	}
	f.value = r.number("expr", i, row, f)
	f.low, f.high = r.number("low", i, row, f), r.number("high", i, row, f)
	if n, ok := r.number("n", i, row, f).(float64); ok && n == math.Trunc(n) && math.Abs(n) < 1<<53 {
		f.n = int64(n)
	}
	if s, ok := r.value("note", i, row, f).(string); ok && s != "" {
		f.note = s
	}
	if r.broken != "" && f.value == nil {
		f.addNote("metric " + r.broken + " has a fault")
	}
	if r.fields["limit"] != nil {
		r.judge(i, row, f)
	}
	return true
}

// value evaluates a field; an error is noted and gives null.
func (r *rowRunner) value(field string, i int, row []any, f *figure) any {
	v, err := r.eval(field, row, f)
	if err != nil {
		r.fail(field, i, f, err)
		return nil
	}
	return v
}

// number is value for fields that hold numbers.
func (r *rowRunner) number(field string, i int, row []any, f *figure) any {
	v, err := toNumber(r.value(field, i, row, f))
	if err != nil {
		r.fail(field, i, f, &exprError{0, err.Error()})
	}
	return v
}

// judge puts the verdict of the limit into f.
func (r *rowRunner) judge(i int, row []any, f *figure) {
	v, err := r.eval("limit", row, f)
	if err != nil {
		r.fail("limit", i, f, err)
		v = undecided{}
	}
	switch v := v.(type) {
	case nil:
		return
	case undecided:
		f.verdict = string(Unknown)
	case bool:
		f.verdict = string(Fail)
		if v {
			f.verdict = string(Pass)
		}
	case string:
		switch Verdict(v) {
		case "":
			return
		case Pass, Fail, Unknown:
			f.verdict = v
		default:
			r.fail("limit", i, f, &exprError{0, fmt.Sprintf("a verdict is pass, fail or unknown, not %q", v)})
			f.verdict = string(Unknown)
		}
	default:
		r.fail("limit", i, f, &exprError{0, "a verdict is pass, fail or unknown, not " + show(v)})
		f.verdict = string(Unknown)
	}
	switch {
	case f.value == nil:
		f.verdict = string(Unknown)
	case f.low == nil && f.high == nil:
		f.addNote("point only")
	}
}

func (f *figure) addNote(s string) {
	if old, ok := f.note.(string); ok {
		s = old + "; " + s
	}
	f.note = s
}

// eval evaluates one field; one without text is null.
func (r *rowRunner) eval(field string, row []any, f *figure) (any, *exprError) {
	b := r.fields[field]
	if b == nil {
		return nil, nil
	}
	for _, c := range b.columns {
		r.env[c.variable] = row[c.index]
	}
	for _, u := range b.moving {
		r.env[u.variable()] = r.moving(u, row, f)
	}
	return b.program.run(r.vm, r.env)
}

func (r *rowRunner) moving(u use, row []any, f *figure) any {
	switch {
	case u.kind == ofRunName:
		return r.column(u.name.name, row[r.runID])
	case u.what == aMetric:
		return r.valueOf(u, f.runID, f.key)
	}
	switch u.name.name {
	case "value":
		return f.value
	case "low":
		return f.low
	case "high":
		return f.high
	}
	return f.n
}

func keyText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return ""
}

// fail notes the error of a field in a row: once as a fault, and in the row.
func (r *rowRunner) fail(field string, row int, f *figure, err *exprError) {
	f.addNote(field + " failed: " + err.msg)
	e := r.failed[field]
	if e == nil {
		e = &rowError{err: err, row: row, run: f.run}
		r.failed[field] = e
	}
	e.count++
}

// report turns the errors of rows into faults.
func (r *rowRunner) report() {
	for _, field := range exprFields {
		e := r.failed[field]
		if e == nil {
			continue
		}
		msg := fmt.Sprintf("%s: %s (row %d, run %v", field, e.err.msg, e.row+1, e.run)
		if e.count > 1 {
			msg += fmt.Sprintf(", and %d more rows", e.count-1)
		}
		r.job.faults = append(r.job.faults, r.job.def.fault(field, e.err.at, "%s)", msg))
	}
}
