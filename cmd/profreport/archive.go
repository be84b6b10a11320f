package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/profreport/profreport/internal/store"
)

// writeArchive opens an existing archive for writing and runs f.
func (a *app) writeArchive(ctx context.Context, f func(db *store.DB) error) error {
	if _, err := os.Stat(a.db); err != nil {
		return fmt.Errorf("%s: %w", a.db, store.ErrNoArchive)
	}
	db, err := store.Open(ctx, a.db)
	if err != nil {
		return err
	}
	err = f(db)
	if cerr := db.Close(); err == nil {
		err = cerr
	}
	return err
}

// resolved runs f for each run that the selectors name.
func (a *app) resolved(ctx context.Context, selectors []string, f func(db *store.DB, run string) error) error {
	return a.writeArchive(ctx, func(db *store.DB) error {
		runs, err := db.ResolveRuns(ctx, selectors)
		if err != nil {
			return err
		}
		for _, run := range runs {
			if err := f(db, run); err != nil {
				return err
			}
		}
		return nil
	})
}

func (a *app) tagCommand() *cobra.Command {
	var remove bool
	cmd := &cobra.Command{
		Use:   "tag RUN TAG...",
		Short: "Tag a run, so that tag:TAG selects it",
		Args:  minArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.resolved(cmd.Context(), args[:1], func(db *store.DB, run string) error {
				for _, tag := range args[1:] {
					edit := db.Tag
					if remove {
						edit = db.Untag
					}
					if err := edit(cmd.Context(), run, tag); err != nil {
						return err
					}
				}
				return nil
			})
		},
		Example: examples("profreport tag aic_all nightly", "profreport tag --remove aic_all nightly", "profreport report tag:nightly"),
	}
	a.dbFlag(cmd)
	cmd.Flags().BoolVar(&remove, "remove", false, "take the tags away")
	return cmd
}

func (a *app) noteCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "note RUN TEXT...",
		Short: "Keep a note with a run (an empty text removes it)",
		Args:  minArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.resolved(cmd.Context(), args[:1], func(db *store.DB, run string) error {
				return db.Note(cmd.Context(), run, strings.Join(args[1:], " "))
			})
		},
		Example: examples("profreport note online_all 'KV cache capped at 8224 tokens by mistake'"),
	}
	a.dbFlag(cmd)
	return cmd
}

func (a *app) baselineCommand() *cobra.Command {
	var clear bool
	cmd := &cobra.Command{
		Use:   "baseline [RUN]",
		Short: "Pin the run that others are judged against",
		Args:  maxArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case clear == (len(args) == 1):
				return usagef("give a RUN, or --clear")
			case clear:
				return a.writeArchive(cmd.Context(), func(db *store.DB) error { return db.Baseline(cmd.Context(), "") })
			}
			return a.resolved(cmd.Context(), args, func(db *store.DB, run string) error {
				return db.Baseline(cmd.Context(), run)
			})
		},
		Example: examples("profreport baseline online_all", "profreport baseline --clear"),
	}
	a.dbFlag(cmd)
	cmd.Flags().BoolVar(&clear, "clear", false, "pin no run")
	return cmd
}

func (a *app) rmCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rm RUN...",
		Short: "Remove runs, and the source bytes that no other run shares",
		Args:  minArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.writeArchive(cmd.Context(), func(db *store.DB) error {
				runs, err := db.ResolveRuns(cmd.Context(), args)
				if err != nil {
					return err
				}
				if err := db.Rm(cmd.Context(), runs...); err != nil {
					return err
				}
				for _, run := range runs {
					fmt.Fprintf(a.stdout, "%s: removed\n", run)
				}
				return nil
			})
		},
		Example: examples("profreport rm aic_all~2"),
	}
	a.dbFlag(cmd)
	return cmd
}

func (a *app) renameCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rename RUN NAME",
		Short: "Give a run another name",
		Args:  exactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.writeArchive(cmd.Context(), func(db *store.DB) error {
				return db.Rename(cmd.Context(), args[0], args[1])
			})
		},
		Example: examples("profreport rename results aic-2026-01-05"),
	}
	a.dbFlag(cmd)
	return cmd
}
