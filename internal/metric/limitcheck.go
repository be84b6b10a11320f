package metric

import (
	"fmt"
	"math"
	"strings"

	"github.com/profreport/profreport/internal/table"
)

// CheckColumns are those of the result of CheckLimits.
var CheckColumns = []table.Column{
	{Name: "run", Type: table.Text}, {Name: "metric", Type: table.Text}, {Name: "key", Type: table.Text}, {Name: "value", Type: table.Float},
	{Name: "unit", Type: table.Text}, {Name: "low", Type: table.Float}, {Name: "high", Type: table.Float}, {Name: "limit", Type: table.Text},
	{Name: "baseline", Type: table.Float}, {Name: "verdict", Type: table.Text}, {Name: "note", Type: table.Text},
	{Name: "file", Type: table.Text}, {Name: "line", Type: table.Int},
}

// CheckLimits holds metric_values against limits: one row for each limit, run
// and key, in the order of limits, then of runs, then of values. runs are those
// to check, in order; values may hold more, for baselines. baseline gives the
// run that a limit's `baseline:` means, "" when there is none. A run without a
// value gets the verdict unknown; a baseline is not held against itself.
func CheckLimits(limits []*Limit, values *table.Table, runs []string, baseline func(name string) string) *table.Table {
	c := &limitCheck{values: values, rows: map[[3]string]int{}, keys: map[[2]string][]string{}}
	c.index()
	out := &table.Table{Columns: CheckColumns}
	for _, l := range limits {
		base := ""
		if l.Baseline != "" {
			base = baseline(l.Baseline)
		}
		for _, run := range runs {
			if l.Baseline != "" && run == base {
				continue
			}
			keys := []string{l.Key}
			if l.Key == "" {
				if keys = c.keys[[2]string{run, l.Metric}]; keys == nil {
					keys = []string{""}
				}
			}
			for _, key := range keys {
				out.Rows = append(out.Rows, c.row(l, run, key, base))
			}
		}
	}
	return out
}

type limitCheck struct {
	values *table.Table
	rows   map[[3]string]int      // run, metric, key -> row
	keys   map[[2]string][]string // run, metric -> keys, in order
}

func (c *limitCheck) index() {
	for i := range c.values.Rows {
		run, metric, key := c.text(i, "run"), c.text(i, "metric"), c.text(i, "key")
		if _, there := c.rows[[3]string{run, metric, key}]; there {
			continue
		}
		c.rows[[3]string{run, metric, key}] = i
		c.keys[[2]string{run, metric}] = append(c.keys[[2]string{run, metric}], key)
	}
}

func (c *limitCheck) text(row int, column string) string {
	s, _ := c.values.Value(row, column).(string)
	return s
}

func (c *limitCheck) number(row int, column string) *float64 {
	if f, ok := table.Number(c.values.Value(row, column)); ok && !math.IsNaN(f) {
		return &f
	}
	return nil
}

// row judges one value.
func (c *limitCheck) row(l *Limit, run, key, base string) []any {
	i, there := c.rows[[3]string{run, l.Metric, key}]
	var value, low, high, ratioTo *float64
	var unit any
	var notes []string
	if there {
		value, low, high = c.number(i, "value"), c.number(i, "low"), c.number(i, "high")
		unit = c.values.Value(i, "unit")
		if n := c.text(i, "note"); n != "" {
			notes = append(notes, n)
		}
	} else {
		notes = append(notes, "no value of this metric for the run")
	}
	verdict := Pass
	if l.Min != nil || l.Max != nil {
		verdict = worse(verdict, Judge(value, low, high, l.Min, l.Max))
	}
	if l.MaxAbs != nil {
		least := -*l.MaxAbs
		verdict = worse(verdict, Judge(value, low, high, &least, l.MaxAbs))
	}
	if l.MinRatio != nil || l.MaxRatio != nil {
		v, to, note := c.ratio(l, value, low, high, key, base)
		verdict, ratioTo = worse(verdict, v), to
		if note != "" {
			notes = append(notes, note)
		}
	}
	if value != nil && low == nil && high == nil && !strings.Contains(strings.Join(notes, "; "), "point only") {
		notes = append(notes, "point only")
	}
	return []any{
		run, l.Metric, key, deref(value), unit, deref(low), deref(high), l.Text(), deref(ratioTo), string(verdict),
		nilIfEmpty(strings.Join(notes, "; ")), l.File, int64(l.Line),
	}
}

// ratio judges a value against a multiple of the baseline's. Both intervals
// count: the ratio is lowest with the own low end over the baseline's high one.
func (c *limitCheck) ratio(l *Limit, value, low, high *float64, key, base string) (v Verdict, baseValue *float64, note string) {
	if base == "" {
		return Unknown, nil, fmt.Sprintf("there is no baseline %s", l.Baseline)
	}
	i, there := c.rows[[3]string{base, l.Metric, key}]
	if there {
		baseValue = c.number(i, "value")
	}
	if baseValue == nil {
		return Unknown, nil, fmt.Sprintf("the baseline %s has no value", base)
	}
	if *baseValue <= 0 {
		return Unknown, baseValue, "a ratio needs a baseline above 0"
	}
	baseLow, baseHigh := c.number(i, "low"), c.number(i, "high")
	if baseLow == nil && baseHigh == nil {
		baseLow, baseHigh = baseValue, baseValue
	}
	if low == nil && high == nil {
		low, high = value, value
	}
	ratio, lowest, highest := over(value, baseValue), over(low, baseHigh), over(high, baseLow)
	if lowest == nil && highest == nil {
		return Unknown, baseValue, "" // no value, or each interval is open where the other's end counts
	}
	return Judge(ratio, lowest, highest, l.MinRatio, l.MaxRatio), baseValue, ""
}

// over is a/b, nil where that is not known.
func over(a, b *float64) *float64 {
	if a == nil || b == nil || *b <= 0 {
		return nil
	}
	q := *a / *b
	return &q
}

// worse is the verdict of two conditions that must both hold.
func worse(a, b Verdict) Verdict {
	switch {
	case a == Fail || b == Fail:
		return Fail
	case a == Unknown || b == Unknown:
		return Unknown
	}
	return Pass
}

// Worst is the verdict over all rows of CheckLimits: fail if any fails, else
// unknown if any is unknown, else pass. Without rows it is unknown.
func Worst(t *table.Table) Verdict {
	if len(t.Rows) == 0 {
		return Unknown
	}
	v := Pass
	for i := range t.Rows {
		s, _ := t.Value(i, "verdict").(string)
		if s != "" {
			v = worse(v, Verdict(s))
		}
	}
	return v
}

func deref(f *float64) any {
	if f == nil {
		return nil
	}
	return *f
}

func nilIfEmpty(s string) any {
	if s == "" {
		return nil
	}
	return s
}
