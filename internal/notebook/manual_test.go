package notebook

import (
	"context"
	"flag"
	"fmt"
	"os"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/format"
)

var update = flag.Bool("update", false, "rewrite golden files and generated tables")

const manual = "../../docs/notebook.md"

var example = regexp.MustCompile("(?ms)^````markdown\n(.*?)^````\n(?:\n````output\n(.*?)^````\n)?")

// TestManualExamples runs every example of the manual: it has no faults, and
// gives the output that the manual shows.
func TestManualExamples(t *testing.T) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	examples := example.FindAllStringSubmatch(string(text), -1)
	if len(examples) < 8 {
		t.Fatalf("found %d examples", len(examples))
	}
	for _, e := range examples {
		nb, faults := Parse("example.md", []byte(e[1]))
		env := testEnv(t, nil)
		faults = append(faults, nb.Check(env)...)
		d, err := nb.Run(context.Background(), env)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range append(faults, d.Faults...) {
			t.Errorf("%s\nin\n%s", f.Detail(), e[1])
		}
		var b strings.Builder
		if err := d.Markdown(&b, MarkdownOptions{HideSQL: true}); err != nil {
			t.Fatal(err)
		}
		// The manual shows the page's fixed spaces as plain ones.
		if got := strings.NewReplacer("\u202f", " ", "\u00a0", " ").Replace(b.String()); e[2] != "" && got != e[2] {
			t.Errorf("output of\n%s\nis\n%s\nwant\n%s", e[1], got, e[2])
		}
	}
}

// generated are the tables of the manual that come from the code.
func generated() map[string]string {
	own := func(keys map[string]option) map[string]string {
		out := map[string]string{}
		for k, o := range keys {
			if _, shared := commonOptions[k]; !shared {
				out[k] = o.doc
			}
		}
		return out
	}
	commons, columns := map[string]string{}, map[string]string{}
	for k, o := range commonOptions {
		commons[k] = o.doc
	}
	for k, o := range columnOptions {
		columns[k] = o.doc
	}
	var functions, formats strings.Builder
	functions.WriteString("| function | gives |\n| --- | --- |\n")
	for _, f := range Functions() {
		fmt.Fprintf(&functions, "| `%s` | %s |\n", f.Signature, f.Doc)
	}
	formats.WriteString("| format | writes |\n| --- | --- |\n")
	for _, f := range format.Specs {
		fmt.Fprintf(&formats, "| `%s` | %s |\n", f.Spec, f.Doc)
	}
	return map[string]string{
		"common": optionTable(commons), "table": optionTable(own(tableOptions)), "column": optionTable(columns),
		"plot": optionTable(own(plotOptions)), "tiles": optionTable(own(tilesOptions)),
		"functions": functions.String(), "formats": formats.String(),
	}
}

func optionTable(options map[string]string) string {
	names := make([]string, 0, len(options))
	for n := range options {
		names = append(names, n)
	}
	sort.Strings(names)
	var b strings.Builder
	b.WriteString("| option | meaning |\n| --- | --- |\n")
	for _, n := range names {
		fmt.Fprintf(&b, "| `%s` | %s |\n", n, options[n])
	}
	return b.String()
}

// TestManualTables keeps the manual's tables equal to the code.
func TestManualTables(t *testing.T) {
	text, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	out := string(text)
	for name, want := range generated() {
		re := regexp.MustCompile(`(?s)(<!-- generated: ` + name + ` -->\n).*?(<!-- end -->)`)
		if !re.MatchString(out) {
			t.Errorf("the manual has no table %s", name)
			continue
		}
		out = re.ReplaceAllStringFunc(out, func(s string) string {
			m := re.FindStringSubmatch(s)
			return m[1] + "\n" + want + "\n" + m[2]
		})
		if strings.Contains(want, " |  |") || strings.Contains(want, "| |") {
			t.Errorf("an entry of table %s has no text:\n%s", name, want)
		}
	}
	if out == string(text) {
		return
	}
	if *update {
		if err := os.WriteFile(manual, []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Error("the tables of docs/notebook.md differ from the code; run go test ./internal/notebook -update")
}
