package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/profreport/profreport/internal/store"
)

func (a *app) exportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write runs of the archive out again: the source files, or an archive of their own",
		Args:  usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withHint(usagef("export what?"), "profreport export raw RUN... -o DIR, or profreport export db RUN... -o FILE")
		},
		Example: examples("profreport export raw aic_all -o originals", "profreport export db tag:release -o release.db"),
	}
	cmd.AddCommand(a.exportRawCommand(), a.exportDBCommand())
	return cmd
}

func (a *app) exportRawCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "raw RUN... -o DIR",
		Short: "Write the source files of runs, byte for byte, each checked against its SHA-256",
		Args:  minArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if dir == "" {
				return usagef("-o DIR says where to")
			}
			s, runs, err := a.openRuns(cmd, args)
			if err != nil {
				return err
			}
			defer s.Close()
			out, err := s.ExportRaw(cmd.Context(), runs, dir)
			if err != nil {
				return err
			}
			for _, d := range out.Dirs {
				fmt.Fprintln(a.stdout, d)
			}
			fmt.Fprintf(a.stderr, "%d files, %d bytes\n", out.Files, out.Bytes)
			for _, path := range out.Absent {
				fmt.Fprintf(a.stderr, "%s: only its hash was kept (--evidence hash)\n", path)
			}
			if len(out.Absent) > 0 {
				return exitWith(exitFailed)
			}
			return nil
		},
		Example: examples("profreport export raw aic_all online_all -o originals"),
	}
	a.dbFlag(cmd)
	cmd.Flags().StringVarP(&dir, "output", "o", "", "folder to write into; one folder a run")
	return cmd
}

func (a *app) exportDBCommand() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "db RUN... -o FILE",
		Short: "Write runs into an archive of their own",
		Args:  minArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if file == "" {
				return usagef("-o FILE says where to")
			}
			s, runs, err := a.openRuns(cmd, args)
			if err != nil {
				return err
			}
			defer s.Close()
			return s.ExtractTo(cmd.Context(), store.MergeOptions{Runs: runs}, file)
		},
		Example: examples("profreport export db aic_all online_all -o pair.db"),
	}
	a.dbFlag(cmd)
	cmd.Flags().StringVarP(&file, "output", "o", "", "file to write; one that exists is replaced when the new one is whole")
	return cmd
}

// openRuns opens the archive for reading and resolves run selectors.
func (a *app) openRuns(cmd *cobra.Command, selectors []string) (*store.Session, []string, error) {
	s, err := store.OpenSession(cmd.Context(), a.db, store.SessionOptions{})
	if err != nil {
		return nil, nil, err
	}
	runs, err := s.ResolveRuns(cmd.Context(), selectors)
	if err != nil {
		s.Close()
		return nil, nil, err
	}
	return s, runs, nil
}

func (a *app) mergeCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "merge DB...",
		Short: "Copy the runs of other archives into this one",
		Args:  minArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			db, err := store.Open(cmd.Context(), a.db)
			if err != nil {
				return err
			}
			defer db.Close()
			done, err := db.Merge(cmd.Context(), store.MergeOptions{}, args...)
			for _, r := range done {
				what := "run " + r.Run
				if r.Run == "" {
					what = "table " + r.Table
				}
				switch {
				case r.Same:
					fmt.Fprintf(a.stdout, "%s: here already; nothing was added\n", what)
				case r.Was != "" && r.Was != r.Run && r.Run != "":
					fmt.Fprintf(a.stdout, "%s: from %s, where it is called %s\n", what, r.From, r.Was)
				default:
					fmt.Fprintf(a.stdout, "%s: from %s\n", what, r.From)
				}
			}
			return err
		},
		Example: examples("profreport merge --db all.db monday.db tuesday.db"),
	}
	a.dbFlag(cmd)
	return cmd
}

func (a *app) verifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Recompute every hash of the archive and name what is damaged",
		Args:  exactArgs(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			bar := newProgress(a.stderr, "verify")
			v, err := store.Verify(cmd.Context(), a.db, bar.update)
			bar.done()
			if err != nil {
				return err
			}
			fmt.Fprintf(a.stdout, "%d runs, %d sources with %d bytes read and hashed, %d kept as hash only: ", v.Runs, v.Sources, v.Bytes, v.HashOnly)
			if v.OK() {
				fmt.Fprintln(a.stdout, "whole")
				return nil
			}
			fmt.Fprintf(a.stdout, "%d damaged\n", len(v.Damage))
			for _, d := range v.Damage {
				fmt.Fprintln(a.stdout, d)
			}
			return exitWith(exitFailed)
		},
		Example: examples("profreport verify --db profreport.db"),
	}
	a.dbFlag(cmd)
	return cmd
}
