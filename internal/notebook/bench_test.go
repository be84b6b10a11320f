package notebook

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/table"
)

// stillDB answers every query at once with the same rows.
type stillDB struct{ t *table.Table }

func (d stillDB) Query(context.Context, string, map[string]any) (*table.Table, error) {
	return d.t, nil
}
func (d stillDB) Materialize(context.Context, string, string, map[string]any) (*table.Table, error) {
	return d.t, nil
}
func (d stillDB) Put(context.Context, string, *table.Table) error { return nil }
func (d stillDB) Prepare(context.Context, string) ([]table.Column, error) {
	return d.t.Columns, nil
}

// longNotebook has 600 lines, 40 cells, 160 values, 40 conditions.
func longNotebook() []byte {
	var b strings.Builder
	b.WriteString("---\ntitle: Long\nparams:\n  itl_ms: 50\n---\n\n")
	for i := range 20 {
		fmt.Fprintf(&b, `## Part %[1]d — {{ count(q%[1]d) > 3 ? "many" : "few" }}

Some text about *this* part with %[2]s, a [link](#part-1) and {{ first(q%[1]d).itl_ms }} beside {{ itl_ms }}.
More of it: {{ max(map(q%[1]d, .itl_ms)) }}, and {{ if is_known(first(q%[1]d).itl_ms) }}known{{ else }}not{{ end }}.
{{ sum(q%[1]d, .itl_ms) / count(q%[1]d) }} on average over {{ plural(count(q%[1]d), "row") }},
{{ fmt(first(q%[1]d).itl_ms / 1000, "2f", "s") }} the first one, {{ words(map(q%[1]d, .mapping)) }}.

%[3]ssql q%[1]d
select mapping, itl_ms, run
from candidates
where itl_ms < :itl_ms
%[3]s

%[3]stable q%[1]d
columns: {itl_ms: {unit: ms, format: 3g}}
sort: itl_ms
caption: Of {{ count(q%[1]d) }} rows.
%[3]s

{{ if count(q%[1]d) > 2 }}
- one
- two {{ itl_ms }}
{{ end }}

`, i, "`code`", "```")
	}
	for strings.Count(b.String(), "\n") < 600 {
		b.WriteString("\nA line of text.\n")
	}
	return []byte(b.String())
}

func BenchmarkRun(b *testing.B) {
	src := longNotebook()
	db := stillDB{&table.Table{
		Columns: []table.Column{{Name: "mapping", Type: table.Text}, {Name: "itl_ms", Type: table.Float}, {Name: "run", Type: table.Text}},
		Rows:    [][]any{{"TP=1", 12.5, "aic"}, {"TP=2", 30.68, "aic"}, {"TP=4", nil, "online"}},
	}}
	for _, checked := range []bool{false, true} {
		b.Run(fmt.Sprintf("check=%v", checked), func(b *testing.B) {
			for b.Loop() {
				nb, faults := Parse("long.md", src)
				if len(faults) > 0 {
					b.Fatal(faults[0].Error())
				}
				env := Env{Runner: query.NewRunner(query.NewSet("candidates"), db, nil)}
				if checked {
					nb.Check(env)
				}
				d, err := nb.Run(context.Background(), env)
				if err != nil || failed(d.Faults) {
					b.Fatal(err, d.Faults)
				}
			}
		})
	}
}
