//go:build unix

package ingest

import (
	"syscall"
	"testing"
)

// makePipe makes a named pipe, or says that it cannot.
func makePipe(t *testing.T, p string) bool {
	t.Helper()
	return syscall.Mkfifo(p, 0o600) == nil
}
