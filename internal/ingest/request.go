package ingest

import (
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// request is a DynamoGraphDeploymentRequest, v1alpha1 or v1beta1, with or
// without its status: what was asked of the profiler.
type request struct {
	Path, Name     string
	Model, Backend string
	GPU            string // gpuSku or aic_system, as stated
	Kind           profile.Kind
	ISL, OSL       profile.Opt[int64]
	SLA            profile.SLA
	Current        bool // v1beta1
	State, Err     string
	Settings       []profile.Setting
}

// readRequest reads the request; spec and status become settings, except the
// generated deployment, which is read as one.
func readRequest(t tree, path string) *request {
	spec := at(t, "spec")
	r := &request{Path: path, Name: text(t, "metadata", "name"), Model: text(spec, "model"), Backend: text(spec, "backend"),
		Current: strings.HasSuffix(text(t, "apiVersion"), "/v1beta1")}
	if r.Backend == "auto" {
		r.Backend = ""
	}
	if r.Current {
		r.beta(spec)
	} else {
		r.alpha(at(spec, "profilingConfig", "config"))
	}
	r.Settings = flattenTree("request", spec, path)
	r.status(at(t, "status"))
	return r
}

func (r *request) alpha(config tree) {
	sla, sweep := at(config, "sla"), at(config, "sweep")
	r.ISL, r.OSL = ifPositive(whole(sla, "isl")), ifPositive(whole(sla, "osl"))
	r.SLA = profile.SLA{TTFT: ifPositive(number(sla, "ttft")), ITL: ifPositive(number(sla, "itl"))}
	r.GPU = firstOf(sweep, "aic_system", "aicSystem")
	if r.Model == "" {
		r.Model = text(config, "deployment", "model")
	}
	switch firstOf(sweep, "use_ai_configurator", "useAiConfigurator") {
	case "true":
		r.Kind = profile.Simulated
	case "false":
		r.Kind = profile.Measured
	}
}

func (r *request) beta(spec tree) {
	r.ISL, r.OSL = ifPositive(whole(spec, "workload", "isl")), ifPositive(whole(spec, "workload", "osl"))
	r.SLA = profile.SLA{TTFT: ifPositive(number(spec, "sla", "ttft")), ITL: ifPositive(number(spec, "sla", "itl"))}
	r.GPU = text(spec, "hardware", "gpuSku")
	switch text(spec, "searchStrategy") {
	case "rapid":
		r.Kind = profile.Simulated
	case "thorough":
		r.Kind = profile.Measured
	}
}

// status keeps the state and the conditions; a failed one gives the error.
func (r *request) status(status tree) {
	r.State = firstOf(status, "phase", "state")
	for _, key := range []string{"phase", "state", "profilingPhase", "dgdName", "profilingJobName", "deploymentInfo"} {
		r.Settings = append(r.Settings, flattenTree("request_status."+key, at(status, key), r.Path)...)
	}
	for _, c := range list(status, "conditions") {
		kind := text(c, "type")
		r.Settings = append(r.Settings, flattenTree("request_status."+kind, text(c, "reason"), r.Path)...)
		if r.State == "Failed" && text(c, "status") == "False" && (r.Err == "" || kind == "Profiling") {
			r.Err = text(c, "message")
		}
	}
}

// firstOf returns the first of the keys that holds a scalar.
func firstOf(t tree, keys ...string) string {
	for _, k := range keys {
		if s := text(t, k); s != "" {
			return s
		}
	}
	return ""
}
