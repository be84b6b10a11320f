package ingest

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// standardTree reads JSON with encoding/json into the shape of a tree.
func standardTree(t *testing.T, b []byte) (tree, bool) {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, false
	}
	if _, err := dec.Token(); err == nil || err.Error() != "EOF" {
		return nil, false
	}
	return plainTree(v), true
}

func plainTree(v any) tree {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = plainTree(x)
		}
		return v
	case []any:
		for i, x := range v {
			v[i] = plainTree(x)
		}
		return v
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "true"
		}
		return "false"
	}
	return v
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,-0.5e+3,true,false,null,"x\u00e9\ud83d\ude00\n"]}`, `[[],{}]`, `"\ud800"`, `"\ud800\u0041"`, `01`, `1.`, `-`, `{"a":1,"a":2}`, ` 1 `, "\"a\tb\"", `{"a" 1}`, `nul`, `"\x"`, "\"\xff\"", `[1,]`, `{,}`, `1e999`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, _, err := parseJSON(b, "f.json")
		if bytes.Contains(b, []byte("NaN")) || bytes.Contains(b, []byte("Infinity")) || bytes.HasPrefix(b, []byte("\xef\xbb\xbf")) || !utf8.Valid(b) {
			return // deliberately read otherwise, or counted otherwise
		}
		want, ok := standardTree(t, b)
		if err != nil && ok && !strings.Contains(err.Error(), "nested deeper") {
			t.Fatalf("refused %q: %v", b, err)
		}
		if err == nil && !ok {
			t.Fatalf("accepted %q", b)
		}
		if err == nil && !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: got %v, want %v", b, got, want)
		}
	})
}

func TestParseJSON(t *testing.T) {
	tests := []struct{ name, in, want, problem string }{
		{"duplicate key", "{\n\"a\": 1,\n\"a\": 2}", "map[a:2]", "f.json:3: key \"a\" is given twice, the last value counts"},
		{"NaN", `{"a": NaN, "b": [-Infinity, 1]}`, "map[a:<nil> b:[<nil> 1]]", "2 values are NaN or Infinity and are read as unknown"},
		{"byte order mark", "\ufeff{}", "map[]", ""},
	}
	for _, tt := range tests {
		got, problems, err := parseJSON([]byte(tt.in), "f.json")
		if err != nil || sprint(got) != tt.want {
			t.Errorf("%s: got %v, %v, want %v", tt.name, got, err, tt.want)
		}
		said := ""
		if len(problems) > 0 {
			said = problems[0].Message
			if problems[0].Line > 0 {
				said = (&SyntaxError{problems[0].Path, problems[0].Line, problems[0].Message}).Error()
			}
		}
		if said != tt.problem {
			t.Errorf("%s: problem %q, want %q", tt.name, said, tt.problem)
		}
	}
}

func TestParseJSONRefuses(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"empty", "", "f.json:1: JSON: ends where a value is expected"},
		{"cut", "{\"a\": [1,\n 2", "f.json:2: JSON: ends where a comma or ] is expected"},
		{"cut string", `"abc`, "f.json:1: JSON: ends where the end of a string is expected"},
		{"two values", "{}\n{}", "f.json:2: JSON: text after the end of the JSON value"},
		{"UTF-16", "\xff\xfe{\x00}\x00", "f.json:1: UTF-16 text, want UTF-8"},
		{"nesting", strings.Repeat("[", 1000), "f.json:1: JSON: nested deeper than 200"},
		{"values", "[" + strings.Repeat("0,", MaxTreeNodes) + "0]", "f.json:1: JSON: more than 524288 values"},
		{"size", strings.Repeat(" ", MaxTreeBytes+1), "f.json: JSON of 8388609 bytes, at most 8388608 are read"},
		{"single quotes", "{'a': 1}", "f.json:1: JSON: '\\'' where a key is expected"},
	}
	for _, tt := range tests {
		_, _, err := parseJSON([]byte(tt.in), "f.json")
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
}
