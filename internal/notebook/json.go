package notebook

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// JSONVersion is the schema_version of Document.JSON. It grows when a key
// changes its meaning or goes.
const JSONVersion = 1

type jsonParam struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Value   any    `json:"value"`
	Default any    `json:"default"`
	Set     bool   `json:"set"`
}

// jsonBlock is prose (headings and values) or a cell.
type jsonBlock struct {
	Kind    string       `json:"kind"` // prose, sql, table, plot, tiles, listing
	Line    int          `json:"line"`
	Section string       `json:"section,omitempty"` // of a cell: the heading above it
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
	Section string `json:"section,omitempty"` // the heading above it
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
// rows of the cells with their units, the queries and the faults. Each item
// stands on a line of its own.
func (d *Document) JSON(w io.Writer) error {
	j := jsonWriter{w: bufio.NewWriter(w)}
	j.key("{", "schema_version", JSONVersion)
	j.key(",", "notebook", d.Path)
	j.key(",", "title", d.Title)
	var params, blocks, queries, faults []any
	for _, p := range d.Params {
		params = append(params, jsonParam{p.Name, p.Type, p.Value, seen(p.Type, p.Default), p.Set})
	}
	section := ""
	for _, b := range d.Blocks {
		if b.Cell != nil {
			blocks = append(blocks, cellJSON(b.Cell, section))
			continue
		}
		var block jsonBlock
		if block, section = proseJSON(b.Prose, section); len(block.Values) > 0 {
			blocks = append(blocks, block)
		}
	}
	for _, q := range d.Queries {
		queries = append(queries, jsonQuery{q.Name, q.From, q.SQL, q.Params, q.Rows})
	}
	for _, f := range d.Faults {
		faults = append(faults, jsonFault{f.File, f.Line, f.Column, f.Message, f.Warning, f.Cell})
	}
	j.list("params", params)
	j.list("blocks", blocks)
	j.list("queries", queries)
	j.list("faults", faults)
	j.w.WriteString("\n}\n")
	if j.err != nil {
		return j.err
	}
	return j.w.Flush()
}

type jsonWriter struct {
	w   *bufio.Writer
	err error
}

func (j *jsonWriter) value(v any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil && j.err == nil {
		j.err = err
	}
	j.w.Write(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

func (j *jsonWriter) key(before, key string, v any) {
	j.w.WriteString(before + "\n")
	j.value(key)
	j.w.WriteString(": ")
	j.value(v)
}

func (j *jsonWriter) list(key string, items []any) {
	j.w.WriteString(",\n")
	j.value(key)
	j.w.WriteString(": [")
	for i, item := range items {
		if i > 0 {
			j.w.WriteByte(',')
		}
		j.w.WriteString("\n  ")
		j.value(item)
	}
	j.w.WriteString("\n]")
}

func cellJSON(c *Cell, section string) jsonBlock {
	b := jsonBlock{Kind: c.Kind, Line: c.Line, Section: section, Name: c.Name, Query: c.Query, Caption: c.Caption}
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
	rows := make([][]any, len(c.Data.Rows))
	for i, row := range c.Data.Rows {
		rows[i] = make([]any, len(row))
		for k, v := range row {
			rows[i][k] = plainValue(v) // infinity is null
		}
	}
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

// proseJSON lists the values of prose, and returns the last heading.
func proseJSON(p *Prose, section string) (jsonBlock, string) {
	b := jsonBlock{Kind: "prose", Line: p.Line}
	_ = ast.Walk(p.AST, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering {
			section = plainText(h, p.Source)
		}
		if in, ok := n.(*InlineNode); ok && entering {
			b.Values = append(b.Values, valueJSON(in.Inline, section))
		}
		return ast.WalkContinue, nil
	})
	return b, section
}

func valueJSON(in *Inline, section string) jsonValue {
	v := jsonValue{Section: section, Expr: in.Expr, Line: in.Line, Value: in.Value, Text: in.Text, Query: in.Query}
	if m := in.Metric; m != nil {
		v.Metric, v.Run, v.Key, v.Unit = m.Metric, m.Run, m.Key, m.Unit
		v.Low, v.High, v.N, v.Verdict, v.Note = m.Low, m.High, m.N, m.Verdict, m.Note
	}
	if in.Err != nil {
		v.Error = in.Err.Error()
	}
	return v
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
