package main

import "github.com/spf13/cobra"
import "context"

func (a *app) checkCommand() *cobra.Command                                       { return &cobra.Command{Use: "check"} }
func (a *app) watch(ctx context.Context, f reportFlags, selectors []string) error { return nil }
