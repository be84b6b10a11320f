package ingest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/profreport/profreport/internal/profile"
)

// curves is what one npz pair, or one ConfigMap, knows of a run's chosen
// engines. Points of a file with one configuration carry no mapping: the
// folder around it tells.
type curves struct {
	Path                string // where the points came from
	Prefill             []profile.PrefillPoint
	Decode              []profile.DecodePoint
	MaxKV               profile.Opt[int64] // tokens, of the first configuration
	HasPrefill          bool               // the arrays were there, with or without points
	HasDecode           bool
	prefillPath         string // where each curve came from, once files are merged
	decodePath          string
	Model, GPU          string
	Backend, Version    string
	Settings            []profile.Setting
	Problems            []profile.Problem
	impliedPre, implied []impliedGPUs
	cut                 bool
}

// impliedGPUs is the GPU count that a point's figures imply, beside the count
// its configuration states.
type impliedGPUs struct {
	path    string
	mapping string
	gpus    profile.Opt[int64]
	implied float64
}

// readCurves reads the arrays of both layouts: 1-D arrays of one configuration,
// and 2-D arrays with one configuration a row beside columns of metadata. The
// names are the profiler's:
//
//	prefill_isl [tokens], prefill_ttft [ms], prefill_thpt_per_gpu [tokens/s/GPU]
//	x_kv_usage [0..1], y_context_length [tokens], z_itl [ms], z_thpt_per_gpu
//	[tokens/s/GPU], max_kv_tokens [tokens]
func readCurves(t curveTable, path string) *curves {
	c := &curves{Path: path, Model: t.label("model"), GPU: t.label("gpu_type"), Backend: t.label("framework"), Version: t.label("framework_version")}
	if isl := t.rows("prefill_isl"); isl != nil {
		c.HasPrefill, c.prefillPath = true, path
		ttft, thpt := t.rows("prefill_ttft"), t.rows("prefill_thpt_per_gpu")
		if c.sameShape("prefill", isl, ttft, thpt) {
			for row := range isl {
				c.prefillRow(t, row, isl[row], ttft[row], thpt[row])
			}
		}
	}
	if usage := t.rows("x_kv_usage"); usage != nil {
		c.HasDecode, c.decodePath = true, path
		context, itl, thpt := t.rows("y_context_length"), t.rows("z_itl"), t.rows("z_thpt_per_gpu")
		if c.sameShape("decode", usage, context, itl, thpt) {
			for row := range usage {
				c.decodeRow(t, row, usage[row], context[row], itl[row], thpt[row])
			}
		}
	}
	if kv := t.rows("max_kv_tokens"); len(kv) > 0 && len(kv[0]) > 0 {
		c.MaxKV = ifPositive(wholeNumber(profile.Some(kv[0][0])))
	}
	return c
}

// sameShape checks that the columns of one curve belong together.
func (c *curves) sameShape(what string, first [][]float64, others ...[][]float64) bool {
	for _, o := range others {
		same := slices.EqualFunc(first, o, func(a, b []float64) bool { return len(a) == len(b) })
		if !same {
			c.problem(profile.SeverityError, ReasonLayout, "%s curve: an array is missing or of another shape; the curve is not read", what)
			return false
		}
	}
	return true
}

// rowConfig is the configuration of one row of a 2-D file.
type rowConfig struct {
	mapping string
	gpus    profile.Opt[int64]
	dp      float64
}

// config reads the metadata columns of a row and keeps them as settings.
func (c *curves) config(t curveTable, phase string, row int) rowConfig {
	cell := func(name string) profile.Opt[int64] {
		rows := t.rows(name)
		if row < len(rows) && len(rows[row]) == 1 {
			return ifPositive(wholeNumber(profile.Some(rows[row][0])))
		}
		return profile.Opt[int64]{}
	}
	tp, dp := cell("tp"), cell("dp")
	cfg := rowConfig{dp: 1}
	if !tp.OK || tp.V > maxDegree || dp.V > maxDegree {
		return cfg
	}
	p := parallel{TP: tp.V, DP: dp.V, PP: min(cell("pp").V, maxDegree), MoeTP: min(cell("moe_tp").V, maxDegree), MoeEP: min(cell("moe_ep").V, maxDegree)}
	cfg.mapping, cfg.gpus, cfg.dp = p.Label(), profile.Some(p.GPUs()), float64(one(p.DP))
	if cfg.mapping == "" {
		cfg.mapping = p.printed()
	}
	for _, name := range []string{"block_size", "max_batch_size", "gpu_count", "max_kv_tokens"} {
		if v := cell(name); v.OK {
			c.Settings = append(c.Settings, profile.Setting{Key: phase + "." + cfg.mapping + "." + name, Value: strconv.FormatInt(v.V, 10), Path: c.Path})
		}
	}
	return cfg
}

