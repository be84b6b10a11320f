package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/profreport/profreport/internal/profile"
)

// requestsOf decodes a text and copies what it yields.
func requestsOf(t *testing.T, r io.Reader) ([]profile.Request, []profile.Problem) {
	t.Helper()
	var reqs []profile.Request
	var problems []profile.Problem
	err := DecodeRequests("r.jsonl")(r, func(q *profile.Request, p *profile.Problem) error {
		if p != nil {
			problems = append(problems, *p)
		} else {
			reqs = append(reqs, *q)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return reqs, problems
}

// TestRequests reads records one by one: what is absent is unknown, times are
// exact to the nanosecond.
func TestRequests(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"full", strings.TrimSpace(string(genRequests(1, 0))), "ok 1767601862247191627 1767601867247191628 100.5 20 5000.25 2048 256 "},
		{"defaults absent", `{"metadata":{"request_start_ns":1787565731376399583,"request_end_ns":1787565739093088557},"metrics":{"time_to_first_token":{"value":1.5,"unit":"ms"}}}`,
			"ok 1787565731376399583 1787565739093088557 1.5 <nil> <nil> <nil> <nil> "},
		{"nulls", `{"metadata":{"benchmark_phase":null,"request_start_ns":5,"request_end_ns":null,"was_cancelled":null},"metrics":{"time_to_first_token":null,"inter_token_latency":{"value":null,"unit":"ms"}},"error":null}`,
			"ok 5 <nil> <nil> <nil> <nil> <nil> <nil> "},
		{"failed", `{"metadata":{"request_start_ns":5,"request_end_ns":6,"benchmark_phase":"profiling"},"metrics":{"error_isl":{"value":2048,"unit":"tokens"}},"error":{"code":503,"type":"Service Unavailable","message":"no workers"}}`,
			"error 5 6 <nil> <nil> <nil> 2048 <nil> 503 Service Unavailable: no workers"},
		{"failed without code", `{"metadata":{"request_start_ns":5,"request_end_ns":6},"metrics":{},"error":{"code":null,"type":"ClientConnectorError","message":"refused"}}`,
			"error 5 6 <nil> <nil> <nil> <nil> <nil> ClientConnectorError: refused"},
		{"cancelled", `{"metadata":{"request_start_ns":5,"request_end_ns":6,"was_cancelled":true},"metrics":{},"error":{"code":499,"type":"RequestCancellationError","message":"late"}}`,
			"cancelled 5 6 <nil> <nil> <nil> <nil> <nil> 499 RequestCancellationError: late"},
		{"other units", `{"metadata":{"request_start_ns":5},"metrics":{"time_to_first_token":{"value":0.5,"unit":"sec"},"request_latency":{"value":2000,"unit":"us"}}}`,
			"ok 5 <nil> 500 <nil> 2 <nil> <nil> "},
		{"floats for integers", `{"metadata":{"request_start_ns":1.5e3,"request_end_ns":2000.0},"metrics":{"output_sequence_length":{"value":256.0,"unit":"tokens"}}}`,
			"ok 1500 2000 <nil> <nil> <nil> <nil> 256 "},
		{"error as text", `{"metadata":{"request_start_ns":5},"metrics":{},"error":"boom"}`, "error 5 <nil> <nil> <nil> <nil> <nil> <nil> boom"},
	} {
		reqs, problems := requestsOf(t, strings.NewReader(c.line))
		if len(reqs) != 1 || len(problems) != 0 {
			t.Errorf("%s: %d requests, %v", c.name, len(reqs), problems)
			continue
		}
		q := reqs[0]
		if got := fmt.Sprint(q.Status, " ", q.StartedNS.Any(), " ", q.EndedNS.Any(), " ", q.TTFT.Any(), " ", q.ITL.Any(), " ", q.Latency.Any(), " ", q.ISL.Any(), " ", q.OSL.Any(), " ", q.Error); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", c.name, got, c.want)
		}
	}
}

