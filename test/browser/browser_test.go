// Package browser opens report pages in headless Chromium.
//
// It needs node, the packages of package-lock.json (npm ci in this folder) and
// Chromium; without them its tests are skipped, unless
// PROFREPORT_REQUIRE_BROWSER is 1. PROFREPORT_SHOTS names a folder that gets
// the screenshots, PROFREPORT_PAGE a finished page to check as well.
package browser

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// browser returns how to start the check, or skips.
func browser(t *testing.T) (node string) {
	t.Helper()
	missing := func(what string) {
		if os.Getenv("PROFREPORT_REQUIRE_BROWSER") == "1" {
			t.Fatalf("%s", what)
		}
		t.Skipf("%s", what)
	}
	node, err := exec.LookPath("node")
	if err != nil {
		missing("node is not installed")
	}
	if _, err := os.Stat("node_modules/playwright-core"); err != nil {
		missing("node_modules is missing: run npm ci in test/browser")
	}
	chromium := os.Getenv("CHROMIUM")
	if chromium == "" {
		chromium = "/usr/bin/chromium"
	}
	if _, err := os.Stat(chromium); err != nil {
		missing(chromium + " is not installed; CHROMIUM can name another one")
	}
	return node
}

// check opens a page and fails on what the script finds.
func check(t *testing.T, node, page string) {
	t.Helper()
	args := []string{"check.mjs", page}
	if shots := os.Getenv("PROFREPORT_SHOTS"); shots != "" {
		args = append(args, filepath.Join(shots, strings.ReplaceAll(t.Name(), "/", "-")))
	}
	out, err := exec.Command(node, args...).CombinedOutput()
	t.Logf("%s", bytes.TrimSpace(out))
	if err != nil {
		t.Errorf("check.mjs: %v", err)
	}
	if n := bytes.Count(out, []byte("ok  ")); n < 20 {
		t.Errorf("only %d checks ran", n)
	}
}

// build makes the program once.
func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "profreport")
	cmd := exec.Command("go", "build", "-o", bin, "../../cmd/profreport")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}

// TestDemo opens what `profreport demo` writes, both cases.
func TestDemo(t *testing.T) {
	node := browser(t)
	bin := build(t)
	for _, args := range [][]string{{"demo"}, {"demo", "--case", "disaggregated"}} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			page := filepath.Join(t.TempDir(), "report.html")
			if out, err := exec.Command(bin, append(args, "-o", page)...).CombinedOutput(); err != nil {
				t.Fatalf("profreport %s: %v\n%s", strings.Join(args, " "), err, out)
			}
			check(t, node, page)
		})
	}
}

// TestEveryPart opens the sample page of internal/render, which has every
// kind of figure, table, tile and listing on it.
func TestEveryPart(t *testing.T) {
	node := browser(t)
	page := filepath.Join(t.TempDir(), "sample.html")
	cmd := exec.Command("go", "test", "-count=1", "-run", "^TestSamplePage$", "../../internal/render")
	cmd.Env = append(os.Environ(), "PROFREPORT_SAMPLE="+page)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("sample page: %v\n%s", err, out)
	}
	check(t, node, page)
}

// TestGivenPage opens the page that PROFREPORT_PAGE names.
func TestGivenPage(t *testing.T) {
	page := os.Getenv("PROFREPORT_PAGE")
	if page == "" {
		t.Skip("PROFREPORT_PAGE names no page")
	}
	check(t, browser(t), page)
}

// TestBadPage makes sure that the checks find what they are for: a page with
// a picture from a network, too wide for a phone, with pale text.
func TestBadPage(t *testing.T) {
	node := browser(t)
	page := filepath.Join(t.TempDir(), "bad.html")
	err := os.WriteFile(page, []byte(`<!doctype html><html><head><title>bad</title></head><body><nav class="toc"></nav><main>
<p style="color:#ccc;width:900px">`+strings.Repeat("pale and wide ", 30)+`</p><img src="http://127.0.0.1:9/x.png"><svg class="fig"><text>x</text></svg></main></body></html>`), 0o644)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(node, "check.mjs", page).CombinedOutput()
	if err == nil {
		t.Errorf("the bad page passes:\n%s", out)
	}
	for _, want := range []string{"FAIL no request: http://127.0.0.1:9/x.png", "FAIL 390 px, light: no sideways scroll", "FAIL 1440 px, light: axe-core", "image-alt", "color-contrast", "FAIL dark: the page is dark"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the checks do not say %q:\n%s", want, out)
		}
	}
}
