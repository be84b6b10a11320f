package notebook

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/table"
)

// FuzzNotebook reads, checks, runs and writes any text: no panic, every fault
// inside the text.
func FuzzNotebook(f *testing.F) {
	files, _ := filepath.Glob("testdata/broken/*.md")
	for _, file := range append(files, "testdata/sample.md") {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add([]byte("{{ for a in runs }}{{ for b in runs }}{{ a }}{{ end }}|{{ end }}\n- `{{`\n\n| a |\n|-|\n| {{ a \\| b }} |"))
	rows := &table.Table{
		Columns: []table.Column{{Name: "method", Type: table.Text}, {Name: "itl_ms", Type: table.Float}},
		Rows:    [][]any{{"a", 1.5}, {nil, nil}},
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		start := time.Now()
		nb, _ := Parse("fuzz.md", src)
		env := Env{
			Runner: query.NewRunner(query.NewSet("runs", "candidates"), stillDB{rows}, nil), Views: []string{"runs", "candidates"}, Metrics: testMetrics,
			MetricValues: func(context.Context) (*table.Table, error) { return metricTable, nil },
		}
		for _, fault := range nb.Check(env) {
			if fault.Line > len(nb.lines.starts) {
				t.Errorf("fault behind the end: %s", fault.Error())
			}
		}
		d, err := nb.Run(context.Background(), env)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Markdown(io.Discard, MarkdownOptions{Image: func(*Cell) string { return "x" }}); err != nil {
			t.Fatal(err)
		}
		if err := d.JSON(io.Discard); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("took %v", took)
		}
	})
}
