package render

import (
	"io"
	"testing"

	"github.com/profreport/profreport/internal/notebook"
)

// bigDocument is a page of 15 plots and 20 tables.
func bigDocument() (*notebook.Document, PageOptions) {
	doc, opt := sampleDocument()
	var blocks []notebook.Block
	plots, tables := 0, 0
	for _, b := range doc.Blocks {
		if c := b.Cell; c != nil {
			switch {
			case c.Kind == "plot" && c.Err == nil && len(c.Data.Rows) > 0:
				if plots++; plots > 15 {
					continue
				}
			case c.Kind == "table" && c.Err == nil:
				tables++
			}
		}
		blocks = append(blocks, b)
	}
	for ; tables < 20; tables++ {
		c := notebook.Cell{Kind: "table", Query: "accuracy", Data: accuracyRows()}
		for i := range 4 { // 30 rows
			c.Data.Rows = append(c.Data.Rows, accuracyRows().Rows[i%6:]...)
		}
		blocks = append(blocks, cellOf(c))
	}
	doc.Blocks = blocks
	return doc, opt
}

func BenchmarkPage(b *testing.B) {
	doc, opt := bigDocument()
	b.ReportAllocs()
	for b.Loop() {
		if err := HTML(io.Discard, doc, opt); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPlot(b *testing.B) {
	for _, c := range plotCases() {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Plot(&c.spec, c.data, PlotOptions{Methods: methodsOf(c)}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
