package notebook

import (
	"context"
	"strings"
	"testing"
)

// markdownOf parses, checks and runs a notebook and returns its Markdown.
func markdownOf(t *testing.T, src string, params map[string]any) (string, *Document) {
	t.Helper()
	nb, _ := Parse("test.md", []byte(src))
	env := testEnv(t, params)
	nb.Check(env)
	d, err := nb.Run(context.Background(), env)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := d.Markdown(&b, MarkdownOptions{Image: func(c *Cell) string { return c.Query + ".svg" }, HideSQL: true}); err != nil {
		t.Fatal(err)
	}
	return b.String(), d
}

func TestSmoke(t *testing.T) {
	src := `---
title: Report of {{ count(runs) }} runs
params:
  itl_ms: 50
---

## Cost — took {{ metric("duration", "online") }}

Regret is {{ metric("regret", "aic", "decode") }}, of prefill {{ metric("regret", "aic", "prefill") }}. Limit {{ itl_ms }}.

` + "```sql fast\nselect mapping, concurrency, itl_ms from candidates where itl_ms <= :itl_ms order by itl_ms\n```\n\n```table fast\ncolumns: {itl_ms: {unit: ms, format: 3g}}\nsort: -itl_ms\ncaption: At most {{ itl_ms }} ms.\n```\n\n```plot fast\nkind: scatter\nx: concurrency\ny: itl_ms\nlines: [{y: \":itl_ms\", label: SLA}]\n```\n" + `
{{ for r in runs }}
- {{ r.run }}: {{ r.duration_s }}{{ if r.sla_ttft_ms > 100 }}, limit {{ r.sla_ttft_ms }}{{ else }}, none{{ end }}
{{ end }}
`
	out, d := markdownOf(t, src, nil)
	for i := range d.Faults {
		t.Error(d.Faults[i].Detail())
	}
	t.Log(out)
}
