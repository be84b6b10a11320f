package ingest

import (
	"strconv"

	"github.com/profreport/profreport/internal/profile"
)

// Lines of the profiler's helper modules, which only the console of the
// classic profiler and the log of the current one hold.
var (
	reKVTokens  = form(`^Found TRT-LLM KV cache max tokens: (\d+)`)
	reKVInfo    = form(`^Found KV cache info: .*= (\d+)`)
	reModelInfo = form(`^Model (\S+) has size ([\d.]+), is_moe=(True|False), and max_context_length=(\d+)`)
	reImage     = form(`^Updating DGD image to (\S+)$`)
	reDatabase  = form(`^Loading database for system='([^']*)', backend='([^']*)', version='([^']*)'`)
)

// helperRecord reads what helper modules state: KV capacity, model, images
// and the database behind an estimate.
func (r *logRun) helperRecord(rec logRecord) {
	switch rec.module() {
	case "trtllm", "vllm", "sglang":
		m := reKVTokens.match(rec.msg)
		if m == nil {
			m = reKVInfo.match(rec.msg)
		}
		if m == nil {
			return
		}
		if n, err := strconv.ParseInt(m[1], 10, 64); err == nil && n > 0 && r.phase != profile.Prefill && len(r.kv) < maxLogItems {
			r.kv = append(r.kv, kvStatement{r.mappingNow(), r.purpose, r.gpus, n})
		}
	case "search_space_autogen":
		if m := reModelInfo.match(rec.msg); m != nil {
			r.log.Model, r.moe = m[1], m[3] == "True"
			r.log.setting("profiler.model", m[1])
			r.log.setting("profiler.model_size_mib", m[2])
			r.log.setting("profiler.is_moe", m[3])
		}
		if m := reImage.match(rec.msg); m != nil {
			r.log.setting("profiler.dgd_image", m[1])
		}
	case "perf_database":
		if m := reDatabase.match(rec.msg); m != nil {
			r.log.setting("profiler.aic_database", m[1]+"/"+m[2]+"/"+m[3])
		}
	}
}

// mappingNow is the mapping of the open deployment or of the stage.
func (r *logRun) mappingNow() string {
	if d := r.deployment(); d != nil && d.Mapping != "" {
		return d.Mapping
	}
	return r.mapping
}

func parseFloat(s string) profile.Opt[float64] {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return profile.Opt[float64]{}
	}
	return profile.Some(v)
}
