package ingest

import (
	"bytes"
	"context"
	"path"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/profreport/profreport/internal/profile"
)

// parsed is what one file of a results folder gave. At most one of the
// pointers is set.
type parsed struct {
	*entry
	logs       []*Log
	manifest   *manifest
	curves     *curves
	export     *Export
	engine     *engineFacts
	validation *validation
	problems   []profile.Problem
	unknown    bool // not what its name says; kept as a source of kind other
}

// parseFiles reads the files that carry figures, several at a time. The order
// of the result is that of the files.
func (f *folder) parseFiles(ctx context.Context, files []*entry) ([]*parsed, error) {
	out := make([]*parsed, len(files))
	next := make(chan int)
	var wg sync.WaitGroup
	for range min(max(runtime.GOMAXPROCS(0), 2), 8, len(files)) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range next {
				out[i] = f.parse(files[i])
			}
		}()
	}
	for i := range files {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wg.Wait()
	return out, ctx.Err()
}

// parse reads one file by its kind. It never fails: what goes wrong is a
// problem of the file.
func (f *folder) parse(x *entry) *parsed {
	p := &parsed{entry: x}
	defer f.release(x)
	if x.Kind == kindLog || x.Kind == kindConsole || x.Kind == kindEngineLog {
		f.parseLog(p)
		return p
	}
	b, err := f.load(x, MaxSmallFile)
	if err != nil {
		if p.unknown = p.guessed(); !p.unknown {
			p.fail(err)
		}
		return p
	}
	p.decode(b)
	return p
}

// decode hands the bytes of a small file to the reader of its kind.
func (p *parsed) decode(b []byte) {
	var err error
	var problems []profile.Problem
	switch p.Kind {
	case kindNpz:
		var arrays npzArrays
		if arrays, problems, err = readNpz(b, p.Path); err == nil {
			p.curves = readCurves(arrays, p.Path)
			p.unknown = !p.curves.HasPrefill && !p.curves.HasDecode && len(problems) == 0
		}
	case kindGraph:
		if placeOf(p.Path) == inCandidate && !p.Alone && asNamed(p.Path, b) {
			return // says what the folder's name says
		}
		fallthrough
	case kindPlanner, kindMocker, kindConfigMap, kindStatus:
		p.manifest = readManifest(b, p.Path, p.Kind)
		p.unknown = p.manifest.nothing() && (p.Kind == kindGraph || p.Kind == kindConfigMap)
		problems = p.manifest.Problems
		if p.unknown && p.guessed() && !p.manifest.goMap {
			problems = nil // some other program's file
		}
	case kindAIPerfJSON:
		p.export, problems, err = ReadAIPerfJSON(bytes.NewReader(b), p.Path)
	case kindAIPerfCSV:
		p.export, problems, err = ReadAIPerfCSV(bytes.NewReader(b), p.Path)
	case kindValidation:
		p.validation, problems, err = readValidation(b, p.Path)
	}
	p.problems = append(p.problems, problems...)
	if err == nil {
		return
	}
	if (p.Kind == kindAIPerfJSON || p.Kind == kindAIPerfCSV) && !strings.HasPrefix(p.Base(), "profile_export") {
		p.unknown, p.problems = true, nil
		return
	}
	p.fail(err)
}

var reGPULimit = regexp.MustCompile(`gpu['"]?: *['"]?(\d+)`)

// asNamed says whether all GPU limits of a candidate's deployment are the count
// in its folder's name; then nothing else in it is needed, and the costly YAML
// is not parsed.
func asNamed(p string, b []byte) bool {
	first, _, _ := strings.Cut(p, "/")
	dir, _ := parseCandidateDir(first)
	limits := reGPULimit.FindAllSubmatch(b, -1)
	for _, m := range limits {
		if string(m[1]) != strconv.FormatInt(dir.GPUs, 10) {
			return false
		}
	}
	return true
}

// guessed says that only its extension made the file one to look into: when it
// is something else, that is no problem.
func (x *entry) guessed() bool {
	if x.Kind != kindGraph && x.Kind != kindConfigMap {
		return false
	}
	base := strings.ToLower(x.Base())
	for _, name := range []string{"configmap", "dgdr", "dgd", "picked_dgd", "disagg", "config.y"} {
		if strings.HasPrefix(base, name) {
			return false
		}
	}
	return true
}

// parseLog streams a log. Small ones are kept in memory on the way, so that
// they are read once.
func (f *folder) parseLog(p *parsed) {
	if p.Size <= MaxKeepBytes || p.read {
		b, err := f.load(p.entry, MaxKeepBytes)
		if err != nil {
			p.fail(err)
			return
		}
		p.logFrom(bytes.NewReader(b))
		return
	}
	r, err := f.open(p.Path)
	if err != nil {
		p.fail(err)
		return
	}
	defer r.Close()
	p.logFrom(r)
}

// fail turns an error about the whole file into a problem.
func (p *parsed) fail(err error) {
	reason := ReasonUnreadable
	if _, ok := err.(*SyntaxError); ok {
		reason = ReasonSyntax
	}
	p.problems = append(p.problems, problem(p.Path, profile.SeverityError, reason, rootless(err)))
}

// wanted says whether a file carries figures of the run. CSV files are asked
// for only where no JSON says the same exactly, engine logs only where they
// tell a KV capacity, logs one after the other until one is the profiler's.
func wanted(x *entry, has map[string]bool) bool {
	first, _, _ := strings.Cut(x.Path, "/")
	where := placeOf(x.Path)
	switch x.Kind {
	case kindAIPerfJSON, kindAIPerfCSV:
		if x.Kind == kindAIPerfCSV && has[exportKey(x.Path)] {
			return false
		}
		if where == inCandidate {
			b, ok := parseBurst(path.Base(x.Dir()))
			return ok && !b.Warmup
		}
		return where != inSelected
	case kindEngineLog:
		return strings.HasPrefix(first, "decode_") || first == "selected_decode_interpolation"
	case kindMocker:
		return !has[kindPlanner]
	case kindNpz, kindPlanner, kindGraph, kindConfigMap, kindStatus, kindValidation:
		return true
	}
	return false
}

// exportKey names an AIPerf export by folder and prefix: its JSON, CSV and
// JSONL share it.
func exportKey(p string) string {
	base := path.Base(p)
	base = strings.TrimSuffix(base, path.Ext(base))
	base = strings.TrimSuffix(strings.TrimSuffix(base, "_aiperf"), "_genai_perf")
	return path.Join(path.Dir(p), base)
}
