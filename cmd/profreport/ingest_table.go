package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"github.com/profreport/profreport/internal/ingest"
	"github.com/profreport/profreport/internal/store"
	"github.com/profreport/profreport/internal/table"
)

// ingestTable reads one file of any layout into a table of its own.
func (a *app) ingestTable(ctx context.Context, name string, paths []string) error {
	if len(paths) != 1 {
		return usagef("--table takes one file")
	}
	var in io.Reader = a.stdin
	if paths[0] != "-" {
		f, err := os.Open(paths[0])
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	unknown, err := ingest.ReadUnknownTable(in, paths[0])
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, a.db)
	if err != nil {
		return err
	}
	defer db.Close()
	sum := sha256.Sum256(unknown.Source.Bytes)
	refused := len(unknown.Problems)
	for _, p := range unknown.Problems {
		fmt.Fprintf(a.stderr, "%s:%d: %s\n", p.Path, p.Line, p.Message)
	}
	t := store.UserTable{Name: name, Path: paths[0], SHA256: hex.EncodeToString(sum[:])}
	for _, c := range unknown.Columns {
		t.Columns = append(t.Columns, table.Column{Name: c.Name, Type: columnType(c.Type)})
	}
	t.Rows = func(yield func([]any, error) bool) {
		for row, problem := range unknown.Rows {
			if problem != nil {
				refused++
				fmt.Fprintf(a.stderr, "%s:%d: %s\n", problem.Path, problem.Line, problem.Message)
				continue
			}
			if !yield(row, nil) {
				return
			}
		}
	}
	res, err := db.LoadTable(ctx, t)
	if err != nil {
		return err
	}
	if res.Same {
		fmt.Fprintf(a.stdout, "table %s: these bytes are in the archive already; nothing was added\n", res.Name)
		return nil
	}
	fmt.Fprintf(a.stdout, "table %s: %d rows, %d refused\n", res.Name, res.Rows, refused)
	return nil
}

func columnType(t string) table.Type {
	switch t {
	case ingest.TypeInteger:
		return table.Int
	case ingest.TypeReal:
		return table.Float
	}
	return table.Text
}
