package notebook

import (
	"context"
	"strings"
	"testing"
)

// plainSpaces makes the page's fixed spaces and minus easy to type.
var plainSpaces = strings.NewReplacer("\u202f", " ", "\u00a0", " ", "\u2212", "-")

// run parses, checks and runs a notebook over the world.
func run(t testing.TB, src string, params map[string]any) *Document {
	t.Helper()
	nb, _ := Parse("test.md", []byte(src))
	env := testEnv(t, params)
	nb.Check(env)
	d, err := nb.Run(context.Background(), env)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// markdownOf returns a document's Markdown with plain spaces.
func markdownOf(t testing.TB, d *Document) string {
	t.Helper()
	var b strings.Builder
	if err := d.Markdown(&b, MarkdownOptions{Image: func(c *Cell) string { return c.Query + ".svg" }, HideSQL: true}); err != nil {
		t.Fatal(err)
	}
	return plainSpaces.Replace(b.String())
}

// fences writes ”' as ``` so that notebooks can stand in raw strings.
func fences(s string) string { return strings.ReplaceAll(s, "'''", "```") }

func TestSyntax(t *testing.T) {
	for _, c := range []struct{ name, src, want string }{
		{"escape", `Two \{{ braces }} and {{ 1 + 1 }}.`, `Two \{{ braces }} and 2.`},
		{"code span", "Literal `{{ 1 }}` and ``a ` {{ 2 }}``, not {{ 3 }}.", "Literal `{{ 1 }}` and ``a ` {{ 2 }}``, not 3."},
		{"code block", "'''\n{{ 1 }}\n{{ if true }}\n'''\n\n    {{ 2 }}\n\n~~~go\n{{ end }}\n~~~", "'''\n{{ 1 }}\n{{ if true }}\n'''\n\n    {{ 2 }}\n\n~~~go\n{{ end }}\n~~~"},
		{"comment", "<!--\n{{ nope }}\n'''sql a\n'''\n{{ if x }}\n-->\n\ntext", "<!--\n{{ nope }}\n'''sql a\n'''\n{{ if x }}\n-->\n\ntext"},
		{"heading", "## Count {{ 1 + 1 }} {#here}", "## Count 2 {#here}"},
		{"emphasis", "*a {{ 1 }}* **{{ 2 }}** ~~{{ 3 }}~~ [t {{ 4 }}](http://x.y)", "*a 1* **2** ~~3~~ [t 4](http://x.y)"},
		{"table", "| a | b |\n| - | - |\n| {{ true \\|\\| false }} | {{ 1 }} |", "| a | b |\n| - | - |\n| yes | 1 |"},
		{"several lines", "The sum {{ 1 +\n2 }} of two.", "The sum 3 of two."},
		{"several lines in a quotation", "> The sum {{ 1 +\n> 2 }} of two.", "> The sum 3 of two."},
		{"braces in it", `{{ {"a": {"b": 2}}.a.b }} and {{ "}}" + "x" }}`, `2 and \}\}x`},
		{"escaped text", `{{ "a*b_c|d<e" }}`, `a\*b\_c\|d&lt;e`},
		{"start of a line", `{{ "# a" }}`, `\# a`},
		{"crlf", "a\r\n\r\n{{ if true }}\r\nb {{ 1 }}\r\n{{ end }}\r\n\r\nc\r\n", "a\r\n\r\nb 1\r\n\r\nc"},
		{"if", "a\n\n{{ if 1 > 2 }}\n\nb\n\n{{ else if 2 > 1 }}\n\nc\n\n{{ else }}\n\nd\n\n{{ end }}\n\ne", "a\n\nc\n\ne"},
		{"if within a paragraph's lines", "a\n{{ if true }}\nb\n{{ end }}\nc", "a\nb\nc"},
		{"if inline", "a {{ if false }}b{{ else if true }}c{{ else }}d{{ end }} e", "a c e"},
		{"if number", "{{ if 0 }}a{{ else }}b{{ end }}{{ if 2 }}c{{ end }}", "bc"},
		{"if unknown without else", "a{{ if last(candidates).itl_ms > 1 }}b{{ end }}c", "ac"},
		{"if unknown with else", "a {{ if last(candidates).itl_ms > 1 }}b{{ else }}c{{ end }}", "a *not measured*"},
		{"if unknown, then true", "a {{ if last(candidates).itl_ms > 1 }}b{{ else if true }}d{{ else }}c{{ end }}", "a d"},
		{"if unknown as a block", "{{ if last(candidates).itl_ms > 1 }}\nb\n{{ else }}\nc\n{{ end }}", "*not measured*"},
		{"nested", "{{ if true }}\n{{ if false }}\na\n{{ else }}\nb\n{{ end }}\nc\n{{ end }}", "b\nc"},
		{"for over rows", "{{ for r in runs }}\n- {{ r.run }}\n{{ end }}", "- aic\n- online"},
		{"for over a list", "{{ for x in [1, 2] }}\n- {{ x * 2 }}\n{{ end }}", "- 2\n- 4"},
		{"for over nothing", "a\n\n{{ for r in filter(runs, false) }}\n- {{ r.run }}\n{{ end }}\n\nb", "a\n\nb"},
		{"for in table rows", "| a |\n| - |\n{{ for r in runs }}\n| {{ r.run }} |\n{{ end }}", "| a |\n| - |\n| aic |\n| online |"},
		{"for inline", "Runs:{{ for r in runs }} {{ r.run }}{{ end }}.", "Runs: aic online."},
		{"for in for", "{{ for r in runs }}\n{{ for c in filter(candidates, .run == r.run) }}\n- {{ r.run }} {{ c.mapping }}\n{{ end }}\n{{ end }}",
			"- aic TP=1\n- aic TP=2\n- online TP=1\n- online TP=2"},
		{"query used before it is defined", "{{ count(a) }}\n\n'''sql a\nselect * from b\n'''\n\n'''sql b\nselect 1 union select 2\n'''", "2"},
		{"link defined behind a cell", "[x]\n\n'''sql a\nselect 1\n'''\n\n{{ a }}\n\n[x]: http://x.y", "[x]\n\n1\n\n[x]: http://x.y"},
		{"caption keeps code", "'''sql a\nselect 1 as n\n'''\n\n'''table a\ncaption: The `{{ n }}` of {{ a }}\n'''", "| n |\n| ---: |\n| 1 |\n\nThe `{{ n }}` of 1"},
		{"empty table", "'''sql a\nselect 1 as n where false\n'''\n\n'''table a\nempty: Add {{ 1 + 1 }} logs\n'''", "*Add 2 logs*"},
		{"cell left out", "a\n\n'''table runs\nif: count(runs) > 2\n'''\n\nb", "a\n\nb"},
		{"cell left out when unknown", "a\n\n'''table runs if=\"last(candidates).itl_ms > 2\"\n'''\n\nb", "a\n\nb"},
		{"hidden cell", "a\n\n'''table runs hidden\n'''\n\nb", "a\n\nb"},
		{"folded cell", "'''table selected folded\n'''", "<details><summary>selected</summary>\n\n| Run |\n| --- |\n| aic |\n| online |\n\n</details>"},
		{"plot", "'''plot runs\nkind: bar\nx: method\ny: duration_s\nfinding: \"{{ count(runs) }} runs\"\n'''", "![2 runs](<runs.svg>)"},
		{"metric as a table", "'''table regret\nshow: [key, value, verdict]\ncolumns: {verdict: {format: verdict}, value: {format: percent}}\n'''",
			"| Key | Value | Verdict |\n| --- | ---: | --- |\n| decode | 12.3 % | ✕ fail |\n| prefill | *not measured* | ? can't tell |"},
		{"no verdict is due", fences("'''table duration\nshow: [run, verdict]\ncolumns: {verdict: {format: verdict}}\n'''"),
			"| Run | Verdict |\n| --- | --- |\n| online | *–* |"},
		{"finding known", "## A — {{ 1 }} of {{ 2 }}", "## A — 1 of 2"},
		{"finding unknown", "## A — {{ 1 }} of *{{ nil }}*\n\ntext", "## A\n\ntext"},
		{"finding empty", "## A — {{ \"\" }}\n\ntext", "## A\n\ntext"},
		{"finding left out", "## A — {{ if false }}b{{ end }}\n\ntext", "## A\n\ntext"},
		{"finding missing", "## A — b\n\n## C —\n\ntext", "## A — b\n\n## C\n\ntext"},
		{"listing", "'''listing metrics\n'''", "| metric | unit | better | doc |\n| --- | --- | --- | --- |\n| regret |  | lower | lost throughput |\n" +
			"| duration | s | lower |  |\n| ttft\\_error |  |  |  |"},
		{"listing sources", "'''listing sources\n'''", "| run | path | kind | bytes | sha256 |\n| --- | --- | --- | ---: | --- |\n| aic | profile\\_sla.log | log | 1234 | abc |"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := run(t, fences(c.src), nil)
			for i := range d.Faults {
				if !d.Faults[i].Warning {
					t.Error(d.Faults[i].Detail())
				}
			}
			if got := markdownOf(t, d); strings.TrimSpace(got) != fences(c.want) {
				t.Errorf("got\n%s\nwant\n%s", got, fences(c.want))
			}
		})
	}
}

