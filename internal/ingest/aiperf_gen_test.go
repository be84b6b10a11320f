package ingest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

// genStats is a metric of a generated export with every statistic, around v.
func genStats(unit string, v float64, newer bool) map[string]any {
	m := map[string]any{"unit": unit, "avg": v, "p1": v * 0.5, "p5": v * 0.6, "p10": v * 0.7, "p25": v * 0.8, "p50": v * 0.9, "p75": v * 1.1,
		"p90": v * 1.2, "p95": v * 1.3, "p99": v * 1.4, "min": v * 0.4, "max": v * 1.5, "std": v * 0.1}
	if newer {
		m["count"], m["sum"] = 24, v*24
	}
	return m
}

// genExport is an export in the key layout of AIPerf before schema versions;
// figures are round, so that tests know them.
func genExport() map[string]any {
	one := func(unit string, v float64) map[string]any { return map[string]any{"unit": unit, "avg": v} }
	return map[string]any{
		"time_to_first_token": genStats("ms", 200, false), "inter_token_latency": genStats("ms", 20, false), "request_latency": genStats("ms", 5300, false),
		"input_sequence_length": genStats("tokens", 2048, false), "output_sequence_length": genStats("tokens", 256, false),
		"request_throughput": one("requests/sec", 0.5), "output_token_throughput": one("tokens/sec", 128),
		"request_count": one("requests", 24), "error_request_count": nil, "reasoning_token_count": nil,
		"goodput": one("requests/sec", 0.25), "good_request_count": one("requests", 12), "benchmark_duration": one("sec", 48),
		"min_request_timestamp": one("ns", 1767638998847698000), "max_response_timestamp": one("ns", 1767639046847698000),
		"telemetry_data": map[string]any{"summary": map[string]any{"endpoints_configured": []any{}}},
		"input_config": map[string]any{
			"endpoint": map[string]any{"model_names": []any{"org/model"}, "streaming": true, "url": "localhost:8000"},
			"input": map[string]any{"goodput": map[string]any{"time_to_first_token": 500.0, "inter_token_latency": 50.0},
				"prompt": map[string]any{"input_tokens": map[string]any{"mean": 2048}, "output_tokens": map[string]any{"mean": 256}}},
			"loadgen":     map[string]any{"concurrency": 4, "request_rate_mode": "concurrency_burst", "request_count": 24},
			"cli_command": `aiperf profile --model "org/model" --concurrency 4`,
		},
		"was_cancelled": false, "error_summary": []any{}, "start_time": "2026-01-05T10:49:58.787713", "end_time": "2026-01-05T10:50:46.188194",
	}
}

// genNewerExport is the same test as a newer AIPerf writes it: unset keys are
// absent, options are a list of phases, warm-up stands apart, three requests
// failed.
func genNewerExport() map[string]any {
	e := genExport()
	for _, k := range []string{"time_to_first_token", "inter_token_latency", "request_latency", "input_sequence_length", "output_sequence_length"} {
		e[k] = genStats(e[k].(map[string]any)["unit"].(string), e[k].(map[string]any)["avg"].(float64), true)
	}
	delete(e, "reasoning_token_count")
	e["schema_version"], e["aiperf_version"] = "1.5", "0.13.0"
	e["error_request_count"] = map[string]any{"unit": "requests", "avg": 3.0}
	e["error_summary"] = []any{
		map[string]any{"error_details": map[string]any{"code": 503, "type": "Service Unavailable", "message": "no workers"}, "count": 2},
		map[string]any{"error_details": map[string]any{"type": "ClientConnectorError", "message": "refused"}, "count": 1}}
	e["warmup_metrics"] = map[string]any{"time_to_first_token": genStats("ms", 9999, true)}
	e["input_config"] = map[string]any{
		"models":   map[string]any{"items": []any{map[string]any{"name": "org/model"}}},
		"endpoint": map[string]any{"urls": []any{"localhost:8000"}},
		"datasets": []any{map[string]any{"prompts": map[string]any{"isl": map[string]any{"mean": 2048}, "osl": map[string]any{"mean": 256}}}},
		"phases":   []any{map[string]any{"name": "warmup", "concurrency": 77}, map[string]any{"name": "profiling", "type": "concurrency", "concurrency": 4}},
		"slos":     map[string]any{"time_to_first_token": 500, "inter_token_latency": 50},
	}
	return e
}

func genJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// genCSV writes an export as AIPerf's CSV: statistics block, values block and
// an empty telemetry block, two decimals.
func genCSV(e map[string]any, sum bool, eol string) []byte {
	stats := []string{"avg", "min", "max", "p1", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99", "std"}
	if sum {
		stats = append(stats[:3:3], append([]string{"sum"}, stats[3:]...)...)
	}
	titles := map[string]string{"time_to_first_token": "Time to First Token", "inter_token_latency": "Inter Token Latency", "request_latency": "Request Latency",
		"input_sequence_length": "Input Sequence Length", "output_sequence_length": "Output Sequence Length", "request_throughput": "Request Throughput",
		"output_token_throughput": "Output Token Throughput", "request_count": "Request Count", "error_request_count": "Error Request Count", "goodput": "Goodput",
		"good_request_count": "GoodRequestCount", "benchmark_duration": "Benchmark Duration", "min_request_timestamp": "Minimum Request Timestamp",
		"max_response_timestamp": "Maximum Response Timestamp"}
	var rows, values []string
	for key, title := range titles {
		m, ok := e[key].(map[string]any)
		if !ok {
			continue
		}
		name := fmt.Sprintf("%s (%s)", title, m["unit"])
		if strings.HasSuffix(key, "request_count") {
			name = title // counts have no unit there
		}
		if _, many := m["p50"]; !many {
			values = append(values, fmt.Sprintf("%s,%.2f", name, m["avg"]))
			continue
		}
		row := name
		for _, s := range stats {
			if v, ok := m[s].(float64); ok {
				row += fmt.Sprintf(",%.2f", v)
			} else {
				row += ","
			}
		}
		rows = append(rows, row)
	}
	sort.Strings(rows)
	sort.Strings(values)
	var b bytes.Buffer
	for _, l := range append(append([]string{"Metric," + strings.Join(stats, ",")}, rows...), append([]string{"", "Metric,Value"}, append(values, "", "", "Endpoint,GPU_Index,GPU_Name,Metric,avg", "n:9400,0,NVIDIA H200,GPU Power Usage (W),509.52")...)...) {
		b.WriteString(l + eol)
	}
	return b.Bytes()
}
