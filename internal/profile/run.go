// Package profile holds the nouns of profreport and their units: a profiling
// run, the candidates it tried, its curves, its recommendation and the load
// tests that followed. It computes nothing and reads nothing; ingest fills
// its records, store keeps them.
package profile

import "time"

// Kind says where the figures of a run come from.
type Kind string

// The kinds of a run; the empty Kind is unknown.
const (
	Simulated Kind = "simulated" // computed by a model
	Measured  Kind = "measured"  // taken from real deployments
)

// Status says how a run ended.
type Status string

// The statuses of a run.
const (
	Complete Status = "complete" // a recommendation or a final state was reached
	Failed   Status = "failed"   // the profiler said that it failed
	Partial  Status = "partial"  // the end is missing, or only some of its files are here
)

// Phase is what an engine does.
type Phase string

// The phases of a candidate.
const (
	Prefill       Phase = "prefill"
	Decode        Phase = "decode"
	Aggregated    Phase = "aggregated"    // one engine does both
	Disaggregated Phase = "disaggregated" // a row of a sweep table that stands for a prefill and a decode pool
)

// SLA holds the bounds a request must meet, in ms.
type SLA struct {
	TTFT, ITL Opt[Millis]
}

// Run is one profiling run: usually one results folder, or one group and
// method of a sweep table. Slices are in the order of the input.
type Run struct {
	Name   string // unique in the archive
	Method string // as the report labels it, such as AIC-Search
	Kind   Kind
	Status Status
	// Err is what the profiler said when it failed.
	Err string
	// NoneFeasible lists the phases for which the profiler said that no
	// configuration meets the SLA.
	NoneFeasible []Phase

	Model, Backend, BackendVersion string
	GPUType, Precision             string
	ServingMode                    string // "disaggregated", "aggregated" or ""
	Profiler                       string // "classic", "current" or ""

	StartedAt, FinishedAt Opt[time.Time] // first and last line of the profiler's own logger, UTC
	HasLog                bool
	HasDeploymentInfo     bool // the log tells deployments (or that there are none)

	ISL, OSL                        Opt[int64] // tokens
	SLA                             SLA
	MaxKVTokens                     Opt[int64] // KV capacity of one decode engine, tokens
	PrefillReplicas, DecodeReplicas Opt[int64]
	HasPlanner                      bool // a planner may move replicas

	Candidates      []Candidate
	Recommendations []Recommendation
	PrefillPoints   []PrefillPoint
	DecodePoints    []DecodePoint
	Deployments     []Deployment
	Levels          []LoadLevel
	Settings        []Setting
	Sources         []Source
	Problems        []Problem
	Messages        []Message
	RequestLogs     []RequestLog
}

// Candidate is one parallel mapping of one phase at one concurrency, as tried
// by a sweep.
type Candidate struct {
	Phase       Phase
	Mapping     string     // canonical: TP=n, TEP=n, DEP=n, else as printed
	GPUs        Opt[int64] // per engine (per replica in a sweep table)
	Concurrency Opt[int64] // requests in flight; unknown for prefill
	Refused     string     // why there are no figures, e.g. out of memory
	TTFT, ITL   Opt[Millis]
	Throughput  Opt[TokensPerSecPerGPU]
	// ThroughputSource is "reported" when the input states it and "formula"
	// when it was computed by DEFINITIONS 8 or 32.
	ThroughputSource string
	Source           string // "log", "aiperf" or "table"
	Requests         Opt[int64]
	Path             string // file the figures came from, relative to the folder
	Line             int    // 1-based; 0 when the file has no lines
}

// Recommendation is the configuration that a run proposes for one phase.
type Recommendation struct {
	Phase       Phase
	Mapping     string
	GPUs        Opt[int64]
	Concurrency Opt[int64] // of the candidate whose printed figures match
	TTFT, ITL   Opt[Millis]
	Throughput  Opt[TokensPerSecPerGPU]
	Source      string // "log", "config" or "curve"
	Path        string
	Line        int
}

// PrefillPoint is one point of a prefill curve: TTFT of a single request.
type PrefillPoint struct {
	Mapping    string
	GPUs       Opt[int64]
	ISL        float64 // tokens
	TTFT       Opt[Millis]
	Throughput Opt[TokensPerSecPerGPU]
}

// DecodePoint is one point of a decode surface.
type DecodePoint struct {
	Mapping     string
	GPUs        Opt[int64]
	KVUsage     Opt[float64] // share of KV-cache tokens in use, 0 to 1
	Context     float64      // tokens: ISL + OSL/2
	Concurrency Opt[int64]   // round(KVUsage * MaxKVTokens / Context)
	ITL         Opt[Millis]
	Throughput  Opt[TokensPerSecPerGPU]
}

// Deployment is one real deployment made by a run.
type Deployment struct {
	Phase     Phase
	Mapping   string
	GPUs      Opt[int64]
	Purpose   string // "sweep" or "interpolation"
	StartedAt Opt[time.Time]
	ReadyAt   Opt[time.Time]
	EndedAt   Opt[time.Time]
	Failed    bool
	Error     string
	Line      int
}

// LoadLevel is one load test of a run's deployed recommendation.
type LoadLevel struct {
	Level             string // folder name: idle, medium, saturation, overload, optimization, ...
	Concurrency       Opt[float64]
	RequestRate       Opt[float64] // asked, requests/s
	Closed            bool         // fixed concurrency, no think time
	RequestCount      Opt[int64]   // valid + failed requests
	GoodCount         Opt[int64]
	ErrorCount        Opt[int64]
	ExcludedCount     Opt[int64] // cut off by the end of the test
	Duration          Opt[Seconds]
	RequestThroughput Opt[float64] // requests/s
	OutputThroughput  Opt[float64] // tokens/s
	Goodput           Opt[float64] // requests/s
	ISL, OSL          Opt[float64] // means obtained, tokens
	SLA               SLA          // of the goodput definition
	StartedAt         Opt[time.Time]
	Partial           bool
	Statistics        []Statistic
	Path              string
}

// Statistic is one summary figure of one metric at one level.
type Statistic struct {
	Metric    string // ttft, itl, request_latency, ...
	Statistic string // avg, p1 ... p99, min, max, std, count, sum
	Value     float64
	Unit      string // ms, tokens, tokens/s, requests/s, ...
}

// Request is one request of a load test.
type Request struct {
	Request            int64 // ordinal within the level, from 0
	StartedNS, EndedNS Opt[int64]
	TTFT, ITL, Latency Opt[Millis]
	ISL, OSL           Opt[int64]
	Status             string // ok, error, cancelled
	Error              string
}

// Setting is one flattened setting of a run, for diffs.
type Setting struct {
	Key, Value string
	Path       string
}

// Severity of a problem.
const (
	SeverityError   = "error"   // the record was refused
	SeverityWarning = "warning" // the record was kept, but is doubtful
	SeverityNote    = "note"    // worth knowing
)

// Problem is one record that ingest could not, or would not, believe.
type Problem struct {
	Path     string
	Line     int // 1-based; 0 when unknown
	Severity string
	Reason   string // short class, for counting: "bad number", "unknown layout"
	Message  string
}

// Message is one warning or error that the profiler itself logged.
type Message struct {
	At      Opt[time.Time]
	Level   string // WARNING or ERROR
	Message string
	Path    string
	Line    int
}
