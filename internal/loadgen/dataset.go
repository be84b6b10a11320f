package loadgen

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Bounds of a prompt file.
const (
	maxPromptFile = 1 << 30
	maxPromptLine = 16 << 20
)

// Dataset is a list of prompts from a file; a test longer than the list
// begins again.
type Dataset struct {
	prompts []Prompt
	Source  string // inputs.json, jsonl or text
	Bad     []error
}

// Len is the number of prompts.
func (d *Dataset) Len() int { return len(d.prompts) }

// Prompt returns prompt n modulo the length of the list.
func (d *Dataset) Prompt(n uint64) (Prompt, error) {
	return d.prompts[n%uint64(len(d.prompts))], nil
}

// ReadDataset reads prompts: an AIPerf inputs.json, JSONL with a prompt a line
// (`prompt`, `text`, `text_input`, OpenAI `messages`, or ShareGPT
// `conversations`, of which the turns up to the first answer are sent), a JSON
// array of the same, or plain text with a prompt a line. osl is the output
// asked for; a record's own `max_tokens` or `output_length` comes first. One
// bad record costs that record and is in Bad; a file without a usable one is
// an error.
func (c *Client) ReadDataset(r io.Reader, path string, osl int) (*Dataset, error) {
	br := bufio.NewReaderSize(io.LimitReader(r, maxPromptFile), 64<<10)
	if bom, _ := br.Peek(3); bytes.Equal(bom, []byte("\xef\xbb\xbf")) {
		_, _ = br.Discard(3)
	}
	d := &Dataset{}
	read := datasetReader{c: c, d: d, path: path, osl: osl}
	err := read.lines(br)
	if err == nil && len(d.prompts) == 0 {
		err = fmt.Errorf("%s: no prompt in it", path)
		if len(d.Bad) > 0 {
			err = fmt.Errorf("%w; first problem: %w", err, d.Bad[0])
		}
	}
	return d, err
}

type datasetReader struct {
	c    *Client
	d    *Dataset
	path string
	osl  int
}

// lines tells the layouts apart by how the file begins: a JSON document that
// does not end on its first line is read whole.
func (r *datasetReader) lines(br *bufio.Reader) error {
	line := 0
	for {
		line++
		text, err := readLine(br)
		if err != nil && err != io.EOF {
			return fmt.Errorf("%s:%d: %w", r.path, line, err)
		}
		trimmed := bytes.TrimSpace(text)
		if len(trimmed) > 0 {
			whole := trimmed[0] == '[' || trimmed[0] == '{' && (!json.Valid(trimmed) || bytes.Contains(trimmed, []byte(`"payloads"`)))
			if whole && len(r.d.prompts) == 0 && len(r.d.Bad) == 0 && r.d.Source == "" {
				rest, rerr := io.ReadAll(br)
				if rerr != nil {
					return fmt.Errorf("%s: %w", r.path, rerr)
				}
				doc := append(append(bytes.Clone(text), '\n'), rest...)
				if json.Valid(doc) {
					return r.document(doc)
				}
				br = bufio.NewReaderSize(bytes.NewReader(rest), 64<<10)
			}
			r.line(line, trimmed)
		}
		if err == io.EOF {
			return nil
		}
	}
}

func readLine(br *bufio.Reader) ([]byte, error) {
	var out []byte
	for {
		part, err := br.ReadSlice('\n')
		out = append(out, part...)
		if err != bufio.ErrBufferFull {
			return out, err
		}
		if len(out) > maxPromptLine {
			return nil, errors.New("a line longer than 16 MiB")
		}
	}
}

func (r *datasetReader) line(n int, text []byte) {
	if text[0] != '{' && text[0] != '"' && r.d.Source != "jsonl" {
		r.d.Source = "text"
		r.add(fmt.Sprintf("%s:%d", r.path, n), map[string]any{"text": string(text)})
		return
	}
	if r.d.Source == "" {
		r.d.Source = "jsonl"
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		r.bad(fmt.Sprintf("%s:%d", r.path, n), err)
		return
	}
	r.value(fmt.Sprintf("%s:%d", r.path, n), v)
}

