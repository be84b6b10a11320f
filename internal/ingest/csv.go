package ingest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
)

// grid reads a table one row at a time: CSV with commas, semicolons or tabs,
// one JSON array of objects, or JSON Lines. Columns have distinct, non-empty
// names.
type grid struct {
	path    string
	columns []string
	// next returns the next row, io.EOF after the last, or a *SyntaxError
	// that costs one row: the call after it goes on.
	next func() (gridRow, error)
}

// gridRow is one row: its first line (1-based) and one cell a column, as
// written and as what it says. The slices are only valid until the next row.
type gridRow struct {
	line   int
	text   []string
	values []any // nil (empty), bool, int, float64 or string
}

var (
	bomUTF8  = []byte{0xEF, 0xBB, 0xBF}
	bomUTF16 = [][]byte{{0xFF, 0xFE}, {0xFE, 0xFF}}
)

// newGrid tells the layout of data by its first bytes.
func newGrid(data []byte, file string) (*grid, error) {
	data = bytes.TrimPrefix(data, bomUTF8)
	for _, bom := range bomUTF16 {
		if bytes.HasPrefix(data, bom) {
			return nil, &SyntaxError{File: file, Msg: "UTF-16 text is not read; save it as UTF-8"}
		}
	}
	if bytes.HasPrefix(data, []byte("PAR1")) || strings.EqualFold(path.Ext(file), ".parquet") {
		return nil, &SyntaxError{File: file, Msg: "Parquet is not read; write the table as CSV or JSONL"}
	}
	trimmed := bytes.TrimLeft(data, " \t\r\n")
	if len(trimmed) == 0 {
		return nil, &SyntaxError{File: file, Msg: "empty, no header"}
	}
	switch trimmed[0] {
	case '[', '{':
		return newJSONGrid(data, file)
	}
	return newCSVGrid(data, file)
}

// newCSVGrid reads CSV: the first line that is neither empty nor begins with
// `#` is the header.
func newCSVGrid(data []byte, file string) (*grid, error) {
	skipped := 0
	for len(data) > 0 {
		line, rest, _ := bytes.Cut(data, []byte("\n"))
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			break
		}
		skipped, data = skipped+1, rest
	}
	if n := longestLine(data); n > MaxLine {
		return nil, &SyntaxError{File: file, Msg: fmt.Sprintf("a line of %d bytes, want at most %d", n, MaxLine)}
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma = separator(data)
	r.FieldsPerRecord = -1
	r.ReuseRecord = true
	header, err := r.Read()
	if err != nil {
		return nil, csvError(file, skipped, err)
	}
	g := &grid{path: file, columns: columnNames(header)}
	row := gridRow{values: make([]any, len(g.columns))}
	g.next = func() (gridRow, error) {
		record, err := r.Read()
		if err != nil {
			return gridRow{}, csvError(file, skipped, err)
		}
		line, _ := r.FieldPos(0)
		row.line, row.text = line+skipped, record
		if len(record) != len(g.columns) {
			return gridRow{}, &SyntaxError{file, row.line,
				fmt.Sprintf("%d fields, the header has %d", len(record), len(g.columns))}
		}
		for i, s := range record {
			row.values[i] = cellValue(s)
		}
		return row, nil
	}
	return g, nil
}

// csvError gives an error of encoding/csv its place in the whole file.
func csvError(file string, skipped int, err error) error {
	var pe *csv.ParseError
	switch {
	case errors.As(err, &pe):
		return &SyntaxError{file, pe.StartLine + skipped, pe.Err.Error()}
	case errors.Is(err, io.EOF):
		return io.EOF
	}
	return fmt.Errorf("%s: %w", file, err)
}

// separator is the tab or semicolon of a header that holds no comma.
func separator(data []byte) rune {
	header, _, _ := bytes.Cut(data, []byte("\n"))
	for _, c := range []byte{',', '\t', ';'} {
		if bytes.IndexByte(header, c) >= 0 {
			return rune(c)
		}
	}
	return ','
}

func longestLine(data []byte) int {
	longest := 0
	for len(data) > 0 {
		i := bytes.IndexByte(data, '\n')
		if i < 0 {
			return max(longest, len(data))
		}
		longest, data = max(longest, i), data[i+1:]
	}
	return longest
}

// columnNames trims a header and makes its names distinct and non-empty.
func columnNames(header []string) []string {
	names := make([]string, len(header))
	seen := make(map[string]bool, len(header))
	for i, h := range header {
		name := strings.TrimSpace(h)
		if name == "" {
			name = fmt.Sprintf("column_%d", i+1)
		}
		unique := name
		for n := 2; seen[unique]; n++ {
			unique = fmt.Sprintf("%s_%d", name, n)
		}
		seen[unique] = true
		names[i] = unique
	}
	return names
}

// cellValue reads one cell: nil when it is empty, a bool, int or float64 when
// it is written as one, else the text. Infinities and NaN stay text.
func cellValue(s string) any {
	s = strings.TrimSpace(s)
	if s == "" {
		return nil
	}
	switch s {
	case "true", "True", "TRUE":
		return true
	case "false", "False", "FALSE":
		return false
	}
	if c := s[0]; c != '-' && c != '+' && c != '.' && (c < '0' || c > '9') {
		return s
	}
	if n, err := strconv.Atoi(s); err == nil {
		return n
	}
	if strings.ContainsAny(s, "xXpP_iInN") {
		return s
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil { // out of range is an error
		return f
	}
	return s
}
