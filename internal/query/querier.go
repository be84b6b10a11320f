// Package query reads the SQL texts that a user owns: their headers,
// parameters and the names they refer to, and runs them in the right order.
// A query is a named table: any SQL text may select from another by its name.
// metric and notebook build on it; it holds no SQL of its own and knows no
// database.
package query

import (
	"context"

	"github.com/profreport/profreport/internal/table"
)

// Querier runs read-only SQL. *store.Session satisfies it.
type Querier interface {
	// Query runs one select statement. args holds values by parameter name
	// without the colon: nil, int64, float64, string. A parameter that the
	// text does not use may be present; one that it uses must be.
	Query(ctx context.Context, sql string, args map[string]any) (*table.Table, error)
	// Materialize runs one select statement and keeps its rows as a table of
	// the given name, visible to later statements of the same session. A
	// second call with the same name replaces it.
	Materialize(ctx context.Context, name, sql string, args map[string]any) (*table.Table, error)
	// Put keeps the rows of t under name, as Materialize does.
	Put(ctx context.Context, name string, t *table.Table) error
	// Prepare checks one select statement without running it and returns its
	// columns. Types are table.Any where SQLite can't tell.
	Prepare(ctx context.Context, sql string) ([]table.Column, error)
}