func TestParams(t *testing.T) {
	src := fences(`---
params:
  n: 3
  x: {type: number, default: null}
  on: true
  s: abc
  l: [a, 2]
---

'''sql bound
select :n as n, :x as x, :on as "on", :s as s, :l as l, (select count(*) from json_each(:l)) as items
'''

{{ n }} {{ x }} {{ on }} {{ s }} {{ l }} / {{ bound.n }} {{ bound.x }} {{ bound.on }} {{ bound.s }} {{ bound.l }} {{ bound.items }}
`)
	for _, c := range []struct {
		name   string
		params map[string]any
		want   string
	}{
		{"defaults", nil, `3 *not measured* yes abc a, 2 / 3 *not measured* 1 abc \["a",2\] 2`},
		{"set as text", map[string]any{"n": "4", "x": "2.50", "on": "no", "s": "5", "l": "b,c,d"}, `4 2.5 no 5 b, c, d / 4 2.50 0 5 \["b","c","d"\] 3`},
		{"set as values", map[string]any{"n": int64(4), "x": 7.25, "on": false, "l": []string{"z"}}, `4 7.25 no abc z / 4 7.25 0 abc \["z"\] 1`},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := run(t, src, c.params)
			if got := strings.TrimSpace(markdownOf(t, d)); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			for _, p := range d.Params {
				if _, given := c.params[p.Name]; p.Set != given {
					t.Errorf("%s: set is %v", p.Name, p.Set)
				}
			}
		})
	}
	for _, c := range []struct {
		params map[string]any
		want   string
	}{
		{map[string]any{"n": "fast"}, `test.md:3:3: parameter n: want a whole number, got "fast"`},
		{map[string]any{"no": "1"}, "test.md: there is no parameter no; did you mean n?"},
	} {
		d := run(t, src, c.params)
		if len(d.Faults) == 0 || d.Faults[0].Error() != c.want {
			t.Errorf("%v: %+v, want %s", c.params, d.Faults, c.want)
		}
	}
}

