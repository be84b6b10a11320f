package ingest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// tree is a JSON or YAML text of unknown shape: a map[string]any, a []any, a
// string (any scalar, as written) or nil. Both syntaxes give the same tree, so
// that what reads a deployment reads it from either.
type tree = any

// treeBudget counts the nodes of a tree against MaxTreeNodes.
type treeBudget struct{ left int }

func (b *treeBudget) node() bool { b.left--; return b.left >= 0 }

// parseJSON reads one JSON value. A key given twice takes its last value and
// becomes a problem. NaN and Infinity, which Python writes, are read as null.
func parseJSON(b []byte, path string) (tree, []profile.Problem, error) {
	b, err := utf8Text(b, path)
	if err != nil {
		return nil, nil, err
	}
	if len(b) > MaxTreeBytes {
		return nil, nil, &SyntaxError{File: path, Msg: fmt.Sprintf("JSON of %d bytes, at most %d are read", len(b), MaxTreeBytes)}
	}
	p := jsonTree{text: b, path: path, budget: treeBudget{MaxTreeNodes}}
	if plain, n := withoutNaN(b); n > 0 {
		p.text = plain
		p.problems = append(p.problems, profile.Problem{Path: path, Severity: profile.SeverityWarning, Reason: ReasonBadNumber,
			Message: fmt.Sprintf("%d values are NaN or Infinity and are read as unknown", n)})
	}
	p.dec = json.NewDecoder(bytes.NewReader(p.text))
	p.dec.UseNumber()
	v, err := p.value(0)
	if err == nil {
		if _, more := p.dec.Token(); more != io.EOF {
			err = p.fail("text after the end of the JSON value")
		}
	}
	if err != nil {
		return nil, p.problems, err
	}
	return v, p.problems, nil
}

// jsonTree builds a tree from the tokens of one JSON text.
type jsonTree struct {
	text     []byte
	path     string
	dec      *json.Decoder
	budget   treeBudget
	problems []profile.Problem
}

// fail returns a SyntaxError at the line read so far.
func (p *jsonTree) fail(msg string) error {
	at := min(int(p.dec.InputOffset()), len(p.text))
	return &SyntaxError{File: p.path, Line: 1 + bytes.Count(p.text[:at], []byte("\n")), Msg: msg}
}

// token reads one token; its error has a position.
func (p *jsonTree) token() (json.Token, error) {
	t, err := p.dec.Token()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, p.fail("JSON: " + err.Error())
	}
	return t, nil
}

func (p *jsonTree) value(depth int) (tree, error) {
	t, err := p.token()
	if err != nil {
		return nil, err
	}
	if !p.budget.node() {
		return nil, p.fail(fmt.Sprintf("more than %d values", MaxTreeNodes))
	}
	if depth > MaxNesting {
		return nil, p.fail(fmt.Sprintf("nested deeper than %d", MaxNesting))
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '{' {
			return p.object(depth)
		}
		list := []any{}
		for p.dec.More() {
			v, err := p.value(depth + 1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := p.token()
		return list, err
	case string:
		return t, nil
	case json.Number:
		return t.String(), nil
	case bool:
		return strconv.FormatBool(t), nil
	}
	return nil, nil
}

func (p *jsonTree) object(depth int) (tree, error) {
	m := map[string]any{}
	for p.dec.More() {
		t, err := p.token()
		if err != nil {
			return nil, err
		}
		key, ok := t.(string)
		if !ok {
			return nil, p.fail("JSON: object key is no string")
		}
		if _, twice := m[key]; twice && len(p.problems) < MaxProblems {
			at := p.fail(fmt.Sprintf("key %q is given twice, the last value counts", clip(key)))
			p.problems = append(p.problems, problem(p.path, profile.SeverityWarning, ReasonDuplicate, at))
		}
		v, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		m[key] = v
	}
	_, err := p.token()
	return m, err
}

// withoutNaN replaces NaN, Infinity and -Infinity outside strings by null and
// counts them; a text without any is returned as it is.
func withoutNaN(b []byte) ([]byte, int) {
	if !bytes.Contains(b, []byte("NaN")) && !bytes.Contains(b, []byte("Infinity")) {
		return b, 0
	}
	out, n := make([]byte, 0, len(b)), 0
	for inText := false; len(b) > 0; {
		switch {
		case inText && b[0] == '\\' && len(b) > 1:
			out, b = append(out, b[0], b[1]), b[2:]
			continue
		case b[0] == '"':
			inText = !inText
		case !inText:
			if word := nanWord(b); word != "" {
				out, b, n = append(out, "null"...), b[len(word):], n+1
				continue
			}
		}
		out, b = append(out, b[0]), b[1:]
	}
	return out, n
}

func nanWord(b []byte) string {
	for _, w := range []string{"NaN", "-Infinity", "Infinity"} {
		if bytes.HasPrefix(b, []byte(w)) {
			return w
		}
	}
	return ""
}

// utf8Text drops a UTF-8 byte order mark and refuses UTF-16.
func utf8Text(b []byte, path string) ([]byte, error) {
	if bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")) {
		return nil, &SyntaxError{File: path, Line: 1, Msg: "UTF-16 text, want UTF-8"}
	}
	return bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), nil
}

