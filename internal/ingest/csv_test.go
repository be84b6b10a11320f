package ingest

import (
	"fmt"
	"strings"
	"testing"
)

// TestUnknownTable: columns, types and rows of files that nothing else knows.
func TestUnknownTable(t *testing.T) {
	for _, c := range []struct{ file, want string }{
		{"a,b,c\n1,2.5,x\n2,3,\n", "a integer b real c text | 1 2.5 x | 2 3 <nil>"},
		{"id,big,mixed,empty\n007,18446744073709551616,1,\n8,1,yes,\n", "id text big text mixed text empty text | 007 18446744073709551616 1 <nil> | 8 1 yes <nil>"},
		{"a,a,,a_2\n1,2,3,4\n", "a integer a_2 integer column_3 integer a_2_2 integer | 1 2 3 4"},
		{"hex,under,big\n0x1p4,1_000,1e999\n", "hex text under text big text | 0x1p4 1_000 1e999"},
		{"# ours\n\n# more\na,b\n1,2\n3\n", "a integer b integer | 1 2 | 6: 1 fields, the header has 2"},
		{`{"big": 1e999}`, "big text | 1e999"},
		{"a;b\n1,5;true\n", "a text b text | 1,5 true"},
		{"a,b\n1,2\n3\n4,5\n", "a integer b integer | 1 2 | 3: 1 fields, the header has 2 | 4 5"},
		{"a,b\n1,\"x\ny\"\n2,z\n", "a integer b text | 1 x\ny | 2 z"},
		{"a,b\n1,x\"y\n2,z\n", "a integer b text | 2: bare \" in non-quoted-field | 2 z"},
		{`{"a": 1, "b": null}` + "\n\n" + `{"c": {"x": [1]}, "a": 2.5}` + "\n", `a real b text c text | 1 <nil> <nil> | 2.5 <nil> {"x": [1]}`},
		{"{\"a\": 1}\nnot json\n{\"a\": true}\n[1]\n", "a text | 1 | 2: not a JSON value on one line | true | 4: want one JSON object a row: json: cannot unmarshal array into Go value of type map[string]json.RawMessage"},
		{"[\n {\"a\": 1},\n {\"a\": 9007199254740993}\n]", "a integer | 1 | 9007199254740993"},
		{"[\n {\"a\": 1},\n {\"a\": }\n]", "a integer | 1 | 3: invalid character '}' looking for beginning of value"},
		{"[{\"a\": 1}", "a integer | 1 | 1: the array is not closed"},
	} {
		u, err := ReadUnknownTable(strings.NewReader(c.file), "t.x")
		if err != nil {
			t.Errorf("%q: %v", c.file, err)
			continue
		}
		for range 2 { // the rows can be read again
			if got := unknownText(u); got != c.want {
				t.Errorf("%q:\n got %s\nwant %s", c.file, got, c.want)
			}
		}
		checkUnknown(t, u)
	}
}

func unknownText(u *UnknownTable) string {
	var head []string
	for _, c := range u.Columns {
		head = append(head, c.Name+" "+c.Type)
	}
	parts := []string{strings.Join(head, " ")}
	for cells, problem := range u.Rows {
		if problem != nil {
			parts = append(parts, fmt.Sprintf("%d: %s", problem.Line, problem.Message))
			continue
		}
		parts = append(parts, strings.TrimSuffix(fmt.Sprintln(cells...), "\n"))
	}
	return strings.Join(parts, " | ")
}

// TestUnknownTableLimits: what a hostile table cannot make the reader do.
func TestUnknownTableLimits(t *testing.T) {
	var keys strings.Builder
	for i := range maxColumns + 1 {
		fmt.Fprintf(&keys, "{\"k%d\": 1}\n", i)
	}
	for _, c := range []struct{ what, file, want string }{
		{"columns", keys.String(), fmt.Sprintf("t.x: more than %d columns", maxColumns)},
		{"a line", "a,b\n1," + strings.Repeat("x", MaxLine) + "\n", fmt.Sprintf("t.x: a line of %d bytes, want at most %d", MaxLine+2, MaxLine)},
	} {
		if _, err := ReadUnknownTable(strings.NewReader(c.file), "t.x"); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %.200v, want %s", c.what, err, c.want)
		}
	}
}
