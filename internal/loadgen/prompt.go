package loadgen

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// Prompt is one request to send.
type Prompt struct {
	ID   string // session_id in inputs.json
	Body []byte // JSON, posted as it is
	OSL  int    // output tokens asked; 0 when the server decides
}

// Prompts gives the requests of a test by their number, always the same for
// the same number. It must be safe for concurrent use.
type Prompts interface {
	Prompt(n uint64) (Prompt, error)
}

// words are short, frequent and distinct, so that most tokenizers give each
// one token.
var words = strings.Fields(`time year people way day man thing woman life child world school state family student group
	country problem hand part place case week company system program question work government number night point home
	water room mother area money story fact month lot right study book eye job word business issue side kind head house
	service friend father power hour game line end member law car city community name president team minute idea body
	information back parent face level office door health person art war history party result change morning reason
	research girl guy moment air teacher force education foot boy age policy process music market sense nation plan
	college interest death experience effect use class control field development role effort rate heart drug show leader
	light voice wife police mind price report decision son view relationship town road arm difference value building`)

// Synthetic makes prompts of random words. Prompt n holds, in an order of its
// own, every word the same number of times (the first few once more), so all
// prompts have the same number of tokens under any tokenizer that keeps words
// apart, and no two begin alike: a prefix cache can't help.
type Synthetic struct {
	c     *Client
	Words int    // per prompt, found by Calibrate
	Seed  uint64 // same seed, same prompts
	OSL   int
	// Same gives every request the same prompt, so that prefix caches help.
	Same bool
}

// NewSynthetic makes prompts of a number of words.
func NewSynthetic(c *Client, words, osl int, seed uint64) *Synthetic {
	return &Synthetic{c: c, Words: words, Seed: seed, OSL: osl}
}

// Prompt returns prompt n.
func (s *Synthetic) Prompt(n uint64) (Prompt, error) {
	if s.Same {
		n = 0
	}
	body, err := s.c.body(s.text(s.Words, n), s.OSL)
	return Prompt{ID: fmt.Sprintf("session_%06d", n), Body: body, OSL: s.OSL}, err
}

// text shuffles the words of prompt n.
func (s *Synthetic) text(count int, n uint64) string {
	rng := rand.New(rand.NewPCG(s.Seed, n))
	order := make([]int, count)
	for i := range order {
		order[i] = i % len(words)
	}
	rng.Shuffle(count, func(i, j int) { order[i], order[j] = order[j], order[i] })
	var b strings.Builder
	for i, w := range order {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(words[w])
	}
	return b.String()
}

// body is the request for a text.
func (c *Client) body(text string, osl int) ([]byte, error) {
	if c.target.API == Completions {
		return c.payload(map[string]any{"prompt": text}, osl)
	}
	return c.payload(map[string]any{"messages": []any{map[string]any{"role": "user", "content": text}}}, osl)
}

// payload completes the body of a request: the model, a stream that ends with
// its token counts, the output asked for. osl 0 leaves the length as it is.
func (c *Client) payload(m map[string]any, osl int) ([]byte, error) {
	m["model"], m["stream"] = c.target.Model, true
	m["stream_options"] = map[string]any{"include_usage": true}
	if osl > 0 {
		if _, has := m["max_completion_tokens"]; has {
			m["max_completion_tokens"] = osl
		} else {
			m["max_tokens"] = osl
		}
		if c.target.IgnoreEOS {
			m["ignore_eos"], m["min_tokens"] = true, osl
		}
	}
	for k, v := range c.target.Extra {
		m[k] = v
	}
	return json.Marshal(m)
}