// document reads a whole JSON document.
func (r *datasetReader) document(doc []byte) error {
	var v any
	if err := json.Unmarshal(doc, &v); err != nil {
		return fmt.Errorf("%s: %w", r.path, err)
	}
	if m, ok := v.(map[string]any); ok {
		data, ok := m["data"].([]any)
		if !ok {
			r.value(r.path, v)
			return nil
		}
		r.d.Source = "inputs.json"
		for i, s := range data {
			r.session(fmt.Sprintf("%s: data[%d]", r.path, i), s)
		}
		return nil
	}
	r.d.Source = "json"
	list, _ := v.([]any)
	for i, item := range list {
		r.value(fmt.Sprintf("%s: [%d]", r.path, i), item)
	}
	return nil
}

// session takes the first payload of a session of inputs.json; its further
// turns would need the answers of the first.
func (r *datasetReader) session(where string, v any) {
	m, _ := v.(map[string]any)
	payloads, _ := m["payloads"].([]any)
	if len(payloads) == 0 {
		r.bad(where, errors.New("no payloads"))
		return
	}
	p, ok := payloads[0].(map[string]any)
	if !ok {
		r.bad(where, errors.New("payloads[0]: want an object"))
		return
	}
	id, _ := m["session_id"].(string)
	r.addID(where, id, p)
}

func (r *datasetReader) value(where string, v any) {
	switch v := v.(type) {
	case string:
		r.add(where, map[string]any{"text": v})
	case map[string]any:
		r.add(where, v)
	default:
		r.bad(where, errors.New("want a text or an object"))
	}
}

func (r *datasetReader) bad(where string, err error) {
	if len(r.d.Bad) < 1000 {
		r.d.Bad = append(r.d.Bad, fmt.Errorf("%s: %w", where, err))
	}
}

func (r *datasetReader) add(where string, m map[string]any) { r.addID(where, "", m) }

func (r *datasetReader) addID(where, id string, m map[string]any) {
	p, err := r.prompt(m)
	if err != nil {
		r.bad(where, err)
		return
	}
	if p.ID = id; id == "" {
		p.ID = fmt.Sprintf("session_%06d", len(r.d.prompts))
	}
	r.d.prompts = append(r.d.prompts, p)
}

// prompt makes the request of one record.
func (r *datasetReader) prompt(m map[string]any) (Prompt, error) {
	osl := r.osl
	for _, key := range []string{"max_completion_tokens", "max_tokens", "output_length"} {
		if n, ok := m[key].(float64); ok && n >= 1 && n <= 1<<24 {
			osl = int(n)
			break
		}
	}
	body, err := r.body(m, osl)
	return Prompt{Body: body, OSL: osl}, err
}

func (r *datasetReader) body(m map[string]any, osl int) ([]byte, error) {
	chat := r.c.target.API == Chat
	messages, hasMessages := m["messages"].([]any)
	if turns, ok := m["conversations"].([]any); ok && !hasMessages {
		messages, hasMessages = shareGPT(turns)
		if !hasMessages {
			return nil, errors.New("conversations: no turn of a person in it")
		}
	}
	if hasMessages && len(messages) > 0 {
		if !chat {
			return nil, errors.New("messages need --api chat")
		}
		return r.c.payload(keep(m, "messages", messages), osl)
	}
	for _, key := range []string{"prompt", "text", "text_input"} {
		if s, ok := m[key].(string); ok && s != "" {
			return r.c.body(s, osl)
		}
	}
	return nil, errors.New("no prompt: want one of messages, conversations, prompt, text, text_input")
}

// keep returns the options of an OpenAI request, and its content.
func keep(m map[string]any, key string, content any) map[string]any {
	out := map[string]any{key: content}
	for _, k := range []string{"temperature", "top_p", "seed", "stop", "max_completion_tokens", "max_tokens", "tools", "tool_choice", "response_format"} {
		if v, ok := m[k]; ok {
			out[k] = v
		}
	}
	return out
}

// shareGPT gives the turns up to the first answer.
func shareGPT(turns []any) (messages []any, ok bool) {
	for _, t := range turns {
		m, _ := t.(map[string]any)
		from, _ := m["from"].(string)
		text, _ := m["value"].(string)
		role := map[string]string{"human": "user", "user": "user", "system": "system"}[strings.ToLower(from)]
		if role == "" {
			break
		}
		messages = append(messages, map[string]any{"role": role, "content": text})
		ok = ok || role == "user" && text != ""
	}
	return messages, ok
}
