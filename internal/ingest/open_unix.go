//go:build unix

package ingest

import "syscall"

// openNonblock keeps opening a named pipe from waiting for its writer.
const openNonblock = syscall.O_NONBLOCK
