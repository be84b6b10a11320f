package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/profreport/profreport/internal/loadgen"
)

// target is the server as the flags describe it.
func (f *validateFlags) target() (loadgen.Target, error) {
	t := loadgen.Target{URL: f.url, Model: f.model, API: f.api, Header: map[string]string{}, Extra: map[string]any{}, IgnoreEOS: f.ignoreEOS,
		HTTP2: f.http2, Insecure: f.insecure, Timeout: f.timeout, Stall: f.stall, Conns: 4096}
	for _, h := range f.headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return t, usagef("--header %q: want NAME: VALUE", h)
		}
		t.Header[strings.TrimSpace(name)] = strings.TrimSpace(value)
	}
	for _, e := range f.extra {
		key, value, ok := strings.Cut(e, ":")
		if !ok || key == "" {
			return t, usagef("--extra %q: want key:value", e)
		}
		var v any
		if json.Unmarshal([]byte(value), &v) != nil {
			v = value
		}
		t.Extra[key] = v
	}
	if f.apiKeyFile != "" {
		key, err := os.ReadFile(f.apiKeyFile)
		if err != nil {
			return t, err
		}
		t.Header["Authorization"] = "Bearer " + strings.TrimSpace(string(key))
	}
	return t, nil
}

// verify checks what the flags say before anything is sent.
func (f *validateFlags) verify() error {
	switch {
	case f.model == "":
		return usagef("--model is needed")
	case f.api != loadgen.Chat && f.api != loadgen.Completions:
		return usagef("--api %s: want chat or completions", f.api)
	case f.isl < 1 || f.osl < 1:
		return usagef("--isl and --osl: want at least 1 token")
	case f.requests < 0 || f.warmup < 0 || f.duration < 0 || f.maxBatch < 0 || f.timeout <= 0 || f.stall <= 0 || f.grace < 0:
		return usagef("a number of requests or a time is negative")
	case f.requests == 0 && f.duration == 0:
		return usagef("--requests-per-level 0 needs a --duration")
	case f.attainment <= 0 || f.attainment >= 1:
		return usagef("--attainment %v: want a share between 0 and 1", f.attainment)
	case !slices.Contains([]string{"constant", "poisson", "ramp"}, f.arrivals):
		return usagef("--arrivals %s: want constant, poisson or ramp", f.arrivals)
	}
	return nil
}

// plan turns the wanted levels into load tests. Notes say where a level is
// not quite what its name claims. The rates of optimization may depend on
// what the levels before it show, so that level comes without a pacer.
func (f *validateFlags) plan() (levels []loadgen.Level, notes []string, err error) {
	names := f.levels
	switch {
	case len(names) > 0:
	case f.rate > 0:
		names = []string{"rate"}
	default:
		names = []string{"idle", "medium", "saturation", "overload"}
	}
	for i, name := range names {
		l, note, err := f.level(name)
		if err != nil {
			return nil, nil, err
		}
		if slices.ContainsFunc(levels, func(o loadgen.Level) bool { return o.Name == l.Name }) {
			return nil, nil, usagef("--levels: %s is there twice", l.Name)
		}
		if note != "" {
			notes = append(notes, l.Name+": "+note)
		}
		l.Warmup, l.Grace, l.First = f.warmup, f.grace, uint64(i+1)<<32
		levels = append(levels, l)
	}
	return levels, notes, nil
}

func (f *validateFlags) level(name string) (l loadgen.Level, note string, err error) {
	l = loadgen.Level{Name: name, Requests: f.requests, Duration: f.duration}
	if own, n, ok := strings.Cut(name, "="); ok {
		l.Name = own
		l.Concurrency, err = strconv.Atoi(n)
		if err != nil || l.Concurrency < 1 || !validLevelName(own) {
			return l, "", usagef("--levels %s: want NAME=CONCURRENCY", name)
		}
		return l, "", nil
	}
	switch name {
	case "rate":
		return f.rateLevel(l)
	case "optimization":
		l.Requests = 0
		if l.Duration == 0 {
			l.Duration = 30 * time.Minute
		}
		if f.rateMax > 0 && f.rateMin > f.rateMax {
			return l, "", usagef("--rate-min is above --rate-max")
		}
		return l, "", nil
	}
	for _, s := range loadgen.Levels(max(f.maxBatch, 1)) {
		if s.Name != name {
			continue
		}
		if f.maxBatch == 0 && name != "idle" {
			return l, "", usagef("--max-batch-size is needed for the level %s", name)
		}
		l.Concurrency = s.Concurrency
		return l, s.Note, nil
	}
	return l, "", usagef("--levels %s: want idle, medium, saturation, overload, optimization, rate or NAME=CONCURRENCY", name)
}

// validLevelName holds for a name that is a folder of its own.
func validLevelName(s string) bool {
	return s != "" && s != "." && s != ".." && !strings.ContainsAny(s, `/\:`)
}

func (f *validateFlags) rateLevel(l loadgen.Level) (loadgen.Level, string, error) {
	if f.rate <= 0 {
		return l, "", usagef("the level rate needs --rate")
	}
	l.Requests = 0
	if l.Duration == 0 {
		l.Duration = time.Minute
	}
	switch f.arrivals {
	case "poisson":
		l.Pacer = loadgen.Poisson(f.rate, f.seed)
	case "ramp":
		l.Pacer = loadgen.Ramp(f.rateMin, f.rate, l.Duration)
	default:
		l.Pacer = loadgen.Constant(f.rate)
	}
	return l, "", nil
}

// sine gives optimization its rates: those of the flags, else shares of the
// throughput that the levels before it reached.
func (f *validateFlags) sine(l loadgen.Level, seen float64) (loadgen.Level, string, error) {
	low, high := f.rateMin, f.rateMax
	note := ""
	if high == 0 {
		if seen <= 0 {
			return l, "", usagef("optimization needs --rate-max, or a level before it that shows the throughput")
		}
		high = 0.9 * seen
		note = fmt.Sprintf("optimization: up to %.3g requests/s, 90 %% of the highest throughput of the levels before", high)
	}
	if low == 0 {
		low = high / 9
	}
	period := f.period
	if period <= 0 {
		period = l.Duration / 3
	}
	if low > high {
		return l, "", usagef("--rate-min is above the highest rate, %.3g requests/s", high)
	}
	l.Pacer = loadgen.Sine((low+high)/2, (high-low)/2, period)
	return l, note, nil
}
