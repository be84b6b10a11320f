package ingest

import "strings"

// StatisticNames are the statistics of a metric, in the order they are kept.
var StatisticNames = []string{
	"avg", "p1", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99", "min", "max", "std", "count", "sum",
}

// ourNames translates the metrics that have a name of ours; any other metric
// keeps AIPerf's.
var ourNames = map[string]string{
	"time_to_first_token":    "ttft",
	"inter_token_latency":    "itl",
	"input_sequence_length":  "isl",
	"output_sequence_length": "osl",
}

// ourMetric gives name and unit of a metric in our spelling, and the factor
// from its unit to ours. Latencies are in ms whatever the export uses.
func ourMetric(name, unit string) (string, string, float64) {
	if n, ok := ourNames[name]; ok {
		name = n
	}
	unit, factor := ourUnit(unit)
	if name == "benchmark_duration" && unit == "ms" {
		return name, "s", factor / 1000
	}
	return name, unit, factor
}

// ourUnit spells a unit as we do; the factor converts to it.
func ourUnit(unit string) (string, float64) {
	switch strings.ToLower(strings.TrimSpace(unit)) {
	case "ms", "msec", "milliseconds":
		return "ms", 1
	case "s", "sec", "seconds":
		return "ms", 1e3
	case "us", "µs", "usec", "microseconds":
		return "ms", 1e-3
	case "ns", "nanoseconds":
		return "ms", 1e-6
	case "requests/sec":
		return "requests/s", 1
	case "tokens/sec":
		return "tokens/s", 1
	case "tokens/sec/user":
		return "tokens/s/user", 1
	}
	return unit, 1
}

// metricAliases are metrics whose headline in a CSV is not their JSON name
// with blanks, and names of genai-perf.
var metricAliases = map[string]string{
	"minimum_request_timestamp":           "min_request_timestamp",
	"maximum_response_timestamp":          "max_response_timestamp",
	"total_input_sequence_length":         "total_isl",
	"total_output_sequence_length":        "total_osl",
	"error_input_sequence_length":         "error_isl",
	"total_error_input_sequence_length":   "total_error_isl",
	"request_goodput":                     "goodput",
	"output_token_throughput_per_request": "output_token_throughput_per_user",
}

// genaiUnits are the units that genai-perf leaves to the metric's name.
var genaiUnits = map[string]map[string]string{
	"per sec": {"request_throughput": "requests/sec", "goodput": "requests/sec", "output_token_throughput": "tokens/sec",
		"output_token_throughput_per_user": "tokens/sec/user"},
	"count": {"request_count": "requests", "input_sequence_length": "tokens", "output_sequence_length": "tokens"},
}

// headline splits `Time to First Token (ms)` into a JSON name and a unit.
// `GoodRequestCount` is good_request_count.
func headline(s string) (name, unit string) {
	s = strings.TrimSpace(s)
	if i := strings.LastIndexByte(s, '('); i > 0 && strings.HasSuffix(s, ")") {
		s, unit = strings.TrimSpace(s[:i]), s[i+1:len(s)-1]
	}
	camel := !strings.ContainsAny(s, " _")
	var b strings.Builder
	for i, c := range s {
		switch {
		case c == ' ' || c == '-' || c == '_':
			b.WriteByte('_')
		case c >= 'A' && c <= 'Z':
			if camel && i > 0 {
				b.WriteByte('_')
			}
			b.WriteRune(c + 'a' - 'A')
		default:
			b.WriteRune(c)
		}
	}
	name = b.String()
	if n, ok := metricAliases[name]; ok {
		name = n
	}
	if u := genaiUnits[unit][name]; u != "" {
		unit = u
	}
	return name, unit
}
