// Package readme executes the commands that the README shows, as a reader
// would type them.
package readme

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const root = "../.."

// commands returns the indented commands of a section, continuation lines
// joined, comments dropped.
func commands(t *testing.T, heading string) []string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(b), "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("the README has no section %q", heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	section = strings.ReplaceAll(section, "\\\n", " ")
	var out []string
	for line := range strings.SplitSeq(section, "\n") {
		if cmd, ok := strings.CutPrefix(line, "    "); ok && strings.TrimSpace(cmd) != "" {
			cmd, _, _ = strings.Cut(cmd, " # ")
			out = append(out, strings.TrimSpace(cmd))
		}
	}
	return out
}

// TestTwoCommands: the first leaves a report, the second is what CI runs as
// the test command (running it here would run this test again).
func TestTwoCommands(t *testing.T) {
	cmds := commands(t, "Two commands")
	if len(cmds) != 2 {
		t.Fatalf("want two commands, got %q", cmds)
	}
	demo, test := cmds[0], cmds[1]
	if test != "go test ./..." {
		t.Errorf("the test command is %q, want one that runs every test", test)
	}
	if !strings.HasPrefix(demo, "go run ./cmd/profreport demo -o report.html") {
		t.Fatalf("the first command is %q", demo)
	}
	out := filepath.Join(t.TempDir(), "report.html")
	shell(t, root, strings.Replace(demo, "report.html", out, 1))
	page, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Qwen/Qwen3-32B", "h100_sxm", "Can AIC-Search be trusted here?"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the report lacks %q", want)
		}
	}
	if len(page) > 1<<20 {
		t.Errorf("the report has %d bytes, want at most 1 MiB", len(page))
	}
}

// TestStepsOnRecordedData runs the comparison and the questions of the README
// over the recorded folders, under the names that the README gives them.
func TestStepsOnRecordedData(t *testing.T) {
	data, err := filepath.Abs(root + "/../shared/data/qwen3-32b-full")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(data); err != nil {
		t.Skip("the recorded data is not beside this checkout")
	}
	dir := t.TempDir()
	if err := os.Symlink(data, filepath.Join(dir, "results")); err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(dir, "bin")
	shell(t, root, "go build -o "+filepath.Join(bin, "profreport")+" ./cmd/profreport")
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	ran := 0
	for _, cmd := range append(commands(t, "The four steps"), commands(t, "Ask your own questions")...) {
		verb := strings.Fields(cmd)[1]
		if verb == "profile" || verb == "collect" || verb == "validate" {
			continue // these need a cluster or a deployment; their own tests run them
		}
		shell(t, dir, cmd)
		ran++
	}
	if ran < 5 {
		t.Errorf("only %d commands of the README were run", ran)
	}
	for _, file := range []string{"comparison/report.html", "comparison/report.md", "comparison/summary.txt", "comparison/comparison_results.json", "comparison/profreport.db", "report.html"} {
		if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
			t.Errorf("the README promises %s: %v", file, err)
		}
	}
}

func shell(t *testing.T, dir, command string) {
	t.Helper()
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
}
