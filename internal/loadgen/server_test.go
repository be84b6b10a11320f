package loadgen

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// script is what the test server does with one request.
type script struct {
	delay    time.Duration // to the first token
	gap      time.Duration // between chunks
	tokens   int           // of the answer; 0 is what was asked
	perChunk int           // tokens a chunk; 0 is 1
	fault    string
}

// truth is when the server did what, for one request.
type truth struct {
	received, first, last time.Time
	tokens                int
}

// testServer is an inference server of which every time is known. Its
// tokenizer counts each word as one token and a template of 5.
type testServer struct {
	*httptest.Server
	plan     func(n int) script
	slots    chan struct{} // requests worked on at once; nil is any number
	noUsage  bool
	tokenize bool
	forget   bool // keep only counts

	mu     sync.Mutex
	n      int
	truths map[string]truth // by X-Request-ID
	bodies []map[string]any
	count  map[string]int // outcomes by fault, "ok" without
	conns  int
}

func newServer(t testing.TB, plan func(n int) script) *testServer {
	s := unstarted(plan)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func unstarted(plan func(n int) script) *testServer {
	s := &testServer{plan: plan, truths: map[string]truth{}, count: map[string]int{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", s.generate)
	mux.HandleFunc("POST /v1/completions", s.generate)
	mux.HandleFunc("POST /tokenize", s.tokens)
	s.Server = httptest.NewUnstartedServer(mux)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.mu.Lock()
			s.conns++
			s.mu.Unlock()
		}
	}
	return s
}

func promptTokens(m map[string]any) int {
	text, _ := m["prompt"].(string)
	if list, ok := m["messages"].([]any); ok {
		for _, x := range list {
			c, _ := x.(map[string]any)["content"].(string)
			text += " " + c
		}
	}
	return len(strings.Fields(text)) + 5
}

func (s *testServer) tokens(w http.ResponseWriter, r *http.Request) {
	var m map[string]any
	if !s.tokenize || json.NewDecoder(r.Body).Decode(&m) != nil {
		http.NotFound(w, r)
		return
	}
	fmt.Fprintf(w, `{"count": %d, "tokens": []}`, promptTokens(m))
}

func (s *testServer) generate(w http.ResponseWriter, r *http.Request) {
	received := time.Now()
	var m map[string]any
	if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	asked, _ := m["max_tokens"].(float64)
	s.mu.Lock()
	var sc script
	if asked != 1 { // calibration is no part of the plan
		sc = s.plan(s.n)
		s.n++
		if !s.forget {
			s.bodies = append(s.bodies, m)
		}
		name := sc.fault
		if name == "" {
			name = "ok"
		}
		s.count[name]++
	}
	s.mu.Unlock()
	if s.slots != nil {
		s.slots <- struct{}{}
		defer func() { <-s.slots }()
	}
	if sc.tokens == 0 {
		sc.tokens = int(asked)
	}
	if sc.early(w) {
		return
	}
	got := s.answer(w, r, m, sc)
	got.received = received
	s.mu.Lock()
	if !s.forget {
		s.truths[r.Header.Get("X-Request-ID")] = got
	}
	s.mu.Unlock()
}

// early plays the faults that come before the stream.
func (sc script) early(w http.ResponseWriter) bool {
	switch sc.fault {
	case "429":
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"error": {"message": "slow down", "type": "rate_limit"}}`)
	case "503":
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, `{"error": "no workers available"}`)
	case "close":
		panic(http.ErrAbortHandler)
	case "json":
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"choices": []}`)
	default:
		return false
	}
	return true
}

// answer streams, keeping an absolute clock so that gaps don't add up.
func (s *testServer) answer(w http.ResponseWriter, r *http.Request, m map[string]any, sc script) (got truth) {
	w.Header().Set("Content-Type", "text/event-stream")
	flush := w.(http.Flusher).Flush
	write := func(text string) {
		fmt.Fprintf(w, "data: %s\n\n", text)
		flush()
	}
	chat := m["prompt"] == nil
	if chat {
		write(`{"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}`)
	}
	if !wait(r, sc.delay) {
		return got
	}
	start := time.Now()
	per := max(sc.perChunk, 1)
	for sent, i := 0, 0; sent < sc.tokens && sc.fault != "empty"; i++ {
		if i > 0 && !wait(r, time.Until(start.Add(time.Duration(i)*sc.gap))) {
			return got
		}
		if i == 3 && !sc.inside(w, write, r) {
			return got
		}
		n := min(per, sc.tokens-sent)
		got.last = time.Now()
		if i == 0 {
			got.first = got.last
		}
		text := strings.Repeat("tok ", n)
		if chat {
			write(`{"choices":[{"index":0,"delta":{"content":"` + text + `"},"finish_reason":null}],"usage":null}`)
		} else {
			write(`{"choices":[{"index":0,"text":"` + text + `","finish_reason":null}]}`)
		}
		sent += n
		got.tokens = sent
	}
	write(`{"choices":[{"index":0,"delta":{},"finish_reason":"length"}]}`)
	if !s.noUsage {
		write(fmt.Sprintf(`{"choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":%d}}`, promptTokens(m), got.tokens))
	}
	write("[DONE]")
	return got
}

// inside plays the faults that come after three chunks.
func (sc script) inside(w http.ResponseWriter, write func(string), r *http.Request) bool {
	switch sc.fault {
	case "reset":
		if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = c.(*net.TCPConn).SetLinger(0)
			_ = c.Close()
		}
	case "truncate": // a clean end, too early
	case "malformed":
		write(`{"choices":[{"delta":`)
	case "stall":
		<-r.Context().Done()
	case "error":
		write(`{"error": {"message": "out of memory", "code": 500}}`)
	case "long":
		write(strings.Repeat("x", 2<<20))
	default:
		return true
	}
	return false
}

func wait(r *http.Request, d time.Duration) bool {
	if d <= 0 {
		return r.Context().Err() == nil
	}
	select {
	case <-time.After(d):
		return true
	case <-r.Context().Done():
		return false
	}
}

// always is a plan of one script.
func always(sc script) func(int) script { return func(int) script { return sc } }

func newTestClient(t testing.TB, target Target) *Client {
	t.Helper()
	if target.Model == "" {
		target.Model = "test/model"
	}
	c, err := NewClient(target)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// protocols are HTTP/1.1 and HTTP/2 in the clear.
func protocols() *http.Protocols {
	p := new(http.Protocols)
	p.SetHTTP1(true)
	p.SetUnencryptedHTTP2(true)
	return p
}
