// Package architecture holds the test that reads the table of
// docs/architecture.md and compares it with what the packages really import.
package architecture

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/profreport/profreport/"

// homes says which package alone may import an outside one.
var homes = map[string]string{
	"gonum.org/v1/plot":    "internal/render",
	"modernc.org/sqlite":   "internal/store internal/store/sqlite",
	"github.com/spf13/":    "cmd/profreport",
	"github.com/expr-lang": "internal/metric internal/notebook internal/ingest",
}

func TestImportsFollowTheTable(t *testing.T) {
	allowed := readTable(t, "../../docs/architecture.md")
	seen := map[string]bool{}
	for pkg, imports := range goList(t) {
		if strings.HasPrefix(pkg, "test/") {
			continue
		}
		may, ok := allowed[pkg]
		if !ok {
			t.Errorf("%s has no row in docs/architecture.md", pkg)
			continue
		}
		seen[pkg] = true
		for _, imp := range imports {
			own, isOurs := strings.CutPrefix(imp, module)
			if isOurs && !slices.Contains(may, "all") && !slices.Contains(may, strings.TrimPrefix(own, "internal/")) {
				t.Errorf("%s imports %s, which its row does not allow", pkg, own)
			}
			for prefix, home := range homes {
				if strings.HasPrefix(imp, prefix) && !slices.Contains(strings.Fields(home), pkg) {
					t.Errorf("%s imports %s, whose home is %s", pkg, imp, home)
				}
			}
		}
	}
	for pkg := range allowed {
		if !seen[pkg] {
			t.Errorf("docs/architecture.md has a row for %s, which does not exist", pkg)
		}
	}
}

// readTable returns the imports of ours that each package may have, without
// the internal/ in front.
func readTable(t *testing.T, path string) map[string][]string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	allowed := map[string][]string{}
	name := regexp.MustCompile("`([^`]+)`")
	for _, line := range strings.Split(string(b), "\n") {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || !strings.Contains(cells[1], "`") {
			continue
		}
		var may []string
		for _, imp := range strings.Split(cells[3], ",") {
			if imp = strings.TrimSpace(imp); imp != "none" {
				may = append(may, imp)
			}
		}
		for _, m := range name.FindAllStringSubmatch(cells[1], -1) {
			allowed[m[1]] = may
		}
	}
	if len(allowed) < 10 {
		t.Fatalf("the table of %s has %d packages; was its shape changed?", path, len(allowed))
	}
	return allowed
}

func goList(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...")
	cmd.Dir = "../.."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	pkgs := map[string][]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		f := strings.Fields(line)
		pkgs[strings.TrimPrefix(f[0], module)] = f[1:]
	}
	return pkgs
}
