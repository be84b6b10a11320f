package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

var update = flag.Bool("update", false, "write the generated manual pages")

// TestCommandManual compares docs/commands.md with the commands: it is
// generated, and must not drift.
func TestCommandManual(t *testing.T) {
	const file = "../../docs/commands.md"
	want := commandManual()
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not that of the commands; go test ./cmd/profreport -run CommandManual -update writes it", file)
	}
}

// TestEveryCommandHasHelp: a short text, and lines to paste.
func TestEveryCommandHasHelp(t *testing.T) {
	walkCommands((&app{}).root(), func(c *cobra.Command) {
		if c.Short == "" {
			t.Errorf("%s has no short text", c.CommandPath())
		}
		if c.Example == "" {
			t.Errorf("%s has no example", c.CommandPath())
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" {
				t.Errorf("%s --%s says nothing", c.CommandPath(), f.Name)
			}
		})
	})
}

func walkCommands(c *cobra.Command, f func(*cobra.Command)) {
	if c.IsAvailableCommand() || !c.HasParent() {
		f(c)
	}
	for _, sub := range c.Commands() {
		if sub.Name() != "help" && sub.Name() != "completion" {
			walkCommands(sub, f)
		}
	}
}

const manualHead = `# Commands

Results go to standard output, progress and warnings to standard error. Files are written aside and renamed: whole or not at all.
` + "`NO_COLOR`" + ` is honoured. ` + "`--db`" + ` is ` + "`$PROFREPORT_DB`" + ` where that is set, else ` + "`./profreport.db`" + `.

| exit code | meaning |
| --- | --- |
| 0 | done |
| 1 | failed: I/O, unreadable input, a cell that failed |
| 2 | wrong usage |
| 3 | ran well, but a limit was missed (` + "`check`" + `, ` + "`validate --check`" + `) |
| 4 | ran well, but could not tell: not comparable, or too few data |
| 130 | ended by Ctrl-C |

Runs are chosen by name, by pattern (` + "`aic-*`" + `), ` + "`tag:T`" + `, ` + "`method:M`" + `, ` + "`latest`" + ` or ` + "`baseline`" + `; none means all.

This page is generated from the commands.
`

func commandManual() []byte {
	var b bytes.Buffer
	b.WriteString(manualHead)
	walkCommands((&app{}).root(), func(c *cobra.Command) {
		if !c.HasParent() {
			return
		}
		fmt.Fprintf(&b, "\n## %s\n\n", c.CommandPath())
		fmt.Fprintf(&b, "    %s\n\n", c.UseLine())
		if c.Long != "" {
			b.WriteString(c.Long + "\n")
		} else {
			b.WriteString(c.Short + ".\n")
		}
		writeFlagTable(&b, c.LocalFlags())
		if c.Example != "" {
			b.WriteString("\n```sh\n")
			for line := range strings.SplitSeq(c.Example, "\n") {
				b.WriteString(strings.TrimPrefix(line, "  ") + "\n")
			}
			b.WriteString("```\n")
		}
	})
	return b.Bytes()
}

func writeFlagTable(b *bytes.Buffer, flags *pflag.FlagSet) {
	var rows []string
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		def := f.DefValue
		if def == "[]" || def == "false" {
			def = ""
		}
		if def != "" {
			def = "`" + def + "`"
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |", name, strings.ReplaceAll(f.Usage, "|", "\\|"), def))
	})
	if len(rows) > 0 {
		b.WriteString("\n| flag | meaning | default |\n| --- | --- | --- |\n" + strings.Join(rows, "\n") + "\n")
	}
}
