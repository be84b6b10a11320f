package notebook

import (
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/table"
)

// MetricDef is what a notebook needs to know of a metric.
type MetricDef struct {
	Name, Unit, Format, Better, Doc string
}

// MetricValue is one row of metric_values: what `metric("regret", run, key)`
// gives. In arithmetic it is its value.
type MetricValue struct {
	Metric  string `expr:"metric"`
	Run     string `expr:"run"`
	Key     string `expr:"key"`
	Value   any    `expr:"value"` // nil when unknown
	Unit    string `expr:"unit"`
	Low     any    `expr:"low"` // of the 95 % interval, nil when there is none
	High    any    `expr:"high"`
	N       any    `expr:"n"`       // sample size, nil when not stated
	Verdict any    `expr:"verdict"` // pass, fail, unknown, or nil when none is due
	Note    any    `expr:"note"`
	Format  string `expr:"format"`
}

// metricFields are what can be asked of a metric.
var metricFields = []table.Column{
	{Name: "metric", Type: table.Text}, {Name: "run", Type: table.Text}, {Name: "key", Type: table.Text},
	{Name: "value", Type: table.Any}, {Name: "unit", Type: table.Text}, {Name: "low", Type: table.Any},
	{Name: "high", Type: table.Any}, {Name: "n", Type: table.Any}, {Name: "verdict", Type: table.Text},
	{Name: "note", Type: table.Text}, {Name: "format", Type: table.Text},
}

// metricRows are the columns of a metric shown as a table.
var metricRows = []string{"run", "key", "value", "unit", "low", "high", "n", "verdict", "note"}

// metricStore holds the metric values of a report.
type metricStore struct {
	defs   map[string]MetricDef
	values map[string][]*MetricValue
}

// newMetricStore reads metric_values; t may be nil.
func newMetricStore(defs []MetricDef, t *table.Table) *metricStore {
	s := &metricStore{defs: map[string]MetricDef{}, values: map[string][]*MetricValue{}}
	for _, d := range defs {
		s.defs[d.Name] = d
	}
	if t == nil {
		return s
	}
	text := func(i int, column string) string { v, _ := t.Value(i, column).(string); return v }
	for i := range t.Rows {
		name := text(i, "metric")
		v := &MetricValue{
			Metric: name, Run: text(i, "run"), Key: text(i, "key"), Value: t.Value(i, "value"), Unit: text(i, "unit"),
			Low: t.Value(i, "low"), High: t.Value(i, "high"), N: t.Value(i, "n"),
			Verdict: t.Value(i, "verdict"), Note: t.Value(i, "note"), Format: s.defs[name].Format,
		}
		if v.Unit == "" {
			v.Unit = s.defs[name].Unit
		}
		s.values[name] = append(s.values[name], v)
	}
	return s
}

// get finds the value of a metric, for a run and a key where these are given.
// One that was not computed is unknown; more than one is an error.
func (s *metricStore) get(name string, run, key *string) (*MetricValue, error) {
	var found []*MetricValue
	for _, v := range s.values[name] {
		if (run == nil || v.Run == *run) && (key == nil || v.Key == *key) {
			found = append(found, v)
		}
	}
	if key == nil && len(found) > 1 { // the one without a key, if there is one
		if i := slices.IndexFunc(found, func(v *MetricValue) bool { return v.Key == "" }); i >= 0 && run != nil {
			found = found[i : i+1]
		}
	}
	switch len(found) {
	case 0:
		v := &MetricValue{Metric: name, Unit: s.defs[name].Unit, Format: s.defs[name].Format}
		if run != nil {
			v.Run = *run
		}
		if key != nil {
			v.Key = *key
		}
		return v, nil
	case 1:
		return found[0], nil
	}
	keys := func(of func(*MetricValue) string) string {
		var out []string
		for _, v := range found {
			out = append(out, of(v))
		}
		slices.Sort(out)
		return strings.Join(slices.Compact(out), ", ")
	}
	if run == nil {
		return nil, errorf("metric %s has %d values; say of which run: metric(%q, run) with run one of %s",
			name, len(found), name, keys(func(v *MetricValue) string { return v.Run }))
	}
	return nil, errorf("metric %s has %d values for %s; say which: metric(%q, run, key) with key one of %s",
		name, len(found), *run, name, keys(func(v *MetricValue) string { return v.Key }))
}

// table returns a metric's values as rows.
func (s *metricStore) table(name string) *table.Table {
	t := &table.Table{}
	for _, c := range metricRows {
		t.Columns = append(t.Columns, table.Column{Name: c, Type: metricType(c)})
	}
	for _, v := range s.values[name] {
		t.Rows = append(t.Rows, []any{v.Run, v.Key, v.Value, v.Unit, v.Low, v.High, v.N, v.Verdict, v.Note})
	}
	return t
}

func metricType(column string) table.Type {
	for _, c := range metricFields {
		if c.Name == column {
			return c.Type
		}
	}
	return table.Any
}
