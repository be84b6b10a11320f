package loadgen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// SchemaVersion is AIPerf's version of the layout that is written.
const SchemaVersion = "1.1"

// Meta is what an export says of the test beside its figures.
type Meta struct {
	Target  Target
	ISL     int // asked; 0 for prompts from a file
	OSL     int
	Seed    uint64
	Command string // the command line
	Version string // of the program
}

// Export writes profile_export_aiperf.json and .csv into a level's folder.
func Export(dir string, s *Summary, m Meta) error {
	data, err := exportJSON(dir, s, m)
	if err != nil {
		return err
	}
	if err := WriteFile(filepath.Join(dir, "profile_export_aiperf.json"), data); err != nil {
		return err
	}
	return WriteFile(filepath.Join(dir, "profile_export_aiperf.csv"), exportCSV(s))
}

// object is a JSON object whose keys keep their order.
type object struct {
	buf bytes.Buffer
	err error
}

func (o *object) set(key string, v any) {
	b, err := json.Marshal(v)
	if err != nil && o.err == nil {
		o.err = fmt.Errorf("%s: %w", key, err)
	}
	o.buf.WriteString(map[bool]string{true: "{", false: ","}[o.buf.Len() == 0])
	k, _ := json.Marshal(key) // a string can always be written
	o.buf.Write(k)
	o.buf.WriteByte(':')
	o.buf.Write(b)
}

// MarshalJSON implements json.Marshaler.
func (o *object) MarshalJSON() ([]byte, error) {
	if o.buf.Len() == 0 {
		return []byte("{}"), nil
	}
	return append(bytes.Clone(o.buf.Bytes()), '}'), o.err
}

