package render

import (
	"slices"
	"strings"

	"github.com/profreport/profreport/internal/notebook"
	"github.com/profreport/profreport/internal/table"
)

// verdict is pass, fail or can't tell; 0 is none. A larger one is worse.
type verdict int

const (
	passed verdict = iota + 1
	unknown
	failed
)

func worst(a, b verdict) verdict { return max(a, b) }

func (v verdict) class() string { return [...]string{"", "pass", "unk", "fail"}[v] }
func (v verdict) glyph() string { return [...]string{"", "✓", "?", "✕"}[v] }
func (v verdict) word() string  { return [...]string{"", "pass", "can’t tell", "fail"}[v] }

// chip is how a word of a verdict column is shown: as glyph and word in a
// frame, or as grey text.
type chip struct {
	class, glyph, text string
	verdict            verdict
}

// chipOf reads a verdict cell. Words beyond pass, fail and unknown keep their
// text: "blocked by 2" can't tell, "1 blocks" fails, "warn" warns, "harmless",
// "inside" and the like are remarks.
func chipOf(v any) chip {
	s, _ := v.(string)
	s = strings.TrimSpace(s)
	low := strings.ToLower(s)
	fields := strings.Fields(low)
	has := func(words ...string) bool {
		return slices.ContainsFunc(fields, func(f string) bool { return slices.Contains(words, f) })
	}
	switch {
	case low == "pass" || low == "passed":
		return chip{"pass", "✓", "Pass", passed}
	case low == "fail" || low == "failed":
		return chip{"fail", "✕", "Fail", failed}
	case low == "unknown" || low == "cannot tell" || low == "can't tell" || low == "can’t tell":
		return chip{"unk", "?", "Can’t tell", unknown}
	case has("blocks", "error", "refused"):
		return chip{"fail", "✕", s, failed}
	case has("warn", "warning", "warns", "doubtful"):
		return chip{"warn", "!", s, 0}
	case has("blocked", "unknown"):
		return chip{"unk", "?", s, unknown}
	case has("harmless", "equal", "info"):
		return chip{"ok", "", s, 0}
	case strings.HasPrefix(low, "pass "):
		return chip{"pass", "✓", s, passed}
	case strings.HasPrefix(low, "fail "):
		return chip{"fail", "✕", s, failed}
	}
	return chip{"", "", s, 0}
}

// write writes the chip. No verdict is a dash, never a pass: none was due.
func (c chip) write(o *out) {
	switch {
	case c.text == "":
		o.raw("–")
	case c.class == "":
		o.raw(`<span class="off-t">`)
		o.text(c.text)
		o.raw("</span>")
	default:
		o.raw(`<span class="chip `, c.class, `">`)
		if c.glyph != "" {
			o.raw(c.glyph, " ")
		}
		o.text(c.text)
		o.raw("</span>")
	}
}

// cellVerdict returns the worst verdict that a cell shows: of its verdict
// column if it is a table, of its tiles.
func cellVerdict(c *notebook.Cell) verdict {
	if c.Hidden || c.Err != nil || c.Data == nil {
		return 0
	}
	w := verdict(0)
	over := func(t *table.Table, column string) {
		i := t.Index(column)
		if i < 0 {
			return
		}
		for _, row := range t.Rows {
			w = worst(w, chipOf(row[i]).verdict)
		}
	}
	switch {
	case c.Kind == "tiles":
		over(c.Data, tileColumn(c.Tiles, "verdict"))
	case c.Kind == "table" && c.Table != nil:
		for _, col := range c.Table.Columns {
			if col.Format == "verdict" && !col.Hidden {
				over(c.Data, col.Name)
			}
		}
	}
	return w
}
