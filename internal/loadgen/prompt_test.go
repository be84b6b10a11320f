package loadgen

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/profile"
)

// TestSynthetic: prompts are unique from their first words, repeat by seed,
// and hold the same words, so that they have the same number of tokens.
func TestSynthetic(t *testing.T) {
	c := newTestClient(t, Target{URL: "x"})
	s := NewSynthetic(c, 300, 4, 1)
	sorted := func(n uint64) string {
		w := strings.Fields(s.text(300, n))
		slices.Sort(w)
		return strings.Join(w, " ")
	}
	begins := map[string]bool{}
	for n := range uint64(2000) {
		w := strings.Fields(s.text(300, n))
		begins[strings.Join(w[:6], " ")] = true
		if len(w) != 300 || sorted(n) != sorted(0) {
			t.Fatalf("prompt %d has other words", n)
		}
	}
	if len(begins) != 2000 {
		t.Errorf("%d different beginnings of 2000", len(begins))
	}
	if s.text(300, 5) != NewSynthetic(c, 300, 4, 1).text(300, 5) || s.text(300, 5) == NewSynthetic(c, 300, 4, 2).text(300, 5) {
		t.Error("the seed does not decide")
	}
	s.Same = true
	a, _ := s.Prompt(1)
	b, _ := s.Prompt(2)
	if string(a.Body) != string(b.Body) {
		t.Error("Same gives different prompts")
	}
	if w := slices.Compact(slices.Sorted(slices.Values(words))); len(w) < len(words)-2 {
		t.Errorf("%d of %d words are distinct", len(w), len(words))
	}
}

// TestCalibrate against the test server: a word is a token, the template has 5.
func TestCalibrate(t *testing.T) {
	for _, api := range []string{Chat, Completions} {
		for _, tokenize := range []bool{false, true} {
			s := newServer(t, always(script{}))
			s.tokenize = tokenize
			c := newTestClient(t, Target{URL: s.URL, API: api})
			p := NewSynthetic(c, 1, 4, 1)
			cal, err := p.Calibrate(t.Context(), 2048)
			want := map[bool]string{false: "usage", true: "tokenize"}[tokenize]
			if err != nil || cal.Words != 2043 || p.Words != 2043 || cal.Tokens != profile.Some(int64(2048)) || cal.Source != want {
				t.Errorf("%s, tokenize %v: %+v, %v", api, tokenize, cal, err)
			}
			if s.n != 0 {
				t.Errorf("%d requests for more than one token", s.n)
			}
		}
	}
	s := newServer(t, always(script{}))
	s.noUsage = true
	p := NewSynthetic(newTestClient(t, Target{URL: s.URL}), 1, 4, 1)
	if cal, err := p.Calibrate(t.Context(), 100); err != nil || cal.Source != "" || cal.Tokens.OK || p.Words != 100 {
		t.Errorf("no counts: %+v, %v", cal, err)
	}
	s.Close()
	if _, err := p.Calibrate(t.Context(), 100); !errors.Is(err, ErrGone) {
		t.Errorf("no server: %v", err)
	}
}

// TestSearch with tokenizers of other costs: the largest number of words that
// does not exceed the tokens wanted, in few probes.
func TestSearch(t *testing.T) {
	for _, c := range []struct {
		name   string
		tokens func(words int) int64
		want   int64
		words  int
	}{
		{"one each", func(w int) int64 { return int64(w) + 9 }, 2048, 2039},
		{"4 in 3 words", func(w int) int64 { return int64(w*4/3) + 30 }, 2048, 1514}, // 1514 x 4/3 = 2018.7
		{"two each", func(w int) int64 { return int64(2*w) + 1 }, 2048, 1023},        // 2047
		{"steps", func(w int) int64 { return int64(w / 10 * 25) }, 2048, 819},        // 81 x 25 = 2025
		{"template too long", func(w int) int64 { return int64(w) + 500 }, 100, 1},
	} {
		cal := Calibration{Probes: 1}
		start := int(c.want / 2)
		err := search(int(c.want), start, c.tokens(start), func(w int) (int64, error) {
			cal.Probes++
			return c.tokens(w), nil
		}, &cal)
		if err != nil || cal.Tokens.V != c.tokens(cal.Words) || c.tokens(cal.Words) != c.tokens(c.words) || cal.Probes > maxProbes {
			t.Errorf("%s: %d words, %d tokens, %d probes; want %d words", c.name, cal.Words, cal.Tokens.V, cal.Probes, c.words)
		}
	}
}

