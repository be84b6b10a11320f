package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/profreport/profreport/internal/profile"
)

// export reads a generated export that must give no problem.
func export(t *testing.T, data []byte, csv bool) *Export {
	t.Helper()
	read := ReadAIPerfJSON
	if csv {
		read = ReadAIPerfCSV
	}
	e, problems, err := read(bytes.NewReader(data), "x")
	if err != nil || len(problems) != 0 {
		t.Fatalf("problems %v, error %v\n%.300s", problems, err, data)
	}
	return e
}

// levelFigures is what a level says, without what a CSV cannot know.
func levelFigures(l profile.LoadLevel) string {
	return fmt.Sprintf("n %v good %v errors %v excluded %v, %v s, %v req/s %v tok/s goodput %v, isl %v osl %v, from %v", l.RequestCount.Any(), l.GoodCount.Any(), l.ErrorCount.Any(),
		l.ExcludedCount.Any(), l.Duration.Any(), l.RequestThroughput.Any(), l.OutputThroughput.Any(), l.Goodput.Any(), l.ISL.Any(), l.OSL.Any(), l.StartedAt.Any())
}

// TestAIPerfLevel reads the same test in every layout (defects 3, 14 and 25).
func TestAIPerfLevel(t *testing.T) {
	const rest = "excluded <nil>, 48 s, 0.5 req/s 128 tok/s goodput 0.25, isl 2048 osl 256, from 2026-01-05 18:49:58.847698 +0000 UTC"
	older, newer := "n 24 good 12 errors 0 "+rest, "n 27 good 12 errors 3 "+rest
	genai := genExport()
	genai["input_config"] = map[string]any{"model": []any{"org/model"}, "goodput": map[string]any{"time_to_first_token": 500, "inter_token_latency": 50},
		"perf_analyzer": map[string]any{"stimulus": map[string]any{"concurrency": 4}}, "synthetic_input_tokens_mean": 2048, "output_tokens_mean": 256}
	cli := genExport()
	cli["input_config"] = map[string]any{"cli_command": `aiperf profile --model 'org/model' --concurrency=4 --isl 2048 --osl 256 --goodput "time_to_first_token:500 inter_token_latency:50"`}
	for _, c := range []struct {
		name string
		data []byte
		csv  bool
		want string
	}{
		{"old JSON", genJSON(genExport()), false, older},
		{"newer JSON", genJSON(genNewerExport()), false, newer},
		{"genai-perf", genJSON(genai), false, older},
		{"command line only", genJSON(cli), false, older},
		{"BOM", append([]byte("\ufeff"), genJSON(genExport())...), false, older},
		{"CSV", genCSV(genExport(), false, "\n"), true, older},
		{"CSV with sum, CRLF", genCSV(genNewerExport(), true, "\r\n"), true, newer},
		{"CSV with BOM", append([]byte("\ufeff"), genCSV(genExport(), false, "\n")...), true, older},
	} {
		e := export(t, c.data, c.csv)
		l := e.Level("medium")
		if got := levelFigures(l); got != c.want || l.Level != "medium" || l.Path != "x" || e.Kind != ExportRun {
			t.Errorf("%s: %s %q\n%s\nwant\n%s", c.name, e.Kind, l.Level, got, c.want)
		}
		for stat, want := range map[string]float64{"avg": 200, "p50": 180, "p99": 280, "min": 80, "std": 20} {
			if v := e.Stat("ttft", stat); !v.OK || math.Abs(v.V-want) > 1e-9 {
				t.Errorf("%s: ttft %s = %v, want %v", c.name, stat, v.Any(), want)
			}
		}
		if c.csv {
			continue
		}
		if e.Model != "org/model" || e.Concurrency.V != 4 || !e.Closed || e.SLA.TTFT.V != 500 || e.SLA.ITL.V != 50 || e.ISLAsked.V != 2048 || e.OSLAsked.V != 256 {
			t.Errorf("%s: asked %+v", c.name, e)
		}
	}
	e := export(t, genJSON(genNewerExport()), false)
	if e.SchemaVersion != "1.5" || e.Stat("ttft", "count").V != 24 || e.Stat("ttft", "sum").V != 4800 {
		t.Errorf("schema %q, count %v, sum %v", e.SchemaVersion, e.Stat("ttft", "count").Any(), e.Stat("ttft", "sum").Any())
	}
	if s := fmt.Sprint(e.Errors); s != "[{503 Service Unavailable: no workers 2} {ClientConnectorError: refused 1}]" {
		t.Errorf("errors %s", s)
	}
}

