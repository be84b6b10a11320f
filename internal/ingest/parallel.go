package ingest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// parallel reads the parallel degrees from an engine's arguments. Each backend
// spells them its own way:
//
//	trtllm  tensor_parallel_size is the world; enable_attention_dp turns it
//	        into data parallel attention; moe_expert_parallel_size
//	vllm    tensor and data parallel multiply; expert parallel spans both
//	sglang  tp is the world; dp with enable-dp-attention divides it; ep
//
// It returns false when the arguments state none.
func (a engineArgs) parallel(backend string) (parallel, bool) {
	tp := a.degree("tensor-parallel-size", "tensor_parallel_size", "tp-size", "tp",
		"override-engine-args.tensor_parallel_size", "trtllm.tensor_parallel_size")
	pp := a.degree("pipeline-parallel-size", "pipeline_parallel_size", "pp-size", "pp",
		"override-engine-args.pipeline_parallel_size", "trtllm.pipeline_parallel_size")
	dp := a.degree("data-parallel-size", "data_parallel_size", "dp-size", "dp")
	ep := a.degree("expert-parallel-size", "ep-size", "ep", "moe-expert-parallel-size",
		"override-engine-args.moe_expert_parallel_size", "trtllm.moe_expert_parallel_size")
	if tp+pp+dp+ep == 0 {
		return parallel{}, false
	}
	attention := a.Has("enable-dp-attention", "enable-attention-dp", "override-engine-args.enable_attention_dp", "trtllm.enable_attention_dp")
	p := parallel{TP: one(tp), PP: one(pp), DP: one(dp), MoeEP: one(ep), MoeTP: 1}
	switch {
	case backend == "vllm" && a.Has("enable-expert-parallel"):
		p.MoeEP = p.TP * p.DP
	case backend != "trtllm" && attention && p.TP%p.DP == 0:
		p.TP /= p.DP
	case backend == "trtllm" && attention:
		p.TP, p.DP = 1, p.TP
	}
	if world := p.TP * p.DP; p.MoeEP > 1 && world%p.MoeEP == 0 {
		p.MoeTP = world / p.MoeEP
	}
	return p, true
}

// degree returns the first of the options that is a whole number from 1 to
// maxDegree, or 0.
func (a engineArgs) degree(names ...string) int64 {
	for _, name := range names {
		n, err := strconv.ParseInt(a.opts[name], 10, 64)
		if err == nil && n >= 1 && n <= maxDegree {
			return n
		}
	}
	return 0
}

// printed spells a mapping without canonical form as the current profiler
// does: tp2-dp2.
func (p parallel) printed() string {
	var s strings.Builder
	fmt.Fprintf(&s, "tp%d", one(p.TP))
	for _, d := range []struct {
		name string
		n    int64
	}{{"pp", p.PP}, {"dp", p.DP}, {"moetp", p.MoeTP}, {"moeep", p.MoeEP}} {
		if d.n > 1 {
			fmt.Fprintf(&s, "-%s%d", d.name, d.n)
		}
	}
	return s.String()
}

// optText spells a number for a setting; "" when unknown.
func optText(n profile.Opt[int64]) string {
	if !n.OK {
		return ""
	}
	return strconv.FormatInt(n.V, 10)
}