func TestDatasets(t *testing.T) {
	chat := newTestClient(t, Target{URL: "x"})
	for _, c := range []struct {
		name, in, source string
		texts            []string // of the first message, or of its place in the error
		bad              int
	}{
		{"text", "one two\n\nthree\n", "text", []string{"one two", "three"}, 0},
		{"BOM and CRLF", "\xef\xbb\xbfone\r\ntwo", "text", []string{"one", "two"}, 0},
		{"jsonl", `{"prompt": "a"}` + "\n" + `{"text": "b"}` + "\n" + `"c"` + "\n", "jsonl", []string{"a", "b", "c"}, 0},
		{"a bad line costs itself", `{"prompt": "a"}` + "\n{broken\n" + `{"x": 1}` + "\n" + `{"text_input": "b"}`, "jsonl", []string{"a", "b"}, 2},
		{"messages", `{"messages": [{"role": "user", "content": "a"}], "max_tokens": 7}`, "jsonl", []string{"a"}, 0},
		{"ShareGPT", `{"id": 1, "conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "x"}, {"from": "human", "value": "y"}]}`, "jsonl", []string{"a"}, 0},
		{"array", "[\n{\"conversations\": [{\"from\": \"human\", \"value\": \"a\"}]},\n{\"conversations\": [{\"from\": \"gpt\", \"value\": \"a\"}]}\n]", "json", []string{"a"}, 1},
		{"inputs.json", "{\"data\": [\n{\"session_id\": \"s1\", \"payloads\": [{\"model\": \"other\", \"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}]},\n{\"session_id\": \"s2\", \"payloads\": []}]}", "inputs.json", []string{"a"}, 1},
	} {
		d, err := chat.ReadDataset(strings.NewReader(c.in), "p", 4)
		if err != nil || d.Source != c.source || d.Len() != len(c.texts) || len(d.Bad) != c.bad {
			t.Errorf("%s: %v, %+v", c.name, err, d)
			continue
		}
		for i, want := range c.texts {
			p, _ := d.Prompt(uint64(i + d.Len())) // and begins again
			var m struct {
				Model    string
				Messages []struct{ Role, Content string }
				Max      int `json:"max_tokens"`
			}
			if err := json.Unmarshal(p.Body, &m); err != nil || len(m.Messages) != 1 || m.Messages[0].Content != want || m.Model != "test/model" || m.Max != p.OSL {
				t.Errorf("%s: %s (%v), want %q", c.name, p.Body, err, want)
			}
			if c.name == "messages" && p.OSL != 7 || c.name == "text" && p.OSL != 4 || c.name == "inputs.json" && p.ID != "s1" {
				t.Errorf("%s: %+v", c.name, p)
			}
		}
	}
	for in, want := range map[string]string{"": "p: no prompt", "{broken\n": "p:1:", "[]": "no prompt", "[1]": "p: [0]: want a text"} {
		if _, err := chat.ReadDataset(strings.NewReader(in), "p", 4); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", in, err, want)
		}
	}
}

// TestInputsReadBack: what WriteInputs writes can be sent again.
func TestInputsReadBack(t *testing.T) {
	c := newTestClient(t, Target{URL: "x"})
	s := NewSynthetic(c, 30, 4, 1)
	dir := t.TempDir()
	if err := WriteInputs(dir, s, Level{First: 1 << 32}, 5); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(dir + "/inputs.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, err := c.ReadDataset(f, "inputs.json", 4)
	if err != nil || d.Len() != 5 || len(d.Bad) != 0 {
		t.Fatalf("%v %+v", err, d)
	}
	for n := range uint64(5) {
		want, _ := s.Prompt(1<<32 + n)
		if got, _ := d.Prompt(n); string(got.Body) != string(want.Body) || got.ID != want.ID {
			t.Errorf("prompt %d: %s", n, fmt.Sprintf("%.80s", got.Body))
		}
	}
}

func FuzzDataset(f *testing.F) {
	f.Add("{\"data\": [{\"session_id\": \"s\", \"payloads\": [{\"prompt\": \"a\"}]}]}")
	f.Add("[{\"conversations\": [{\"from\": \"human\", \"value\": \"a\"}]}]")
	f.Add("{\"prompt\": \"a\"}\n\"b\"\nplain")
	c, err := NewClient(Target{URL: "x", Model: "m"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, in string) {
		d, err := c.ReadDataset(strings.NewReader(in), "p", 4)
		if err != nil {
			return
		}
		for n := range uint64(d.Len()) {
			if p, _ := d.Prompt(n); !json.Valid(p.Body) {
				t.Errorf("prompt %d is no JSON: %q", n, p.Body)
			}
		}
	})
}
