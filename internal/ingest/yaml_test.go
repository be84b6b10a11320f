package ingest

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestParseYAML(t *testing.T) {
	tests := []struct{ name, in, want, problem string }{
		{"documents", "a: 1\n---\nnull\n---\nb: [x, 2]\n", "[map[a:1] map[b:[x 2]]]", ""},
		{"folded scalar", "a: '{\"x\": [1,\n  2]}'\n", `[map[a:{"x": [1, 2]}]]`, ""},
		{"alias", "a: &x {b: 1}\nc: *x\n", "[map[a:map[b:1] c:map[b:1]]]", ""},
		{"merge", "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n", "[map[a:map[b:1 c:2] d:map[b:1 c:3]]]", ""},
		{"duplicate key", "a: 1\na: 2\n", "[map[a:2]]", "f.yaml:2: key \"a\" is given twice, the last value counts"},
		{"null", "a: null\nb: ~\nc: 'null'\n", "[map[a:<nil> b:<nil> c:null]]", ""},
		{"byte order mark", "\ufeffa: 1\n", "[map[a:1]]", ""},
	}
	for _, tt := range tests {
		docs, problems, err := parseYAML([]byte(tt.in), "f.yaml")
		if err != nil || fmt.Sprint(docs) != tt.want {
			t.Errorf("%s: got %v, %v, want %s", tt.name, docs, err, tt.want)
		}
		said := ""
		if len(problems) > 0 {
			said = (&SyntaxError{problems[0].Path, problems[0].Line, problems[0].Message}).Error()
		}
		if said != tt.problem {
			t.Errorf("%s: problem %q, want %q", tt.name, said, tt.problem)
		}
	}
}

func TestParseYAMLRefuses(t *testing.T) {
	var bomb strings.Builder // 2^30 values from 31 lines
	bomb.WriteString("a0: &a0 [x, x]\n")
	for i := 1; i < 30; i++ {
		fmt.Fprintf(&bomb, "a%d: &a%d [*a%d, *a%d]\n", i, i, i-1, i-1)
	}
	tests := []struct{ name, in, want string }{
		{"alias bomb", bomb.String(), "more than 524288 values once aliases are expanded"},
		{"alias to itself", "a: &a [*a]\n", "f.yaml"},
		{"nesting", strings.Repeat("[", 5000) + strings.Repeat("]", 5000), "nested deeper than 200"},
		{"size", strings.Repeat("a: 1 \n", MaxYAMLBytes/6+1), "YAML of"},
		{"UTF-16", "\xfe\xff\x00a", "UTF-16"},
		{"tab", "a:\n\t- b\n", "f.yaml:2: YAML:"},
	}
	for _, tt := range tests {
		start := time.Now()
		_, _, err := parseYAML([]byte(tt.in), "f.yaml")
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%s took %v", tt.name, d)
		}
	}
}

func TestDamagedDocumentKeepsOthers(t *testing.T) {
	docs, _, err := parseYAML([]byte("a: 1\n---\nb: [1\n---\nc: 2\n"), "f.yaml")
	if err == nil || len(docs) != 1 {
		t.Errorf("got %v, %v", docs, err)
	}
}
