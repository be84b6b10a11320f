package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/profreport/profreport/internal/store"
)

// version is set by the linker (Makefile); a plain go build leaves it "devel".
var version = "devel"

// commit returns the version-control revision that the binary was built from,
// "unknown" when the build did not record one.
func commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	rev, dirty := "unknown", ""
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			rev = s.Value
		case "vcs.modified":
			if s.Value == "true" {
				dirty = "+changes"
			}
		}
	}
	return rev + dirty
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the versions of profreport, its commit, Go and SQLite",
		Args:  exactArgs(0),
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintf(a.stdout, "profreport %s\ncommit %s\n%s %s/%s\nSQLite %s\n", version, commit(), runtime.Version(), runtime.GOOS, runtime.GOARCH, store.SQLiteVersion())
			return nil
		},
		Example: examples("profreport version"),
	}
}
