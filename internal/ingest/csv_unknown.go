package ingest

import (
	"bytes"
	"errors"
	"io"
	"iter"

	"github.com/profreport/profreport/internal/profile"
)

// UnknownTable is a file that ingest knows nothing about, as the table it
// looks like, so that ad hoc SQL can join it.
type UnknownTable struct {
	Columns []UnknownColumn
	// Source is the file itself.
	Source profile.Source
	// Problems are those of the file as a whole.
	Problems []profile.Problem
	// Rows yields the rows in the order of the file, each with one cell a
	// column: nil, int64, float64 or string, as the column's type says. A row
	// that cannot be read is yielded as a problem with nil cells. The cells are
	// only valid until the next row.
	Rows iter.Seq2[[]any, *profile.Problem]
}

// UnknownColumn is a column with a distinct name, not empty, and the type that
// all its cells have: "integer", "real" or "text".
type UnknownColumn struct{ Name, Type string }

// The types of a column, as SQLite spells them.
const (
	TypeInteger = "integer"
	TypeReal    = "real"
	TypeText    = "text"
)

// ReadUnknownTable reads a CSV file (commas, semicolons or tabs), a JSON array
// of objects, JSON Lines or an npz archive. A file that is none of them is a
// *SyntaxError.
func ReadUnknownTable(r io.Reader, file string) (*UnknownTable, error) {
	data, err := readLimited(r, file, MaxSmallFile)
	if err != nil {
		return nil, err
	}
	source := profile.Source{Path: file, Kind: "table", Size: int64(len(data)), Bytes: data}
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("PK\x05\x06")) {
		return npzTable(source)
	}
	g, err := newGrid(data, file)
	if err != nil {
		return nil, noEOF(err, file)
	}
	t := &UnknownTable{Source: source}
	types := make([]string, len(g.columns))
	for row, problem := range gridRows(g) {
		if problem != nil {
			continue
		}
		for i, text := range row.text {
			types[i] = widen(types[i], cellType(text, row.values[i]))
		}
	}
	for i, name := range g.columns {
		if types[i] == "" {
			types[i] = TypeText
		}
		t.Columns = append(t.Columns, UnknownColumn{name, types[i]})
	}
	t.Rows = func(yield func([]any, *profile.Problem) bool) {
		again, err := newGrid(data, file)
		if err != nil {
			return // it was read above
		}
		cells := make([]any, len(t.Columns))
		for row, problem := range gridRows(again) {
			if problem != nil {
				if !yield(nil, problem) {
					return
				}
				continue
			}
			for i, c := range t.Columns {
				cells[i] = typedCell(c.Type, row.text[i], row.values[i])
			}
			if !yield(cells, nil) {
				return
			}
		}
	}
	return t, nil
}

// gridRows yields the rows of a grid, and those that cannot be read as
// problems; an error that ends the reading is the last problem.
func gridRows(g *grid) iter.Seq2[gridRow, *profile.Problem] {
	return func(yield func(gridRow, *profile.Problem) bool) {
		for {
			row, err := g.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err == nil {
				if !yield(row, nil) {
					return
				}
				continue
			}
			var syn *SyntaxError
			p := problem(g.path, profile.SeverityError, ReasonSyntax, err)
			if !yield(gridRow{}, &p) || !errors.As(err, &syn) {
				return
			}
		}
	}
}

// cellType is the narrowest type of a cell, "" for an empty one. Digits that a
// number would lose (leading zeros, more than 64 bits) stay text.
func cellType(text string, value any) string {
	switch value.(type) {
	case nil:
		return ""
	case int:
		if len(text) > 1 && text[0] == '0' {
			return TypeText
		}
		return TypeInteger
	case float64:
		if onlyDigits(text) {
			return TypeText
		}
		return TypeReal
	}
	return TypeText
}

func onlyDigits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}

// widen is the type that holds both; "" holds nothing yet.
func widen(a, b string) string {
	switch {
	case a == "" || a == b:
		return b
	case b == "":
		return a
	case a == TypeText || b == TypeText:
		return TypeText
	}
	return TypeReal
}

// typedCell is a cell in the type of its column.
func typedCell(typ, text string, value any) any {
	if value == nil {
		return nil
	}
	switch v := value.(type) {
	case int:
		switch typ {
		case TypeInteger:
			return int64(v)
		case TypeReal:
			return float64(v)
		}
	case float64:
		if typ == TypeReal {
			return v
		}
	}
	return text
}
