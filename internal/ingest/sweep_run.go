package ingest

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// sweepRun is a run under way: one group and method of the table.
type sweepRun struct {
	profile.Run
	problems problemList
	named    string   // the name that the table gives, if any
	extra    []string // values of the mapping's group columns
	settings []settingValues
}

// settingValues collects the distinct values of one setting over the rows.
type settingValues struct {
	key    string
	values []string
	more   int
}

// maxSettingValues is how many values of one setting are listed.
const maxSettingValues = 16

// note adds a value of a setting.
func (r *sweepRun) note(key, value string) {
	if value == "" {
		return
	}
	i := slices.IndexFunc(r.settings, func(s settingValues) bool { return s.key == key })
	if i < 0 {
		r.settings = append(r.settings, settingValues{key: key})
		i = len(r.settings) - 1
	}
	s := &r.settings[i]
	switch {
	case slices.Contains(s.values, value):
	case len(s.values) >= maxSettingValues:
		s.more++
	default:
		s.values = append(s.values, value)
	}
}

// recommend makes c what the run proposes.
func (r *sweepRun) recommend(c profile.Candidate) {
	r.Recommendations = append(r.Recommendations, profile.Recommendation{
		Phase: c.Phase, Mapping: c.Mapping, GPUs: c.GPUs, Concurrency: c.Concurrency,
		TTFT: c.TTFT, ITL: c.ITL, Throughput: c.Throughput, Source: "table", Path: c.Path, Line: c.Line,
	})
}

// runOf finds or makes the run of the current row (DEFINITIONS 1).
func (s *sweepReader) runOf(v *rowValues) *sweepRun {
	text := make([]string, 0, len(runTextFields)+len(s.m.group))
	for _, name := range runTextFields {
		text = append(text, v.text(name))
	}
	for _, e := range s.m.group {
		text = append(text, v.textOf(e))
	}
	isl, osl := v.count("isl").Or(s.opt.ISL), v.count("osl").Or(s.opt.OSL)
	sla := profile.SLA{TTFT: v.latency("sla_ttft_ms").Or(s.opt.SLA.TTFT), ITL: v.latency("sla_itl_ms").Or(s.opt.SLA.ITL)}
	prefill, decode := v.count("prefill_replicas"), v.count("decode_replicas")
	if v.err != nil {
		return nil
	}
	key := strings.Join(text, "\x00") + fmt.Sprint("\x00", isl, osl, sla, prefill, decode)
	if run := s.index[key]; run != nil {
		return run
	}
	run := &sweepRun{problems: problemList{path: s.path}, named: text[0], extra: text[len(runTextFields):]}
	run.Method, run.Kind, run.Model, run.Backend = text[1], profile.Kind(text[2]), text[3], text[4]
	run.BackendVersion, run.GPUType, run.Precision, run.ServingMode = text[5], text[6], text[7], text[8]
	run.ISL, run.OSL, run.SLA = isl, osl, sla
	run.PrefillReplicas, run.DecodeReplicas = prefill, decode
	run.Status = profile.Complete
	if err := s.complete(run); err != nil {
		v.fail(err)
		return nil
	}
	s.index[key] = run
	s.runs = append(s.runs, run)
	return run
}

// complete fills in what the table does not state and settles its words.
func (s *sweepReader) complete(run *sweepRun) error {
	if run.Kind == "" {
		run.Kind = s.opt.Kind
	}
	switch run.Kind {
	case profile.Simulated, profile.Measured, "":
	default:
		return fmt.Errorf("kind: want measured or simulated, got %q", run.Kind)
	}
	switch run.ServingMode {
	case "agg":
		run.ServingMode = string(profile.Aggregated)
	case "disagg":
		run.ServingMode = string(profile.Disaggregated)
	}
	if run.Model == "" {
		run.Model = s.opt.Model
	}
	if run.Backend == "" {
		run.Backend = s.opt.Backend
	}
	return nil
}

