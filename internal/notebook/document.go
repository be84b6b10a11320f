package notebook

import (
	"github.com/yuin/goldmark/ast"

	"github.com/profreport/profreport/internal/table"
)

// Document is an executed notebook: what render turns into a page. Conditions
// are decided and repeated parts unrolled, so Blocks is flat and in reading
// order.
type Document struct {
	Path    string // as errors print it
	Source  []byte // the author's bytes
	Title   string // front matter, inline values filled in
	Params  []Param
	Blocks  []Block
	Queries []QueryText // every query that ran or was inlined, in order of first use
	Faults  []Fault     // what failed or is doubtful; empty for a clean run
	// Methods lists the methods of the selected runs in the order that gives
	// them colour and shape on the page.
	Methods []string

	parts []Block // Blocks and the blank text between them, for Markdown
}

// Block is one piece of an executed document: prose or a cell, never both.
type Block struct {
	Prose *Prose
	Cell  *Cell
}

// Prose is a run of Markdown without cells. Its AST is goldmark's; inline
// values are *InlineNode leaves in it. Segments refer to Source.
type Prose struct {
	AST    ast.Node
	Source []byte
	Line   int // of the first byte of Source in the notebook file
	// Start and End are the byte range in Document.Source, for Markdown
	// output by splicing.
	Start, End int
	// Inlines are the values in AST, in reading order. Cuts are ranges of
	// Source that were taken out of AST (the finding of a heading that is not
	// known); whoever prints Source instead of AST leaves them out.
	Inlines []*Inline
	Cuts    [][2]int
}

// Cell is an executed fenced cell.
type Cell struct {
	Kind       string // sql, table, plot, tiles, listing
	Name       string // of a sql cell
	Query      string // the query that table, plot and tiles show
	Line       int    // of the fence
	Start, End int    // byte range in Document.Source
	Hidden     bool   // runs, shows nothing
	Folded     bool   // shows behind a summary line
	Caption    string // Markdown with inline values filled in
	// CaptionProse is the caption's AST with InlineNode leaves, so that its
	// values can lead to their SQL; nil when there is no caption.
	CaptionProse *Prose
	Empty        string // what to print when there are no rows
	Data         *table.Table
	Table        *TableSpec
	Plot         *PlotSpec
	Tiles        *TilesSpec
	Listing      string // "queries", "metrics", "sources", "problems", "params"
	Err          *Fault // set when the cell failed: shown in its place
}

// Inline is an executed {{ expr }}.
type Inline struct {
	Expr       string
	Text       string // formatted, with unit
	Value      any
	Query      string // the query or metric behind it, "" when none
	Line       int
	Start, End int          // byte range in Document.Source
	From, To   int          // byte range in Prose.Source
	Unknown    bool         // Value is null: Text says "not measured"
	Metric     *MetricValue // the metric behind it, with interval, n and verdict; nil when it is none
	Err        *Fault
}

// KindInline is the goldmark kind of InlineNode.
var KindInline = ast.NewNodeKind("ProfreportInline")

// InlineNode puts an Inline into goldmark's tree.
type InlineNode struct {
	ast.BaseInline
	Inline *Inline

	span span // the text between the braces; its places are those of the parsed text
}

// Kind implements ast.Node.
func (n *InlineNode) Kind() ast.NodeKind { return KindInline }

// Dump implements ast.Node.
func (n *InlineNode) Dump(source []byte, level int) {
	ast.DumpHelper(n, source, level, map[string]string{"Expr": n.Inline.Expr}, nil)
}

// Param is a parameter in force.
type Param struct {
	Name, Type, Doc string
	Value, Default  any
	Set             bool // given with -p or by a flag
}

// QueryText is one named query as the page shows it.
type QueryText struct {
	Name, SQL, Doc string
	From           string // "built in", or the file it came from
	Rows           int
	Params         map[string]any // the values bound
}

// Fault is an error or a warning with its place.
type Fault struct {
	File         string
	Line, Column int // 1-based; 0 when unknown
	Message      string
	Excerpt      string // the line, a newline, and a caret
	Warning      bool
	Cell         string
}

// TableSpec says how a table cell looks.
type TableSpec struct {
	Columns []ColumnSpec // in the order to show; every shown column is here
	Sort    []string     // "-itl_ms" is descending
	Limit   int
	Stack   bool // short cards on narrow screens
	Group   string
	Total   bool
}

// ColumnSpec says how one column looks.
type ColumnSpec struct {
	Name, Label, Unit string
	Format            string // 3g, 2f, percent, signed_percent, duration, bytes, int, text, code, verdict
	Low, High         string // columns that hold the interval
	Better            string // lower, higher, zero: marks the best cell
	Note              string // column with a small note under the value
	Missing           string // text for null; default "not measured"
	Align             string
	Hidden            bool

	unitSet bool // the author gave a unit, "" included
}

// PlotSpec says how a plot cell looks. Fields named after columns hold column
// names of the query.
type PlotSpec struct {
	Kind    string // line scatter parity bar stacked ecdf histogram heatmap interval step timeline
	X, Y    string
	Value   string // heatmap: the cell; timeline: unused
	By      string // series; a column named method gives the method's colour and shape
	Style   string // column with predicted, measured, blocked or dominated
	Low     string
	High    string
	From    string // timeline
	To      string
	Label   string // text beside a mark
	Title   string // tooltip
	Facet   string // small multiples
	Log     []string
	Lines   []LineSpec
	Bands   []BandSpec
	XLabel  string // with its unit: "TTFT [ms]"
	YLabel  string
	Heading string
	Wide    bool
	Zero    bool    // the value axis includes 0
	Tol     float64 // parity: tolerance band as a fraction
	Scale   string  // heatmap: diverging, states, sequential
	Bins    int
	Order   string // column that the rows are sorted by first; "-itl_ms" is descending
	Finding string // aria-label: what the plot shows, in words
}

// LineSpec is a reference line.
type LineSpec struct {
	X, Y  *float64
	Label string
	Role  string // sla (default), limit, ref, baseline
}

// BandSpec is a shaded range.
type BandSpec struct {
	X, Y  []float64 // two values
	Label string
}

// TilesSpec says how a row of verdict tiles looks: one tile a row of the
// query. Columns: label, value, unit, format, verdict, note, and for the
// gauge low, high, limit_low, limit_high (all optional but label).
type TilesSpec struct {
	Columns map[string]string
}
