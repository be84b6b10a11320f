package notebook

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/yuin/goldmark/ast"

	"github.com/profreport/profreport/internal/table"
)

// JSONVersion is the schema_version of Document.JSON. It grows when a key
// changes its meaning or goes.
const JSONVersion = 1

type jsonDocument struct {
	SchemaVersion int         `json:"schema_version"`
	Notebook      string      `json:"notebook"`
	Title         string      `json:"title"`
	Params        []jsonParam `json:"params"`
	Blocks        []jsonBlock `json:"blocks"`
	Queries       []jsonQuery `json:"queries"`
	Faults        []jsonFault `json:"faults"`
}

type jsonParam struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Value   any    `json:"value"`
	Default any    `json:"default"`
	Set     bool   `json:"set"`
}

// jsonBlock is prose (heading and values) or a cell.
type jsonBlock struct {
	Kind    string       `json:"kind"` // prose, sql, table, plot, tiles, listing
	Line    int          `json:"line"`
	Heading string       `json:"heading,omitempty"` // the last one in the prose
	Values  []jsonValue  `json:"values,omitempty"`
	Name    string       `json:"name,omitempty"`
	Query   string       `json:"query,omitempty"`
	Caption string       `json:"caption,omitempty"`
	Columns []jsonColumn `json:"columns,omitempty"`
	Rows    *[][]any     `json:"rows,omitempty"`
	Error   string       `json:"error,omitempty"`
}

type jsonColumn struct {
	Name  string `json:"name"`
	Type  string `json:"type"`
	Label string `json:"label,omitempty"`
	Unit  string `json:"unit,omitempty"`
}

type jsonValue struct {
	Expr    string `json:"expr"`
	Line    int    `json:"line"`
	Value   any    `json:"value"`
	Text    string `json:"text"`
	Unit    string `json:"unit,omitempty"`
	Query   string `json:"query,omitempty"`
	Metric  string `json:"metric,omitempty"`
	Run     string `json:"run,omitempty"`
	Key     string `json:"key,omitempty"`
	Low     any    `json:"low,omitempty"`
	High    any    `json:"high,omitempty"`
	N       any    `json:"n,omitempty"`
	Verdict any    `json:"verdict,omitempty"`
	Note    any    `json:"note,omitempty"`
	Error   string `json:"error,omitempty"`
}

type jsonQuery struct {
	Name   string         `json:"name"`
	From   string         `json:"from"`
	SQL    string         `json:"sql"`
	Params map[string]any `json:"params"`
	Rows   int            `json:"rows"`
}

type jsonFault struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
	Warning bool   `json:"warning"`
	Cell    string `json:"cell,omitempty"`
}

// JSON writes the document's data: parameters, the values in the prose, the
// rows of the cells with their units, the queries and the faults.
func (d *Document) JSON(w io.Writer) error {
	out := jsonDocument{
		SchemaVersion: JSONVersion, Notebook: d.Path, Title: d.Title,
		Params: []jsonParam{}, Blocks: []jsonBlock{}, Queries: []jsonQuery{}, Faults: []jsonFault{},
	}
	for _, p := range d.Params {
		out.Params = append(out.Params, jsonParam{p.Name, p.Type, p.Value, seen(p.Type, p.Default), p.Set})
	}
	for _, b := range d.Blocks {
		if b.Cell != nil {
			out.Blocks = append(out.Blocks, cellJSON(b.Cell))
		} else if block := proseJSON(b.Prose); block.Heading != "" || len(block.Values) > 0 {
			out.Blocks = append(out.Blocks, block)
		}
	}
	for _, q := range d.Queries {
		out.Queries = append(out.Queries, jsonQuery{q.Name, q.From, q.SQL, q.Params, q.Rows})
	}
	for _, f := range d.Faults {
		out.Faults = append(out.Faults, jsonFault{f.File, f.Line, f.Column, f.Message, f.Warning, f.Cell})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

func cellJSON(c *Cell) jsonBlock {
	b := jsonBlock{Kind: c.Kind, Line: c.Line, Name: c.Name, Query: c.Query, Caption: c.Caption}
	if c.Kind == "listing" {
		b.Name = c.Listing
	}
	if c.Err != nil {
		b.Error = c.Err.Error()
		return b
	}
	if c.Data == nil {
		return b
	}
	rows := [][]any{}
	rows = append(rows, c.Data.Rows...)
	b.Rows = &rows
	for _, column := range c.Data.Columns {
		jc := jsonColumn{Name: column.Name, Type: string(column.Type), Unit: guess(column.Name).unit}
		if c.Table != nil {
			for _, spec := range c.Table.Columns {
				if spec.Name == column.Name {
					jc.Label, jc.Unit = spec.Label, spec.Unit
				}
			}
		}
		b.Columns = append(b.Columns, jc)
	}
	return b
}

func proseJSON(p *Prose) jsonBlock {
	b := jsonBlock{Kind: "prose", Line: p.Line}
	_ = ast.Walk(p.AST, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering {
			b.Heading = plainText(h, p.Source)
		}
		return ast.WalkContinue, nil
	})
	for _, in := range p.Inlines {
		v := jsonValue{Expr: in.Expr, Line: in.Line, Value: jsonSafe(in.Value), Text: in.Text, Query: in.Query}
		if m := in.Metric; m != nil {
			v.Metric, v.Run, v.Key, v.Unit = m.Metric, m.Run, m.Key, m.Unit
			v.Low, v.High, v.N, v.Verdict, v.Note = m.Low, m.High, m.N, m.Verdict, m.Note
		}
		if in.Err != nil {
			v.Error = in.Err.Error()
		}
		b.Values = append(b.Values, v)
	}
	return b
}

// plainText is the text of a node with its values filled in.
func plainText(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			switch c := c.(type) {
			case *ast.Text:
				b.Write(c.Segment.Value(source))
			case *ast.String:
				b.Write(c.Value)
			case *InlineNode:
				b.WriteString(c.Inline.Text)
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// jsonSafe turns what JSON can't hold into null.
func jsonSafe(v any) any {
	switch v := v.(type) {
	case []any, map[string]any, nil, bool, int64, float64, string:
		return v
	case *table.Table:
		return nil
	}
	return nil
}
