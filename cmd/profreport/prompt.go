package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"github.com/profreport/profreport/internal/store"
)

// sqlPrompt reads statements from the terminal until end of input. A
// statement ends with a semicolon or an empty line; errors are printed and
// the prompt goes on.
func (a *app) sqlPrompt(ctx context.Context, s *store.Session, f sqlFlags) error {
	in, ok := a.stdin.(*os.File)
	if !ok {
		return usagef("no query, and standard input is no terminal")
	}
	state, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return err
	}
	defer term.Restore(int(in.Fd()), state)
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, a.stderr}, "sql> ")
	history := loadHistory()
	t.History = history
	defer history.save()
	fmt.Fprint(t, "read-only SQL over "+s.Path()+"; end a statement with ; and the session with Ctrl-D\n")
	for {
		text, err := readStatement(t)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case text == "":
			continue
		}
		term.Restore(int(in.Fd()), state) // results are printed in the terminal's own mode
		if err := a.runSQL(ctx, s, f, text); err != nil {
			fmt.Fprintln(a.stderr, err)
		}
		if _, err := term.MakeRaw(int(in.Fd())); err != nil {
			return err
		}
	}
}

func readStatement(t *term.Terminal) (string, error) {
	t.SetPrompt("sql> ")
	var lines []string
	for {
		line, err := t.ReadLine()
		if err != nil {
			return "", err
		}
		lines = append(lines, line)
		if trimmed := strings.TrimSpace(line); trimmed == "" || strings.HasSuffix(trimmed, ";") {
			return strings.TrimSpace(strings.Join(lines, "\n")), nil
		}
		t.SetPrompt("...> ")
	}
}

// sqlHistory keeps the lines of earlier sessions; it implements term.History.
type sqlHistory struct{ lines []string }

const historyLines = 1000

func (h *sqlHistory) Add(line string) {
	if strings.TrimSpace(line) != "" && (len(h.lines) == 0 || h.lines[len(h.lines)-1] != line) {
		h.lines = append(h.lines, line)
	}
}
func (h *sqlHistory) Len() int        { return len(h.lines) }
func (h *sqlHistory) At(i int) string { return h.lines[len(h.lines)-1-i] }

func historyFile() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "profreport", "sql_history")
}

func loadHistory() *sqlHistory {
	h := &sqlHistory{}
	f, err := os.Open(historyFile())
	if err != nil {
		return h
	}
	defer f.Close()
	for sc := bufio.NewScanner(f); sc.Scan(); {
		h.Add(sc.Text())
	}
	return h
}

// save writes the last lines; a history that can't be kept is no reason to fail.
func (h *sqlHistory) save() {
	file := historyFile()
	if file == "" || os.MkdirAll(filepath.Dir(file), 0o700) != nil {
		return
	}
	lines := h.lines[max(0, len(h.lines)-historyLines):]
	_ = os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o600)
}