func (c *curves) prefillRow(t curveTable, row int, isl, ttft, thpt []float64) {
	cfg := c.config(t, "prefill", row)
	for i := range isl {
		if c.full(len(c.Prefill)) {
			return
		}
		if padding(isl[i], ttft[i], thpt[i]) {
			continue
		}
		where := fmt.Sprintf("prefill_isl[%d]", i)
		if !finite(isl[i]) || isl[i] <= 0 {
			c.problem(profile.SeverityError, ReasonBadNumber, "%s: ISL %v is no length; the point is refused", where, isl[i])
			continue
		}
		p := profile.PrefillPoint{Mapping: cfg.mapping, GPUs: cfg.gpus, ISL: isl[i]}
		p.TTFT = c.latency(where+": TTFT", ttft[i])
		p.Throughput = c.figure(where+": throughput", thpt[i])
		c.Prefill = append(c.Prefill, p)
		if p.TTFT.OK && p.TTFT.V > 0 && p.Throughput.OK && p.Throughput.V > 0 {
			c.impliedPre = append(c.impliedPre, impliedGPUs{c.Path, cfg.mapping, cfg.gpus, isl[i] / ttft[i] * 1000 * cfg.dp / thpt[i]})
		}
	}
}

func (c *curves) decodeRow(t curveTable, row int, usage, context, itl, thpt []float64) {
	cfg := c.config(t, "decode", row)
	kv := profile.Opt[int64]{}
	if rows := t.rows("max_kv_tokens"); row < len(rows) && len(rows[row]) > 0 {
		kv = ifPositive(wholeNumber(profile.Some(rows[row][0])))
	}
	if !kv.OK && len(usage) > 0 {
		c.problem(profile.SeverityWarning, ReasonMissing, "max_kv_tokens is missing or no number; the concurrency of decode points is unknown")
	}
	for i := range usage {
		if c.full(len(c.Decode)) {
			return
		}
		if padding(usage[i], context[i], itl[i], thpt[i]) {
			continue
		}
		where := fmt.Sprintf("z_itl[%d]", i)
		if !finite(context[i]) || context[i] <= 0 {
			c.problem(profile.SeverityError, ReasonBadNumber, "%s: context length %v is no length; the point is refused", where, context[i])
			continue
		}
		p := profile.DecodePoint{Mapping: cfg.mapping, GPUs: cfg.gpus, Context: context[i]}
		p.KVUsage = c.figure(where+": KV usage", usage[i])
		p.ITL = c.latency(where+": ITL", itl[i])
		p.Throughput = c.figure(where+": throughput", thpt[i])
		if p.KVUsage.OK && kv.OK {
			if n := math.Round(usage[i] * float64(kv.V) / context[i]); n >= 0 && n < 1<<53 {
				p.Concurrency = profile.Some(int64(n))
			}
		}
		c.Decode = append(c.Decode, p)
		if p.Concurrency.OK && p.ITL.OK && p.ITL.V > 0 && p.Throughput.OK && p.Throughput.V > 0 {
			c.implied = append(c.implied, impliedGPUs{c.Path, cfg.mapping, cfg.gpus, float64(p.Concurrency.V) * 1000 / itl[i] / thpt[i]})
		}
	}
}

// full says that a curve holds all the points that are read, and says so once.
func (c *curves) full(n int) bool {
	if n == MaxCurvePoints {
		if !c.cut {
			c.problem(profile.SeverityError, ReasonTooLarge, "more than %d points; the rest is not read", MaxCurvePoints)
		}
		c.cut = true
	}
	return n >= MaxCurvePoints
}

