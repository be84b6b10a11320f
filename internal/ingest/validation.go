package ingest

import (
	"cmp"

	"github.com/profreport/profreport/internal/profile"
)

// validation is a validation.json of the original's validate_deployment: load
// levels with medians, and its own error figures. Those are kept as settings,
// because they are formed by another formula than ours.
type validation struct {
	Model    string
	ISL, OSL profile.Opt[int64]
	SLA      profile.SLA
	Levels   []profile.LoadLevel
	Settings []profile.Setting
}

// readValidation reads validation.json. Any figure of a level may be null.
func readValidation(b []byte, path string) (*validation, []profile.Problem, error) {
	t, problems, err := parseJSON(b, path)
	if err != nil {
		return nil, problems, err
	}
	if at(t, "load_level_results") == nil {
		return nil, problems, &SyntaxError{File: path, Msg: "no load_level_results in it"}
	}
	v := &validation{Model: text(t, "model"), ISL: ifPositive(whole(t, "isl")), OSL: ifPositive(whole(t, "osl"))}
	v.SLA = profile.SLA{TTFT: ifPositive(number(t, "ttft_target")), ITL: ifPositive(number(t, "itl_target"))}
	for _, key := range []string{"timestamp", "model", "url", "max_batch_size", "isl", "osl", "ttft_target", "itl_target", "predicted_ttft", "predicted_itl"} {
		v.Settings = append(v.Settings, flattenTree("validation."+key, text(t, key), path)...)
	}
	for _, item := range list(t, "load_level_results") {
		l := theirLevel(item, path)
		l.SLA = v.SLA
		v.Levels = append(v.Levels, l)
		v.Settings = append(v.Settings, theirFigures("validation."+l.Level, item, path)...)
	}
	return v, problems, nil
}

// theirLevel reads a load level as validation.json and comparison_results.json
// spell it: latencies in ms, goodput in requests/s.
func theirLevel(t tree, path string) profile.LoadLevel {
	l := profile.LoadLevel{Level: cmp.Or(text(t, "load_level"), "unnamed"), Concurrency: ifPositive(number(t, "concurrency")),
		Goodput: number(t, "goodput_rps"), Path: path}
	l.Closed = l.Concurrency.OK
	for _, s := range []struct{ key, metric, stat string }{
		{"ttft_p50", "ttft", "p50"}, {"ttft_p99", "ttft", "p99"}, {"itl_p50", "itl", "p50"}, {"itl_p99", "itl", "p99"},
		{"actual_ttft_p50", "ttft", "p50"}, {"actual_ttft_p99", "ttft", "p99"}, {"actual_itl_p50", "itl", "p50"}, {"actual_itl_p99", "itl", "p99"},
	} {
		if n := ifPositive(number(t, s.key)); n.OK { // the original writes 0 for what it did not read
			l.Statistics = append(l.Statistics, profile.Statistic{Metric: s.metric, Statistic: s.stat, Value: n.V, Unit: "ms"})
		}
	}
	return l
}

// theirFigures keeps what the original computed, under its own names.
func theirFigures(prefix string, t tree, path string) []profile.Setting {
	var out []profile.Setting
	for _, key := range []string{"concurrency_pct", "sla_hit_rate", "ttft_error_pct", "itl_error_pct"} {
		out = append(out, flattenTree(prefix+"."+key, text(t, key), path)...)
	}
	return out
}
