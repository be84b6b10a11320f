package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/profreport/profreport/queries"
	"github.com/profreport/profreport/templates"
)

func (a *app) initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init DIR",
		Short: "Write the default queries, metrics and notebooks into DIR, to edit",
		Long: `Write the default queries/ and templates/ into DIR. A file there overrides the built-in one of the same name;
delete those that you do not change, so that they follow new versions. Files that exist are left as they are.`,
		Args: exactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			written, kept := 0, 0
			report := func(path string, isNew bool) {
				if isNew {
					written++
					return
				}
				kept++
				fmt.Fprintf(a.stderr, "%s exists and stays as it is\n", path)
			}
			if err := writeFS(queries.FS, filepath.Join(args[0], "queries"), report); err != nil {
				return err
			}
			if err := writeFS(templates.FS, filepath.Join(args[0], "templates"), report); err != nil {
				return err
			}
			fmt.Fprintf(a.stdout, "%d files written into %s, %d left as they were\n", written, args[0], kept)
			return nil
		},
		Example: examples("profreport init mine", "profreport report --queries mine/queries --templates mine/templates -o report.html"),
	}
}
