package notebook

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBroken checks broken notebooks: each NAME.md has the faults that NAME.txt
// lists, and no others.
func TestBroken(t *testing.T) {
	files, err := filepath.Glob("testdata/broken/*.md")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d broken notebooks, %v", len(files), err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".md")
		t.Run(name, func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			nb, _ := Parse(name+".md", src)
			env := testEnv(t, nil)
			faults := nb.Check(env)
			if len(faults) == 0 {
				t.Fatal("no fault found")
			}
			var got strings.Builder
			for i := range faults {
				got.WriteString(faults[i].Detail() + "\n")
			}
			wantFile := strings.TrimSuffix(file, ".md") + ".txt"
			if *update {
				if err := os.WriteFile(wantFile, []byte(got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(wantFile)
			if err != nil {
				t.Fatal(err)
			}
			if got.String() != string(want) {
				t.Errorf("faults\n%s\nwant\n%s", got.String(), want)
			}
			for i := range faults {
				if faults[i].Line == 0 || faults[i].Column == 0 || faults[i].Excerpt == "" {
					t.Errorf("no place: %+v", faults[i])
				}
			}
		})
	}
}
