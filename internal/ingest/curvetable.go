package ingest

import (
	"math"
	"strconv"
)

// curveTable is one set of curve arrays, as columns by their names in the files; a
// row is one configuration.
type curveTable interface {
	// rows returns the configurations of a column, nil when it is missing.
	rows(name string) [][]float64
	// label returns a text column's first value.
	label(name string) string
}

// rows returns an array as configurations: a 2-D array has one a row, anything
// flat is one configuration.
func (a npzArrays) rows(name string) [][]float64 {
	arr := a[name]
	if arr == nil || arr.Text != nil {
		return nil
	}
	if len(arr.Shape) != 2 {
		return [][]float64{arr.Num}
	}
	rows := make([][]float64, min(arr.Shape[0], MaxTreeNodes))
	for i := range rows {
		rows[i] = arr.Num[i*arr.Shape[1] : (i+1)*arr.Shape[1]]
	}
	return rows
}

func (a npzArrays) label(name string) string {
	if arr := a[name]; arr != nil && len(arr.Text) > 0 {
		return arr.Text[0]
	}
	return ""
}

// jsonCurves is a curve as the planner's ConfigMap holds it: a JSON object of
// lists, max_kv_tokens a number or a list of one.
type jsonCurves struct{ t tree }

func (j jsonCurves) rows(name string) [][]float64 {
	v := at(j.t, name)
	if s, ok := v.(string); ok {
		v = []any{s}
	}
	l, ok := v.([]any)
	if !ok {
		return nil
	}
	row := make([]float64, len(l))
	for i, x := range l {
		row[i] = math.NaN()
		if s, ok := x.(string); ok {
			if f, err := strconv.ParseFloat(s, 64); err == nil {
				row[i] = f
			}
		}
	}
	return [][]float64{row}
}

func (j jsonCurves) label(string) string { return "" }
