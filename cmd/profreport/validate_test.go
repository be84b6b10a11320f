package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/profreport/profreport/internal/store"
)

// inference is a server that answers every request with the output asked, in
// words of one token; fail names the requests it refuses (calibration not
// counted).
func inference(t *testing.T, delay time.Duration, fail func(n int64) bool) *httptest.Server {
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m struct {
			MaxTokens int `json:"max_tokens"`
			Messages  []struct{ Content string }
		}
		if r.URL.Path != "/v1/chat/completions" || json.NewDecoder(r.Body).Decode(&m) != nil {
			http.NotFound(w, r)
			return
		}
		if m.MaxTokens != 1 && fail != nil && fail(n.Add(1)-1) {
			http.Error(w, `{"error": {"message": "no workers"}}`, http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		if m.MaxTokens != 1 {
			time.Sleep(delay)
		}
		for range m.MaxTokens {
			fmt.Fprint(w, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"tok \"}}]}\n\n")
			w.(http.Flusher).Flush()
		}
		fmt.Fprintf(w, "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"length\"}]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d}}\n\ndata: [DONE]\n\n",
			len(strings.Fields(m.Messages[0].Content))+9, m.MaxTokens)
	}))
	t.Cleanup(s.Close)
	return s
}

// validateCmd runs the command in a folder of its own and returns its code.
func validateCmd(t *testing.T, url string, args ...string) (dir string, code int, out, errs string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "validation")
	var stdout, stderr bytes.Buffer
	all := append([]string{"profreport", "validate", "--url", url, "--model", "M", "--output-dir", dir, "--isl", "64", "--osl", "4"}, args...)
	code = run(t.Context(), all, strings.NewReader(""), &stdout, &stderr)
	return dir, code, stdout.String(), stderr.String()
}

