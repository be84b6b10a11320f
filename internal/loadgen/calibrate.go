package loadgen

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/profreport/profreport/internal/profile"
)

// Calibration is what was found out about the server's tokenizer.
type Calibration struct {
	Source string // "usage", "tokenize" or "" when the server counts nothing
	Asked  int
	Words  int
	Tokens profile.Opt[int64] // of a prompt of so many words
	Probes int
}

// maxProbes bounds the requests spent on finding the length of the prompts.
const maxProbes = 12

// Calibrate sets the number of words so that a prompt has isl tokens by the
// server's own count: that of /tokenize where it exists, else
// `usage.prompt_tokens` of requests for one token. Where the count can't be
// met exactly, the prompts stay the closest below. The first probe is also
// the test whether the server answers at all; its failure is the error.
func (s *Synthetic) Calibrate(ctx context.Context, isl int) (Calibration, error) {
	cal := Calibration{Asked: isl, Words: isl}
	count := s.byUsage
	first, err := s.byUsage(ctx, max(1, isl/2), &cal)
	if err != nil {
		return cal, err
	}
	cal.Source = "usage"
	if n, err := s.byTokenize(ctx, max(1, isl/2), &cal); err == nil && (!first.OK || n.V == first.V) {
		cal.Source, count, first = "tokenize", s.byTokenize, n
	}
	if !first.OK {
		cal.Source, s.Words = "", isl
		return cal, nil
	}
	err = search(isl, max(1, isl/2), first.V, func(words int) (int64, error) {
		n, err := count(ctx, words, &cal)
		if err == nil && !n.OK {
			err = errors.New("the server stopped counting prompt tokens")
		}
		return n.V, err
	}, &cal)
	s.Words = cal.Words
	return cal, err
}

// search finds the largest number of words with at most isl tokens, by
// regula falsi that falls back to bisection. tokens(words) rises.
func search(isl, words int, tokens int64, count func(words int) (int64, error), cal *Calibration) error {
	want := int64(isl)
	lowW, lowT := 0, int64(-1) // a number known to be small enough; nothing known of its tokens
	highW := 0                 // a number known to be too large; 0 is none
	for cal.Probes < maxProbes {
		if tokens <= want {
			lowW, lowT = words, tokens
		} else {
			highW = words
		}
		if tokens == want || highW != 0 && highW-lowW <= 1 {
			break
		}
		guess := words + int(want-tokens)*max(words, 1)/int(max(tokens, 1))
		if guess <= lowW || highW != 0 && guess >= highW {
			guess = lowW + 1
			if highW != 0 {
				guess = (lowW + highW) / 2
			}
		}
		words = guess
		var err error
		if tokens, err = count(words); err != nil {
			return err
		}
	}
	if lowT < 0 || lowW == 0 { // even one word is too long
		cal.Words, cal.Tokens = max(words, 1), profile.Some(tokens)
		return nil
	}
	cal.Words, cal.Tokens = lowW, profile.Some(lowT)
	return nil
}

// calibrationPrompt is the first number of the prompts used for calibration:
// none of them is used again.
const calibrationPrompt = 1 << 60

// byUsage asks for one token and reads how many the prompt had.
func (s *Synthetic) byUsage(ctx context.Context, words int, cal *Calibration) (profile.Opt[int64], error) {
	cal.Probes++
	body, err := s.c.body(s.text(words, calibrationPrompt+uint64(cal.Probes)), 1)
	if err != nil {
		return profile.Opt[int64]{}, err
	}
	rec := Record{Intended: s.c.now()}
	s.c.Do(ctx, Prompt{Body: body, OSL: 1}, &rec, nil)
	if err := ctx.Err(); err != nil {
		return profile.Opt[int64]{}, err
	}
	if rec.Status != OK && !(rec.Failure.Type == FailEmpty && rec.ISL.OK) {
		return profile.Opt[int64]{}, probeError(s.c.url, &rec)
	}
	return rec.ISL, nil
}

// probeError says in one sentence why the server can't be tested.
func probeError(url string, rec *Record) error {
	f := rec.Failure
	if rec.unreachable {
		return fmt.Errorf("%s: %w: %s", url, ErrGone, f.Message)
	}
	if f.Code > 0 && f.Code != http.StatusOK {
		return fmt.Errorf("%s: the server refuses requests: %d %s: %s", url, f.Code, f.Type, f.Message)
	}
	return fmt.Errorf("%s: no usable answer: %s: %s", url, f.Type, f.Message)
}

// byTokenize asks the server's tokenizer, without any generation.
func (s *Synthetic) byTokenize(ctx context.Context, words int, cal *Calibration) (profile.Opt[int64], error) {
	cal.Probes++
	none := profile.Opt[int64]{}
	m := map[string]any{"model": s.c.target.Model}
	if text := s.text(words, calibrationPrompt+1); s.c.target.API == Completions {
		m["prompt"] = text
	} else {
		m["messages"] = []any{map[string]any{"role": "user", "content": text}}
	}
	body, err := json.Marshal(m)
	if err != nil {
		return none, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.c.root+"/tokenize", bytes.NewReader(body))
	if err != nil {
		return none, err
	}
	s.c.header(req)
	resp, err := s.c.http.Do(req)
	if err != nil {
		return none, err
	}
	defer resp.Body.Close()
	var answer struct {
		Count  *int64            `json:"count"`
		Tokens []json.RawMessage `json:"tokens"`
	}
	if resp.StatusCode != http.StatusOK {
		return none, fmt.Errorf("/tokenize: %s", resp.Status)
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 32<<20)).Decode(&answer); err != nil {
		return none, fmt.Errorf("/tokenize: %w", err)
	}
	if answer.Count == nil {
		return none, errors.New("/tokenize: no count in the answer")
	}
	return profile.Some(*answer.Count), nil
}

// Ping asks for one token, to see whether the server answers.
func (s *Synthetic) Ping(ctx context.Context) error {
	_, err := s.byUsage(ctx, 1, &Calibration{})
	return err
}
