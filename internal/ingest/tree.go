package ingest

import (
	"bytes"
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