func (o *object) indented() ([]byte, error) {
	b, err := o.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// value is a metric as an export holds it.
func (m *Metric) value() *object {
	o := &object{}
	o.set("unit", m.Unit)
	o.set("avg", m.Avg)
	if !m.Full {
		return o
	}
	for i, p := range percentiles {
		o.set("p"+strconv.Itoa(int(p)), m.P[i])
	}
	o.set("min", m.Min)
	o.set("max", m.Max)
	o.set("std", m.Std)
	o.set("count", m.Count)
	o.set("sum", m.Sum)
	return o
}

func exportJSON(dir string, s *Summary, m Meta) ([]byte, error) {
	o := &object{}
	o.set("schema_version", SchemaVersion)
	o.set("generator", "profreport "+m.Version)
	for i := range s.Metrics {
		o.set(s.Metrics[i].Name, s.Metrics[i].value())
	}
	o.set("input_config", inputConfig(dir, s, m))
	o.set("was_cancelled", s.Partial)
	if s.Partial {
		o.set("partial_reason", s.Reason)
	}
	o.set("error_summary", errorSummary(s))
	if !s.Started.IsZero() {
		o.set("start_time", s.Started.Format("2006-01-02T15:04:05.000000"))
		o.set("end_time", s.Finished.Format("2006-01-02T15:04:05.000000"))
	}
	if len(s.Warmup) > 0 {
		w := &object{}
		for i := range s.Warmup {
			w.set(s.Warmup[i].Name, s.Warmup[i].value())
		}
		o.set("warmup_metrics", w)
	}
	return o.indented()
}

// inputConfig names what was asked, under AIPerf's keys.
func inputConfig(dir string, s *Summary, m Meta) *object {
	endpoint, input, load := &object{}, &object{}, &object{}
	endpoint.set("model_names", []string{m.Target.Model})
	endpoint.set("type", m.Target.API)
	endpoint.set("streaming", true)
	endpoint.set("url", m.Target.URL)
	if len(m.Target.Extra) > 0 {
		endpoint.set("extra_inputs", m.Target.Extra)
	}
	if limits := goodputLimits(s); limits != nil {
		input.set("goodput", limits)
	}
	prompt := map[string]any{}
	if m.ISL > 0 {
		prompt["input_tokens"] = map[string]any{"mean": m.ISL, "stddev": 0}
	}
	if m.OSL > 0 {
		prompt["output_tokens"] = map[string]any{"mean": m.OSL}
	}
	input.set("prompt", prompt)
	input.set("random_seed", m.Seed)
	l := s.Level
	if l.Closed() {
		load.set("concurrency", l.Concurrency)
		load.set("request_rate_mode", "concurrency_burst")
	} else {
		load.set("request_rate", s.RateAsked.Any())
		load.set("request_rate_mode", l.Pacer.String())
	}
	if l.Requests > 0 {
		load.set("request_count", l.Requests)
	}
	if l.Duration > 0 {
		load.set("benchmark_duration", l.Duration.Seconds())
		load.set("benchmark_grace_period", l.Grace.Seconds())
	}
	load.set("warmup_request_count", l.Warmup)
	cfg := &object{}
	cfg.set("endpoint", endpoint)
	cfg.set("input", input)
	cfg.set("output", map[string]any{"artifact_directory": filepath.ToSlash(dir)})
	cfg.set("loadgen", load)
	cfg.set("cli_command", m.Command)
	return cfg
}

func goodputLimits(s *Summary) *object {
	if !s.SLA.TTFT.OK && !s.SLA.ITL.OK {
		return nil
	}
	o := &object{}
	if s.SLA.TTFT.OK {
		o.set("time_to_first_token", s.SLA.TTFT.V)
	}
	if s.SLA.ITL.OK {
		o.set("inter_token_latency", s.SLA.ITL.V)
	}
	return o
}

func errorSummary(s *Summary) []any {
	out := []any{}
	for _, f := range s.Failures {
		d := &object{}
		if f.Code > 0 {
			d.set("code", f.Code)
		}
		d.set("type", f.Type)
		d.set("message", f.Message)
		out = append(out, map[string]any{"error_details": d, "count": f.Count})
	}
	return out
}

// exportCSV writes the two blocks of AIPerf's CSV: metrics with statistics and
// metrics of one value, with two decimals and CRLF.
func exportCSV(s *Summary) []byte {
	var b strings.Builder
	b.WriteString("Metric,avg,min,max,sum,p1,p5,p10,p25,p50,p75,p90,p95,p99,std\r\n")
	for _, m := range s.Metrics {
		if !m.Full {
			continue
		}
		fmt.Fprintf(&b, "%s (%s),%.2f,%.2f,%.2f,%.2f", m.Title, m.Unit, m.Avg, m.Min, m.Max, m.Sum)
		for _, p := range m.P {
			fmt.Fprintf(&b, ",%.2f", p)
		}
		fmt.Fprintf(&b, ",%.2f\r\n", m.Std)
	}
	b.WriteString("\r\nMetric,Value\r\n")
	for _, m := range s.Metrics {
		if m.Full {
			continue
		}
		unit := " (" + m.Unit + ")"
		if m.Unit == "requests" {
			unit = ""
		}
		fmt.Fprintf(&b, "%s%s,%.2f\r\n", m.Title, unit, m.Avg)
	}
	return []byte(b.String())
}

// maxInputs bounds the prompts written to inputs.json; of a longer synthetic
// test the seed gives the rest.
const maxInputs = 10_000

// WriteInputs writes inputs.json: the prompts of the measured requests, each
// once, by their numbers.
func WriteInputs(dir string, p Prompts, l Level, sent int) (err error) {
	f, err := createAside(filepath.Join(dir, "inputs.json"))
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.drop()
		}
	}()
	if _, err := f.WriteString("{\"data\": ["); err != nil {
		return err
	}
	seen := map[string]bool{}
	for n := range min(sent, maxInputs) {
		prompt, err := p.Prompt(l.First + uint64(n))
		if err != nil {
			return err
		}
		if seen[prompt.ID] {
			continue
		}
		sep := ",\n"
		if len(seen) == 0 {
			sep = "\n"
		}
		seen[prompt.ID] = true
		id, _ := json.Marshal(prompt.ID) // a string can always be written
		if _, err := fmt.Fprintf(f, "%s  {\"session_id\": %s, \"payloads\": [%s]}", sep, id, prompt.Body); err != nil {
			return err
		}
	}
	if _, err := f.WriteString("\n]}\n"); err != nil {
		return err
	}
	return f.commit()
}

// stamp is a time as our files have it: UTC, RFC 3339.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
