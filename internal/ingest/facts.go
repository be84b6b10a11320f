package ingest

import (
	"cmp"
	"fmt"
	"path"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// facts fills what a run is: model, backend, workload, limits, hardware, kind
// and status. For each, the first source that states it counts: the log, the
// request, the final deployment, then the other files, the flags last.
func (r *results) facts() {
	run := r.run
	l, q := r.log, r.request
	if l == nil {
		l = &Log{}
	}
	if q == nil {
		q = &request{}
	}
	all := r.allGraphs()
	run.Model = r.agree("model", r.opt.Model, l.Model, q.Model, firstGraph(all, (*graph).Model), r.curveFact(func(c *curves) string { return c.Model }), r.tested().model)
	run.Backend = r.agree("backend", r.opt.Backend, l.Backend, q.Backend, firstGraph(all, (*graph).Backend), r.curveFact(func(c *curves) string { return c.Backend }))
	run.BackendVersion = cmp.Or(firstGraph(all, (*graph).Version), r.curveFact(func(c *curves) string { return c.Version }))
	perf := at(r.planner, "aic_perf_model")
	run.GPUType = cmp.Or(l.System, q.GPU, text(perf, "system"), r.curveFact(func(c *curves) string { return c.GPU }))
	r.workload(l, q)
	r.limits(l, q)
	r.kindAndStatus(q)
	run.Profiler = r.profiler(q)
	run.HasLog = r.log != nil
	run.HasDeploymentInfo = l.HasDeployments
	run.StartedAt, run.FinishedAt = l.StartedAt, l.FinishedAt
	run.NoneFeasible = l.NoneFeasible
	run.Deployments, run.Messages = l.Deployments, l.Messages
	r.fleet()
	run.Settings = append(run.Settings, l.Settings...)
	run.Settings = append(run.Settings, q.Settings...)
	if g := r.shownGraph(); g != nil {
		run.Settings = append(run.Settings, g.settings()...)
	}
	if r.planner != nil {
		run.Settings = append(run.Settings, flattenTree("planner.config", r.planner, r.finalPath())...)
	}
	if r.curves != nil {
		run.Settings = append(run.Settings, r.curves.Settings...)
	}
}

// allGraphs returns the deployments in the order of trust.
func (r *results) allGraphs() []*graph {
	if r.final == nil {
		return r.graphs
	}
	return append([]*graph{r.final}, r.graphs...)
}

// shownGraph is the deployment whose arguments become settings: the final one,
// else one that was put at the top of the folder. The profiler's own starting
// point says nothing about its result.
func (r *results) shownGraph() *graph {
	if r.final != nil {
		return r.final
	}
	for _, g := range r.graphs {
		if placeOf(g.Path) == atTop && g.Path != startingGraph {
			return g
		}
	}
	return nil
}

// startingGraph is the file in which the profiler keeps the deployment that it
// started from.
const startingGraph = "disagg_config.yaml"

func (r *results) finalPath() string {
	if r.final == nil {
		return ""
	}
	return r.final.Path
}

func firstGraph(graphs []*graph, get func(*graph) string) string {
	for _, g := range graphs {
		if v := get(g); v != "" && v != "mocker" {
			return v
		}
	}
	return ""
}

func (r *results) curveFact(get func(*curves) string) string {
	if r.curves == nil {
		return ""
	}
	return get(r.curves)
}

// agree returns the first statement of the inputs, else the flag, and reports
// a flag that the inputs contradict.
func (r *results) agree(what, flag string, stated ...string) string {
	v := cmp.Or(stated...)
	if v != "" && flag != "" && v != flag {
		r.problem("", profile.SeverityWarning, ReasonDisagree, "%s %s was given, the inputs say %s, which is kept", what, clip(flag), clip(v))
	}
	return cmp.Or(v, flag)
}

// agreeNumber is agree for numbers.
func agreeNumber[T int64 | float64](r *results, what string, flag profile.Opt[T], stated ...profile.Opt[T]) profile.Opt[T] {
	for _, v := range stated {
		if !v.OK {
			continue
		}
		if flag.OK && flag.V != v.V {
			r.problem("", profile.SeverityWarning, ReasonDisagree, "%s %v was given, the inputs say %v, which is kept", what, flag.V, v.V)
		}
		return v
	}
	return flag
}

// workload sets ISL and OSL. The load tests are not asked unless there is
// nothing else: they may have used another workload than the profiling.
func (r *results) workload(l *Log, q *request) {
	interpolation := at(r.planner, "aic_interpolation")
	isl, osl := r.sweptWorkload()
	test := r.tested()
	only := loadTest{}
	if r.loadTestOnly() {
		only = test
	}
	r.run.ISL = agreeNumber(r, "ISL", r.opt.ISL, l.ISL, q.ISL, ifPositive(whole(interpolation, "isl")), isl, only.isl)
	r.run.OSL = agreeNumber(r, "OSL", r.opt.OSL, l.OSL, q.OSL, ifPositive(whole(interpolation, "osl")), osl, only.osl)
	r.otherWorkload(test)
}

// sweptWorkload is the ISL and OSL in the names of the candidates' artifact
// folders, when all agree.
func (r *results) sweptWorkload() (isl, osl profile.Opt[int64]) {
	if r.folder == nil || r.parsed == nil {
		return
	}
	islOK, oslOK := true, true
	for _, x := range r.Files {
		if placeOf(x.Path) != inCandidate {
			continue
		}
		b, ok := parseBurst(path.Base(x.Dir()))
		if !ok {
			continue
		}
		islOK = islOK && (!isl.OK || isl == b.ISL)
		isl = b.ISL
		if b.OSL.OK {
			oslOK = oslOK && (!osl.OK || osl == b.OSL)
			osl = b.OSL
		}
	}
	if !islOK {
		isl.OK = false
	}
	if !oslOK {
		osl.OK = false
	}
	return isl, osl
}

// limits sets the SLA (DEFINITIONS 2). The planner's default counts only where
// a classic planner is deployed: its arguments leave out what is default.
func (r *results) limits(l *Log, q *request) {
	var planner, deflt profile.SLA
	if p := r.plannerEngine(); p != nil {
		planner.TTFT, planner.ITL = ifPositive(parseFloat(p.Args.Get("ttft"))), ifPositive(parseFloat(p.Args.Get("itl")))
		if strings.Contains(p.Args.Module, "planner_sla") {
			deflt = profile.SLA{TTFT: profile.Some(500.0), ITL: profile.Some(50.0)}
		}
	}
	config := profile.SLA{TTFT: ifPositive(number(r.planner, "ttft_ms")), ITL: ifPositive(number(r.planner, "itl_ms"))}
	only := loadTest{}
	if r.loadTestOnly() {
		only = r.tested()
	}
	r.run.SLA.TTFT = agreeNumber(r, "TTFT limit", r.opt.SLA.TTFT, l.SLA.TTFT, q.SLA.TTFT, planner.TTFT, config.TTFT, deflt.TTFT, only.sla.TTFT)
	r.run.SLA.ITL = agreeNumber(r, "ITL limit", r.opt.SLA.ITL, l.SLA.ITL, q.SLA.ITL, planner.ITL, config.ITL, deflt.ITL, only.sla.ITL)
}

func (r *results) plannerEngine() *engine {
	if r.final == nil {
		return nil
	}
	return r.final.Planner
}

// kindAndStatus decides whether figures are simulated, and how the run ended.
func (r *results) kindAndStatus(q *request) {
	run := r.run
	if r.log != nil && r.log.Kind != "" {
		run.Kind = r.log.Kind
		if r.opt.Kind != "" && r.opt.Kind != run.Kind {
			r.problem(r.log.Path, profile.SeverityWarning, ReasonDisagree, "the log is of a %s run, not of a %s one as the flag says", run.Kind, r.opt.Kind)
		}
	} else {
		run.Kind = cmp.Or(r.opt.Kind, q.Kind)
	}
	if r.log != nil {
		run.Status, run.Err = r.log.Status, r.log.Err
	}
	switch {
	case run.Status == profile.Failed:
	case r.status.Failed():
		run.Status, run.Err = profile.Failed, cmp.Or(run.Err, joinText(r.status.Message, r.status.Err))
	case q.State == "Failed":
		run.Status, run.Err = profile.Failed, cmp.Or(run.Err, q.Err)
	case run.Status == profile.Complete:
	case r.status.Succeeded(), r.log == nil && r.final != nil:
		run.Status = profile.Complete
	default:
		run.Status = profile.Partial
	}
	if r.log != nil && r.log.DryRun {
		r.problem(r.log.Path, profile.SeverityNote, ReasonMissing, "a dry run: nothing was profiled")
	}
}

func joinText(a, b string) string {
	if a != "" && b != "" {
		return fmt.Sprintf("%s: %s", a, b)
	}
	return a + b
}

// profiler tells which profiler made the folder, by the log, else by files
// that only one of them writes.
func (r *results) profiler(q *request) string {
	if r.log != nil {
		return r.log.Profiler
	}
	switch {
	case q.Current, r.status != nil, r.final != nil && r.final.Beta:
		return ProfilerCurrent
	case r.final != nil, q.Path != "":
		return ProfilerClassic
	}
	return ""
}

// fleet reads what is deployed: replicas, planner and serving mode.
func (r *results) fleet() {
	run := r.run
	if g := r.final; g != nil {
		run.HasPlanner = g.Planner != nil
		if e := g.Engine(profile.Prefill); e != nil {
			run.PrefillReplicas = e.Replicas
		}
		if e := g.Engine(profile.Decode); e != nil {
			run.DecodeReplicas = e.Replicas
		}
		if e := g.Engine(profile.Aggregated); e != nil {
			run.DecodeReplicas, run.ServingMode = e.Replicas, "aggregated"
			return
		}
		if len(g.Engines) > 0 {
			run.ServingMode = "disaggregated"
			return
		}
	}
	// The sweeps of both profilers profile a prefill and a decode pool.
	if r.log != nil || r.curves != nil {
		run.ServingMode = "disaggregated"
	}
}
