package metric

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/profreport/profreport/internal/query"
)

// Limit is one entry of a limits file: a bound for a metric.
type Limit struct {
	Metric   string
	Key      string // "" holds for every key of the metric
	Max, Min *float64
	MaxAbs   *float64 // for the size of the value, whatever its sign
	Baseline string   // "pinned", or the name of a run: ratios are to its value
	MinRatio *float64
	MaxRatio *float64

	File string
	Line int
}

// Text says what the limit asks, as a table of results shows it.
func (l *Limit) Text() string {
	var parts []string
	add := func(sign string, v *float64, of string) {
		if v != nil {
			parts = append(parts, sign+" "+strconv.FormatFloat(*v, 'g', -1, 64)+of)
		}
	}
	add(">=", l.Min, "")
	add("<=", l.Max, "")
	if l.MaxAbs != nil {
		parts = append(parts, "abs <= "+strconv.FormatFloat(*l.MaxAbs, 'g', -1, 64))
	}
	add(">=", l.MinRatio, " x "+l.Baseline)
	add("<=", l.MaxRatio, " x "+l.Baseline)
	return strings.Join(parts, ", ")
}

// ParseLimits reads a limits file: `limits:` and a list of bounds. metrics, if
// not nil, is what the names are checked against.
func ParseLimits(file string, data []byte, metrics *Set) ([]*Limit, query.Faults) {
	r := &yamlReader{file: file, text: string(data)}
	root := r.document()
	if root == nil {
		if len(r.faults) == 0 {
			r.at(0, "there are no limits")
		}
		return nil, r.faults
	}
	var limits []*Limit
	for _, p := range r.pairs(root) {
		switch {
		case p.key.Value != "limits":
			r.unknown(p.key, "field", []string{"limits"})
		case p.value.Kind != yaml.SequenceNode:
			r.fault(p.value, "limits is a list")
		default:
			for _, entry := range p.value.Content {
				if l := r.limit(entry, metrics); l != nil {
					limits = append(limits, l)
				}
			}
		}
	}
	if len(limits) == 0 && len(r.faults) == 0 {
		r.fault(root, "there are no limits")
	}
	return limits, r.faults
}

func (r *yamlReader) limit(entry *yaml.Node, metrics *Set) *Limit {
	if entry.Kind != yaml.MappingNode {
		r.fault(entry, "a limit is a mapping such as {metric: regret, key: decode, max: 0.10}")
		return nil
	}
	l := &Limit{File: r.file, Line: entry.Line}
	texts := map[string]*string{"metric": &l.Metric, "key": &l.Key, "baseline": &l.Baseline}
	numbers := map[string]**float64{
		"max": &l.Max, "min": &l.Min, "max_abs": &l.MaxAbs, "min_ratio": &l.MinRatio, "max_ratio": &l.MaxRatio,
	}
	known := []string{"metric", "key", "max", "min", "max_abs", "baseline", "min_ratio", "max_ratio"}
	faults := len(r.faults)
	for _, p := range r.pairs(entry) {
		name := p.key.Value
		switch {
		case !slices.Contains(known, name):
			r.unknown(p.key, "field", known)
		case p.value.Kind != yaml.ScalarNode:
			r.fault(p.value, "%s is a single value, not a %s", name, kindOfNode(p.value))
		case texts[name] != nil:
			*texts[name] = strings.TrimSpace(p.value.Value)
		default:
			v, err := strconv.ParseFloat(p.value.Value, 64)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				r.fault(p.value, "%s: want a number, got %q", name, p.value.Value)
				continue
			}
			*numbers[name] = &v
		}
	}
	r.checkLimit(entry, l, metrics)
	if len(r.faults) > faults {
		return nil
	}
	return l
}

func (r *yamlReader) checkLimit(entry *yaml.Node, l *Limit, metrics *Set) {
	ratio := l.MinRatio != nil || l.MaxRatio != nil
	switch {
	case l.Metric == "":
		r.fault(entry, "metric is missing")
	case metrics != nil && metrics.Get(l.Metric) == nil:
		r.fault(entry, "there is no metric %s", l.Metric).Hint = query.DidYouMean(l.Metric, metrics.Names())
	case l.Max == nil && l.Min == nil && l.MaxAbs == nil && !ratio:
		r.fault(entry, "no bound: want max, min, max_abs, or min_ratio and max_ratio with a baseline")
	case ratio && l.Baseline == "":
		r.fault(entry, "min_ratio and max_ratio need a baseline: pinned, or the name of a run")
	case !ratio && l.Baseline != "":
		r.fault(entry, "baseline needs min_ratio or max_ratio")
	case l.Min != nil && l.Max != nil && *l.Min > *l.Max, l.MinRatio != nil && l.MaxRatio != nil && *l.MinRatio > *l.MaxRatio:
		r.fault(entry, "nothing can be both above the lower and below the upper bound")
	case l.MaxAbs != nil && *l.MaxAbs < 0:
		r.fault(entry, "max_abs is the largest size of the value, so not negative")
	}
}
