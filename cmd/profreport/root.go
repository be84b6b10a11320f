package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// app is what every command works with: its streams and the flags that all
// share.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer

	db        string // --db
	queries   string // --queries
	templates string // --templates
}

// run executes one command line and returns its exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{stdin: stdin, stdout: stdout, stderr: stderr}
	root := a.root()
	root.SetArgs(args[1:])
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var ce *codeError
	if err != nil && !(errors.As(err, &ce) && ce.err == nil) {
		fmt.Fprintf(stderr, "profreport: %v\n", err)
		if ce != nil && ce.hint != "" {
			fmt.Fprintf(stderr, "hint: %s\n", ce.hint)
		}
	}
	return exitCode(err)
}

// root builds the command tree. Wrong usage, whichever command it happens in,
// exits 2.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "profreport",
		Short:         "Can I trust the simulator, or must I pay for real profiling?",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(cmd, args[0])
			}
			return cmd.Help()
		},
		Example: examples(
			"profreport demo -o report.html",
			"profreport compare --aic-results results/aic_all --online-results results/online_all --ttft 500 --itl 50 --output-dir comparison",
			"profreport sql 'select run, duration_s, gpu_hours from runs'",
		),
	}
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return &codeError{code: exitUsage, err: err}
	})
	root.AddCommand(
		a.demoCommand(), a.compareCommand(),
		a.ingestCommand(), a.reportCommand(), a.sqlCommand(), a.validateCommand(),
		a.runsCommand(), a.showCommand(), a.diffCommand(), a.tagCommand(), a.noteCommand(), a.baselineCommand(), a.rmCommand(), a.renameCommand(),
		a.queriesCommand(), a.metricsCommand(), a.initCommand(), a.checkCommand(),
		a.exportCommand(), a.mergeCommand(), a.verifyCommand(), a.extractCommand(),
		a.versionCommand(),
	)
	return root
}

func unknownCommand(cmd *cobra.Command, name string) error {
	err := usagef("unknown command %q", name)
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		return withHint(err, "did you mean "+strings.Join(near, " or ")+"?")
	}
	return withHint(err, "profreport --help lists the commands")
}

// examples formats lines to paste for the end of a help text.
func examples(lines ...string) string {
	return "  " + strings.Join(lines, "\n  ")
}

// dbFlag adds --db with its default: $PROFREPORT_DB, else ./profreport.db.
func (a *app) dbFlag(cmd *cobra.Command) {
	def := os.Getenv("PROFREPORT_DB")
	if def == "" {
		def = "profreport.db"
	}
	cmd.Flags().StringVar(&a.db, "db", def, "the archive (default: $PROFREPORT_DB, else ./profreport.db)")
	cmd.Flags().Lookup("db").DefValue = ""
}

// defsFlags adds --queries and --templates.
func (a *app) defsFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&a.queries, "queries", "", "folder of queries and metrics that override the built-in ones (default: queries beside the database, if there)")
	cmd.Flags().StringVar(&a.templates, "templates", "", "folder of notebooks that override the built-in ones (default: templates beside the database, if there)")
}

// exactArgs is cobra's, as a usage error.
func exactArgs(n int) cobra.PositionalArgs {
	return usageArgs(cobra.ExactArgs(n))
}

func minArgs(n int) cobra.PositionalArgs { return usageArgs(cobra.MinimumNArgs(n)) }
func maxArgs(n int) cobra.PositionalArgs { return usageArgs(cobra.MaximumNArgs(n)) }

func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return withHint(&codeError{code: exitUsage, err: err}, cmd.CommandPath()+" --help")
		}
		return nil
	}
}

// isTerminal says whether w is a terminal, where progress may be drawn.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
