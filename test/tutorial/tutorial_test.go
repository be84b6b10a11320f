// Package tutorial does what docs/tutorial.md tells a reader to do: it writes
// the files of the page, types its commands, and compares what is printed.
package tutorial

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	root = "../.."
	page = root + "/docs/tutorial.md"
)

// TestTutorial follows the page from top to bottom in an empty folder.
func TestTutorial(t *testing.T) {
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	bin := filepath.Join(t.TempDir(), "profreport")
	build := exec.Command("go", "build", "-o", bin, "./cmd/profreport")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Setenv("PATH", filepath.Dir(bin)+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("NO_COLOR", "1")
	t.Setenv("PROFREPORT_DB", "")

	commands, files := 0, 0
	for _, f := range fences(string(b)) {
		if f.lang != "console" {
			if f.path == "" {
				t.Fatalf("line %d: the text above a block says to write no file", f.line)
			}
			path := filepath.Join(dir, filepath.FromSlash(f.path))
			if err := os.WriteFile(path, []byte(f.text), 0o644); err != nil {
				t.Fatal(err)
			}
			files++
			continue
		}
		for _, step := range steps(f.text) {
			commands++
			cmd := exec.Command("sh", "-c", step.command)
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v\n%s", step.command, err, out)
			}
			if !matches(step.prints, string(out)) {
				t.Errorf("$ %s\nprints\n%s\nthe page says\n%s", step.command, out, step.prints)
			}
		}
	}
	if files != 4 || commands != 14 {
		t.Errorf("the page has %d files and %d commands, want 4 and 14", files, commands)
	}
	html, err := os.ReadFile(filepath.Join(dir, "tail.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"8 load levels of 8 beyond the SLA", "p99 of TTFT over the number of users", "10.2"} {
		if !strings.Contains(string(html), want) {
			t.Errorf("the page of the tutorial lacks %q", want)
		}
	}
}

// TestMatches: the comparison of this test can fail.
func TestMatches(t *testing.T) {
	for _, c := range []struct {
		shown, printed string
		want           bool
	}{
		{"… files written\n", "135 files written\n", true},
		{"… files written\n", "135 files lost\n", false},
		{"no errors\n", "no errors\nand more\n", false},
		{"a  \n", "a\n", true},
		{"", "something\n", false},
	} {
		if got := matches(c.shown, c.printed); got != c.want {
			t.Errorf("matches(%q, %q) = %v", c.shown, c.printed, got)
		}
	}
}

// fence is a fenced block: its language, its text, and the file that the
// paragraph above says to write.
type fence struct {
	lang, text, path string
	line             int
}

var writes = regexp.MustCompile("(?:Write|in) `([^`]+)`")

func fences(src string) []fence {
	var out []fence
	var open *fence
	mark, above := "", ""
	for i, line := range strings.Split(src, "\n") {
		switch {
		case open == nil && strings.HasPrefix(line, "```"):
			lang := strings.TrimLeft(line, "`")
			mark = line[:len(line)-len(lang)]
			open = &fence{lang: lang, line: i + 1}
			if m := writes.FindStringSubmatch(above); m != nil {
				open.path = m[1]
			}
		case open != nil && line == mark:
			out = append(out, *open)
			open, above = nil, ""
		case open != nil:
			open.text += line + "\n"
		case line != "":
			above = line
		}
	}
	return out
}

// step is a command and what it prints.
type step struct{ command, prints string }

func steps(text string) []step {
	var out []step
	for line := range strings.Lines(text) {
		if cmd, ok := strings.CutPrefix(line, "$ "); ok {
			out = append(out, step{command: strings.TrimSpace(cmd)})
		} else if len(out) > 0 {
			out[len(out)-1].prints += line
		}
	}
	return out
}

// matches compares what the page shows with what was printed: spaces at the
// ends of lines and how a space breaks don't count, and … stands for anything within a line.
func matches(shown, printed string) bool {
	plain := strings.NewReplacer("\u00a0", " ", "\u202f", " ")
	want, have := strings.Split(plain.Replace(shown), "\n"), strings.Split(plain.Replace(printed), "\n")
	if len(want) != len(have) {
		return false
	}
	for i := range want {
		parts := strings.Split(strings.TrimRight(want[i], " "), "…")
		for j := range parts {
			parts[j] = regexp.QuoteMeta(parts[j])
		}
		if !regexp.MustCompile("^" + strings.Join(parts, ".+") + "$").MatchString(strings.TrimRight(have[i], " ")) {
			return false
		}
	}
	return true
}