// TestAIPerfUnknown: null and absent are unknown, never 0; a zero is a zero.
func TestAIPerfUnknown(t *testing.T) {
	bare := map[string]any{"time_to_first_token": map[string]any{"unit": "ms", "avg": 0.0, "p50": nil}, "goodput": nil, "input_config": map[string]any{}}
	e := export(t, genJSON(bare), false)
	l := e.Level("x")
	if got := levelFigures(l); strings.Count(got, "<nil>") != 11 || l.Concurrency.OK || l.Closed || l.SLA.TTFT.OK || l.Partial {
		t.Errorf("%s, %+v", got, l)
	}
	if v := e.Stat("ttft", "avg"); !v.OK || v.V != 0 {
		t.Errorf("a measured 0 became %v", v.Any())
	}
	if e.Stat("ttft", "p50").OK || e.Stat("itl", "avg").OK {
		t.Error("an unknown statistic has a value")
	}
	onlyFailed := genExport()
	onlyFailed["request_count"], onlyFailed["error_request_count"] = nil, map[string]any{"unit": "requests", "avg": 7.0}
	if e := export(t, genJSON(onlyFailed), false); e.RequestCount != profile.Some(int64(7)) || e.ValidCount.OK {
		t.Errorf("requests that all failed: %v of %v", e.ErrorCount.Any(), e.RequestCount.Any())
	}
	rate := genExport()
	rate["input_config"] = map[string]any{"loadgen": map[string]any{"request_rate": 2.5, "concurrency": 4}}
	rate["was_cancelled"] = true
	if l := export(t, genJSON(rate), false).Level("x"); l.Closed || l.RequestRate.V != 2.5 || !l.Partial {
		t.Errorf("open load: %+v", l)
	}
}

// TestAIPerfUnits: latencies are in ms whatever the export uses.
func TestAIPerfUnits(t *testing.T) {
	for unit, v := range map[string]float64{"ms": 250, "sec": 0.25, "s": 0.25, "us": 250_000, "ns": 250_000_000} {
		e := export(t, genJSON(map[string]any{"time_to_first_token": map[string]any{"unit": unit, "avg": v, "count": 3}, "benchmark_duration": map[string]any{"unit": unit, "avg": v}}), false)
		if got := e.Stat("ttft", "avg").V; math.Abs(got-250) > 1e-9 {
			t.Errorf("%v %s is %v ms", v, unit, got)
		}
		if e.Statistics[0].Unit != "s" || math.Abs(e.Duration.V-0.25) > 1e-12 || e.Stat("ttft", "count").V != 3 {
			t.Errorf("%s: duration %v %s, count %v", unit, e.Duration.V, e.Statistics[0].Unit, e.Stat("ttft", "count").V)
		}
	}
	for in, want := range map[string]string{"Time to First Token (ms)": "time_to_first_token|ms", "GoodRequestCount": "good_request_count|", "Good Request Count": "good_request_count|",
		"Minimum Request Timestamp (ns)": "min_request_timestamp|ns", "Request Throughput (per sec)": "request_throughput|requests/sec", "Total Input Sequence Length (tokens)": "total_isl|tokens",
		"E2E Output Token Throughput (tokens/sec/user)": "e2e_output_token_throughput|tokens/sec/user", "Time To First Token (ms)": "time_to_first_token|ms"} {
		if name, unit := headline(in); name+"|"+unit != want {
			t.Errorf("%q is %s|%s, want %s", in, name, unit, want)
		}
	}
}

