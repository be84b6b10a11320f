package format

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/table"
)

var sample = &table.Table{
	Columns: []table.Column{{Name: "run"}, {Name: "itl_ms"}, {Name: "n"}, {Name: "note"}, {Name: "n"}},
	Rows: [][]any{
		{"a\x1b[31m", 30.680000000000003, int64(3), "été|x", nil},
		{"日本", 1234567.25, int64(12), "two\nlines", nil},
		{"", nil, nil, "_x_ <b>", 0.5},
		{"b", math.NaN(), int64(1), "\"q\", r", nil},
	},
}

func TestWriteTable(t *testing.T) {
	for kind, want := range map[string]string{
		"table": `run         itl_ms     n  note           n
---------  -------  ----  ----------  ----
a\x1b[31m    30.68     3  été|x       null
日本       1234567    12  two\nlines  null
              null  null  _x_ <b>      0.5
b             null     1  "q", r      null
`,
		"md": `| run | itl\_ms | n | note | n |
| --- | ---: | ---: | --- | ---: |
| a \[31m | 30.68 | 3 | été\|x | null |
| 日本 | 1234567 | 12 | two<br>lines | null |
|  | null | null | \_x\_ &lt;b> | 0.5 |
| b | null | 1 | "q", r | null |
`,
		"csv": "run,itl_ms,n,note,n\n" +
			"a\x1b[31m,30.680000000000003,3,été|x,\n" +
			"日本,1234567.25,12,\"two\nlines\",\n" +
			",,,_x_ <b>,0.5\n" +
			"b,,1,\"\"\"q\"\", r\",\n",
		"json": `[
  {"run": "a\u001b[31m", "itl_ms": 30.680000000000003, "n": 3, "note": "été|x", "n_2": null},
  {"run": "日本", "itl_ms": 1234567.25, "n": 12, "note": "two\nlines", "n_2": null},
  {"run": "", "itl_ms": null, "n": null, "note": "_x_ <b>", "n_2": 0.5},
  {"run": "b", "itl_ms": null, "n": 1, "note": "\"q\", r", "n_2": null}
]
`,
	} {
		var b strings.Builder
		if err := WriteTable(&b, sample, kind); err != nil || b.String() != want {
			t.Errorf("%s, %v:\n%s\nwant\n%s", kind, err, b.String(), want)
		}
	}
	var b strings.Builder
	if err := WriteTable(&b, sample, "xml"); err == nil || err.Error() != `unknown format "xml", want one of table, csv, json, jsonl, md` {
		t.Errorf("got %v", err)
	}
}

func TestWriteJSONL(t *testing.T) {
	var b strings.Builder
	if err := WriteTable(&b, sample, "jsonl"); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d lines", len(lines))
	}
	for _, l := range lines {
		var row map[string]any
		if err := json.Unmarshal([]byte(l), &row); err != nil || len(row) != 5 {
			t.Errorf("%s: %v", l, err)
		}
	}
}

func TestEmptyTables(t *testing.T) {
	none := &table.Table{Columns: []table.Column{{Name: "a"}}}
	one := &table.Table{Columns: none.Columns, Rows: [][]any{{nil}}}
	for _, c := range []struct {
		t          *table.Table
		kind, want string
	}{
		{none, "table", "a\n-\n"}, {none, "json", "[]\n"}, {none, "jsonl", ""}, {none, "csv", "a\n"}, {none, "md", "| a |\n| --- |\n"},
		{one, "csv", "a\n\"\"\n"}, {&table.Table{}, "table", ""}, {&table.Table{}, "md", ""},
	} {
		var b strings.Builder
		if err := WriteTable(&b, c.t, c.kind); err != nil || b.String() != c.want {
			t.Errorf("%s: %q, %v; want %q", c.kind, b.String(), err, c.want)
		}
	}
}

func TestEscapeAndWidth(t *testing.T) {
	for _, c := range []struct {
		in, escaped string
		width       int
	}{
		{"plain", "plain", 5}, {"a\tb", `a\tb`, 4}, {"\u009b31m", `\x9b31m`, 7}, {"a\u202eb", `a\u202eb`, 8},
		{"bad\xff", `bad\xff`, 7}, {"e\u0301", "e\u0301", 1}, {"한", "한", 2}, {"\ufffd", "\ufffd", 1}, {"✓ Pass", "✓ Pass", 6},
	} {
		if got := Escape(c.in); got != c.escaped {
			t.Errorf("Escape(%q) = %q, want %q", c.in, got, c.escaped)
		}
		if got := Width(c.escaped); got != c.width {
			t.Errorf("Width(%q) = %d, want %d", c.escaped, got, c.width)
		}
	}
}

func TestNumbersInTables(t *testing.T) {
	for _, c := range []struct {
		v           float64
		cell, whole string
	}{
		{0.30000000000000004, "0.3", "0.30000000000000004"}, {-3552.9216, "-3552.92", "-3552.9216"}, {0, "0", "0"},
		{999999.96, "1000000", "999999.96"}, {1e-7, "1e-07", "1e-07"}, {2.5e-6, "0.0000025", "0.0000025"}, {1e300, "1e+300", "1e+300"}, {1e18, "1000000000000000000", "1000000000000000000"},
	} {
		if got := cell(c.v); got != c.cell {
			t.Errorf("cell(%v) = %s, want %s", c.v, got, c.cell)
		}
		if got := raw(c.v); got != c.whole {
			t.Errorf("raw(%v) = %s, want %s", c.v, got, c.whole)
		}
	}
}