// TestRequestsDamaged: one bad line costs one line, with its number; warm-up
// is left out and takes no number.
func TestRequestsDamaged(t *testing.T) {
	good := strings.SplitAfter(string(genRequests(4, 0)), "\n")
	warm := `{"metadata":{"benchmark_phase":"warmup","request_start_ns":1},"metrics":{"time_to_first_token":{"value":9,"unit":"ms"}}}` + "\n"
	text := "\ufeff" + warm + good[0] + "{\"metadata\":\n" + good[1] + "\r\n\n[1,2]\n" + strings.Replace(good[2], `"value":102.5`, `"value":"fast"`, 1) + `{"hello":1}` + "\n" +
		"null\n" + strings.Replace(good[2], "\n", "\r\n", 1) + good[3][:200]
	reqs, problems := requestsOf(t, strings.NewReader(text))
	if len(reqs) != 3 || reqs[0].Request != 0 || reqs[2].Request != 2 || reqs[2].TTFT.V != 102.5 {
		t.Errorf("requests %+v", reqs)
	}
	var got []string
	for _, p := range problems {
		got = append(got, fmt.Sprint(p.Line, " ", p.Reason))
		if p.Path != "r.jsonl" || p.Severity != profile.SeverityError || p.Message == "" {
			t.Errorf("problem %+v", p)
		}
	}
	want := []string{"3 " + ReasonSyntax, "7 " + ReasonSyntax, "8 " + ReasonSyntax, "9 " + ReasonLayout, "10 " + ReasonSyntax, "12 " + ReasonTruncated}
	if !slices.Equal(got, want) {
		t.Errorf("problems %q, want %q", got, want)
	}
	if _, problems := requestsOf(t, strings.NewReader(strings.Repeat("x\n", 3*MaxProblems))); len(problems) != MaxProblems+1 || !strings.HasPrefix(problems[MaxProblems].Message, fmt.Sprint(2*MaxProblems, " more")) {
		t.Errorf("%d problems, the last %q", len(problems), problems[len(problems)-1].Message)
	}
}

// TestRequestsOrder reads several chunks through the pool: every request
// once, in order, whatever the sizes of reads and lines are.
func TestRequestsOrder(t *testing.T) {
	const n = 9000
	data := genRequests(n, 0)
	long := genRequests(3, 400_000) // lines of 4 MB between the others
	mixed := append(append(append([]byte{}, data[:len(data)/2+100]...), '\n'), long...)
	for name, r := range map[string]io.Reader{"whole": bytes.NewReader(data), "odd reads": &oddReader{data: data, step: 77_777}, "long lines": bytes.NewReader(append(mixed, data...))} {
		reqs, problems := requestsOf(t, r)
		if name == "long lines" {
			if len(problems) != 1 || problems[0].Line == 0 || len(reqs) != n+3+bytes.Count(data[:len(data)/2+100], []byte("\n")) {
				t.Errorf("%s: %d requests, problems %+v", name, len(reqs), problems)
			}
			continue
		}
		if len(reqs) != n || len(problems) != 0 {
			t.Fatalf("%s: %d requests, %v", name, len(reqs), problems)
		}
		for i, q := range reqs {
			if q.Request != int64(i) || q.StartedNS.V != genStart+int64(i)*1_000_000 || q.TTFT.V != float64(100+i%50)+0.5 {
				t.Fatalf("%s: request %d is %+v", name, i, q)
			}
		}
	}
}

// oddReader gives its data in pieces of step bytes.
type oddReader struct {
	data []byte
	step int
}

func (o *oddReader) Read(p []byte) (int, error) {
	if len(o.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), o.step)], o.data)
	o.data = o.data[n:]
	return n, nil
}