// TestAIPerfAggregate: an aggregate's statistics are means over runs with
// their intervals; it has no counts. Time slices are recognised and no level.
func TestAIPerfAggregate(t *testing.T) {
	row := map[string]any{"mean": 200.0, "std": 10.0, "min": 190.0, "max": 210.0, "ci_low": 175.0, "ci_high": 225.0, "unit": "ms"}
	data := genJSON(map[string]any{"schema_version": "1.0", "metadata": map[string]any{"aggregation_type": "confidence", "num_successful_runs": 3},
		"metrics": map[string]any{"time_to_first_token_p50": row, "request_count_avg": map[string]any{"mean": 16.0, "unit": "requests"}}})
	csv := []byte("metric,mean,std,min,max,cv,se,ci_low,ci_high,t_critical,unit\r\ntime_to_first_token_p50,200.00,10.00,190,210,0,0,175.00,225.00,4.3,ms\r\n" +
		"request_count_avg,16.00,0,16,16,0,0,16,16,4.3,requests\r\n\r\nAggregation Type,confidence\r\nSuccessful Runs,3\r\nRun Labels,\"['a', 'b']\"\r\n")
	for _, e := range []*Export{export(t, data, false), export(t, csv, true)} {
		if e.Kind != ExportAggregate || e.Runs != 3 || e.RequestCount.OK || e.ErrorCount.OK {
			t.Errorf("%s of %d runs, count %v", e.Kind, e.Runs, e.RequestCount.Any())
		}
		for stat, want := range map[string]float64{"p50": 200, "p50_ci_low": 175, "p50_ci_high": 225, "p50_std": 10} {
			if v := e.Stat("ttft", stat); !v.OK || v.V != want {
				t.Errorf("ttft %s = %v, want %v", stat, v.Any(), want)
			}
		}
	}
	slices := genJSON(map[string]any{"timeslices": []any{map[string]any{"timeslice_index": 0, "time_to_first_token": genStats("ms", 1, true)}, map[string]any{"start_ns": 5}}})
	for _, e := range []*Export{export(t, slices, false), export(t, []byte("Timeslice,Metric,Unit,Stat,Value\n0,Request Latency,ms,avg,1.0\n0,Request Latency,ms,p50,1.0\n1,Request Latency,ms,avg,2.0\n"), true)} {
		if e.Kind != ExportTimeslices || e.Slices != 2 || len(e.Statistics) != 0 {
			t.Errorf("%s with %d slices, %d statistics", e.Kind, e.Slices, len(e.Statistics))
		}
	}
}

// TestAIPerfDamaged: a bad record costs that record, what is no export is
// refused with its position.
func TestAIPerfDamaged(t *testing.T) {
	bad := genExport()
	bad["time_to_first_token"].(map[string]any)["p50"] = "fast"
	bad["inter_token_latency"].(map[string]any)["avg"] = []any{1, 2}
	e, problems, err := ReadAIPerfJSON(bytes.NewReader(genJSON(bad)), "x.json")
	if err != nil || len(problems) != 2 || problems[0].Reason != ReasonBadNumber || !strings.HasPrefix(problems[1].Message, `time_to_first_token.p50: want a number, got "`) {
		t.Fatalf("problems %+v, error %v", problems, err)
	}
	if e.Stat("ttft", "p50").OK || !e.Stat("ttft", "p99").OK || !e.Stat("itl", "p50").OK {
		t.Error("more than the damaged figures is lost, or less")
	}
	twice := append([]byte(`{"time_to_first_token":{"unit":"ms","avg":1},`), genJSON(genExport())[1:]...)
	if e, problems, err := ReadAIPerfJSON(bytes.NewReader(twice), "x.json"); err != nil || len(problems) != 1 || problems[0].Reason != ReasonDuplicate || e.Stat("ttft", "avg").V != 200 {
		t.Errorf("duplicate key: %v, %v", problems, err)
	}
	csv := strings.Replace(string(genCSV(genExport(), false, "\n")), "Request Latency (ms),5300.00", "Request Latency (ms),fast", 1)
	csv = strings.Replace(csv, "Goodput (requests/sec),0.25", `Goodput "(requests/sec),0.25`, 1)
	e, problems, err = ReadAIPerfCSV(strings.NewReader(csv), "x.csv")
	if err != nil || len(problems) != 2 || problems[0].Line != 5 || problems[0].Reason != ReasonBadNumber || problems[1].Line == 0 || problems[1].Reason != ReasonSyntax {
		t.Fatalf("CSV problems %+v, error %v", problems, err)
	}
	if e.Goodput.OK || e.Stat("request_latency", "avg").OK || !e.Stat("request_latency", "p50").OK || e.GoodCount.V != 12 {
		t.Error("more than the damaged cells is lost, or less")
	}
	blank, problems, err := ReadAIPerfCSV(strings.NewReader("Metric,avg,p50\n,1,2\nRequest Latency (ms),,7\nGoodput,1,2,3,4\n"), "x.csv")
	if err != nil || len(problems) != 2 || problems[0].Line != 2 || problems[1].Line != 4 || blank.Stat("request_latency", "avg").OK || blank.Stat("request_latency", "p50").V != 7 {
		t.Errorf("blank cells: %+v, %v", problems, err)
	}
	for _, text := range []string{"", "{", "[]", "null", "{}", `{"experiments":[]}`, `{"x":{"unit":"ms"}}`, strings.Repeat(`{"a":`, 10_000), "\xff\xfe{\x00}\x00"} {
		var syn *SyntaxError
		if _, _, err := ReadAIPerfJSON(strings.NewReader(text), "x.json"); !errors.As(err, &syn) || syn.File != "x.json" {
			t.Errorf("JSON %.20q: %v", text, err)
		}
	}
	for _, text := range []string{"", "a,b\n1,2\n", "\xff\xfeM\x00"} {
		var syn *SyntaxError
		if _, _, err := ReadAIPerfCSV(strings.NewReader(text), "x.csv"); !errors.As(err, &syn) || syn.File != "x.csv" {
			t.Errorf("CSV %.20q: %v", text, err)
		}
	}
	broken := errors.New("disk on fire")
	if _, _, err := ReadAIPerfJSON(failing{broken}, "x"); !errors.Is(err, broken) {
		t.Errorf("JSON read error: %v", err)
	}
	if _, _, err := ReadAIPerfCSV(failing{broken}, "x"); !errors.Is(err, broken) {
		t.Errorf("CSV read error: %v", err)
	}
}