// finish gives the runs their names, methods, settings and sources.
func (s *sweepReader) finish() []*profile.Run {
	methods := map[string]bool{}
	for _, r := range s.runs {
		methods[r.Method] = true
	}
	s.name(len(methods) > 1)
	out := make([]*profile.Run, len(s.runs))
	for i, r := range s.runs {
		if s.opt.Method != "" {
			if r.Method = strings.TrimSpace(s.opt.Method + " " + r.Method); len(methods) == 1 {
				r.Method = s.opt.Method
			}
		}
		r.Settings = s.settings(r)
		r.Sources = slices.Clone(s.sources)
		r.Problems = r.problems.all()
		out[i] = &r.Run
	}
	return out
}

func (s *sweepReader) settings(r *sweepRun) []profile.Setting {
	list := []profile.Setting{{Key: "table.mapping", Value: s.m.Name, Path: s.path}}
	for i, e := range s.m.group {
		if r.extra[i] != "" {
			list = append(list, profile.Setting{Key: e.name, Value: r.extra[i], Path: s.path})
		}
	}
	for _, set := range r.settings {
		value := strings.Join(set.values, ", ")
		if set.more > 0 {
			value += fmt.Sprintf(" and more, in %d rows", set.more)
		}
		list = append(list, profile.Setting{Key: set.key, Value: value, Path: s.path})
	}
	if s.m.beside != nil {
		flatten(s.m.beside.As, s.besides, func(key, value string) {
			if len(value) > MaxTextValue {
				value = value[:MaxTextValue]
			}
			list = append(list, profile.Setting{Key: key, Value: value, Path: s.beside(s.m.beside.File)})
		})
	}
	return list
}

// name gives each run a readable name that does not depend on its place in the
// table: the name the table states, else
// base-method-gpu-backend-version-precision-isl-osl with what is known, the
// method only if there are several. Names that are equal then get the columns
// that tell their runs apart.
func (s *sweepReader) name(withMethod bool) {
	if s.opt.Run != "" && len(s.runs) == 1 {
		s.runs[0].Name = s.opt.Run
		return
	}
	count := map[string]int{}
	for _, r := range s.runs {
		r.Name = s.shortName(r, withMethod)
		count[r.Name]++
	}
	used := map[string]bool{}
	for _, r := range s.runs {
		if count[r.Name] > 1 {
			model := r.Model[strings.LastIndexByte(r.Model, '/')+1:]
			parts := append([]string{r.Name, model, r.ServingMode}, r.extra...)
			r.Name = joinName(append(parts, r.Method)...)
		}
		name := r.Name
		for n := 2; used[r.Name]; n++ {
			r.Name = fmt.Sprintf("%s~%d", name, n)
		}
		used[r.Name] = true
	}
}

func (s *sweepReader) shortName(r *sweepRun, withMethod bool) string {
	base := s.opt.Run
	if base == "" && r.named != "" {
		return joinName(r.named)
	}
	if base == "" {
		base = s.opt.Base
	}
	if base == "" {
		base = strings.TrimSuffix(path.Base(s.path), path.Ext(s.path))
	}
	parts := []string{base}
	if withMethod {
		parts = append(parts, r.Method)
	}
	parts = append(parts, r.GPUType, r.Backend, r.BackendVersion, r.Precision)
	if r.ISL.OK {
		parts = append(parts, fmt.Sprintf("isl%d", r.ISL.V))
	}
	if r.OSL.OK {
		parts = append(parts, fmt.Sprintf("osl%d", r.OSL.V))
	}
	if r.ServingMode == string(profile.Disaggregated) {
		parts = append(parts, "disagg")
	}
	return joinName(parts...)
}

// joinName joins the parts that are not empty with `-`; a character that
// needs quoting in a shell or a path becomes `-` too.
func joinName(parts ...string) string {
	var kept []string
	for _, p := range parts {
		p = strings.Map(func(r rune) rune {
			switch {
			case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', strings.ContainsRune("._@+=~-", r):
				return r
			}
			return '-'
		}, strings.TrimSpace(p))
		if p != "" {
			kept = append(kept, p)
		}
	}
	name := strings.Join(kept, "-")
	if len(name) > 200 {
		name = name[:200]
	}
	return name
}
