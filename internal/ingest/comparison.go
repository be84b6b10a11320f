package ingest

import (
	"cmp"

	"github.com/profreport/profreport/internal/profile"
)

// readComparisonFile reads comparison_results.json of the original: one run a
// method, without sources of its own. Its durations, costs and errors are kept
// as settings under `original.`: they come from other formulas, and from counts
// that are known to be wrong.
func readComparisonFile(f *folder, x *entry, name string, opt Options) ([]*profile.Run, error) {
	b, err := f.load(x, MaxSmallFile)
	if err != nil {
		return nil, err
	}
	t, problems, err := parseJSON(b, x.Path)
	if err != nil {
		return nil, err
	}
	methods := list(t, "methods")
	if len(methods) == 0 {
		return nil, &SyntaxError{File: x.Path, Msg: "no methods in it"}
	}
	var runs []*profile.Run
	for _, m := range methods {
		method := cmp.Or(text(m, "method_name"), "unnamed")
		runName := method
		if len(methods) == 1 || opt.Run != "" {
			runName = name
			if len(methods) > 1 {
				runName = name + "/" + method
			}
		}
		r := &results{folder: f, opt: opt, name: runName, run: &profile.Run{Name: runName, Method: cmp.Or(opt.Method, methodLabel(method)), Kind: cmp.Or(methodKind(method), opt.Kind)}}
		r.compared(t, m, x.Path)
		r.run.Sources = []profile.Source{f.source(x)}
		if len(runs) == 0 {
			r.run.Problems = append(r.run.Problems, problems...)
		}
		r.settle()
		runs = append(runs, r.run)
	}
	return runs, nil
}

// methodLabel gives the label that the original's identifiers have here.
func methodLabel(name string) string {
	switch name {
	case "aic_offline":
		return "AIC-Search"
	case "online_aiperf":
		return "Profile-ALL"
	}
	return name
}

func methodKind(name string) profile.Kind {
	switch name {
	case "aic_offline":
		return profile.Simulated
	case "online_aiperf":
		return profile.Measured
	}
	return ""
}

// compared takes over one method. The original writes 0 for what it does not
// know, so a 0 is unknown here.
func (r *results) compared(t, m tree, p string) {
	run := r.run
	run.Status = profile.Partial
	run.Model = r.agree("model", r.opt.Model, text(t, "model"))
	run.Backend = r.agree("backend", r.opt.Backend, text(t, "backend"))
	run.ISL = agreeNumber(r, "ISL", r.opt.ISL, ifPositive(whole(t, "isl")))
	run.OSL = agreeNumber(r, "OSL", r.opt.OSL, ifPositive(whole(t, "osl")))
	run.SLA.TTFT = agreeNumber(r, "TTFT limit", r.opt.SLA.TTFT, ifPositive(number(t, "target_ttft")))
	run.SLA.ITL = agreeNumber(r, "ITL limit", r.opt.SLA.ITL, ifPositive(number(t, "target_itl")))
	for _, phase := range []profile.Phase{profile.Prefill, profile.Decode} {
		rec := profile.Recommendation{Phase: phase, Mapping: text(m, "recommended_"+string(phase)+"_mapping"), Source: "log", Path: p,
			GPUs: ifPositive(whole(m, "recommended_"+string(phase)+"_gpus")), Throughput: ifPositive(number(m, "predicted_"+string(phase)+"_thpt_per_gpu"))}
		if phase == profile.Prefill {
			rec.TTFT = ifPositive(number(m, "predicted_ttft"))
		} else {
			rec.ITL = ifPositive(number(m, "predicted_itl"))
		}
		r.canonical(phase, &rec.Mapping, p)
		if rec.GPUs.OK || rec.Mapping != "" {
			run.Recommendations = append(run.Recommendations, rec)
			run.ServingMode = "disaggregated"
		}
	}
	for _, item := range list(m, "load_level_metrics") {
		l := theirLevel(item, p)
		l.SLA = run.SLA
		if len(l.Statistics) > 0 {
			run.Levels = append(run.Levels, l)
		}
	}
	for _, key := range sortedKeys(m) {
		if key != "load_level_metrics" && key != "method_name" {
			run.Settings = append(run.Settings, flattenTree("original."+key, at(m, key), p)...)
		}
	}
	r.setting("original.timestamp", text(t, "timestamp"), p)
}