// TestLoopCells runs sql cells that belong to a loop, one reading the other.
func TestLoopCells(t *testing.T) {
	d := run(t, fences(`
{{ for r in runs }}
'''sql mine
select mapping, itl_ms from candidates where run = :r_run
'''
'''sql best
select mapping from mine where itl_ms is not null order by itl_ms limit 1
'''
{{ r.run }}: {{ count(mine) }}, best {{ best }}, dearer than :{{ r.duration_s > 100 ? "no" : "yes" }}

{{ for m in mine }}
'''sql one
select :m_mapping || ' of ' || :r_run as what
'''
{{ one }}
{{ end }}
{{ end }}
`), nil)
	if len(d.Faults) > 0 {
		t.Fatal(d.Faults[0].Detail())
	}
	got := strings.Join(strings.Fields(markdownOf(t, d)), " ")
	want := "aic: 2, best TP=1, dearer than :yes TP=1 of aic TP=2 of aic online: 2, best TP=1, dearer than :no TP=1 of online TP=2 of online"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestOnlyWhatIsUsedRuns counts the statements: a branch not taken costs none.
func TestOnlyWhatIsUsedRuns(t *testing.T) {
	d := run(t, fences("'''sql a hidden if=\"false\"\nselect 1\n'''\n{{ if false }}\n'''sql b\nselect 2\n'''\n{{ b }}\n{{ end }}\n{{ c }} {{ c }}\n'''sql c\nselect 3\n'''"), nil)
	var names []string
	for _, q := range d.Queries {
		names = append(names, q.Name)
	}
	if got := strings.Join(names, " "); got != "c" {
		t.Errorf("ran %s, want c", got)
	}
}

// TestHeadingIDs keeps ids unique over cells and free of expressions.
func TestHeadingIDs(t *testing.T) {
	d := run(t, fences("## Cost — {{ 1 }}\n\n'''table runs\n'''\n\n## Cost\n\n## {{ 1 }}\n\n## Größe X {#own}\n"), nil)
	var ids []string
	for _, b := range d.Blocks {
		if b.Prose == nil {
			continue
		}
		for n := b.Prose.AST.FirstChild(); n != nil; n = n.NextSibling() {
			if id, ok := n.AttributeString("id"); ok {
				ids = append(ids, string(id.([]byte)))
			}
		}
	}
	if got := strings.Join(ids, " "); got != "cost cost-2 section own" {
		t.Errorf("ids are %s", got)
	}
}
