package sqlite

import (
	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// arena holds the texts and blobs bound to one statement: one block of engine
// memory used again for each run, with further blocks while one run needs
// more. Blocks never move, since the engine keeps their addresses.
type arena struct {
	block uintptr
	size  int
	used  int
	full  []uintptr
}

// copy returns the address of a copy of b, 0 when there is no memory.
func (a *arena) copy(tls *libc.TLS, b []byte) uintptr {
	if len(b) >= a.size-a.used {
		size := max(2*a.size, 4096, len(b)+1)
		block := lib.Xsqlite3_malloc64(tls, lib.Tsqlite3_uint64(size))
		if block == 0 {
			return 0
		}
		if a.block != 0 {
			a.full = append(a.full, a.block)
		}
		a.block, a.size, a.used = block, size, 0
	}
	p := a.block + uintptr(a.used)
	copy(view(p, len(b)), b)
	a.used += len(b) + 1 // never an address outside the block, even for ""
	return p
}

// reset forgets the contents and keeps the last, largest block.
func (a *arena) reset(tls *libc.TLS) {
	a.used = 0
	for _, p := range a.full {
		lib.Xsqlite3_free(tls, p)
	}
	a.full = a.full[:0]
}

func (a *arena) free(tls *libc.TLS) {
	a.reset(tls)
	if a.block != 0 {
		lib.Xsqlite3_free(tls, a.block)
	}
	*a = arena{}
}
