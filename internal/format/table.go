package format

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"

	"github.com/profreport/profreport/internal/table"
)

// Kinds lists the kinds that WriteTable knows.
var Kinds = []string{"table", "csv", "json", "jsonl", "md"}

// WriteTable writes the rows of t. Kind table is aligned text for a terminal
// (control characters escaped), md a Markdown table; both round to six digits
// and show null as a word. Kinds csv, json (one array of objects) and jsonl
// (one object a line) hold the full values; null is an empty field in csv.
// Columns of the same name get a number in JSON: a, a_2.
func WriteTable(w io.Writer, t *table.Table, kind string) error {
	b := bufio.NewWriter(w)
	var err error
	switch kind {
	case "", "table":
		writeText(b, t)
	case "md":
		writeMarkdown(b, t)
	case "csv":
		err = writeCSV(b, t)
	case "json":
		writeJSON(b, t, true)
	case "jsonl":
		writeJSON(b, t, false)
	default:
		return fmt.Errorf("unknown format %q, want one of %s", kind, strings.Join(Kinds, ", "))
	}
	if err != nil {
		return err
	}
	return b.Flush()
}

// cell writes a value for people.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case float64:
		if math.IsNaN(v) {
			return "null"
		}
		return sixDigits(v)
	}
	return raw(v)
}

// sixDigits rounds to six significant digits, but never before the point.
func sixDigits(v float64) string {
	size := math.Abs(v)
	if v == 0 || size < 1e-5 || size >= 1e15 {
		return shortest(v, 6)
	}
	exp := int(math.Floor(math.Log10(size)))
	s := strconv.FormatFloat(v, 'f', max(0, 5-exp), 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// shortest writes a float with so many digits (-1: as many as it takes), and
// an exponent only where it is very small or large.
func shortest(v float64, digits int) string {
	if size := math.Abs(v); size != 0 && (size < 1e-6 || size >= 1e21) {
		return strconv.FormatFloat(v, 'g', digits, 64)
	}
	if digits > 0 {
		v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', digits, 64), 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// raw writes a value in full; null is "".
func raw(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		if math.IsNaN(v) {
			return ""
		}
		return shortest(v, -1)
	}
	return fmt.Sprint(v)
}

// numeric tells for each column whether it holds numbers alone: those stand
// right-aligned.
func numeric(t *table.Table) []bool {
	out := make([]bool, len(t.Columns))
	for j := range out {
		found, only := false, true
		for _, r := range t.Rows {
			if r[j] != nil {
				_, isNumber := table.Number(r[j])
				found, only = true, only && isNumber
			}
		}
		out[j] = found && only
	}
	return out
}

func writeText(w *bufio.Writer, t *table.Table) {
	if len(t.Columns) == 0 {
		return
	}
	right := numeric(t)
	grid := make([][]string, 0, len(t.Rows)+1)
	width := make([]int, len(t.Columns))
	add := func(text func(j int) string) {
		row := make([]string, len(t.Columns))
		for j := range row {
			row[j] = Escape(text(j))
			width[j] = max(width[j], Width(row[j]))
		}
		grid = append(grid, row)
	}
	add(func(j int) string { return t.Columns[j].Name })
	for _, r := range t.Rows {
		add(func(j int) string { return cell(r[j]) })
	}
	for i, row := range grid {
		writeLine(w, row, width, right)
		if i == 0 {
			rules := make([]string, len(width))
			for j, n := range width {
				rules[j] = strings.Repeat("-", n)
			}
			writeLine(w, rules, width, right)
		}
	}
}

func writeLine(w *bufio.Writer, row []string, width []int, right []bool) {
	for j, s := range row {
		if j > 0 {
			w.WriteString("  ")
		}
		gap := strings.Repeat(" ", width[j]-Width(s))
		switch {
		case right[j]:
			w.WriteString(gap + s)
		case j == len(row)-1:
			w.WriteString(s)
		default:
			w.WriteString(s + gap)
		}
	}
	w.WriteByte('\n')
}

func writeMarkdown(w *bufio.Writer, t *table.Table) {
	if len(t.Columns) == 0 {
		return
	}
	right := numeric(t)
	line := func(text func(j int) string) {
		w.WriteByte('|')
		for j := range t.Columns {
			w.WriteString(" " + text(j) + " |")
		}
		w.WriteByte('\n')
	}
	line(func(j int) string { return Markdown(t.Columns[j].Name) })
	line(func(j int) string {
		if right[j] {
			return "---:"
		}
		return "---"
	})
	for _, r := range t.Rows {
		line(func(j int) string { return Markdown(cell(r[j])) })
	}
}

// Markdown escapes text so that it stands literally in a cell of a Markdown
// table.
func Markdown(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString("<br>")
		case r == '\r':
		case unicode.IsControl(r):
			b.WriteByte(' ')
		case r == '<':
			b.WriteString("&lt;")
		case r == '&':
			b.WriteString("&amp;")
		case strings.ContainsRune("\\|`*_[]{}~", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func writeCSV(w *bufio.Writer, t *table.Table) error {
	c := csv.NewWriter(w)
	row := make([]string, len(t.Columns))
	for j, col := range t.Columns {
		row[j] = col.Name
	}
	err := c.Write(row)
	for _, r := range t.Rows {
		for j := range row {
			row[j] = raw(r[j])
		}
		if len(row) == 1 && row[0] == "" {
			// A line of its own, or readers skip it.
			c.Flush()
			w.WriteString("\"\"\n")
			continue
		}
		err = c.Write(row)
	}
	c.Flush()
	if err != nil {
		return err
	}
	return c.Error()
}
