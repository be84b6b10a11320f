package notebook

import (
	"context"
	"strings"
	"testing"
)

// TestOverride replaces the query of a file only where the cell says so.
func TestOverride(t *testing.T) {
	for _, c := range []struct{ fence, want string }{
		{"cost override", "2"},
		{"cost", "test.md:1:8: cost is the name of a query (queries/cost.sql); take another, or write override behind it to replace that query"},
		{"csot override", "test.md:1:8: there is no query csot to override; did you mean cost?"},
	} {
		src := fences("'''sql " + c.fence + "\nselect 2 as v\n'''\n\n{{ twice }}\n")
		nb, _ := Parse("test.md", []byte(src))
		env := testEnv(t, nil, "cost", "select 1 as v", "twice", "select v from cost")
		faults := nb.Check(env)
		if strings.HasPrefix(c.want, "test.md") {
			if len(faults) != 1 || faults[0].Error() != c.want {
				t.Errorf("%s: %+v, want %s", c.fence, faults, c.want)
			}
			continue
		}
		d, err := nb.Run(context.Background(), env)
		if err != nil || len(d.Faults) > 0 {
			t.Fatal(err, d.Faults)
		}
		if got := strings.TrimSpace(markdownOf(t, d)); got != c.want {
			t.Errorf("%s: got %s, want %s", c.fence, got, c.want)
		}
	}
}
