package ingest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// readFile reads one file that was named. A symbolic link that the user names
// is followed; a pipe is read like standard input.
func readFile(ctx context.Context, p string, info fs.FileInfo, opt Options) ([]*profile.Run, error) {
	if !info.Mode().IsRegular() {
		if info.Mode()&fs.ModeNamedPipe == 0 {
			return nil, fmt.Errorf("%s: %s, not read", p, fileType(info.Mode()))
		}
		r, err := os.Open(p)
		if err != nil {
			return nil, err
		}
		defer r.Close()
		return Reader(ctx, filepath.Base(p), r, opt)
	}
	real, err := filepath.EvalSymlinks(p)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(filepath.Dir(real))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	f := &folder{dir: filepath.Dir(real), root: root}
	x := &entry{Path: filepath.Base(real), Size: info.Size()}
	head, err := f.head(x)
	if err != nil {
		return nil, err
	}
	return f.single(ctx, x, head, opt)
}

// Reader reads one file from a stream, such as standard input. The name tells
// its kind where the content does not.
func Reader(ctx context.Context, name string, r io.Reader, opt Options) ([]*profile.Run, error) {
	if name == "" || name == "-" {
		name = "stdin"
	}
	b, err := readLimited(r, name, MaxSmallFile)
	if err != nil {
		return nil, err
	}
	x := &entry{Path: name, Size: int64(len(b)), data: b, read: true}
	return (&folder{memory: true}).single(ctx, x, b[:min(len(b), headBytes)], opt)
}

// headBytes is how much of a file is looked at to tell what it is.
const headBytes = 64 << 10

// head returns the beginning of a file.
func (f *folder) head(x *entry) ([]byte, error) {
	r, err := f.open(x.Path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(io.LimitReader(r, headBytes))
}

// single reads a file that stands alone.
func (f *folder) single(ctx context.Context, x *entry, head []byte, opt Options) ([]*profile.Run, error) {
	if len(bytes.TrimSpace(head)) == 0 {
		return nil, &SyntaxError{File: x.Path, Msg: "empty"}
	}
	if _, err := utf8Text(head, x.Path); err != nil {
		return nil, err
	}
	x.Kind = sniff(x.Base(), head)
	name := opt.Run
	if name == "" {
		name = f.fileRunName(x)
	}
	f.Files = []*entry{x}
	switch x.Kind {
	case kindTable:
		if f.memory {
			so := opt.sweep()
			so.Open = notThere
			return readSweep(x.data, x.Path, so)
		}
		return f.readTable(x, name, opt)
	case kindComparison:
		return readComparisonFile(f, x, name, opt)
	}
	runs, err := readResults(ctx, f, name, opt)
	if err != nil {
		return nil, err
	}
	return runs, nothingIn(runs, x.Path)
}

// fileRunName names the run of a single file: exports and logs have the same
// name everywhere, so their folder's name tells more.
func (f *folder) fileRunName(x *entry) string {
	base := x.Base()
	generic := strings.HasPrefix(base, "profile_export") || base == "profile_sla.log" || base == "console.log" || base == "raw_data.npz" ||
		base == "config_with_planner.yaml" || base == "final_config.yaml" || strings.HasPrefix(base, "configmap") || base == "validation.json"
	if generic && f.dir != "" {
		return baseName(f.dir)
	}
	return stem(base)
}

// nothingIn is the error of a single file that gave nothing: the first thing
// that was wrong with it, or that nothing in it is known.
func nothingIn(runs []*profile.Run, path string) error {
	for _, r := range runs {
		if len(r.Candidates)+len(r.Recommendations)+len(r.PrefillPoints)+len(r.DecodePoints)+len(r.Levels)+len(r.Settings) > 0 || r.HasLog || r.Status == profile.Failed {
			return nil
		}
	}
	for _, r := range runs {
		for _, p := range r.Problems {
			if p.Severity == profile.SeverityError || p.Reason == ReasonMissing {
				return &SyntaxError{File: p.Path, Line: p.Line, Msg: p.Message}
			}
		}
	}
	return fmt.Errorf("%s: %w", path, ErrNothing)
}

// sniff tells what a single file is, by its content first, because users save
// things under names of their own.
func sniff(base string, head []byte) string {
	b := bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	has := func(words ...string) bool {
		for _, w := range words {
			if bytes.Contains(b, []byte(w)) {
				return true
			}
		}
		return false
	}
	switch {
	case bytes.HasPrefix(b, []byte("PK\x03\x04")), bytes.HasPrefix(b, []byte("PK\x05\x06")):
		return kindNpz
	case bytes.HasPrefix(b, []byte("map[")):
		return kindConfigMap
	case bytes.HasPrefix(b, []byte("{")):
		return sniffObject(base, b, has)
	case bytes.HasPrefix(b, []byte("[{")), bytes.HasPrefix(b, []byte("[ ")), bytes.HasPrefix(b, []byte("[\n")):
		return kindTable
	case bytes.HasPrefix(b, []byte("Metric,")), bytes.HasPrefix(b, []byte("metric,")):
		return kindAIPerfCSV
	}
	switch kind := kindOf(base); {
	case kind == kindAIPerfCSV, kind == kindTable:
		return kindTable
	case kind == kindNpz:
		return kindNpz // and no archive: its reader says so
	case kind == kindStatus, kind == kindMocker, kind == kindPlanner, kind == kindGraph:
		return kindPlanner
	case has("\napiVersion:") || bytes.HasPrefix(b, []byte("apiVersion:")):
		return kindPlanner
	}
	return kindLog
}

// sniffObject tells JSON objects apart: one, or one a line.
func sniffObject(base string, b []byte, has func(...string) bool) string {
	first, rest, _ := bytes.Cut(b, []byte("\n"))
	lines := strings.HasSuffix(strings.ToLower(base), ".jsonl") ||
		bytes.HasPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte("{")) && json.Valid(first)
	switch {
	case bytes.Contains(first, []byte(`"metadata"`)) && bytes.Contains(first, []byte(`"request_start_ns"`)):
		return kindAIPerfLog
	case lines && bytes.Contains(first, []byte(`"target"`)) && bytes.Contains(first, []byte(`"level"`)):
		return kindLog
	case lines:
		return kindTable
	case has(`"load_level_results"`):
		return kindValidation
	case has(`"ground_truth_method"`, `"ground_truth_goodput"`):
		return kindComparison
	case has(`"kind"`, `"config_with_planner.yaml"`, `"final_config.yaml"`, `"profiler_status"`):
		return kindConfigMap
	case has(`"time_to_first_token"`, `"request_latency"`, `"request_throughput"`, `"timeslices"`, `"aggregation_type"`):
		return kindAIPerfJSON
	}
	return kindConfigMap
}
