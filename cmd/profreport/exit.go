package main

import (
	"context"
	"errors"
	"fmt"
)

// Exit codes, a contract with scripts (docs/commands.md).
const (
	exitDone      = 0
	exitFailed    = 1 // I/O, unreadable input, a failed cell
	exitUsage     = 2
	exitMissed    = 3 // ran well, but a limit was missed
	exitUnknown   = 4 // ran well, but could not tell
	exitInterrupt = 130
)

// codeError carries the exit code of an error that is not a plain failure.
// A codeError with a nil cause has said everything it has to say.
type codeError struct {
	code int
	err  error
	hint string
}

func (e *codeError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *codeError) Unwrap() error { return e.err }

// usagef is a wrong use of the command line: exit 2.
func usagef(format string, args ...any) error {
	return &codeError{code: exitUsage, err: fmt.Errorf(format, args...)}
}

// withHint adds a remedy, printed on a line of its own.
func withHint(err error, hint string) error {
	code := exitFailed
	var ce *codeError
	if errors.As(err, &ce) {
		code = ce.code
	}
	return &codeError{code: code, err: err, hint: hint}
}

// exitWith ends with a code and no message.
func exitWith(code int) error { return &codeError{code: code} }

// exitCode turns what a command returned into its code.
func exitCode(err error) int {
	var ce *codeError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &ce):
		return ce.code
	case errors.Is(err, context.Canceled):
		return exitInterrupt
	default:
		return exitFailed
	}
}
