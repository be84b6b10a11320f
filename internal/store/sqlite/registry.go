package sqlite

import (
	"sync"
	"sync/atomic"
)

// registry gives things of Go numbers that the engine can hold, since it must
// not hold Go's pointers. Looking one up costs no lock: it happens for every
// row.
type registry[T any] struct {
	mu   sync.Mutex
	list atomic.Pointer[[]*T]
}

// add returns the number of v: the first free one.
func (r *registry[T]) add(v *T) uintptr {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.copy()
	for i, have := range list {
		if have == nil {
			list[i] = v
			r.list.Store(&list)
			return uintptr(i)
		}
	}
	list = append(list, v)
	r.list.Store(&list)
	return uintptr(len(list) - 1)
}

// set gives v a number that add returned before; nil makes it free.
func (r *registry[T]) set(id uintptr, v *T) {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := r.copy()
	list[id] = v
	r.list.Store(&list)
}

func (r *registry[T]) copy() []*T {
	if p := r.list.Load(); p != nil {
		return append(make([]*T, 0, len(*p)+1), *p...)
	}
	return nil
}

// get returns the thing with the given number, nil when there is none.
func (r *registry[T]) get(id uintptr) *T {
	p := r.list.Load()
	if p == nil || id >= uintptr(len(*p)) {
		return nil
	}
	return (*p)[id]
}
