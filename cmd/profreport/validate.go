package main

import (
	"time"

	"github.com/spf13/cobra"
)

// validateFlags are the flags of the validate command.
type validateFlags struct {
	url, model, api   string
	maxBatch          int
	predTTFT, predITL float64
	ttft, itl         float64
	isl, osl          int
	output            string
	levels            []string
	requests, warmup  int
	duration, grace   time.Duration
	rate              float64
	arrivals          string
	rateMin, rateMax  float64
	period            time.Duration
	headers, extra    []string
	apiKeyFile        string
	ignoreEOS         bool
	http2, insecure   bool
	timeout, stall    time.Duration
	seed              uint64
	prompts           string
	samePrompt        bool
	db, method, run   string
	check             bool
	judged            []string
	attainment        float64
}

func (a *app) validateCommand() *cobra.Command {
	var f validateFlags
	cmd := &cobra.Command{
		Use:   "validate",
		Short: "Load-test a deployment and judge what was predicted for it",
		Long: `Send streaming requests to an OpenAI-compatible server at several load levels, measure every one, and compare with the
prediction. Levels: idle (one request at a time), medium, saturation and overload (50, 90 and 110 % of --max-batch-size in
flight), optimization (a sinusoidal rate, 30 minutes), rate (--rate requests/s), or NAME=CONCURRENCY.
Writes AIPerf's files into OUTPUT-DIR/LEVEL, and validation.json and validation.md. A failed request is a miss, never left out.
With --check the exit code is 3 when a judged level misses the SLA and 4 when that can't be told.`,
		Args: exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.validate(cmd.Context(), &f) },
		Example: examples(
			`profreport validate --url localhost:8000 --model Qwen/Qwen3-32B --max-batch-size 8 --predicted-ttft 197.15 --predicted-itl 30.68 \
    --ttft-target 500 --itl-target 50 --isl 2048 --osl 256 --output-dir results/aic_all/validation`,
			"profreport validate --url localhost:8000 --model M --max-batch-size 8 --levels idle,c16=16 --check --output-dir out",
			"profreport validate --url localhost:8000 --model M --levels optimization --rate-min 0.2 --rate-max 2 --duration 10m --output-dir out",
			"profreport validate --url https://host --model M --rate 5 --arrivals poisson --duration 2m --api-key-file key --output-dir out"),
	}
	f.register(cmd)
	return cmd
}

// register declares the flags, the original's first.
func (f *validateFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.url, "url", "localhost:8000", "the server; http:// is meant without a scheme")
	fl.StringVar(&f.model, "model", "", "the model's name at the server")
	fl.IntVar(&f.maxBatch, "max-batch-size", 0, "requests that the deployment serves at once, the 100 % of the levels")
	fl.Float64Var(&f.predTTFT, "predicted-ttft", 0, "predicted TTFT, ms")
	fl.Float64Var(&f.predITL, "predicted-itl", 0, "predicted ITL, ms")
	fl.Float64Var(&f.ttft, "ttft-target", 500, "TTFT bound, ms; 0 is none")
	fl.Float64Var(&f.itl, "itl-target", 50, "ITL bound, ms; 0 is none")
	fl.IntVar(&f.isl, "isl", 2048, "input tokens of a request")
	fl.IntVar(&f.osl, "osl", 256, "output tokens of a request")
	fl.StringVar(&f.output, "output-dir", "validation_results", "folder for the results")

	fl.StringSliceVar(&f.levels, "levels", nil, "levels in order: idle, medium, saturation, overload, optimization, rate, NAME=CONCURRENCY (default: the first four; with --rate: rate)")
	fl.IntVar(&f.requests, "requests-per-level", 100, "measured requests of a closed level; 0 lets --duration decide")
	fl.IntVar(&f.warmup, "warmup", 10, "requests before each level, kept apart")
	fl.DurationVar(&f.duration, "duration", 0, "end a level after this time (default of rate: 1m, of optimization: 30m)")
	fl.DurationVar(&f.grace, "grace", 30*time.Second, "time that requests in flight get after --duration before they are cut off")
	fl.Float64Var(&f.rate, "rate", 0, "requests/s of the level rate")
	fl.StringVar(&f.arrivals, "arrivals", "constant", "of the level rate: constant, poisson, or ramp (from --rate-min to --rate)")
	fl.Float64Var(&f.rateMin, "rate-min", 0, "lowest rate of optimization or a ramp, requests/s (default: 10 % of the throughput seen before)")
	fl.Float64Var(&f.rateMax, "rate-max", 0, "highest rate of optimization, requests/s (default: 90 % of the throughput seen before)")
	fl.DurationVar(&f.period, "period", 0, "period of optimization (default: a third of its duration)")

	fl.StringVar(&f.api, "api", "chat", "chat or completions")
	fl.StringArrayVar(&f.headers, "header", nil, "NAME: VALUE, sent with every request (repeatable)")
	fl.StringVar(&f.apiKeyFile, "api-key-file", "", "file with the key to send as Authorization: Bearer")
	fl.StringArrayVar(&f.extra, "extra", nil, "key:value, added to every request; the value may be JSON (repeatable)")
	fl.BoolVar(&f.ignoreEOS, "ignore-eos", false, "ask for exactly --osl tokens (ignore_eos and min_tokens)")
	fl.BoolVar(&f.http2, "http2", false, "HTTP/2 without TLS too")
	fl.BoolVar(&f.insecure, "insecure", false, "don't check the server's certificate")
	fl.DurationVar(&f.timeout, "timeout", 10*time.Minute, "give a request up after this time")
	fl.DurationVar(&f.stall, "stall-timeout", 2*time.Minute, "give a request up after this time without a byte")
	fl.Uint64Var(&f.seed, "seed", 1, "of prompts and arrivals; the same seed repeats them")
	fl.StringVar(&f.prompts, "prompts", "", "prompts from a file: text, JSONL (OpenAI or ShareGPT), or AIPerf's inputs.json")
	fl.BoolVar(&f.samePrompt, "same-prompt", false, "send one prompt always, so that prefix caches help")

	fl.StringVar(&f.db, "db", "", "put the results into this archive too")
	fl.StringVar(&f.method, "method", "", "method of the run in the archive")
	fl.StringVar(&f.run, "run", "", "name of the run in the archive (default: the folder's base name)")
	fl.BoolVar(&f.check, "check", false, "exit 3 when a judged level misses the SLA, 4 when that can't be told")
	fl.StringSliceVar(&f.judged, "judge", []string{"idle", "medium"}, "levels that --check judges")
	fl.Float64Var(&f.attainment, "attainment", 0.9, "share of a level's requests that must meet the SLA")
}