// at follows keys into nested maps; nil when one is missing.
func at(t tree, keys ...string) tree {
	for _, k := range keys {
		m, ok := t.(map[string]any)
		if !ok {
			return nil
		}
		t = m[k]
	}
	return t
}

// text returns the scalar under keys, or "".
func text(t tree, keys ...string) string {
	s, _ := at(t, keys...).(string)
	return s
}

// list returns the sequence under keys, or nil.
func list(t tree, keys ...string) []any {
	l, _ := at(t, keys...).([]any)
	return l
}

// sortedKeys returns the keys of a map in order, nil of anything else.
func sortedKeys(t tree) []string {
	m, ok := t.(map[string]any)
	if !ok {
		return nil
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// number returns the finite number under keys.
func number(t tree, keys ...string) profile.Opt[float64] {
	s := text(t, keys...)
	if s == "" {
		return profile.Opt[float64]{}
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return profile.Opt[float64]{}
	}
	return profile.Some(v)
}

// whole returns the whole number under keys.
func whole(t tree, keys ...string) profile.Opt[int64] {
	return wholeNumber(number(t, keys...))
}

// wholeNumber returns v if it is whole and within 2^53.
func wholeNumber(v profile.Opt[float64]) profile.Opt[int64] {
	if !v.OK || v.V != math.Trunc(v.V) || math.Abs(v.V) > 1<<53 {
		return profile.Opt[int64]{}
	}
	return profile.Some(int64(v.V))
}

// ifPositive returns v if it is above zero.
func ifPositive[T int64 | float64](v profile.Opt[T]) profile.Opt[T] {
	if v.OK && v.V > 0 {
		return v
	}
	return profile.Opt[T]{}
}

// flattenTree lists the scalars of a tree as settings, keys joined by dots and
// sorted. A list of scalars is one value, joined by blanks; other lists count
// from 0. Empty and null values say nothing and are left out.
func flattenTree(prefix string, t tree, path string) []profile.Setting {
	switch t := t.(type) {
	case string:
		if t == "" {
			return nil
		}
		if len(t) > MaxTextValue {
			t = t[:MaxTextValue]
		}
		return []profile.Setting{{Key: prefix, Value: t, Path: path}}
	case []any:
		if words, ok := treeScalars(t); ok {
			return flattenTree(prefix, strings.Join(words, " "), path)
		}
		var out []profile.Setting
		for i, v := range t {
			out = append(out, flattenTree(prefix+"."+strconv.Itoa(i), v, path)...)
		}
		return out
	case map[string]any:
		var out []profile.Setting
		for _, k := range sortedKeys(t) {
			key := k
			if prefix != "" {
				key = prefix + "." + k
			}
			out = append(out, flattenTree(key, t[k], path)...)
		}
		return out
	}
	return nil
}

// treeScalars returns the texts of a list that holds nothing else.
func treeScalars(l []any) ([]string, bool) {
	words := make([]string, 0, len(l))
	for _, v := range l {
		s, ok := v.(string)
		if !ok {
			return nil, false
		}
		words = append(words, s)
	}
	return slices.Clip(words), true
}
