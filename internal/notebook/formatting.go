package notebook

import (
	"strconv"
	"strings"

	"github.com/profreport/profreport/internal/format"
	"github.com/profreport/profreport/internal/query"
)

// Missing is what an unknown value prints as.
const Missing = "not measured"

func validFormat(f string) bool { return format.Valid(f) }

func formatNames() []string {
	var out []string
	for _, s := range format.Specs {
		out = append(out, s.Spec)
	}
	return out
}

// show prints a value: a number with its unit, a list by its items, true and
// false as yes and no. Unknown is an error of the caller's.
func show(v any, spec, unit string) (string, error) {
	switch v := plainValue(v).(type) {
	case nil:
		return Missing, nil
	case string:
		return v, nil
	case bool:
		if v {
			return "yes", nil
		}
		return "no", nil
	case []any:
		var parts []string
		for _, item := range v {
			switch item.(type) {
			case []any, map[string]any:
				return "", errorf("rows can't be printed in text; use a table, a loop, or map(rows, .column)")
			}
			s, err := show(item, spec, unit)
			if err != nil {
				return "", err
			}
			parts = append(parts, s)
		}
		return strings.Join(parts, ", "), nil
	case map[string]any:
		return "", errorf("a row can't be printed in text; ask for one of its columns")
	default:
		if s, ok := format.Number(v, spec, unit); ok {
			return s, nil
		}
		return "", errorf("%s can't be printed in text", typeName(v))
	}
}

// exact prints a parameter's number as it was given.
func exact(v any) string {
	switch v := plainValue(v).(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// look is how a column prints when nobody says otherwise.
type look struct{ label, unit, format string }

// suffixes are the units that column names end in, longest first.
var suffixes = []struct{ suffix, unit, format string }{
	{"_throughput_per_gpu", "tokens/s/GPU", "3g"}, {"throughput_per_gpu", "tokens/s/GPU", "3g"},
	{"_per_gpu", "", "3g"}, {"_gpu_hours", "GPU-hours", "3g"}, {"gpu_hours", "GPU-hours", "3g"},
	{"_hours", "h", "3g"}, {"_tokens", "tokens", "int"}, {"_bytes", "", "bytes"}, {"bytes", "", "bytes"},
	{"_ms", "ms", "3g"}, {"_s", "s", "duration"}, {"_pct", "%", "3g"}, {"_ns", "ns", "int"},
}

// abbreviations are the words that labels write in capitals.
var abbreviations = map[string]string{
	"ttft": "TTFT", "itl": "ITL", "isl": "ISL", "osl": "OSL", "sla": "SLA", "tp": "TP", "kv": "KV", "gpu": "GPU",
	"gpus": "GPUs", "id": "ID", "sql": "SQL", "sha256": "SHA-256", "aic": "AIC", "p50": "p50", "p90": "p90",
}

// guess reads a column's label, unit and format from its name: `itl_p95_ms`
// is "ITL p95" in ms.
func guess(column string) look {
	l := look{label: column}
	for _, s := range suffixes {
		if strings.HasSuffix(column, s.suffix) {
			l.unit, l.format = s.unit, s.format
			if strings.HasPrefix(s.suffix, "_") && s.suffix != "_per_gpu" && !strings.Contains(s.suffix, "gpu") {
				l.label = strings.TrimSuffix(column, s.suffix)
			}
			break
		}
	}
	words := strings.Split(l.label, "_")
	for i, w := range words {
		if a, ok := abbreviations[w]; ok {
			words[i] = a
		} else if i == 0 && len(w) > 1 {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	l.label = strings.Join(words, " ")
	return l
}

// lookOf is guess, overruled by what the query's header says of the column.
func lookOf(q *query.Query, column string) look {
	l := guess(column)
	if q == nil {
		return l
	}
	for _, c := range q.Columns {
		if c.Name == column && c.Unit != "" {
			l.unit = c.Unit
			if l.format == "duration" && c.Unit != "s" {
				l.format = ""
			}
			switch c.Unit {
			case "fraction":
				l.unit, l.format = "", "percent"
			}
		}
	}
	return l
}
