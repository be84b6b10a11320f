// Command profreport compares ways of profiling a large language model's
// serving configuration: it ingests profiling runs into a SQLite file,
// computes metrics that are text files, and writes one self-contained report.
//
// This package holds flags, wiring and exit codes. Every command is a file of
// its own; what it does lives in internal/.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
