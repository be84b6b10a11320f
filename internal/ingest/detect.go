package ingest

import (
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// Kinds of sources: what a file is taken for by its name and place. The
// content decides afterwards whether it is.
const (
	kindLog        = "log"          // the profiler's own, by its file handler
	kindConsole    = "console"      // the same as kubectl logs gives it
	kindEngineLog  = "engine_log"   // a worker's or a frontend's
	kindNpz        = "npz"          // curves
	kindPlanner    = "planner"      // the final deployment and curves, YAML
	kindGraph      = "graph"        // a deployment on the way to it
	kindMocker     = "mocker"       // the same plan with simulated engines
	kindConfigMap  = "configmap"    // output ConfigMap as kubectl gives it
	kindStatus     = "status"       // profiler_status.yaml
	kindRequest    = "request"      // DynamoGraphDeploymentRequest
	kindAIPerfJSON = "aiperf_json"  // summary
	kindAIPerfCSV  = "aiperf_csv"   // the same, rounded
	kindAIPerfLog  = "aiperf_jsonl" // one record a request
	kindAIPerf     = "aiperf"       // time slices, telemetry and the like
	kindValidation = "validation"   // validation.json of the original
	kindComparison = "comparison"   // comparison_results.json of the original
	kindTable      = "table"        // sweep table
	kindPlot       = "plot"         // pictures
	kindOther      = "other"
)

var (
	reCandidate = regexp.MustCompile(`^(prefill|decode)_(\d{1,4})gpus?_(.+)$`)
	reSelected  = regexp.MustCompile(`^selected_(prefill|decode)_interpolation$`)
	reBurst     = regexp.MustCompile(`^aiperf_(?:request(\d+)_)?isl(\d+)(?:_osl(\d+))?(?:_n(\d+))?(_warmup)?$`)
)

// candidateDir is a folder prefill_2gpus_TP2 or decode_8gpus_tp8-dp1.
type candidateDir struct {
	Phase profile.Phase
	GPUs  int64
	Label string // mapping as printed
}

func parseCandidateDir(name string) (candidateDir, bool) {
	m := reCandidate.FindStringSubmatch(name)
	if m == nil {
		return candidateDir{}, false
	}
	n, err := strconv.ParseInt(m[2], 10, 64)
	if err != nil || n < 1 || n > maxDegree {
		return candidateDir{}, false
	}
	return candidateDir{profile.Phase(m[1]), n, m[3]}, true
}

// burst is one AIPerf artifact folder of a sweep.
type burst struct {
	Requests, ISL, OSL profile.Opt[int64]
	Warmup             bool
}

func parseBurst(name string) (burst, bool) {
	m := reBurst.FindStringSubmatch(name)
	if m == nil {
		return burst{}, false
	}
	num := func(s string) profile.Opt[int64] {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil || n < 1 {
			return profile.Opt[int64]{}
		}
		return profile.Some(n)
	}
	return burst{num(m[1]).Or(num(m[4])), num(m[2]), num(m[3]), m[5] != ""}, true
}

// place is where in a results folder a file lies.
type place int

const (
	atTop       place = iota
	inCandidate       // below prefill_*gpus_* or decode_*gpus_*
	inSelected        // below selected_*_interpolation
	elsewhere
)

func placeOf(p string) place {
	first, _, nested := strings.Cut(p, "/")
	if !nested {
		return atTop
	}
	if _, ok := parseCandidateDir(first); ok {
		return inCandidate
	}
	if reSelected.MatchString(first) {
		return inSelected
	}
	return elsewhere
}

// kindOf classes a file of a results folder by its path alone.
func kindOf(p string) string {
	base := strings.ToLower(path.Base(p))
	where := placeOf(p)
	switch path.Ext(base) {
	case ".log", ".txt":
		return logKind(base, where)
	case ".npz":
		return kindNpz
	case ".yaml", ".yml":
		return yamlKind(base, where)
	case ".json":
		return jsonKind(base, where)
	case ".jsonl":
		if aiperfSide(base) {
			return kindAIPerf
		}
		if where != atTop || strings.HasPrefix(base, "profile_export") {
			return kindAIPerfLog
		}
	case ".csv":
		switch {
		case base == "pareto.csv" || base == "best_config_topn.csv" || base == "silicon_result.csv":
			return kindTable
		case aiperfSide(base):
			return kindAIPerf
		case strings.HasPrefix(base, "profile_export") || where != atTop:
			return kindAIPerfCSV
		}
		return kindTable
	case ".png", ".svg", ".html", ".pdf":
		return kindPlot
	}
	return kindOther
}

func logKind(base string, where place) string {
	switch {
	case where == inCandidate || where == inSelected:
		return kindEngineLog
	case base == "profile_sla.log":
		return kindLog
	case where == atTop:
		return kindConsole
	}
	return kindOther
}

func yamlKind(base string, where place) string {
	switch {
	case where == inCandidate || where == inSelected:
		return kindGraph
	case where == elsewhere:
		return kindOther
	case strings.Contains(base, "mocker_config"):
		return kindMocker
	case strings.HasSuffix(base, "config_with_planner.yaml") || strings.HasSuffix(base, "final_config.yaml"):
		return kindPlanner
	case base == "profiler_status.yaml":
		return kindStatus
	case base == "exp_config.yaml" || base == "exp.yaml":
		return kindOther
	}
	return kindGraph
}

func jsonKind(base string, where place) string {
	switch {
	case aiperfSide(base):
		return kindAIPerf
	case base == "validation.json":
		return kindValidation
	case base == "comparison_results.json":
		return kindComparison
	case where != atTop || strings.HasPrefix(base, "profile_export"):
		return kindAIPerfJSON
	case base == "webui_data.json":
		return kindOther
	}
	return kindConfigMap // or a request, or nothing we know: its content tells
}

// aiperfSide tells files that AIPerf writes beside its export: time slices,
// telemetry, raw records, inputs.
func aiperfSide(base string) bool {
	for _, word := range []string{"_timeslices.", "_raw.jsonl", "gpu_telemetry", "server_metrics", "_aggregate.", "_collated.", "_sweep."} {
		if strings.Contains(base, word) {
			return true
		}
	}
	return base == "inputs.json" || base == "outputs.json" || base == "phase_manifest.json"
}
