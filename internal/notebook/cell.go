package notebook

import (
	"slices"
	"strings"
)

// listings are what a listing cell can list.
var listings = []string{"queries", "metrics", "sources", "problems", "params"}

// fenceOptions are the options that can stand in a cell's fence.
var fenceOptions = []string{"hidden", "folded", "if", "override"}

// word is one word of a fence's info string: `name`, or `key="value"`.
type word struct {
	key      string
	hasValue bool
	at       int // of the key
	value    span
	open     bool // its quote is not closed
}

// words cuts an info string at spaces outside quotes.
func infoWords(src []byte, start, end int) []word {
	var out []word
	for pos := start; pos < end; {
		for pos < end && isSpace(src[pos]) {
			pos++
		}
		if pos == end {
			break
		}
		w := word{at: pos}
		for pos < end && !isSpace(src[pos]) && src[pos] != '=' {
			pos++
		}
		w.key = string(src[w.at:pos])
		if pos < end && src[pos] == '=' {
			pos++
			w.hasValue = true
			from := pos
			if pos < end && (src[pos] == '"' || src[pos] == '\'') {
				quote := src[pos]
				from++
				for pos++; pos < end && src[pos] != quote; pos++ {
				}
				w.open = pos == end
				w.value = lineSpan(src, from, pos, from, pos)
				pos = min(pos+1, end)
			} else {
				for pos < end && !isSpace(src[pos]) {
					pos++
				}
				w.value = lineSpan(src, from, pos, from, pos)
			}
		}
		out = append(out, w)
	}
	return out
}

// readCell reads the fence and the options of a cell.
func (nb *Notebook) readCell(c *cellNode) []Fault {
	var faults []Fault
	fail := func(at int, format string, args ...any) {
		faults = append(faults, nb.lines.fault(at, format, args...))
	}
	words := infoWords(nb.Source, c.item.infoStart, c.item.infoEnd)
	c.kind, c.nameAt = words[0].key, c.item.infoStart
	words = words[1:]
	if len(words) > 0 && !words[0].hasValue && !slices.Contains(fenceOptions, words[0].key) {
		c.name, c.nameAt = strings.ToLower(words[0].key), words[0].at
		words = words[1:]
	}
	switch {
	case c.item.unclosed:
		fail(c.item.start, "the cell is not closed: no line of %s below it", strings.TrimSpace(string(nb.Source[c.item.start:c.item.infoStart])))
	case c.name == "" && c.kind == "sql":
		fail(c.nameAt, "a sql cell needs a name: ```sql NAME")
	case c.name == "" && c.kind == "listing":
		fail(c.nameAt, "a listing cell lists one of %s", strings.Join(listings, ", "))
	case c.name == "":
		fail(c.nameAt, "a %s cell needs the name of a query: ```%s QUERY", c.kind, c.kind)
	case c.kind == "listing" && !slices.Contains(listings, c.name):
		fail(c.nameAt, "there is no listing of %s%s", c.name, hint(c.name, listings))
	}
	for _, w := range words {
		switch {
		case !slices.Contains(fenceOptions, w.key):
			fail(w.at, "a %s cell has no option %s in its fence%s", c.kind, w.key, hint(w.key, fenceOptions))
		case w.open:
			fail(w.value.start, "the quote is not closed")
		case w.key == "if" && !w.hasValue:
			fail(w.at, `if wants an expression: if="count(q) > 0"`)
		case w.key == "if":
			c.cond = &condition{span: w.value}
		case w.hasValue && w.value.text != "true" && w.value.text != "false":
			fail(w.value.start, "%s is true or false, not %s", w.key, w.value.text)
		case w.key == "hidden":
			c.hidden = w.value.text != "false"
		case w.key == "folded":
			c.folded = w.value.text != "false"
		case c.kind != "sql":
			fail(w.at, "only a sql cell can override a query")
		default:
			c.override = w.value.text != "false"
		}
	}
	if c.kind == "sql" {
		return faults
	}
	var more []Fault
	c.options, more = parseYAML(nb.lines, c.item.bodyStart, c.item.bodyEnd, c.kind+" "+c.name)
	faults = append(faults, more...)
	if len(more) > 0 {
		c.spec = &spec{}
		return faults
	}
	return append(faults, readSpec(c)...)
}