// TestRequestsLimits: a line beyond the limit is dropped without being held,
// UTF-16 is refused.
func TestRequestsLimits(t *testing.T) {
	good := genRequests(2, 0)
	huge := io.MultiReader(bytes.NewReader(good), io.LimitReader(endlessText{}, 4*MaxLine), strings.NewReader("\n"), bytes.NewReader(good))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	reqs, problems := requestsOf(t, huge)
	runtime.ReadMemStats(&after)
	if len(reqs) != 4 || reqs[3].Request != 3 || len(problems) != 1 || problems[0].Line != 3 || problems[0].Reason != ReasonTooLarge {
		t.Errorf("%d requests, problems %+v", len(reqs), problems)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 6*MaxLine {
		t.Errorf("%d MiB were allocated for a line of %d MiB", got>>20, 4*MaxLine>>20)
	}
	if reqs, problems := requestsOf(t, io.MultiReader(bytes.NewReader(good), io.LimitReader(endlessText{}, 2*MaxLine))); len(reqs) != 2 || len(problems) != 1 || problems[0].Line != 3 {
		t.Errorf("endless last line: %d requests, problems %+v", len(reqs), problems)
	}
	var syn *SyntaxError
	if err := DecodeRequests("r.jsonl")(strings.NewReader("\xff\xfe{\x00"), nil); !errors.As(err, &syn) || syn.File != "r.jsonl" {
		t.Errorf("UTF-16: %v", err)
	}
	if reqs, problems := requestsOf(t, strings.NewReader("")); len(reqs)+len(problems) != 0 {
		t.Error("an empty file gives something")
	}
}

// endlessText is one line without an end.
type endlessText struct{}

func (endlessText) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// TestRequestsStop: an error of yield or of the reader ends the read and is
// returned, and no goroutine outlives it.
func TestRequestsStop(t *testing.T) {
	data := genRequests(5000, 0)
	full := errors.New("disk full")
	before := runtime.NumGoroutine()
	for _, at := range []int{1, 2, 3000} {
		n := 0
		err := DecodeRequests("r.jsonl")(bytes.NewReader(data), func(*profile.Request, *profile.Problem) error {
			if n++; n == at {
				return full
			}
			return nil
		})
		if !errors.Is(err, full) || n != at {
			t.Errorf("stopped after %d of %d: %v", n, at, err)
		}
	}
	broken := errors.New("disk on fire")
	n := 0
	err := DecodeRequests("r.jsonl")(io.MultiReader(bytes.NewReader(data), failing{broken}), func(*profile.Request, *profile.Problem) error { n++; return nil })
	if !errors.Is(err, broken) || n == 0 || !strings.HasPrefix(err.Error(), "r.jsonl:") {
		t.Errorf("read error after %d requests: %v", n, err)
	}
	if err := DecodeRequests("r.jsonl")(failing{broken}, nil); !errors.Is(err, broken) {
		t.Errorf("read error at the start: %v", err)
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines before, %d after", before, runtime.NumGoroutine())
}

// TestRequestsData recomputes what the data's description states.
func TestRequestsData(t *testing.T) {
	for _, c := range []struct {
		path string
		want [6]float64 // p50 and p99 of TTFT, ITL and latency
	}{
		{"aiperf-newer/schema_1_5", [6]float64{227.770411, 656.427719, 31.232475, 34.428690, 8208.493720, 9043.043520}},
		{"aiperf-newer/schema_1_1", [6]float64{230.533430, 436.486064, 29.884061, 34.511370, 7970.256592, 9092.717526}},
	} {
		reqs, problems := requestsOf(t, sharedData(t, c.path+"/profile_export.jsonl"))
		status := map[string]int{}
		var columns [3][]float64
		for _, q := range reqs {
			if status[q.Status]++; q.Status == "ok" {
				columns[0], columns[1], columns[2] = append(columns[0], q.TTFT.V), append(columns[1], q.ITL.V), append(columns[2], q.Latency.V)
			}
		}
		if len(problems) != 0 || fmt.Sprint(status) != "map[cancelled:1 error:2 ok:24]" {
			t.Errorf("%s: %v, problems %v", c.path, status, problems)
		}
		for i, col := range columns {
			slices.Sort(col)
			for j, p := range []float64{0.5, 0.99} {
				at := p * float64(len(col)-1)
				lo := int(at)
				v := col[lo] + (col[lo+1]-col[lo])*(at-float64(lo))
				if math.Abs(v-c.want[2*i+j]) > 1e-6 {
					t.Errorf("%s: column %d p%v is %v, want %v", c.path, i, 100*p, v, c.want[2*i+j])
				}
			}
		}
	}
}
