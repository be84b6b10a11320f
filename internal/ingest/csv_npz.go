package ingest

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/profreport/profreport/internal/profile"
)

// maxNpzRows bounds the rows of a table made of arrays: arrays of a few bytes
// could claim (1, n) and (n, 1).
const maxNpzRows = 8 << 20

// npzTable lays the arrays of an archive side by side as columns. Arrays of
// one dimension are a column each, those of shape (rows, points) make a row a
// point, with `row` and `point` (from 0) in front; an array of one value, or
// of one a row, is repeated. A shorter array ends in nulls.
func npzTable(source profile.Source) (*UnknownTable, error) {
	arrays, problems, err := readNpz(source.Bytes, source.Path)
	if err != nil {
		return nil, err
	}
	t := &UnknownTable{Source: source, Problems: problems}
	rows, points := 0, 1
	flat := true
	var names []string
	for _, name := range slices.Sorted(maps.Keys(arrays)) {
		shape := arrays[name].Shape
		if len(shape) > 2 {
			t.Problems = append(t.Problems, profile.Problem{Path: source.Path, Severity: profile.SeverityError, Reason: ReasonUnsupported,
				Message: fmt.Sprintf("%s: an array of %d dimensions is no column", clip(name), len(shape))})
			continue
		}
		names = append(names, name)
		if len(shape) == 2 {
			flat = false
			points = max(points, shape[1])
		}
		if len(shape) > 0 {
			rows = max(rows, shape[0])
		} else {
			rows = max(rows, 1)
		}
	}
	if len(names) == 0 {
		return nil, &SyntaxError{File: source.Path, Msg: "no array that could be a column"}
	}
	if rows > maxNpzRows/points {
		return nil, &SyntaxError{File: source.Path, Msg: fmt.Sprintf("%d x %d rows, want at most %d", rows, points, maxNpzRows)}
	}
	header := columnNames(names)
	if !flat {
		header = columnNames(append([]string{"row", "point"}, names...))
		t.Columns = []UnknownColumn{{header[0], TypeInteger}, {header[1], TypeInteger}}
		header = header[2:]
	}
	for i, name := range names {
		t.Columns = append(t.Columns, UnknownColumn{header[i], arrayType(arrays[name])})
	}
	types := t.Columns[len(t.Columns)-len(names):]
	t.Rows = func(yield func([]any, *profile.Problem) bool) {
		cells := make([]any, len(t.Columns))
		for i := range rows * points {
			own := cells
			if !flat {
				own[0], own[1] = int64(i/points), int64(i%points)
				own = own[2:]
			}
			for j, name := range names {
				own[j] = arrayCell(arrays[name], types[j].Type, i/points, i%points)
			}
			if !yield(cells, nil) {
				return
			}
		}
	}
	return t, nil
}

// arrayType is integer when every value is whole.
func arrayType(a *npyArray) string {
	if a.Text != nil {
		return TypeText
	}
	for _, v := range a.Num {
		if v != math.Trunc(v) || math.Abs(v) > 1<<53 {
			return TypeReal
		}
	}
	return TypeInteger
}

// arrayCell is the value of an array at a row and a point, nil outside it and
// for a value that is no finite number.
func arrayCell(a *npyArray, typ string, row, point int) any {
	i := row
	switch {
	case a.Len() == 1:
		i = 0
	case len(a.Shape) == 2 && a.Shape[1] != 1:
		if point >= a.Shape[1] || row >= a.Shape[0] {
			return nil
		}
		i = row*a.Shape[1] + point
	}
	switch {
	case i >= a.Len():
		return nil
	case a.Text != nil:
		return a.Text[i]
	case math.IsNaN(a.Num[i]) || math.IsInf(a.Num[i], 0):
		return nil
	case typ == TypeInteger:
		return int64(a.Num[i])
	}
	return a.Num[i]
}
