package ingest

import (
	"sort"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// graph is a DynamoGraphDeployment: what the profiler proposes to run.
type graph struct {
	Path, Name string
	Beta       bool // v1beta1: a list of components instead of a map of services
	Engines    []engine
	Planner    *engine
	Others     []engine // frontend and what is not known
}

// engine is one service or component of a graph.
type engine struct {
	Name     string
	Phase    profile.Phase // of workers
	Replicas profile.Opt[int64]
	GPUs     profile.Opt[int64] // of one replica, from its resource limits
	Image    string
	Args     engineArgs
	Backend  string   // trtllm, vllm, sglang, mocker or ""
	Parallel parallel // by its arguments
	HasTP    bool     // the arguments state a parallel degree
}

// readGraph reads a DynamoGraphDeployment of either version, or returns nil
// when t is something else.
func readGraph(t tree, path string) *graph {
	if text(t, "kind") != "DynamoGraphDeployment" {
		return nil
	}
	g := &graph{Path: path, Name: text(t, "metadata", "name")}
	var all []engine
	services := at(t, "spec", "services")
	for _, name := range sortedKeys(services) {
		all = append(all, alphaService(name, at(services, name)))
	}
	for _, c := range list(t, "spec", "components") {
		g.Beta = true
		all = append(all, betaComponent(c))
	}
	for _, e := range all {
		switch {
		case e.isPlanner():
			p := e
			g.Planner = &p
		case e.Phase != "":
			g.Engines = append(g.Engines, e)
		default:
			g.Others = append(g.Others, e)
		}
	}
	g.nameAggregated()
	return g
}

// alphaService reads an entry of the services map of v1alpha1.
func alphaService(name string, s tree) engine {
	main := at(s, "extraPodSpec", "mainContainer")
	e := engine{Name: name, Replicas: whole(s, "replicas"), Image: text(main, "image")}
	e.Args = parseArgs(at(main, "command"), at(main, "args"))
	e.GPUs = gpuLimit(at(s, "resources"))
	e.finish(text(s, "componentType"), text(s, "subComponentType"), at(s, "multinode"))
	return e
}

// betaComponent reads an item of the components list of v1beta1.
func betaComponent(c tree) engine {
	e := engine{Name: text(c, "name"), Replicas: whole(c, "replicas")}
	var main tree
	for _, k := range list(c, "podTemplate", "spec", "containers") {
		if main == nil || text(k, "name") == "main" {
			main = k
		}
	}
	e.Image = text(main, "image")
	e.Args = parseArgs(at(main, "command"), at(main, "args"))
	e.GPUs = gpuLimit(at(main, "resources"))
	e.finish(text(c, "type"), "", at(c, "multinode"))
	return e
}

// finish derives phase, backend and parallel degrees.
func (e *engine) finish(kind, sub string, multinode tree) {
	if nodes := ifPositive(whole(multinode, "nodeCount")); nodes.OK && nodes.V <= maxDegree && e.GPUs.OK {
		e.GPUs.V *= nodes.V
	}
	e.Phase = enginePhase(e.Name, kind, sub, e.Args)
	e.Backend = engineBackend(e.Name, e.Args.Module, e.Image)
	e.Parallel, e.HasTP = e.Args.parallel(e.Backend)
}

func (e *engine) isPlanner() bool {
	return strings.EqualFold(e.Name, "planner") || strings.Contains(e.Args.Module, "planner")
}

// gpuLimit reads resources.limits, then requests; the key is gpu or a vendor's
// name ending in /gpu.
func gpuLimit(resources tree) profile.Opt[int64] {
	for _, part := range []string{"limits", "requests"} {
		limits := at(resources, part)
		for _, k := range sortedKeys(limits) {
			if k == "gpu" || strings.HasSuffix(k, "/gpu") {
				if n := ifPositive(whole(limits, k)); n.OK && n.V <= maxDegree {
					return n
				}
			}
		}
	}
	return profile.Opt[int64]{}
}

// enginePhase tells what a component does; "" when it is no engine.
func enginePhase(name, kind, sub string, args engineArgs) profile.Phase {
	name, kind = strings.ToLower(name), strings.ToLower(kind)
	if kind == "frontend" || kind == "planner" || kind == "epp" || strings.Contains(name, "frontend") || strings.Contains(args.Module, "frontend") {
		return ""
	}
	for _, word := range []string{strings.ToLower(sub), kind, strings.ToLower(args.Get("disaggregation-mode")), name} {
		switch {
		case strings.Contains(word, "prefill"):
			return profile.Prefill
		case strings.Contains(word, "decode"):
			return profile.Decode
		}
	}
	switch {
	case args.Has("is-prefill-worker"):
		return profile.Prefill
	case args.Has("is-decode-worker"):
		return profile.Decode
	case kind == "worker" || strings.Contains(name, "worker"):
		return profile.Aggregated
	}
	return ""
}

// nameAggregated calls a lone decode engine what it is: with no prefill engine
// beside it, one engine does both.
func (g *graph) nameAggregated() {
	for _, e := range g.Engines {
		if e.Phase == profile.Prefill {
			return
		}
	}
	for i := range g.Engines {
		g.Engines[i].Phase = profile.Aggregated
	}
}

// engineBackend tells the inference engine from the module, else the service
// name, else the image.
func engineBackend(name, module, image string) string {
	for _, s := range []string{module, name, image} {
		s = strings.ToLower(s)
		switch {
		case strings.Contains(s, "trtllm"), strings.Contains(s, "tensorrt"):
			return "trtllm"
		case strings.Contains(s, "vllm"):
			return "vllm"
		case strings.Contains(s, "sglang"):
			return "sglang"
		case strings.Contains(s, "mocker"):
			return "mocker"
		}
	}
	return ""
}

// Engine returns the engine of a phase, or nil.
func (g *graph) Engine(phase profile.Phase) *engine {
	if g == nil {
		return nil
	}
	for i := range g.Engines {
		if g.Engines[i].Phase == phase {
			return &g.Engines[i]
		}
	}
	return nil
}

// Model returns the model the engines serve, or "".
func (g *graph) Model() string {
	for _, e := range g.Engines {
		if m := e.Args.Get("served-model-name", "model-path", "model", "model-name"); m != "" {
			return m
		}
	}
	return ""
}

// Backend returns the inference engine, or "".
func (g *graph) Backend() string {
	for _, e := range g.Engines {
		if e.Backend != "" {
			return e.Backend
		}
	}
	if g.Planner != nil {
		return g.Planner.Args.Get("backend")
	}
	return ""
}

// Version returns the tag of the engines' image, or "".
func (g *graph) Version() string {
	for _, e := range g.Engines {
		if v := imageTag(e.Image); v != "" {
			return v
		}
	}
	return ""
}

// imageTag returns the tag of a container image, without a digest; a tag
// without a digit in it (latest, my-tag) is no version.
func imageTag(image string) string {
	image, _, _ = strings.Cut(image, "@")
	i := strings.LastIndexByte(image, ':')
	if i < 0 || strings.Contains(image[i:], "/") {
		return ""
	}
	if tag := image[i+1:]; strings.ContainsAny(tag, "0123456789") {
		return tag
	}
	return ""
}

// Mapping returns the engine's canonical mapping, or "" when its arguments do
// not tell: an engine without parallel arguments on one GPU is TP=1.
func (e *engine) Mapping() string {
	if !e.HasTP {
		if e.GPUs.OK && e.GPUs.V == 1 {
			return "TP=1"
		}
		return ""
	}
	if l := e.Parallel.Label(); l != "" {
		return l
	}
	return e.Parallel.printed()
}

// NumGPUs returns the GPUs of one replica: its limit, else by its mapping.
func (e *engine) NumGPUs() profile.Opt[int64] {
	if e.GPUs.OK || !e.HasTP {
		return e.GPUs
	}
	return profile.Some(e.Parallel.GPUs())
}

// settings flattens the graph: keys begin with the phase or the component's
// lower-case name, so that runs of different versions and backends line up.
func (g *graph) settings() []profile.Setting {
	var out []profile.Setting
	add := func(prefix string, e engine) {
		set := func(key, value string) {
			if value != "" {
				out = append(out, profile.Setting{Key: prefix + "." + key, Value: value, Path: g.Path})
			}
		}
		set("service", e.Name)
		set("image", e.Image)
		set("module", e.Args.Module)
		set("replicas", optText(e.Replicas))
		set("gpus", optText(e.GPUs))
		if e.Phase != "" {
			set("mapping", e.Mapping())
		}
		for _, k := range sortedNames(e.Args.opts) {
			set("args."+k, e.Args.opts[k])
		}
	}
	for _, e := range g.Engines {
		add(string(e.Phase), e)
	}
	if g.Planner != nil {
		add("planner", *g.Planner)
	}
	for _, e := range g.Others {
		add(strings.ToLower(e.Name), e)
	}
	return out
}

func sortedNames(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
