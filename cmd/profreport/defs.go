package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/profreport/profreport/internal/format"
	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/table"
	"github.com/profreport/profreport/queries"
)

// queryFolders returns where queries and metrics are looked for: the built-in
// ones, then the user's (--queries, else queries/ beside the database).
func (a *app) queryFolders() ([]query.Folder, error) {
	folders := []query.Folder{{FS: queries.FS}}
	dir, err := a.userFolder(a.queries, "queries")
	if err != nil || dir == "" {
		return folders, err
	}
	return append(folders, query.Folder{FS: os.DirFS(dir), Path: dir}), nil
}

// userFolder returns the folder given by a flag, which must exist, or name
// beside the database if that exists, or "".
func (a *app) userFolder(given, name string) (string, error) {
	if given != "" {
		info, err := os.Stat(given)
		if err == nil && !info.IsDir() {
			err = fmt.Errorf("%s: is no folder", given)
		}
		return given, err
	}
	beside := filepath.Join(filepath.Dir(a.db), name)
	if info, err := os.Stat(beside); err == nil && info.IsDir() {
		if filepath.Dir(a.db) == "." {
			return name, nil
		}
		return beside, nil
	}
	return "", nil
}

// querySet loads the queries that are in force.
func (a *app) querySet() (*query.Set, error) {
	folders, err := a.queryFolders()
	if err != nil {
		return nil, err
	}
	set := query.NewSet()
	if err := set.Load(folders...).Err(); err != nil {
		return nil, &codeError{code: exitUsage, err: err}
	}
	return set, nil
}

func (a *app) queriesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "queries [list | show NAME]",
		Short: "List the named queries, or show one: its text, parameters and where it comes from",
		Args:  maxArgs(0),
		RunE:  func(*cobra.Command, []string) error { return a.listQueries("table") },
		Example: examples("profreport queries", "profreport queries show regret",
			"profreport sql --name regret"),
	}
	var kind string
	list := &cobra.Command{
		Use: "list", Short: "List the named queries and where they come from", Args: exactArgs(0),
		RunE:    func(*cobra.Command, []string) error { return a.listQueries(kind) },
		Example: examples("profreport queries list --format csv"),
	}
	list.Flags().StringVar(&kind, "format", "table", "table, csv, json, jsonl or md")
	show := &cobra.Command{
		Use: "show NAME", Short: "Show the text of a query", Args: exactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			set, err := a.querySet()
			if err != nil {
				return err
			}
			q := set.Get(args[0])
			if q == nil {
				return unknownName("query", args[0], set.Names())
			}
			fmt.Fprintf(a.stdout, "-- from: %s\n%s\n", q.From, strings.TrimSpace(q.Text))
			return nil
		},
		Example: examples("profreport queries show regret > queries/regret.sql"),
	}
	for _, c := range []*cobra.Command{cmd, list, show} {
		a.dbFlag(c)
		a.defsFlags(c)
	}
	cmd.AddCommand(list, show)
	return cmd
}

func (a *app) listQueries(kind string) error {
	set, err := a.querySet()
	if err != nil {
		return err
	}
	t := &table.Table{Columns: []table.Column{{Name: "name", Type: table.Text}, {Name: "from", Type: table.Text}, {Name: "doc", Type: table.Text}}}
	for _, q := range set.All() {
		t.Rows = append(t.Rows, []any{q.Name, q.From, firstSentence(q.Doc)})
	}
	return writeTable(a, t, kind)
}

// firstSentence cuts a doc text for a list.
func firstSentence(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if i := strings.Index(s, ". "); i >= 0 {
		return s[:i+1]
	}
	return s
}

// unknownName is the error for a name that nothing has.
func unknownName(what, name string, known []string) error {
	err := &codeError{code: exitFailed, err: fmt.Errorf("there is no %s %s", what, name)}
	err.hint = query.DidYouMean(name, known)
	return err
}

// writeTable prints rows to stdout in one of the formats of --format.
func writeTable(a *app, t *table.Table, kind string) error {
	if err := format.WriteTable(a.stdout, t, kind); err != nil {
		return err
	}
	return nil
}

// writeFS copies the files of an embedded folder that end in one of the
// suffixes into dir, and never overwrites one.
func writeFS(fsys fs.FS, dir string, report func(path string, written bool)) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	files, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return err
	}
	for _, f := range files {
		data, err := fs.ReadFile(fsys, f.Name())
		if err != nil {
			return err
		}
		path := filepath.Join(dir, f.Name())
		out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if os.IsExist(err) {
			report(path, false)
			continue
		}
		if err != nil {
			return err
		}
		_, err = out.Write(data)
		if cerr := out.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return err
		}
		report(path, true)
	}
	return nil
}
