package ingest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// Classes of problems of sweep tables.
const (
	ReasonNoFigures = "no figures"
	ReasonNotJoined = "no row to join"
	ReasonWarning   = "warning of the tool"
)

// row turns one row into a candidate of each method in it. add false: the
// candidate is in its run already; recommend: it is what the run proposes.
func (s *sweepReader) row(row gridRow, add, recommend bool) {
	s.env.set(row)
	if s.joined != nil {
		id, _ := s.env.text(s.m.join.On)
		j := s.joined.rows[id]
		if j == nil {
			s.problems.add(row.line, profile.SeverityError, ReasonNotJoined, fmt.Sprintf("no row of %s has %s %q", s.m.join.Table, s.m.join.On, id))
			return
		}
		s.env.join(j)
	}
	var bad error // refuses the row, if it belongs to a run
	for _, e := range s.m.let {
		v, err := e.run(s.env)
		if err != nil && bad == nil {
			bad = err
		}
		s.env.vars[e.name] = v
	}
	if s.m.keep != nil {
		v, err := s.m.keep.run(s.env)
		if keep, ok := v.(bool); err != nil || !ok {
			s.problems.add(row.line, profile.SeverityError, ReasonSyntax, fmt.Sprintf("keep: want true or false, got %v %v", v, errText(err)))
			return
		} else if !keep {
			s.left++
			return
		}
	}
	for _, method := range s.methods {
		s.candidate(row.line, method, bad, add, recommend)
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return "(" + err.Error() + ")"
}

// rowValues reads the fields of one method of the current row. The first
// error is kept; what follows it is read as unknown.
type rowValues struct {
	s      *sweepReader
	method methodSpec
	err    error
}

func (v *rowValues) expr(name string) *mapExpr {
	if e := v.method.fields[name]; e != nil {
		return e
	}
	return v.s.m.fields[name]
}

// text is a field as text: a lone column as written, anything else printed.
func (v *rowValues) text(name string) string {
	return v.textOf(v.expr(name))
}

func (v *rowValues) textOf(e *mapExpr) string {
	if e == nil {
		return ""
	}
	if e.lone != "" {
		if s, ok := v.s.env.text(e.lone); ok {
			return s
		}
	}
	value, err := e.run(v.s.env)
	if err != nil {
		v.fail(err)
		return ""
	}
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return strings.TrimSpace(value)
	case float64:
		return strconv.FormatFloat(value, 'g', -1, 64)
	}
	return fmt.Sprint(value)
}

func (v *rowValues) number(name string) (o profile.Opt[float64]) {
	e := v.expr(name)
	if e == nil {
		return o
	}
	value, err := e.run(v.s.env)
	if err == nil {
		o.V, o.OK, err = cellNumber(value)
	}
	if err != nil {
		v.fail(fmt.Errorf("%s: %w", name, err))
	}
	return o
}

// count is a field that is a positive whole number.
func (v *rowValues) count(name string) (o profile.Opt[int64]) {
	f := v.number(name)
	if !f.OK {
		return o
	}
	n, _, err := cellWhole(f.V)
	if err == nil && n <= 0 {
		err = fmt.Errorf("want a positive number, got %d", n)
	}
	if err != nil {
		v.fail(fmt.Errorf("%s: %w", name, err))
		return o
	}
	return profile.Some(n)
}

// latency is a field in ms that must be above 0.
func (v *rowValues) latency(name string) (o profile.Opt[float64]) {
	if o = v.number(name); o.OK && o.V <= 0 {
		v.fail(fmt.Errorf("%s: want a positive number of ms, got %v", name, o.V))
		return profile.Opt[float64]{}
	}
	return o
}

func (v *rowValues) fail(err error) {
	if v.err == nil {
		v.err = err
	}
}

// candidate adds one method of the current row to its run; bad is why the row
// must be refused.
func (s *sweepReader) candidate(line int, method methodSpec, bad error, add, recommend bool) {
	v := &rowValues{s: s, method: method}
	run := s.runOf(v)
	if v.err != nil {
		s.problems.add(line, profile.SeverityError, ReasonBadNumber, v.err.Error()+"; the row belongs to no run")
		return
	}
	v.err = bad
	c := s.figures(v, run, line)
	if recommend && c.Refused == "" {
		run.recommend(c)
	}
	if !add {
		return
	}
	run.Candidates = append(run.Candidates, c)
	if warning := v.text("warning"); warning != "" {
		run.problems.path = s.path
		run.problems.add(line, profile.SeverityWarning, ReasonWarning, fmt.Sprintf("%s @%s: %s", c.Mapping, concurrencyText(c), warning))
	}
	for _, e := range s.m.setting {
		run.note(e.name, v.textOf(e))
	}
}

