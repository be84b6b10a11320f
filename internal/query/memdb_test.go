package query

import (
	"context"
	"database/sql"
	"regexp"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/profreport/profreport/internal/table"
)

// memDB is a Querier over a database in memory that counts what it runs.
type memDB struct {
	db  *sql.DB
	ran []string
}

func newMemDB(t *testing.T, setup ...string) *memDB {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:?_dqs=0")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	for _, s := range setup {
		if _, err := db.Exec(s); err != nil {
			t.Fatal(err)
		}
	}
	return &memDB{db: db}
}

func (m *memDB) Query(ctx context.Context, text string, args map[string]any) (*table.Table, error) {
	m.ran = append(m.ran, "query "+text)
	return m.query(ctx, text, args)
}

func (m *memDB) query(ctx context.Context, text string, args map[string]any) (*table.Table, error) {
	var named []any
	for k, v := range args {
		named = append(named, sql.Named(k, v))
	}
	rows, err := m.db.QueryContext(ctx, text, named...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names, _ := rows.Columns()
	t := &table.Table{}
	for _, n := range names {
		t.Columns = append(t.Columns, table.Column{Name: n, Type: table.Any})
	}
	for rows.Next() {
		row, ptrs := make([]any, len(names)), make([]any, len(names))
		for i := range row {
			ptrs[i] = &row[i]
		}
		if err := rows.Scan(ptrs...); err != nil {
			return nil, err
		}
		t.Rows = append(t.Rows, row)
	}
	return t, rows.Err()
}

func (m *memDB) Materialize(ctx context.Context, name, text string, args map[string]any) (*table.Table, error) {
	m.ran = append(m.ran, "materialize "+name)
	t, err := m.query(ctx, text, args)
	if err != nil {
		return nil, err
	}
	return t, m.put(ctx, name, t)
}

func (m *memDB) Put(ctx context.Context, name string, t *table.Table) error {
	m.ran = append(m.ran, "put "+name)
	return m.put(ctx, name, t)
}

func (m *memDB) put(ctx context.Context, name string, t *table.Table) error {
	var cols, marks []string
	for _, c := range t.Columns {
		cols, marks = append(cols, `"`+c.Name+`"`), append(marks, "?")
	}
	for _, s := range []string{"drop table if exists temp." + name, "create temp table " + name + "(" + strings.Join(cols, ",") + ")"} {
		if _, err := m.db.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	for _, r := range t.Rows {
		if _, err := m.db.ExecContext(ctx, "insert into temp."+name+" values("+strings.Join(marks, ",")+")", r...); err != nil {
			return err
		}
	}
	return nil
}

var paramNames = regexp.MustCompile(`:(\w+)`)

func (m *memDB) Prepare(ctx context.Context, text string) ([]table.Column, error) {
	var nulls []any
	for _, p := range paramNames.FindAllStringSubmatch(text, -1) {
		nulls = append(nulls, sql.Named(p[1], nil))
	}
	rows, err := m.db.QueryContext(ctx, text, nulls...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	var out []table.Column
	for _, c := range types {
		declared := map[string]table.Type{"INTEGER": table.Int, "REAL": table.Float, "TEXT": table.Text}[c.DatabaseTypeName()]
		if declared == "" {
			declared = table.Any
		}
		out = append(out, table.Column{Name: c.Name(), Type: declared})
	}
	return out, err
}
