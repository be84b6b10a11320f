package ingest

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

const mappingHead = "name: m\ndetect: [a]\nfields:\n"

// TestMappingErrors: each names the mapping file, line and, in an expression,
// column, with the expression and a caret below.
func TestMappingErrors(t *testing.T) {
	table := "a,b,long name\n1,2,3\n"
	for _, c := range []struct{ mapping, want string }{
		{"", "m.yaml: empty mapping file"},
		{"- a\n", "m.yaml:1: want a mapping file to be `key: value` lines"},
		{"name: m\n  x: [\n", "m.yaml:2: YAML: mapping values are not allowed in this context"},
		{"name: m\nnaem: m\n", `m.yaml:2: unknown key "naem"`},
		{"detect: [a]\nfields: {mapping: a, ttft_ms: b}\n", "m.yaml:1: no name"},
		{"name: m\nname: m\n", `m.yaml:2: "name" is given twice`},
		{"name: m\ndetect: a\n", "m.yaml:2: want a list"},
		{"name: m\nfields: {ttft_ms: b}\n", "m.yaml:1: fields: no mapping, the label of the parallel mapping"},
		{"name: m\nfields: {mapping: a}\n", "m.yaml:1: fields: neither ttft_ms nor itl_ms"},
		{mappingHead + "  mapping: a\n  ttft: b\n", `m.yaml:5: no field "ttft"`},
		{mappingHead + "  mapping: [a]\n", "m.yaml:4: mapping: want an expression"},
		{"name: m\njoin: {table: t.csv, on: a}\n", "m.yaml:2: as is missing"},
		{"name: m\njoin: {table: ../../secret, on: a, as: r}\n", `m.yaml:2: table: want a file beside the table, got "../../secret"`},
		{"name: m\nmethods: {mapping: a}\n", "m.yaml:2: want a list of methods"},
		{mappingHead + "  mapping: a\n  ttft_ms: b * c\n", "m.yaml:5:16: ttft_ms: no column \"c\" in t.csv, which has: a, b, long name\n\tb * c\n\t    ^"},
		{mappingHead + "  mapping: a\n  ttft_ms: \"b *\"\n", "m.yaml:5:15: ttft_ms: unexpected token EOF\n\tb *\n\t  ^"},
		{mappingHead + "  mapping: a\n  ttft_ms: round2(b)\n", "m.yaml:5:12: ttft_ms: no function \"round2\"\n\tround2(b)\n\t^"},
		{mappingHead + "  mapping: a\n  ttft_ms: col[\"other name\"]\n", "m.yaml:5:12: ttft_ms: no column \"other name\" in t.csv, which has: a, b, long name\n\tcol[\"other name\"]\n\t^"},
		{mappingHead + "  mapping: a\n  ttft_ms: >-\n    b +\n    d\n", "m.yaml:6:9: ttft_ms: no column \"d\" in t.csv, which has: a, b, long name\n\tb + d\n\t    ^"},
		{mappingHead + "  mapping: row.a\n  ttft_ms: b\n", "m.yaml:4:12: mapping: no column \"row.a\" in t.csv, which has: a, b, long name\n\trow.a\n\t^"},
		{"name: m\nlet: {x: y, y: b}\nfields: {mapping: a, ttft_ms: b}\n", "m.yaml:2:10: x: no column \"y\" in t.csv, which has: a, b, long name\n\ty\n\t^"},
	} {
		opt := SweepOptions{Map: "m.yaml", ReadFile: func(string) ([]byte, error) { return []byte(c.mapping), nil }}
		_, _, err := ReadSweepTable(strings.NewReader(table), "t.csv", opt)
		if err == nil || err.Error() != c.want {
			t.Errorf("mapping %q:\n got %v\nwant %s", c.mapping, err, c.want)
		}
		var syn *SyntaxError
		if !errors.As(err, &syn) {
			t.Errorf("mapping %q: %T is no *SyntaxError", c.mapping, err)
		}
	}
}

