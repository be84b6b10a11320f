package demodata

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"
)

// metricNames translates AIPerf's metrics and units; what is not here keeps
// its name.
var (
	metricNames = map[string]string{
		"time_to_first_token": "ttft", "inter_token_latency": "itl",
		"input_sequence_length": "isl", "output_sequence_length": "osl",
	}
	unitNames = map[string]string{
		"requests/sec": "requests/s", "tokens/sec": "tokens/s", "tokens/sec/user": "tokens/s/user", "sec": "s",
	}
)

var statisticNames = []string{"avg", "p1", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99", "min", "max", "std"}

// recordedLevels carries over the summaries of the load tests: one row a
// level, and one row a level and metric.
func recordedLevels(t *testing.T) (levels, statistics []byte) {
	const source = `load tests of the deployed recommendations, 100 requests a level, https://github.com/ai-dynamo/dynamo at 9ab8812f9.
Apache License 2.0, Copyright (c) NVIDIA CORPORATION & AFFILIATES. Written by gen_levels_test.go; see README.md.`
	level := newSheet("Levels: "+source, "run", "level", "concurrency", "started_at", "duration_s", "request_count", "good_count",
		"request_throughput", "output_token_throughput", "goodput", "isl_tokens", "osl_tokens", "sla_ttft_ms", "sla_itl_ms")
	statistic := newSheet("Statistics: "+source, append([]string{"run", "level", "metric", "unit"}, statisticNames...)...)
	for _, run := range readFacts(t) {
		for _, name := range []string{"idle", "medium", "saturation", "overload"} {
			e := readExport(t, filepath.Join(recordings, folderOf(run.Run), "validation", name, "profile_export_aiperf.json"))
			level.row(run.Run, name, e.number("input_config", "loadgen", "concurrency"), e.startedAt(t), e.avg("benchmark_duration"),
				whole(e.avg("request_count")), whole(e.avg("good_request_count")), e.avg("request_throughput"),
				e.avg("output_token_throughput"), e.avg("goodput"), e.avg("input_sequence_length"), e.avg("output_sequence_length"),
				e.number("input_config", "input", "goodput", "time_to_first_token"),
				e.number("input_config", "input", "goodput", "inter_token_latency"))
			for _, metric := range slices.Sorted(maps.Keys(e)) {
				if cells := e.statistics(metric); cells != nil {
					statistic.row(append([]string{run.Run, name}, cells...)...)
				}
			}
		}
	}
	return level.Bytes(), statistic.Bytes()
}

// export is one AIPerf summary, every number as printed.
type export map[string]any

func readExport(t *testing.T, file string) export {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	dec := json.NewDecoder(f)
	dec.UseNumber()
	var e export
	if err := dec.Decode(&e); err != nil {
		t.Fatal(err)
	}
	return e
}

// number is the number at a path of keys, "" if it is null or not there.
func (e export) number(path ...string) string {
	var v any = map[string]any(e)
	for _, key := range path {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	n, _ := v.(json.Number)
	return n.String()
}

func (e export) avg(metric string) string { return e.number(metric, "avg") }

// startedAt is the first request's time, whole microseconds, UTC: the field is
// a number of ns printed as a float.
func (e export) startedAt(t *testing.T) string {
	ns, err := strconv.ParseFloat(e.avg("min_request_timestamp"), 64)
	if err != nil {
		t.Fatal(err)
	}
	return time.Unix(0, int64(ns)).UTC().Format("2006-01-02T15:04:05.000000Z")
}

// statistics gives metric, unit and its statistics, nil for what is no metric
// of the load test. The two time stamps stand in levels.csv.
func (e export) statistics(metric string) []string {
	m, _ := e[metric].(map[string]any)
	unit, ok := m["unit"].(string)
	if !ok || unit == "ns" {
		return nil
	}
	cells := []string{metric, unit}
	if name := metricNames[metric]; name != "" {
		cells[0] = name
	}
	if name := unitNames[unit]; name != "" {
		cells[1] = name
	}
	for _, s := range statisticNames {
		cells = append(cells, e.number(metric, s))
	}
	return cells
}

// whole prints a count without its decimals.
func whole(s string) string {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f != float64(int64(f)) {
		return s
	}
	return strconv.FormatInt(int64(f), 10)
}
