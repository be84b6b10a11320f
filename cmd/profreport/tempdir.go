package main

import (
	"os"
	"path/filepath"
)

// scratch is a folder that a command needs for a moment.
type scratch string

func tempDir() (scratch, error) {
	dir, err := os.MkdirTemp("", "profreport-*")
	return scratch(dir), err
}

func (s scratch) file(name string) string { return filepath.Join(string(s), name) }

// remove deletes the folder; what can't be deleted is the system's to clean.
func (s scratch) remove() { _ = os.RemoveAll(string(s)) }
