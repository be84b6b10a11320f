package store

import (
	"context"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/table"
)

// publicViews are the views and columns of the public schema, as promised.
var publicViews = map[string]string{
	"runs": "run_id run method kind model backend gpu_type status started_at finished_at duration_s deployments failed_deployments " +
		"gpu_hours isl_tokens osl_tokens sla_ttft_ms sla_itl_ms max_kv_tokens profiler ingested_at sha256 tags note",
	"candidates": "run_id run phase mapping gpus concurrency refused ttft_ms itl_ms throughput_per_gpu meets_sla recommended " +
		"throughput_source source",
	"recommendations": "run_id run phase mapping gpus ttft_ms itl_ms throughput_per_gpu meets_sla source",
	"prefill_points":  "run_id run mapping gpus isl_tokens ttft_ms throughput_per_gpu",
	"decode_points":   "run_id run mapping gpus kv_usage context_tokens concurrency itl_ms throughput_per_gpu",
	"deployments": "run_id run ordinal phase mapping gpus started_at ready_at ended_at wait_s measure_s duration_s gpu_hours " +
		"outcome",
	"load_levels": "run_id run level concurrency concurrency_obtained request_count good_count error_count excluded_count " +
		"duration_s request_throughput output_token_throughput goodput sla_hit_rate isl_tokens osl_tokens sla_ttft_ms sla_itl_ms",
	"load_statistics": "run_id run level metric statistic value unit",
	"requests":        "run_id run level request started_at_ns ended_at_ns ttft_ms itl_ms latency_ms isl_tokens osl_tokens status error",
	"settings":        "run_id run key value path",
	"sources":         "run_id run path kind bytes sha256",
	"problems":        "run_id run path line severity message",
	"messages":        "run_id run at level message path line",
	"metric_values":   "run_id run metric key value unit low high n verdict note definition_sha256",
}

func TestViewsHavePromisedColumns(t *testing.T) {
	s := session(t, open(t))
	for view, columns := range publicViews {
		got, err := s.Prepare(context.Background(), "select * from "+view)
		if err != nil {
			t.Errorf("%s: %v", view, err)
			continue
		}
		have := map[string]table.Type{}
		for _, c := range got {
			have[c.Name] = c.Type
		}
		for _, want := range strings.Fields(columns) {
			if typ, ok := have[want]; !ok {
				t.Errorf("%s: no column %s", view, want)
			} else if typ == table.Any {
				t.Errorf("%s.%s: no type", view, want)
			}
		}
	}
}

func TestViewsOfOneRun(t *testing.T) {
	db := open(t)
	load(t, db, sampleRun("a"))
	s := session(t, db)
	for _, c := range []struct{ sql, want string }{
		{"select run_id, run, method, kind, status, none_feasible, has_log, has_planner, baseline, tags from runs",
			"1|a|Profile-ALL|measured|complete|aggregated|1|1|0|NULL"},
		// 45 min 3 s; 15 min x 1 + 15 min x 4 + 15 min x 2 (no end of its own: the run's last line) = 1.75 GPU-hours
		{"select duration_s, deployments, failed_deployments, gpu_hours, ingested_at, started_at from runs",
			"2703|3|1|1.75|2026-01-02T03:04:05Z|2026-01-01T00:00:00Z"},
		{"select phase, mapping, concurrency, meets_sla, recommended, path, line from candidates order by ordinal", strings.Join([]string{
			"prefill|TP=1|NULL|1|1|profile_sla.log|7", // 230.74 <= 500
			"prefill|TP=2|NULL|0|0|NULL|NULL",         // 500.5 > 500
			"decode|TP=1|3|1|1|NULL|NULL",             // 50 <= 50
			"decode|TP=1|1|1|0|NULL|NULL",             // right mapping, another concurrency
			"aggregated|TP=1|8|0|0|NULL|NULL",         // ITL 60 > 50
			"aggregated|TP=4|8|0|0|NULL|NULL",         // refused
			"aggregated|TP=8|8|NULL|0|NULL|NULL",      // no ITL
		}, "\n")},
		{"select phase, mapping, gpus, concurrency, ttft_ms, itl_ms, meets_sla, source, line from recommendations",
			"prefill|TP=1|1|NULL|230.74|NULL|1|log|9\ndecode|TP=1|1|3|NULL|20.67|1|log|10"},
		{"select mapping, isl_tokens, ttft_ms, throughput_per_gpu from prefill_points", "TP=1|2048|231.6|NULL"},
		{"select kv_usage, context_tokens, concurrency, itl_ms from decode_points", "0.5|2176|2|21.5"},
		{"select ordinal, phase, wait_s, measure_s, duration_s, gpu_hours, outcome, error, ended_at from deployments", strings.Join([]string{
			"1|prefill|600|300|900|0.25|ok|NULL|2026-01-01T00:15:00Z",
			"2|decode|NULL|NULL|900|1|failed|crash loop|2026-01-01T00:30:00Z",
			"3|decode|NULL|NULL|900|0.5|ok|NULL|2026-01-01T00:45:03Z",
		}, "\n")},
		// 0.7 x (7000 - 1000) / 1000 / 2 replicas = 2.1; 15 of 20
		{"select level, concurrency, round(concurrency_obtained, 9), concurrency_basis, sla_hit_rate, error_count, sla_itl_ms from load_levels",
			"medium|4|2.1|obtained|0.75|NULL|NULL"},
		{"select metric, statistic, value, unit from load_statistics where statistic = 'p50'", "ttft|p50|900|ms"},
		{"select level, request, started_at_ns, ended_at_ns, ttft_ms, status, error from requests", strings.Join([]string{
			"medium|0|0|5|100.5|ok|NULL", "medium|1|1000000|1000005|101.5|ok|NULL", "medium|2|2000000|2000005|NULL|error|503"}, "\n")},
		{"select key, value, path from settings", "engine.max_batch_size|64|config.yaml"},
		{"select path, kind, bytes, kept from sources order by source_id",
			"profile_sla.log|log|6|1\nvalidation/medium/profile_export.jsonl|aiperf_jsonl|42|1\nempty.txt|other|0|1"},
		// printf 'line1\n' | sha256sum
		{"select sha256 from sources where path = 'profile_sla.log'", "cd205f1f8b8ab1bf7da554fd3460b5d377c587eb7fa4f394c3f403af3a787a1b"},
		{"select path, line, severity, reason, message from problems", "x.npz|NULL|error|bad number|not a number"},
		{"select at, level, message, path, line from messages", "2026-01-01T00:20:00Z|WARNING|slow|profile_sla.log|3"},
	} {
		if got := rows(t, s, c.sql); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.sql, got, c.want)
		}
	}
}
