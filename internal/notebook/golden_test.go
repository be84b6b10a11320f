package notebook

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
)

// sample runs testdata/sample.md, which holds a bit of everything and two
// failures.
func sample(t testing.TB) *Document {
	t.Helper()
	src, err := os.ReadFile("testdata/sample.md")
	if err != nil {
		t.Fatal(err)
	}
	nb, faults := Parse("sample.md", src)
	if len(faults) > 0 {
		t.Fatal(faults[0].Detail())
	}
	env := testEnv(t, map[string]any{"itl_ms": "30"})
	nb.Check(env)
	d, err := nb.Run(context.Background(), env)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; got\n%s", file, got)
	}
}

func TestGoldenMarkdown(t *testing.T) {
	var b, again bytes.Buffer
	image := func(c *Cell) string { return "plots/" + c.Query + ".svg" }
	if err := sample(t).Markdown(&b, MarkdownOptions{Image: image}); err != nil {
		t.Fatal(err)
	}
	golden(t, "sample.out.md", b.Bytes())
	if err := sample(t).Markdown(&again, MarkdownOptions{Image: image}); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("the same input gave other bytes")
	}
}

func TestGoldenJSON(t *testing.T) {
	var b bytes.Buffer
	if err := sample(t).JSON(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "sample.json", b.Bytes())
}