// padding says that every column of a point is NaN: rows of unequal length are
// filled up so.
func padding(v ...float64) bool {
	for _, x := range v {
		if !math.IsNaN(x) {
			return false
		}
	}
	return true
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// figure returns v, or unknown with a problem when it is no finite number.
func (c *curves) figure(what string, v float64) profile.Opt[float64] {
	if !finite(v) {
		c.problem(profile.SeverityWarning, ReasonBadNumber, "%s is %v and is kept as unknown", what, v)
		return profile.Opt[float64]{}
	}
	return profile.Some(v)
}

// latency is a figure in ms; one that is not above zero stays and is said.
func (c *curves) latency(what string, v float64) profile.Opt[float64] {
	f := c.figure(what, v)
	if f.OK && v <= 0 {
		c.problem(profile.SeverityWarning, ReasonBadNumber, "%s is %v ms; the point is kept and enters no figure", what, v)
	}
	return f
}

func (c *curves) problem(severity, reason, format string, args ...any) {
	if len(c.Problems) < MaxProblems {
		c.Problems = append(c.Problems, profile.Problem{Path: c.Path, Severity: severity, Reason: reason, Message: fmt.Sprintf(format, args...)})
	}
}

// checkGPUs compares the GPUs stated for each mapping with those its recorded
// throughput implies, once mappings and GPUs are settled. Prefill throughput is
// exact by definition; decode throughput is within a few percent of requests /
// ITL, so only half or double counts there.
func (c *curves) checkGPUs() {
	for _, part := range []struct {
		phase, formula string
		list           []impliedGPUs
		off            float64 // factor that is still in order
	}{{"prefill", "ISL x 1000 / TTFT", c.impliedPre, 1.02}, {"decode", "requests x 1000 / ITL", c.implied, 1.6}} {
		by := map[string][]float64{}
		var order []impliedGPUs
		for _, x := range part.list {
			if by[x.mapping] == nil {
				order = append(order, x)
			}
			by[x.mapping] = append(by[x.mapping], x.implied)
		}
		for _, x := range order {
			v := by[x.mapping]
			slices.Sort(v)
			mid := v[len(v)/2]
			if !x.gpus.OK || mid/float64(x.gpus.V) <= part.off && float64(x.gpus.V)/mid <= part.off {
				continue
			}
			c.Problems = append(c.Problems, profile.Problem{Path: x.path, Severity: profile.SeverityWarning, Reason: ReasonDisagree,
				Message: fmt.Sprintf("%s %s: %s / throughput per GPU gives %.3g GPUs, the mapping has %d; the value is kept as recorded",
					part.phase, x.mapping, part.formula, mid, x.gpus.V)})
		}
	}
}

// merge adds a second file of the same run: the pair comes as two npz files or
// two JSON texts. What c has already stays.
func (c *curves) merge(o *curves) *curves {
	if c == nil {
		return o
	}
	if !c.HasPrefill && o.HasPrefill {
		c.HasPrefill, c.Prefill, c.impliedPre, c.prefillPath = true, o.Prefill, o.impliedPre, o.prefillPath
	}
	if !c.HasDecode && o.HasDecode {
		c.HasDecode, c.Decode, c.implied, c.decodePath = true, o.Decode, o.implied, o.decodePath
	}
	c.MaxKV = c.MaxKV.Or(o.MaxKV)
	c.Model, c.GPU = cmp.Or(c.Model, o.Model), cmp.Or(c.GPU, o.GPU)
	c.Backend, c.Version = cmp.Or(c.Backend, o.Backend), cmp.Or(c.Version, o.Version)
	c.Settings = append(c.Settings, o.Settings...)
	c.Problems = append(c.Problems, o.Problems...)
	return c
}

// equal says whether two sources hold the same points.
func (c *curves) equal(o *curves) bool {
	return slices.Equal(c.Prefill, o.Prefill) && slices.Equal(c.Decode, o.Decode) && c.MaxKV == o.MaxKV
}
