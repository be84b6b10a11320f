package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/profreport/profreport/internal/table"
)

func (a *app) runsCommand() *cobra.Command {
	var kind string
	cmd := &cobra.Command{
		Use:   "runs [RUN...]",
		Short: "List the runs of the archive",
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := a.named(cmd.Context(), "archive_runs", args)
			if err != nil {
				return err
			}
			return writeTable(a, dropEmpty(t), kind)
		},
		Example: examples("profreport runs", "profreport runs method:AIC-Search", "profreport runs --format json tag:nightly"),
	}
	a.dbFlag(cmd)
	cmd.Flags().StringVar(&kind, "format", "table", "table, csv, json, jsonl or md")
	return cmd
}

// named runs one named query over the selected runs.
func (a *app) named(ctx context.Context, name string, selectors []string) (*table.Table, error) {
	s, err := a.openSelected(ctx, selectors)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	e, err := a.newEngine(ctx, s)
	if err != nil {
		return nil, err
	}
	e.start(nil)
	return e.runner.Table(ctx, name)
}

// dropEmpty leaves out the columns that hold nothing, so that a table fits.
func dropEmpty(t *table.Table) *table.Table {
	out := &table.Table{Rows: make([][]any, len(t.Rows))}
	for j, c := range t.Columns {
		used := slices.ContainsFunc(t.Rows, func(row []any) bool { return row[j] != nil && row[j] != "" })
		if !used && len(t.Rows) > 0 {
			continue
		}
		out.Columns = append(out.Columns, c)
		for i, row := range t.Rows {
			out.Rows[i] = append(out.Rows[i], row[j])
		}
	}
	return out
}

// without leaves out columns by name.
func without(t *table.Table, names ...string) *table.Table {
	out := &table.Table{Rows: make([][]any, len(t.Rows))}
	for j, c := range t.Columns {
		if slices.Contains(names, c.Name) {
			continue
		}
		out.Columns = append(out.Columns, c)
		for i, row := range t.Rows {
			out.Rows[i] = append(out.Rows[i], row[j])
		}
	}
	return out
}

func (a *app) showCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show RUN",
		Short: "Show what is known of a run: facts, recommendation, load levels",
		Args:  exactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			for i, part := range []struct{ query, title string }{
				{"run_facts", ""}, {"run_recommendations", "Recommendation"}, {"run_levels", "Load levels"},
			} {
				t, err := a.named(cmd.Context(), part.query, args)
				if err != nil {
					return err
				}
				if i > 0 && len(t.Rows) == 0 {
					continue
				}
				if part.title != "" {
					fmt.Fprintf(a.stdout, "\n%s\n", part.title)
				}
				if err := writeTable(a, dropEmpty(without(t, "run_id", "run", "place")), "table"); err != nil {
					return err
				}
			}
			return nil
		},
		Example: examples("profreport show aic_all"),
	}
	a.dbFlag(cmd)
	return cmd
}

func (a *app) diffCommand() *cobra.Command {
	var kind string
	cmd := &cobra.Command{
		Use:   "diff RUN RUN...",
		Short: "Show the settings in which runs differ",
		Args:  minArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := a.named(cmd.Context(), "run_settings", args)
			if err != nil {
				return err
			}
			d := pivotSettings(t)
			if len(d.Rows) == 0 {
				fmt.Fprintln(a.stderr, "no setting differs")
			}
			return writeTable(a, d, kind)
		},
		Example: examples("profreport diff aic_all online_all"),
	}
	a.dbFlag(cmd)
	cmd.Flags().StringVar(&kind, "format", "table", "table, csv, json, jsonl or md")
	return cmd
}

// pivotSettings turns rows (run, key, value) into one row a key and one column
// a run, and keeps the keys whose values are not the same everywhere.
func pivotSettings(t *table.Table) *table.Table {
	var runs, keys []string
	values := map[string]map[string]string{}
	for i := range t.Rows {
		run, _ := t.Value(i, "run").(string)
		key, _ := t.Value(i, "key").(string)
		value := fmt.Sprint(t.Value(i, "value"))
		if !slices.Contains(runs, run) {
			runs = append(runs, run)
		}
		if values[key] == nil {
			values[key] = map[string]string{}
			keys = append(keys, key)
		}
		if old, ok := values[key][run]; ok && !strings.Contains(old, value) {
			value = old + ", " + value
		}
		values[key][run] = value
	}
	out := &table.Table{Columns: []table.Column{{Name: "setting", Type: table.Text}}}
	for _, r := range runs {
		out.Columns = append(out.Columns, table.Column{Name: r, Type: table.Text})
	}
	for _, key := range keys {
		row := []any{key}
		same := len(values[key]) == len(runs)
		for _, r := range runs {
			v, ok := values[key][r]
			same = same && v == values[key][runs[0]]
			if !ok {
				row = append(row, nil)
				continue
			}
			row = append(row, v)
		}
		if !same {
			out.Rows = append(out.Rows, row)
		}
	}
	return out
}
