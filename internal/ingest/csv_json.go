package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// newJSONGrid reads an array of objects, or one object a line. Its columns
// are the keys of all rows in the order of their first appearance; a value
// that is an object or an array is a cell with its JSON text.
func newJSONGrid(data []byte, file string) (*grid, error) {
	columns, err := jsonColumns(data, file)
	if err != nil {
		return nil, err
	}
	g := &grid{path: file, columns: columns}
	objects := newObjectReader(data, file)
	row := gridRow{text: make([]string, len(columns)), values: make([]any, len(columns))}
	g.next = func() (gridRow, error) {
		raw, line, err := objects.next()
		if err != nil {
			return gridRow{}, err
		}
		cells := map[string]json.RawMessage{}
		if err := json.Unmarshal(raw, &cells); err != nil {
			return gridRow{}, &SyntaxError{file, line, "want one JSON object a row: " + err.Error()}
		}
		row.line = line
		for i, name := range columns {
			row.text[i], row.values[i] = jsonCell(cells[name])
		}
		return row, nil
	}
	return g, nil
}

// jsonColumns collects the keys of all rows.
func jsonColumns(data []byte, file string) ([]string, error) {
	var columns []string
	seen := map[string]bool{}
	objects := newObjectReader(data, file)
	for {
		raw, _, err := objects.next()
		if errors.Is(err, io.EOF) {
			break
		}
		var syn *SyntaxError
		if errors.As(err, &syn) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, key := range objectKeys(raw) {
			if !seen[key] {
				seen[key] = true
				columns = append(columns, key)
			}
		}
		if len(columns) > maxColumns {
			return nil, &SyntaxError{File: file, Msg: fmt.Sprintf("more than %d columns", maxColumns)}
		}
	}
	if len(columns) == 0 {
		return nil, &SyntaxError{File: file, Msg: "no JSON object with columns in it"}
	}
	return columns, nil
}

// maxColumns bounds the columns of a JSON table, whose rows may differ.
const maxColumns = 4096

// objectKeys lists the keys of one JSON object in order; none when it is not
// an object.
func objectKeys(raw []byte) []string {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	var keys []string
	for dec.More() {
		t, err := dec.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return keys
		}
		keys = append(keys, key)
		var skip json.RawMessage
		if dec.Decode(&skip) != nil {
			return keys
		}
	}
	return keys
}

// jsonCell is a JSON value as text and as what it says.
func jsonCell(raw json.RawMessage) (string, any) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return "", nil
	}
	switch raw[0] {
	case 'n':
		return "", nil
	case 't':
		return "true", true
	case 'f':
		return "false", false
	case '"':
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return "", nil
		}
		if s == "" {
			return "", nil
		}
		return s, s
	case '{', '[':
		return string(raw), string(raw)
	}
	s := string(raw)
	if n, err := strconv.Atoi(s); err == nil {
		return s, n
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil { // out of range is an error
		return s, f
	}
	return s, s
}

// objectReader splits a JSON array or JSON Lines into the texts of its rows.
type objectReader struct {
	file  string
	data  []byte
	array *json.Decoder // nil for JSON Lines
	// line and counted say which line an offset of the array is on.
	line, counted int
	failed        bool
}

func newObjectReader(data []byte, file string) *objectReader {
	r := &objectReader{file: file, data: data, line: 1}
	if trimmed := bytes.TrimLeft(data, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '[' {
		r.array = json.NewDecoder(bytes.NewReader(data))
		_, _ = r.array.Token()
	}
	return r
}

// next returns the text of the next row and its line, io.EOF at the end.
func (r *objectReader) next() (json.RawMessage, int, error) {
	if r.array != nil {
		return r.nextElement()
	}
	for len(r.data) > 0 {
		text, rest, _ := bytes.Cut(r.data, []byte("\n"))
		line := r.line
		r.data, r.line = rest, r.line+1
		if text = bytes.TrimSpace(text); len(text) == 0 {
			continue
		}
		if !json.Valid(text) {
			return nil, line, &SyntaxError{r.file, line, "not a JSON value on one line"}
		}
		return text, line, nil
	}
	return nil, 0, io.EOF
}

// nextElement reads on in an array; a syntax error ends it.
func (r *objectReader) nextElement() (json.RawMessage, int, error) {
	if r.failed || !r.array.More() {
		return nil, 0, r.end()
	}
	var raw json.RawMessage
	if err := r.array.Decode(&raw); err != nil {
		r.failed = true
		at := int(r.array.InputOffset())
		at += len(r.data[at:]) - len(bytes.TrimLeft(r.data[at:], ", \t\r\n"))
		return nil, 0, &SyntaxError{r.file, r.lineAt(at), err.Error()}
	}
	return raw, r.lineAt(int(r.array.InputOffset()) - len(raw)), nil
}

// end is io.EOF, after an error once if the array is not closed.
func (r *objectReader) end() error {
	if r.failed {
		return io.EOF
	}
	r.failed = true
	if _, err := r.array.Token(); err != nil {
		return &SyntaxError{r.file, r.lineAt(len(r.data)), "the array is not closed"}
	}
	return io.EOF
}

func (r *objectReader) lineAt(offset int) int {
	offset = min(max(offset, r.counted), len(r.data))
	r.line += bytes.Count(r.data[r.counted:offset], []byte("\n"))
	r.counted = offset
	return r.line
}