// TestValidateDefaults: the four levels of the original at a maximum of 8, and
// what is written of them.
func TestValidateDefaults(t *testing.T) {
	s := inference(t, 2*time.Millisecond, nil)
	url := strings.TrimPrefix(s.URL, "http://") // a host without a scheme
	db := filepath.Join(t.TempDir(), "a.db")
	dir, code, out, errs := validateCmd(t, url, "--max-batch-size", "8", "--predicted-ttft", "10", "--predicted-itl", "1", "--requests-per-level", "40", "--check", "--db", db, "--run", "r", "--method", "AIC-Search")
	if code != exitDone {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	var v struct {
		Levels []struct {
			Level       string   `json:"load_level"`
			Concurrency int      `json:"concurrency"`
			Share       float64  `json:"concurrency_pct"`
			TTFT        *float64 `json:"ttft_p50"`
			Error       *float64 `json:"ttft_error_pct"`
			Hit         float64  `json:"sla_hit_rate"`
			N           int      `json:"request_count"`
			ISL         float64  `json:"isl_obtained"`
		} `json:"load_level_results"`
	}
	readJSONFile(t, filepath.Join(dir, "validation.json"), &v)
	want := map[string]int{"idle": 1, "medium": 4, "saturation": 7, "overload": 9}
	if len(v.Levels) != 4 {
		t.Fatalf("%d levels, want 4", len(v.Levels))
	}
	for _, l := range v.Levels {
		if l.Concurrency != want[l.Level] || l.Share != float64(want[l.Level])/8 || l.N != 40 || l.Hit != 100 || l.ISL != 64 {
			t.Errorf("%+v", l)
		}
		if l.TTFT == nil || l.Error == nil || math.Abs(*l.Error-100*(10 / *l.TTFT - 1)) > 1e-9 {
			t.Errorf("%s: TTFT %v, error %v: want 100 (P/M - 1)", l.Level, l.TTFT, l.Error)
		}
		for _, name := range []string{"profile_export_aiperf.json", "profile_export_aiperf.csv", "profile_export.jsonl", "inputs.json"} {
			if _, err := os.Stat(filepath.Join(dir, l.Level, name)); err != nil {
				t.Error(err)
			}
		}
	}
	if !strings.Contains(errs, "112.5 %") || !strings.Contains(errs, "with 40 requests") {
		t.Errorf("stderr:\n%s", errs)
	}
	checkArchive(t, db, v.Levels[1].TTFT)
}

// checkArchive compares the archive with validation.json.
func checkArchive(t *testing.T, db string, medium *float64) {
	t.Helper()
	s, err := store.OpenSession(t.Context(), db, store.SessionOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, c := range []struct {
		query string
		want  any
	}{
		{"select count(*) from requests where run = 'r' and status = 'ok'", int64(160)},
		{"select value from load_statistics where level = 'medium' and metric = 'ttft' and statistic = 'p50'", *medium},
		{"select median(ttft_ms) from requests where level = 'medium'", *medium},
		{"select method from runs", "AIC-Search"},
		{"select sla_hit_rate from load_levels where level = 'overload'", 1.0},
	} {
		tab, err := s.Query(context.Background(), c.query, nil)
		if err != nil {
			t.Fatalf("%s: %v", c.query, err)
		}
		if len(tab.Rows) != 1 || tab.Rows[0][0] != c.want {
			t.Errorf("%s: %v, want %v", c.query, tab.Rows, c.want)
		}
	}
}

func readJSONFile(t *testing.T, path string, v any) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestValidateCodes: the exit codes and what is said.
func TestValidateCodes(t *testing.T) {
	for _, c := range []struct {
		name  string
		delay time.Duration
		fail  func(int64) bool
		args  []string
		code  int
		says  string
	}{
		{"met", 0, nil, []string{"--levels", "idle", "--check", "--requests-per-level", "40"}, exitDone, ""},
		{"missed", 20 * time.Millisecond, nil, []string{"--levels", "idle", "--check", "--requests-per-level", "20", "--ttft-target", "5"}, exitMissed, "0 of 20 requests met the SLA"},
		{"missed, not asked", 20 * time.Millisecond, nil, []string{"--levels", "idle", "--requests-per-level", "20", "--ttft-target", "5"}, exitDone, ""},
		{"too few", 0, nil, []string{"--levels", "idle", "--check", "--requests-per-level", "5"}, exitUnknown, "35 requests would be needed"},
		{"failures miss", 0, func(n int64) bool { return n%2 == 0 }, []string{"--levels", "idle", "--check", "--requests-per-level", "40", "--warmup", "0"}, exitMissed, "20 failed: 503 Service Unavailable: no workers"},
		{"all failed", 0, func(int64) bool { return true }, []string{"--levels", "idle", "--requests-per-level", "5"}, exitFailed, "every request failed"},
		{"nothing judged", 0, nil, []string{"--levels", "c2=2", "--check", "--requests-per-level", "5"}, exitUnknown, "--judge"},
		{"no batch size", 0, nil, []string{"--levels", "medium"}, exitUsage, "--max-batch-size is needed"},
		{"unknown level", 0, nil, []string{"--levels", "mediun"}, exitUsage, "want idle, medium"},
		{"twice", 0, nil, []string{"--levels", "idle,idle"}, exitUsage, "twice"},
		{"outside", 0, nil, []string{"--levels", "../x=1"}, exitUsage, "NAME=CONCURRENCY"},
		{"no rate", 0, nil, []string{"--levels", "rate"}, exitUsage, "--rate"},
		{"api", 0, nil, []string{"--api", "grpc"}, exitUsage, "chat or completions"},
	} {
		s := inference(t, c.delay, c.fail)
		_, code, out, errs := validateCmd(t, s.URL, c.args...)
		if code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%s: exit %d, want %d with %q\n%s%s", c.name, code, c.code, c.says, out, errs)
		}
	}
}

// TestValidateDead: no server is one clear sentence, at once.
func TestValidateDead(t *testing.T) {
	s := inference(t, 0, nil)
	s.Close()
	start := time.Now()
	_, code, _, errs := validateCmd(t, s.URL, "--levels", "idle")
	if code != exitFailed || !strings.Contains(errs, "can't be reached") || !strings.Contains(errs, "refused") || strings.Count(errs, "\n") != 1 {
		t.Errorf("exit %d\n%s", code, errs)
	}
	if d := time.Since(start); d > 5*time.Second {
		t.Errorf("it took %v", d)
	}
}

// TestValidateInterrupted keeps what was measured.
func TestValidateInterrupted(t *testing.T) {
	s := inference(t, 30*time.Millisecond, nil)
	dir := filepath.Join(t.TempDir(), "v")
	ctx, cancel := context.WithTimeout(t.Context(), 600*time.Millisecond)
	defer cancel()
	cctx, ccancel := context.WithCancel(context.Background())
	go func() { <-ctx.Done(); ccancel() }()
	var out, errs bytes.Buffer
	code := run(cctx, []string{"profreport", "validate", "--url", s.URL, "--model", "M", "--levels", "c2=2", "--warmup", "2", "--requests-per-level", "1000", "--isl", "20", "--osl", "2", "--output-dir", dir},
		strings.NewReader(""), &out, &errs)
	if code != exitInterrupt || !strings.Contains(errs.String(), "interrupted") || !strings.Contains(errs.String(), "Partial") {
		t.Fatalf("exit %d\n%s", code, errs.String())
	}
	var e struct {
		Cancelled bool                  `json:"was_cancelled"`
		Valid     struct{ Avg float64 } `json:"request_count"`
		Excluded  struct{ Avg float64 } `json:"excluded_request_count"`
	}
	readJSONFile(t, filepath.Join(dir, "c2", "profile_export_aiperf.json"), &e)
	log, err := os.ReadFile(filepath.Join(dir, "c2", "profile_export.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if cut := bytes.Count(log, []byte(`"was_cancelled":true`)); !e.Cancelled || e.Valid.Avg < 5 || e.Excluded.Avg != float64(cut) || cut < 1 || cut > 2 {
		t.Errorf("%+v, %d cut off in the log", e, cut)
	}
}

// TestValidateOpen: the rate level and the sinusoidal one, whose rates come
// from the throughput that a level before it reached; every run is ingested.
func TestValidateOpen(t *testing.T) {
	s := inference(t, 2*time.Millisecond, nil)
	dir, code, out, errs := validateCmd(t, s.URL, "--levels", "c2=2,optimization,rate", "--rate", "60", "--arrivals", "poisson", "--requests-per-level", "30",
		"--duration", "600ms", "--grace", "2s", "--warmup", "2")
	if code != exitDone {
		t.Fatalf("exit %d\n%s%s", code, out, errs)
	}
	if !strings.Contains(errs, "90 % of the highest throughput") || !strings.Contains(out, "sine from") {
		t.Errorf("%s\n%s", out, errs)
	}
	for level, most := range map[string]float64{"c2": 30, "rate": 70, "optimization": 2000} {
		var e struct {
			Valid struct{ Avg float64 } `json:"request_count"`
			Error struct{ Avg float64 } `json:"error_request_count"`
		}
		readJSONFile(t, filepath.Join(dir, level, "profile_export_aiperf.json"), &e)
		if e.Valid.Avg < 15 || e.Valid.Avg > most || e.Error.Avg != 0 {
			t.Errorf("%s: %+v", level, e)
		}
	}
}

// TestValidateRequest: headers, a key from a file, further keys, prompts from
// a file; the key is in no file that is written.
func TestValidateRequest(t *testing.T) {
	var header http.Header
	var body map[string]any
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var m map[string]any
		if json.NewDecoder(r.Body).Decode(&m) != nil || r.URL.Path != "/v1/completions" {
			http.NotFound(w, r)
			return
		}
		header, body = r.Header, m
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: {\"choices\":[{\"text\":\"a\",\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\ndata: [DONE]\n\n")
	}))
	defer s.Close()
	tmp := t.TempDir()
	for name, text := range map[string]string{"key": "sk-secret\n", "prompts": "the only prompt\n"} {
		if err := os.WriteFile(filepath.Join(tmp, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	dir, code, _, errs := validateCmd(t, s.URL, "--levels", "c1=1", "--requests-per-level", "2", "--warmup", "0", "--api", "completions",
		"--header", "X-A: b", "--api-key-file", filepath.Join(tmp, "key"), "--extra", "top_k:3", "--extra", "tag:x", "--prompts", filepath.Join(tmp, "prompts"))
	if code != exitDone {
		t.Fatalf("exit %d\n%s", code, errs)
	}
	if header.Get("Authorization") != "Bearer sk-secret" || header.Get("X-A") != "b" || body["top_k"] != 3.0 || body["tag"] != "x" || body["prompt"] != "the only prompt" {
		t.Errorf("%v\n%v", header, body)
	}
	if !strings.Contains(errs, "2 answers ended before the output tokens asked") {
		t.Errorf("early stops are not told:\n%s", errs)
	}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if bytes.Contains(b, []byte("sk-secret")) {
			t.Errorf("the key is in %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
