package notebook

import (
	"strings"
	"testing"
)

// TestWhere matches null with null, numbers whatever their type, and lists.
func TestWhere(t *testing.T) {
	for _, c := range []struct {
		where string
		want  int
	}{
		{"{itl_ms: null}", 1}, {"{itl_ms: 12.5}", 1}, {"{concurrency: 3.0}", 2}, {"{concurrency: [8, 218]}", 2},
		{"{mapping: TP=1, run: aic}", 1}, {"{itl_ms: [null, 12.5]}", 2}, {`{run: "=first(runs).run"}`, 2},
		{`{mapping: "{{ last(candidates).mapping }}"}`, 2}, {`{run: ":names"}`, 2}, {"{run: nobody}", 0},
	} {
		d := run(t, fences("---\nparams: {names: [online, x]}\n---\n{{ names }}\n\n'''table candidates\nwhere: "+c.where+"\n'''\n"), nil)
		cell := cellsOf(d, "table")[0]
		if cell.Err != nil || len(cell.Data.Rows) != c.want {
			t.Errorf("where %s: %+v; want %d rows", c.where, cell, c.want)
		}
	}
}

// TestInfinityIsNull keeps JSON valid.
func TestInfinityIsNull(t *testing.T) {
	d := run(t, fences("'''sql a\nselect 9e999 as x, 1 as y\n'''\n\n{{ a.x }} {{ a.y }}\n"), nil)
	var b strings.Builder
	if err := d.JSON(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), `"rows":[[null,1]]`) || !strings.Contains(b.String(), `"value":null,"text":"not measured"`) {
		t.Error(b.String())
	}
}

// TestLoopParamTypes binds the values of a row with their types.
func TestLoopParamTypes(t *testing.T) {
	d := run(t, fences(`
{{ for c in candidates }}
'''sql types
select typeof(:c_run) || ' ' || typeof(:c_concurrency) || ' ' || typeof(:c_itl_ms) as t
'''
{{ types }}
{{ end }}
{{ for x in [1, "a", 2.5] }}
'''sql kind
select typeof(:x) as t
'''
{{ kind }}
{{ end }}
`), nil)
	if len(d.Faults) > 0 {
		t.Fatal(d.Faults[0].Detail())
	}
	got := strings.Join(strings.Fields(markdownOf(t, d)), " ")
	want := "text integer real text integer real text integer real text integer null integer text real"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
