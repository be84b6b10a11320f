package render

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/profreport/profreport/internal/notebook"
	"github.com/profreport/profreport/internal/table"
)

// datum is one row of the query as a plot uses it. A value that is null, text
// or not finite is NaN.
type datum struct {
	x, y, low, high, from, to float64
	xs, ys, froms, tos        string // as text: categories, times
	by, facet, label, title   string
	value                     any // heatmap
	style                     style
	key                       string
}

// keyColumns tie the marks of one configuration together across figures.
var keyColumns = []string{"run", "method", "phase", "mapping", "concurrency", "level", "isl_tokens"}

// readData turns rows into data and refuses a spec that names a column which
// the query doesn't have.
func readData(spec *notebook.PlotSpec, t *table.Table) ([]datum, error) {
	col := func(option, name string) (int, error) {
		if name == "" {
			return -1, nil
		}
		if i := t.Index(name); i >= 0 {
			return i, nil
		}
		return -1, fmt.Errorf("plot: %s: the query has no column %q", option, name)
	}
	var at [12]int
	for i, c := range []struct{ option, name string }{
		{"x", spec.X}, {"y", spec.Y}, {"low", spec.Low}, {"high", spec.High}, {"from", spec.From}, {"to", spec.To},
		{"by", spec.By}, {"facet", spec.Facet}, {"label", spec.Label}, {"title", spec.Title}, {"value", spec.Value}, {"style", spec.Style},
	} {
		var err error
		if at[i], err = col(c.option, c.name); err != nil {
			return nil, err
		}
	}
	var keys []int
	for _, name := range keyColumns {
		if i := t.Index(name); i >= 0 {
			keys = append(keys, i)
		}
	}
	if o := strings.TrimPrefix(spec.Order, "-"); o != "" && t.Index(o) < 0 {
		return nil, fmt.Errorf("plot: order: the query has no column %q", o)
	} else if o != "" {
		t = &table.Table{Columns: t.Columns, Rows: sortedRows(t, []string{spec.Order})}
	}
	data := make([]datum, len(t.Rows))
	for i, row := range t.Rows {
		get := func(k int) any {
			if at[k] < 0 || at[k] >= len(row) {
				return nil
			}
			return row[at[k]]
		}
		data[i] = datum{
			x: number(get(0)), y: number(get(1)), low: number(get(2)), high: number(get(3)), from: number(get(4)), to: number(get(5)),
			xs: textOnly(get(0)), ys: textOnly(get(1)), froms: textOnly(get(4)), tos: textOnly(get(5)), by: words(get(6)), facet: words(get(7)), label: words(get(8)), title: words(get(9)),
			value: get(10), style: parseStyle(get(11)), key: rowKey(row, keys),
		}
	}
	return data, nil
}

func number(v any) float64 {
	f, ok := table.Number(v)
	if !ok || math.IsInf(f, 0) {
		return math.NaN()
	}
	return f
}

// textOnly returns a cell that is text; numbers are written when they turn
// out to be names.
func textOnly(v any) string {
	s, _ := v.(string)
	return visible(s)
}

// nameNumbers writes the numbers of a column that holds names.
func nameNumbers(data []datum, number func(*datum) float64, text func(*datum) *string) {
	for i := range data {
		d := &data[i]
		if s := text(d); *s == "" && !isNaN(number(d)) {
			*s = words(number(d))
		}
	}
}

func xNumber(d *datum) float64 { return d.x }
func yNumber(d *datum) float64 { return d.y }
func xText(d *datum) *string   { return &d.xs }
func yText(d *datum) *string   { return &d.ys }

// words formats a cell as a label: null is empty.
func words(v any) string {
	switch v := v.(type) {
	case string:
		return visible(v)
	case int64:
		return grouped(strconv.FormatInt(v, 10))
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1e9 {
			return plain(v)
		}
		return significant(v, 3)
	}
	return ""
}

func rowKey(row []any, keys []int) string {
	var b strings.Builder
	for _, k := range keys {
		if k >= len(row) || row[k] == nil {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('|')
		}
		switch v := row[k].(type) {
		case string:
			b.WriteString(v)
		case int64:
			b.WriteString(strconv.FormatInt(v, 10))
		case float64:
			b.WriteString(strconv.FormatFloat(v, 'g', -1, 64))
		}
	}
	return b.String()
}

// series is the rows that are drawn as one: of one value of the by column,
// and predicted or measured.
type series struct {
	name   string // of the by column
	look   look
	style  style // predicted or not
	data   []datum
	legend string // the name beside the data; empty when it has none
}

// groupSeries splits rows into series in the order of first appearance,
// methods in the order of the page. How a series looks depends on its name
// alone, so it looks the same in all panels.
func groupSeries(spec *notebook.PlotSpec, data []datum, methods []string, looks map[string]look) []*series {
	type id struct {
		name      string
		predicted bool
	}
	byID := map[id]*series{}
	var all []*series
	for _, d := range data {
		k := id{d.by, d.style.predicted}
		s := byID[k]
		if s == nil {
			s = &series{name: d.by, look: looks[d.by], style: style{predicted: d.style.predicted, said: d.style.said}}
			byID[k] = s
			all = append(all, s)
		}
		s.data = append(s.data, d)
	}
	slices.SortStableFunc(all, func(a, b *series) int {
		return methodRank(methods, a.name) - methodRank(methods, b.name)
	})
	nameSeries(all)
	return all
}

func methodRank(methods []string, name string) int {
	if i := slices.Index(methods, name); i >= 0 {
		return i
	}
	return len(methods)
}

// seriesLooks gives every name of the by column its look. Without a by column
// the series takes the look of the one method in the data, if there is one.
func seriesLooks(spec *notebook.PlotSpec, t *table.Table, data []datum, methods methodLook) map[string]look {
	looks := map[string]look{}
	if spec.By == "" {
		looks[""] = paletteLook(0)
		if name, ok := onlyValue(t, "method"); ok {
			if l, ok := methods.of(name); ok {
				looks[""] = l
			}
		}
		return looks
	}
	next := 0
	for _, d := range data {
		if _, ok := looks[d.by]; ok {
			continue
		}
		if l, ok := methods.of(d.by); ok {
			looks[d.by] = l
			continue
		}
		looks[d.by] = paletteLook(next)
		next++
	}
	return looks
}

// onlyValue returns the text that every row of the column has.
func onlyValue(t *table.Table, column string) (string, bool) {
	i := t.Index(column)
	if i < 0 || len(t.Rows) == 0 {
		return "", false
	}
	first, ok := t.Rows[0][i].(string)
	for _, row := range t.Rows {
		if v, _ := row[i].(string); v != first {
			return "", false
		}
	}
	return first, ok
}

// nameSeries decides what is written beside the data: the name of each
// series, once a name; where names come in one style each but styles differ,
// the style too.
func nameSeries(all []*series) {
	if len(all) < 2 {
		return
	}
	count := map[string]int{}
	mixed, names := false, 0
	for _, s := range all {
		if count[s.name]++; count[s.name] == 1 {
			names++
		}
		mixed = mixed || s.style.predicted != all[0].style.predicted
	}
	once := map[string]bool{}
	for _, s := range all {
		word := "measured"
		if s.style.predicted {
			word = "predicted"
		}
		switch {
		case names == 1 && s.name == "":
			s.legend = word
		case names == 1:
			s.legend = s.name + ", " + word
		case !mixed:
			s.legend = s.name
		case count[s.name] == 1 && names == len(all):
			s.legend = s.name + ", " + word
		case !once[s.name]:
			s.legend = s.name
		}
		once[s.name] = true
	}
}
