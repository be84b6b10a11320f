package query

import (
	"context"
	"errors"
	"strings"

	"github.com/profreport/profreport/internal/table"
)

// Columns returns the columns of a query without running it or anything it
// reads from: empty tables stand in for what is not there yet. The column
// types that a header declares come first.
func (r *Runner) Columns(ctx context.Context, name string) ([]table.Column, error) {
	last := r.Set.Get(name)
	if last == nil {
		return nil, errors.New("there is no query " + name)
	}
	for _, q := range r.Set.closure(name) {
		if r.columns[q.Name] == nil {
			if err := r.prepare(ctx, q); err != nil {
				return nil, err
			}
		}
		if q == last {
			break
		}
		if _, there := r.inPlace[q.Name]; there {
			continue
		}
		if err := r.db.Put(ctx, q.Name, &table.Table{Columns: r.columns[q.Name]}); err != nil {
			return nil, err
		}
		r.inPlace[q.Name] = standIn
	}
	return r.columns[last.Name], nil
}

// standIn is the key of an empty table that Columns left.
const standIn = "no rows"

func (r *Runner) prepare(ctx context.Context, q *Query) error {
	got, err := r.db.Prepare(ctx, q.SQL())
	if err != nil {
		return r.locate(ctx, q, err)
	}
	for i, c := range got {
		for _, d := range q.Columns {
			if strings.EqualFold(c.Name, d.Name) {
				got[i].Type = d.Type
			}
		}
	}
	r.columns[q.Name] = got
	return nil
}
