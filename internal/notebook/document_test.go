package notebook

import (
	"reflect"
	"strings"
	"testing"

	"github.com/yuin/goldmark/ast"
)

func cellsOf(d *Document, kind string) []*Cell {
	var out []*Cell
	for _, b := range d.Blocks {
		if b.Cell != nil && b.Cell.Kind == kind {
			out = append(out, b.Cell)
		}
	}
	return out
}

// TestPlotSpec compares what a plot cell says with what render gets.
func TestPlotSpec(t *testing.T) {
	p := cellsOf(sample(t), "plot")[0]
	limit, half := 30.0, []float64{0, 15}
	want := &PlotSpec{
		Kind: "interval", X: "concurrency", Y: "itl_ms", Low: "itl_low", High: "itl_high", By: "run", Log: []string{"x"},
		XLabel: "Concurrency", YLabel: "ITL [ms]",
		Lines: []LineSpec{{Y: &limit, Label: "SLA 30 ms", Role: "sla"}}, // that of ttft_ms is not known
		Bands: []BandSpec{{Y: half, Label: "half"}},
	}
	if !reflect.DeepEqual(p.Plot, want) {
		t.Errorf("got %+v\nwant %+v", p.Plot, want)
	}
	if p.Caption != "Interval of 1 ms." || p.Query != "by_mapping" || len(p.Data.Rows) != 4 || p.Line != 48 {
		t.Errorf("cell %+v", p)
	}
}

func TestTableSpec(t *testing.T) {
	tables := cellsOf(sample(t), "table")
	var got []string
	for _, c := range tables[0].Table.Columns {
		s := c.Name + "=" + c.Label + "/" + c.Unit + "/" + c.Format + "/" + c.Missing
		if c.Hidden {
			s += "/hidden"
		}
		got = append(got, s)
	}
	want := []string{
		"run=Run///not measured", "mapping=Mapping///not measured", "concurrency=Concurrency///not measured", "itl_ms=ITL/ms/3g/not measured",
		"itl_low=ITL low///not measured/hidden", "itl_high=ITL high///not measured/hidden", "meets_sla=Meets SLA///no limit",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("columns\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	// Sorted by -itl_ms, null last whatever the direction.
	var order []any
	for i := range tables[0].Data.Rows {
		order = append(order, tables[0].Data.Value(i, "itl_ms"))
	}
	if !reflect.DeepEqual(order, []any{30.68, 20.67, 12.5, nil}) {
		t.Errorf("order %v", order)
	}
	if len(tables[1].Data.Rows) != 2 || tables[1].Data.Value(0, "run") != "aic" || tables[2].Data.Value(0, "run") != "online" {
		t.Errorf("where: %v, %v", tables[1].Data.Rows, tables[2].Data.Rows)
	}
	if len(tables[1].Table.Columns) != 2 {
		t.Errorf("show: %+v", tables[1].Table.Columns)
	}
}

// TestInlines checks places, queries and metrics of values.
func TestInlines(t *testing.T) {
	d := sample(t)
	found := map[string]*Inline{}
	for _, b := range d.Blocks {
		if b.Prose == nil {
			continue
		}
		n := 0
		_ = ast.Walk(b.Prose.AST, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
			if in, ok := node.(*InlineNode); ok && entering {
				n++
				found[in.Inline.Expr] = in.Inline
			}
			return ast.WalkContinue, nil
		})
		for _, in := range b.Prose.Inlines {
			if text := string(d.Source[in.Start:in.End]); !strings.HasPrefix(text, "{{") || !strings.HasSuffix(text, "}}") {
				t.Errorf("%s stands at %q", in.Expr, text)
			}
			if text := string(b.Prose.Source[in.From:in.To]); !strings.HasPrefix(text, "{{") || !strings.HasSuffix(text, "}}") {
				t.Errorf("%s stands at %q of the prose", in.Expr, text)
			}
		}
		if n > len(b.Prose.Inlines) {
			t.Errorf("%d values in the tree, %d in the list", n, len(b.Prose.Inlines))
		}
	}
	regret := found[`metric("regret", "aic", "decode")`]
	if regret == nil || regret.Query != "regret" || regret.Metric == nil || regret.Metric.Verdict != "fail" || regret.Value != 0.123 || regret.Line != 12 {
		t.Errorf("regret: %+v", regret)
	}
	if in := found["r.duration_s"]; in == nil || in.Query != "runs" {
		t.Errorf("r.duration_s: %+v", in)
	}
	if in := found["true || false"]; in == nil || in.Text != "yes" || in.Line != 74 {
		t.Errorf("in a table: %+v", in)
	}
	if in := found["first(runs).method * 2"]; in == nil || in.Err == nil || in.Text != "error" {
		t.Errorf("failure: %+v", in)
	}
}

// TestFailures keeps failures where they are: the rest of the page is there.
func TestFailures(t *testing.T) {
	d := sample(t)
	if !Failed(d.Faults) || len(d.Faults) != 2 {
		t.Errorf("faults %+v", d.Faults)
	}
	for _, kind := range []string{"sql", "table"} {
		cells := cellsOf(d, kind)
		last := cells[len(cells)-1]
		if last.Err == nil || last.Err.Line != 78 || last.Err.Column != 8 {
			t.Errorf("%s: %+v", kind, last.Err)
		}
	}
	if l := cellsOf(d, "listing"); len(l) != 2 || l[0].Data == nil || l[1].Data == nil {
		t.Error("what comes after a failure is missing")
	}
}

// TestTitle checks what is there beside the blocks.
func TestTitle(t *testing.T) {
	d := sample(t)
	if d.Title != "Decode on 2 runs" || !reflect.DeepEqual(d.Methods, []string{"AIC-Search", "Profile-ALL"}) {
		t.Errorf("title %q, methods %v", d.Title, d.Methods)
	}
	if d.Queries[0].Name != "runs" || d.Queries[0].SQL != "select * from runs" {
		t.Errorf("queries %+v", d.Queries[0])
	}
}