// TestMappingNames: what an expression can name besides plain columns.
func TestMappingNames(t *testing.T) {
	mapping := `
name: m
let: {half: b / 2, twice: half * 4}
fields:
  backend_version: v
  model: text("none")
  precision: match(col["long name"], "q=([a-z0-9.]+)")
  mapping: 'let n = a; mapping(n, 1, opt("dp"), nil, nil)'
  gpus: engine_gpus(a, 1, opt("dp"))
  concurrency: number(match(col["long name"], "c=([0-9]+)"))
  ttft_ms: twice
  itl_ms: 'has("b") ? half : nil'
  throughput_per_gpu: 'filter([1, 2, 3], # > 2)[0]'
`
	table := "a,b,v,long name\n2,10,1.10,q=fp8.0;c=8\n"
	runs, problems := readTable(t, table, SweepOptions{Map: "m.yaml", ReadFile: func(string) ([]byte, error) { return []byte(mapping), nil }})
	if len(runs) != 1 || len(problems)+len(runs[0].Problems) > 0 {
		t.Fatalf("%d runs, problems %v", len(runs), problems)
	}
	r, c := runs[0], runs[0].Candidates[0]
	if r.BackendVersion != "1.10" || r.Precision != "fp8.0" || r.Model != "" {
		t.Errorf("texts: %q %q %q", r.BackendVersion, r.Precision, r.Model)
	}
	if c.Mapping != "TP=2" || c.GPUs.V != 2 || c.Concurrency.V != 8 || c.TTFT.V != 20 || c.ITL.V != 5 || c.Throughput.V != 3 {
		t.Errorf("figures: %+v", c)
	}
}

// TestMappingLookup: names, files, overriding, detection.
func TestMappingLookup(t *testing.T) {
	user := fstest.MapFS{"profreport.yaml": {Data: []byte("name: profreport\ndetect: [mapping, mine]\nfields: {mapping: mapping, itl_ms: mine}\n")}}
	set, err := Mappings(user)
	if err != nil {
		t.Fatal(err)
	}
	m, err := set.Lookup("profreport", nil)
	if err != nil || m.File != "profreport.yaml" {
		t.Errorf("the user's file does not override: %v %v", m, err)
	}
	if _, err := set.Lookup("aic-mesured", nil); err == nil || !strings.Contains(err.Error(), "aic-measured") {
		t.Errorf("a misspelt name: %v", err)
	}
	if _, err := set.Lookup("./none.yaml", nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := Mappings(fstest.MapFS{"other.yaml": user["profreport.yaml"]}); err == nil || !strings.Contains(err.Error(), `want "other"`) {
		t.Errorf("a name unlike its file: %v", err)
	}
	wide, err := Mappings(fstest.MapFS{"wide.yaml": {Data: []byte("name: wide\ndetect: [mapping]\nfields: {mapping: mapping, itl_ms: itl_ms}\n")}})
	if err != nil {
		t.Fatal(err)
	}
	if m := wide.Detect([]string{"mapping", "concurrency", "ttft_ms", "itl_ms"}); m == nil || m.Name != "profreport" {
		t.Errorf("the mapping that knows fewer columns is taken: %v", m)
	}
	if m := wide.Detect([]string{"mapping", "itl_ms"}); m == nil || m.Name != "wide" {
		t.Errorf("a mapping of the user's own is not found: %v", m)
	}
	for _, c := range []struct{ header, want string }{
		{"mapping,concurrency,ttft_ms,itl_ms\n", "profreport"},
		{"# a comment\nitl_ms;ttft_ms;concurrency;mapping\n", "profreport"},
		{`{"mapping": "TP=1", "concurrency": 1, "ttft_ms": 1, "itl_ms": 1}` + "\n" + `{"mapp`, "profreport"},
		{"mapping,concurrency,ttft_ms\n", ""},
		{"Metric,avg,min\n", ""},
		{"", ""},
	} {
		if got := SweepMapping([]byte(c.header), "t.csv", nil); got != c.want {
			t.Errorf("%q: mapping %q, want %q", c.header, got, c.want)
		}
	}
}

// TestBuiltinMappingsCompile: every built-in expression parses, and only
// documented keys and fields are used.
func TestBuiltinMappingsCompile(t *testing.T) {
	set, err := Mappings(nil)
	if err != nil {
		t.Fatal(err)
	}
	manual, err := fs.ReadFile(BuiltinMappings(), "README.md")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, m := range set.All() {
		names[m.Name] = true
		if m.Doc == "" || len(m.Detect) == 0 {
			t.Errorf("%s: no doc or no columns to detect it by", m.Name)
		}
		for _, e := range m.exprsInOrder() {
			if err := e.compile(); err != nil {
				t.Errorf("%s: %v", m.Name, err)
			}
		}
	}
	for _, want := range []string{"aic-measured", "aic-predicted", "aic-result", "aic-agg", "aic-disagg", "profreport"} {
		if !names[want] {
			t.Errorf("no built-in mapping %s", want)
		}
	}
	for _, list := range [][]string{runTextFields, runIntFields, runNumFields, rowFields} {
		for _, field := range list {
			if !strings.Contains(string(manual), "`"+field+"`") {
				t.Errorf("field %s is not in the manual", field)
			}
		}
	}
	for name := range pureFunctions {
		if !strings.Contains(string(manual), "`"+name+"(") {
			t.Errorf("function %s is not in the manual", name)
		}
	}
}
