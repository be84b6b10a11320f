package query

import (
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/table"
)

// MaxText is the largest SQL text, in bytes.
const MaxText = 256 << 10

// Query is a named SQL text: one select statement that other texts may read
// from by its name.
type Query struct {
	Name    string // lower case
	Doc     string
	Unit    string // of the values, for the reader
	Better  string // "lower", "higher", "zero" or ""
	Params  []Param
	Columns []Column // that the header declares; may be empty
	Text    string   // as written, header included
	From    string   // "built in", or the file as errors print it
	Origin  Origin   // of Text

	override string // `-- override: NAME`
	isNew    bool   // `-- new: true`
	body     int    // offset of the statement in Text
	end      int    // offset behind its last token; a closing semicolon is left out
	tokens   []token
	refs     []ref
	uses     []string
	reads    []string
}

// Column is a column that a header declares: what the statement promises.
type Column struct {
	Name string
	Type table.Type
	Unit string // "" when none is said
	Doc  string
}

// SQL returns the statement without its header and closing semicolon.
func (q *Query) SQL() string { return q.Text[q.body:q.end] }

// Uses returns the parameters that the statement names, each once, in order.
func (q *Query) Uses() []string { return q.uses }

// Reads returns the tables that the statement reads, each once, in order.
func (q *Query) Reads() []string { return q.reads }

// index notes what the statement uses and reads.
func (q *Query) index() {
	for _, t := range q.tokens {
		if t.kind == param && !slices.Contains(q.uses, t.text) {
			q.uses = append(q.uses, t.text)
		}
	}
	for _, r := range q.refs {
		if !slices.Contains(q.reads, r.name) {
			q.reads = append(q.reads, r.name)
		}
	}
}

// Param returns the declaration of a parameter, or nil.
func (q *Query) Param(name string) *Param {
	for i := range q.Params {
		if q.Params[i].Name == name {
			return &q.Params[i]
		}
	}
	return nil
}

// fault makes a fault at an offset of the text.
func (q *Query) fault(offset int, format string, args ...any) *Fault {
	return q.Origin.At(q.Text, offset, format, args...)
}

// Parse reads a SQL text: header lines, then one statement. name is the name
// it goes by (a file's base name, a cell's name); origin tells where its first
// character stands. The query is usable when no fault is an error.
func Parse(name, text string, origin Origin) (*Query, Faults) {
	q := &Query{Name: strings.ToLower(name), Text: text, From: origin.File, Origin: origin}
	var faults Faults
	if len(text) > MaxText {
		q.Text = ""
		return q, Faults{q.fault(0, "the text is larger than %d KiB", MaxText>>10)}
	}
	if msg := badName(q.Name); msg != "" {
		faults = append(faults, q.fault(0, "%s", msg))
	}
	faults = append(faults, q.readHeader()...)
	tokens, lexErr := lex(text)
	if lexErr != nil {
		return q, append(faults, q.fault(lexErr.offset, "%s", lexErr.msg))
	}
	q.body, q.end = len(text), len(text)
	if len(tokens) == 0 {
		return q, append(faults, q.fault(len(text), "there is no statement"))
	}
	for i, t := range tokens {
		if t.is(";") {
			if i+1 < len(tokens) {
				faults = append(faults, q.fault(tokens[i+1].start, "a second statement; a query is one"))
			}
			tokens = tokens[:i]
			break
		}
		if t.kind == param && t.text == "" {
			faults = append(faults, q.fault(t.start, "parameters have names: write :name instead of ?"))
		}
	}
	if len(tokens) == 0 {
		return q, append(faults, q.fault(0, "there is no statement"))
	}
	first := tokens[0]
	if !first.is("select", "with", "values") {
		faults = append(faults, q.fault(first.start, "a query begins with select, with or values"))
	}
	q.body, q.end = first.start, tokens[len(tokens)-1].end
	q.tokens, q.refs = tokens, findRefs(tokens)
	q.index()
	return q, faults
}

// keywords that SQLite does not accept as a table name.
const reserved = ` add all alter and as autoincrement between case check collate commit constraint create default
deferrable delete distinct drop else escape except exists foreign from group having in index insert intersect into is
isnull join limit not nothing notnull null on or order primary references returning select set table then to
transaction union unique update using values when where with `

// badName says what is wrong with the name of a query, or "".
func badName(name string) string {
	for i := range len(name) {
		if c := name[i]; !isNameByte(c) || c >= 0x80 || i == 0 && isDigit(c) {
			return "a name is letters, digits and underscores, and begins with a letter: " + name
		}
	}
	switch {
	case name == "":
		return "a query needs a name"
	case len(name) > 64:
		return "a name has at most 64 letters"
	case strings.Contains(strings.ReplaceAll(reserved, "\n", " "), " "+name+" "):
		return name + " is a word of SQL and can't be a name"
	}
	return ""
}