// TestAIPerfData reads recorded and generated exports of the data folder.
func TestAIPerfData(t *testing.T) {
	for _, c := range []struct {
		path, schema          string
		n, good, failed, conc float64
		ttft, itl             float64 // p50
	}{
		{"qwen3-32b/online_all/validation/idle/profile_export_aiperf", "", 100, 0, 0, 1, 1553.612979, 19.543260211764704},
		{"aiperf-newer/schema_1_1/profile_export_aiperf", "1.1", 27, 24, 3, 4, 230.5334295, 29.884060970714287},
		{"aiperf-newer/schema_1_5/profile_export_aiperf", "1.5", 27, 23, 3, 4, 227.770411, 31.232474973643065},
	} {
		e, problems, err := ReadAIPerfJSON(sharedData(t, c.path+".json"), c.path)
		if err != nil || len(problems) != 0 {
			t.Fatalf("%s: %v, %v", c.path, problems, err)
		}
		if e.SchemaVersion != c.schema || float64(e.RequestCount.V) != c.n || float64(e.GoodCount.V) != c.good || float64(e.ErrorCount.V) != c.failed || e.Concurrency.V != c.conc {
			t.Errorf("%s: schema %q, %v requests, %v good, %v failed, concurrency %v", c.path, e.SchemaVersion, e.RequestCount.V, e.GoodCount.V, e.ErrorCount.V, e.Concurrency.V)
		}
		if math.Abs(e.Stat("ttft", "p50").V-c.ttft) > 1e-9 || math.Abs(e.Stat("itl", "p50").V-c.itl) > 1e-9 {
			t.Errorf("%s: p50 %v and %v", c.path, e.Stat("ttft", "p50").V, e.Stat("itl", "p50").V)
		}
		csv, problems, err := ReadAIPerfCSV(sharedData(t, c.path+".csv"), c.path)
		if err != nil || len(problems) != 0 {
			t.Fatalf("%s.csv: %v, %v", c.path, problems, err)
		}
		sameWithinCents(t, e, csv)
	}
}

// sameWithinCents compares what an export says as JSON and as CSV.
func sameWithinCents(t *testing.T, e, csv *Export) {
	t.Helper()
	compared := 0
	for _, s := range csv.Statistics {
		v := e.Stat(s.Metric, s.Statistic)
		if v.OK && math.Abs(v.V-s.Value) > 0.00501 {
			t.Errorf("%s: %s %s is %v as JSON and %v as CSV", e.Path, s.Metric, s.Statistic, v.V, s.Value)
		}
		if v.OK {
			compared++
		}
	}
	if compared < 100 || csv.RequestCount != e.RequestCount || csv.GoodCount != e.GoodCount || csv.StartedAt.V.Sub(e.StartedAt.V).Abs() > time.Millisecond {
		t.Errorf("%s: %d statistics compared, %v and %v requests", e.Path, compared, e.RequestCount.Any(), csv.RequestCount.Any())
	}
}

// TestAIPerfSettings: options are kept flattened for diffs, without secrets
// of our own making: keys as in the file.
func TestAIPerfSettings(t *testing.T) {
	e := export(t, genJSON(genExport()), false)
	got := map[string]string{}
	for _, s := range e.Settings {
		got[s.Key] = s.Value
	}
	for key, want := range map[string]string{"aiperf.loadgen.concurrency": "4", "aiperf.endpoint.model_names": "org/model", "aiperf.input.goodput.time_to_first_token": "500"} {
		if got[key] != want {
			t.Errorf("%s = %q, want %q", key, got[key], want)
		}
	}
	if !json.Valid(genJSON(genExport())) {
		t.Fatal("the generated export is no JSON")
	}
}
