package ingest

import "github.com/profreport/profreport/internal/profile"

// loadTest is what the load tests of a folder agree on.
type loadTest struct {
	model    string
	isl, osl profile.Opt[int64] // asked
	sla      profile.SLA
}

// tested returns what the load tests state: it describes a run that is nothing
// but a load test, and is checked against the others.
func (r *results) tested() loadTest {
	var t loadTest
	first := true
	take := func(o loadTest) {
		if first {
			t, first = o, false
			return
		}
		if t.model != o.model {
			t.model = ""
		}
		t.isl.OK = t.isl.OK && t.isl == o.isl
		t.osl.OK = t.osl.OK && t.osl == o.osl
		t.sla.TTFT.OK = t.sla.TTFT.OK && t.sla.TTFT == o.sla.TTFT
		t.sla.ITL.OK = t.sla.ITL.OK && t.sla.ITL == o.sla.ITL
	}
	for _, p := range r.parsed {
		if v := p.validation; v != nil {
			take(loadTest{v.Model, v.ISL, v.OSL, v.SLA})
		}
		if e := p.export; e != nil && !p.unknown && placeOf(p.Path) != inCandidate && e.Kind == ExportRun {
			take(loadTest{e.Model, ifPositive(wholeNumber(e.ISLAsked)), ifPositive(wholeNumber(e.OSLAsked)), e.SLA})
		}
	}
	return t
}

// loadTestOnly says that the folder holds load tests and nothing of a profiler.
func (r *results) loadTestOnly() bool {
	return r.log == nil && r.final == nil && r.curves == nil && r.request == nil && r.status == nil
}

// otherWorkload reports load tests that ran something else than was profiled.
func (r *results) otherWorkload(t loadTest) {
	differ := func(what string, a, b any) {
		r.problem("", profile.SeverityWarning, ReasonDisagree, "the load tests ran with %s %v, the run is of %v", what, a, b)
	}
	if t.model != "" && r.run.Model != "" && t.model != r.run.Model {
		differ("model", clip(t.model), clip(r.run.Model))
	}
	if t.isl.OK && r.run.ISL.OK && t.isl != r.run.ISL {
		differ("ISL", t.isl.V, r.run.ISL.V)
	}
	if t.osl.OK && r.run.OSL.OK && t.osl != r.run.OSL {
		differ("OSL", t.osl.V, r.run.OSL.V)
	}
}