// figures reads the row's candidate; one that is refused has no figures.
func (s *sweepReader) figures(v *rowValues, run *sweepRun, line int) profile.Candidate {
	c := profile.Candidate{
		Phase: profile.Phase(v.text("phase")), Mapping: canonicalMapping(v.text("mapping")),
		GPUs: v.count("gpus"), Concurrency: v.count("concurrency"), Requests: v.count("requests"),
		Refused: v.text("refused"), Source: "table", Path: s.path, Line: line,
	}
	if c.Phase == "" {
		c.Phase = profile.Aggregated
		if run.ServingMode == string(profile.Disaggregated) {
			c.Phase = profile.Disaggregated
		}
	}
	if c.Refused != "" {
		return c
	}
	c.TTFT, c.ITL = v.latency("ttft_ms"), v.latency("itl_ms")
	c.Throughput = v.latency("throughput_per_gpu")
	reason, message := refusal(c, v.err)
	if message != "" {
		c.Refused = message
		c.TTFT, c.ITL, c.Throughput = profile.Opt[float64]{}, profile.Opt[float64]{}, profile.Opt[float64]{}
		run.problems.path = s.path
		run.problems.add(line, profile.SeverityError, reason, message)
		return c
	}
	s.throughput(&c, run)
	return c
}

// refusal says why a row that its tool did not refuse is no candidate, "" if
// it is one.
func refusal(c profile.Candidate, err error) (reason, message string) {
	switch {
	case err != nil:
		return ReasonBadNumber, err.Error()
	case c.Phase != profile.Prefill && c.Phase != profile.Decode && c.Phase != profile.Aggregated && c.Phase != profile.Disaggregated:
		return ReasonLayout, fmt.Sprintf("phase: want prefill, decode, aggregated or disaggregated, got %q", c.Phase)
	case c.Mapping == "":
		return ReasonMissing, "no parallel mapping stated"
	case c.Phase == profile.Prefill && !c.TTFT.OK, c.Phase == profile.Decode && !c.ITL.OK:
		return ReasonNoFigures, fmt.Sprintf("no figures: %s without its latency", c.Phase)
	case !c.TTFT.OK && !c.ITL.OK:
		return ReasonNoFigures, "no figures: neither TTFT nor ITL"
	}
	return "", ""
}

// throughput sets the throughput's source and computes it where the table
// states none: c x osl x 1000 / (ttft + (osl-1) x itl) / gpus, tokens/s/GPU
// (DEFINITIONS 32). Prefill and decode rows have formulas of their own (rule
// 8): isl / ttft x 1000 / gpus, and c x 1000 / itl / gpus.
func (s *sweepReader) throughput(c *profile.Candidate, run *sweepRun) {
	if c.Throughput.OK {
		c.ThroughputSource = "reported"
		return
	}
	if !c.GPUs.OK {
		return
	}
	gpus, n, osl := float64(c.GPUs.V), float64(c.Concurrency.V), float64(run.OSL.V)
	switch {
	case c.Phase == profile.Prefill && run.ISL.OK:
		c.Throughput = profile.Some(float64(run.ISL.V) / c.TTFT.V * 1000 / gpus)
	case c.Phase == profile.Decode && c.Concurrency.OK:
		c.Throughput = profile.Some(n * 1000 / c.ITL.V / gpus)
	case c.TTFT.OK && c.ITL.OK && c.Concurrency.OK && run.OSL.OK && c.Phase != profile.Prefill && c.Phase != profile.Decode:
		c.Throughput = profile.Some(n * osl * 1000 / (c.TTFT.V + (osl-1)*c.ITL.V) / gpus)
	default:
		return
	}
	c.ThroughputSource = "formula"
}

func concurrencyText(c profile.Candidate) string {
	if !c.Concurrency.OK {
		return "?"
	}
	return strconv.FormatInt(c.Concurrency.V, 10)
}
