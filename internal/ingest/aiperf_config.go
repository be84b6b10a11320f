package ingest

import (
	"fmt"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// config reads what the benchmark was asked to do. Only options that were set
// are in an export, under other keys in other versions; the command line fills
// what its tree leaves out.
func (e *Export) config(t tree) {
	in := at(t, "input_config")
	cli := text(in, "cli_command")
	if cli == "" {
		cli = text(t, "run_info", "cli_command")
	}
	options := cliOptions(cli)

	e.Model = textAt(in, options["model"], [][]string{{"endpoint", "model_names"}, {"models", "items"}, {"model_names"}, {"model"}})
	e.URL = textAt(in, options["url"], [][]string{{"endpoint", "url"}, {"endpoint", "urls"}, {"u"}, {"url"}})
	e.Concurrency = numberAt(in, options, []string{"concurrency"},
		[][]string{{"loadgen", "concurrency"}, {"concurrency"}, {"perf_analyzer", "stimulus", "concurrency"}})
	e.RequestRate = numberAt(in, options, []string{"request-rate"},
		[][]string{{"loadgen", "request_rate"}, {"request_rate"}, {"perf_analyzer", "stimulus", "request_rate"}})
	e.phase(in)
	dataset := tree(nil)
	if d := list(in, "datasets"); len(d) > 0 {
		dataset = d[0]
	}
	e.ISLAsked = numberAt(in, options, []string{"synthetic-input-tokens-mean", "isl"},
		[][]string{{"input", "prompt", "input_tokens", "mean"}, {"synthetic_input_tokens_mean"}}).
		Or(number(dataset, "prompts", "isl", "mean"))
	e.OSLAsked = numberAt(in, options, []string{"output-tokens-mean", "osl"},
		[][]string{{"input", "prompt", "output_tokens", "mean"}, {"output_tokens_mean"}}).
		Or(number(dataset, "prompts", "osl", "mean"))
	e.goodput(in, options["goodput"])
	e.WasCancelled = text(t, "was_cancelled") == "true"
	e.errors(t)
	e.Settings = append(e.Settings, flattenTree("aiperf", in, e.Path)...)
	for _, key := range []string{"schema_version", "aiperf_version", "benchmark_id"} {
		if v := text(t, key); v != "" {
			e.Settings = append(e.Settings, profile.Setting{Key: "aiperf." + key, Value: v, Path: e.Path})
		}
	}
}

// phase reads concurrency and rate of the profiling phase (schema 1.3 on).
func (e *Export) phase(in tree) {
	for _, p := range list(in, "phases") {
		if isWarmup(text(p, "name")) {
			continue
		}
		e.Concurrency = e.Concurrency.Or(number(p, "concurrency"))
		e.RequestRate = e.RequestRate.Or(number(p, "request_rate")).Or(number(p, "rate"))
		return
	}
}

// isWarmup says whether a phase of a benchmark comes before its measurement.
func isWarmup(phase string) bool {
	p := strings.ToLower(phase)
	return strings.HasPrefix(p, "warmup") || strings.HasPrefix(p, "warm-up") || strings.HasPrefix(p, "warm_up")
}

// goodput reads the definition of a good request: metric to limit in ms.
func (e *Export) goodput(in tree, cli string) {
	limits := at(in, "input", "goodput")
	for _, keys := range [][]string{{"slos"}, {"goodput"}, {"input", "slos"}} {
		if _, ok := limits.(map[string]any); !ok {
			limits = at(in, keys...)
		}
	}
	e.SLA.TTFT = number(limits, "time_to_first_token")
	e.SLA.ITL = number(limits, "inter_token_latency")
	for _, pair := range strings.Fields(cli) {
		name, value, _ := strings.Cut(pair, ":")
		switch name {
		case "time_to_first_token":
			e.SLA.TTFT = e.SLA.TTFT.Or(parseFloat(value))
		case "inter_token_latency":
			e.SLA.ITL = e.SLA.ITL.Or(parseFloat(value))
		}
	}
}

// errors reads error_summary.
func (e *Export) errors(t tree) {
	for _, item := range list(t, "error_summary") {
		d := at(item, "error_details")
		e.Errors = append(e.Errors, ExportError{Text: errorText(text(d, "code"), text(d, "type"), text(d, "message")), Count: whole(item, "count").V})
	}
}

// errorText is a request's error in one line: `503 Service Unavailable: no
// workers available`.
func errorText(code, kind, message string) string {
	head := strings.TrimSpace(code + " " + kind)
	switch {
	case head == "":
		return cutText(message)
	case message == "":
		return cutText(head)
	}
	return cutText(head + ": " + message)
}

// textAt gives the first text found under one of the paths (of a list its
// first item, of an object its name), else fallback.
func textAt(t tree, fallback string, paths [][]string) string {
	for _, keys := range paths {
		v := at(t, keys...)
		if l, ok := v.([]any); ok && len(l) > 0 {
			v = l[0]
		}
		if n := text(v, "name"); n != "" {
			return n
		}
		if s, ok := v.(string); ok && s != "" {
			return s
		}
	}
	return fallback
}

// numberAt gives the first number under one of the paths, else that of the
// first option on the command line.
func numberAt(t tree, cli map[string]string, options []string, paths [][]string) profile.Opt[float64] {
	for _, keys := range paths {
		if v := number(t, keys...); v.OK {
			return v
		}
	}
	for _, o := range options {
		if v := parseFloat(cli[o]); v.OK {
			return v
		}
	}
	return profile.Opt[float64]{}
}

// cliOptions splits a command line into its long options; the last of a
// repeated one counts. Quotes are taken off, backslashes are not read.
func cliOptions(s string) map[string]string {
	out := map[string]string{}
	words := shellWords(s)
	for i, w := range words {
		name, ok := strings.CutPrefix(w, "--")
		if !ok || name == "" {
			continue
		}
		if key, value, has := strings.Cut(name, "="); has {
			out[key] = value
		} else if i+1 < len(words) && !strings.HasPrefix(words[i+1], "--") {
			out[name] = words[i+1]
		} else {
			out[name] = ""
		}
	}
	return out
}

func shellWords(s string) []string {
	var words []string
	var b strings.Builder
	quote, in := rune(0), false
	for _, c := range s {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, in = c, true
		case quote == 0 && (c == ' ' || c == '\t' || c == '\n'):
			if in {
				words = append(words, b.String())
			}
			b.Reset()
			in = false
		default:
			b.WriteRune(c)
			in = true
		}
	}
	if in {
		words = append(words, b.String())
	}
	return words
}

// badCell is the problem of a figure that is none.
func badCell(path string, line int, column, got string) profile.Problem {
	return profile.Problem{Path: path, Line: line, Severity: profile.SeverityError, Reason: ReasonBadNumber,
		Message: fmt.Sprintf("%s: want a number, got %q", column, clip(got))}
}
