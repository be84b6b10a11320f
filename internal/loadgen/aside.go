package loadgen

import (
	"bufio"
	"errors"
	"os"
	"path/filepath"
)

// aside is a file that is written beside its place and renamed when whole.
type aside struct {
	*bufio.Writer
	f    *os.File
	path string
}

func createAside(path string) (*aside, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, err
	}
	return &aside{Writer: bufio.NewWriterSize(f, 256<<10), f: f, path: path}, nil
}

// commit puts the file in its place.
func (a *aside) commit() error {
	err := errors.Join(a.Flush(), a.f.Chmod(0o644), a.f.Sync(), a.f.Close())
	if err == nil {
		err = os.Rename(a.f.Name(), a.path)
	}
	if err != nil {
		_ = os.Remove(a.f.Name())
	}
	return err
}

// drop removes the file.
func (a *aside) drop() {
	_ = a.f.Close()
	_ = os.Remove(a.f.Name())
}

// WriteFile writes a file aside and renames it.
func WriteFile(path string, data []byte) error {
	a, err := createAside(path)
	if err != nil {
		return err
	}
	if _, err := a.Write(data); err != nil {
		a.drop()
		return err
	}
	return a.commit()
}
