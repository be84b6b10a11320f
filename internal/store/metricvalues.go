package store

import (
	"context"
	"fmt"
	"math"

	"github.com/profreport/profreport/internal/store/sqlite"
	"github.com/profreport/profreport/internal/table"
)

// metricColumns are the columns of metric_values that WriteMetricValues
// takes, by name and in any order; run and metric must be there.
var metricColumns = []string{"metric", "key", "value", "unit", "low", "high", "n", "verdict", "note", "definition_sha256"}

// WriteMetricValues stores computed metrics: one row of t a run, metric and
// key. The runs in t, and those named besides, lose the values they had.
func (db *DB) WriteMetricValues(ctx context.Context, t *table.Table, runs ...string) error {
	if t.Index("run") < 0 || t.Index("metric") < 0 {
		return fmt.Errorf("metric values: want the columns run and metric")
	}
	return db.write(ctx, func(c *sqlite.Conn) error {
		ids, err := coveredRuns(c, t, runs)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := c.Exec("delete from stored_metric_values where run_id = ?", id); err != nil {
				return err
			}
		}
		s, err := c.Prepare("insert into stored_metric_values (run_id, metric, key, value, unit, low, high, n, verdict, note, " +
			"definition_sha256) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
		if err != nil {
			return err
		}
		defer s.Close()
		for i := range t.Rows {
			if err := s.Exec(metricRow(t, i, ids)...); err != nil {
				return fmt.Errorf("metric %v %v of %v: %w", t.Value(i, "metric"), t.Value(i, "key"), t.Value(i, "run"), err)
			}
		}
		return nil
	})
}

func coveredRuns(c *sqlite.Conn, t *table.Table, runs []string) (map[string]int64, error) {
	for i := range t.Rows {
		if name, ok := t.Value(i, "run").(string); ok {
			runs = append(runs, name)
		}
	}
	ids := map[string]int64{}
	for _, name := range runs {
		if _, ok := ids[name]; ok {
			continue
		}
		id, err := runID(c, name)
		if err != nil {
			return nil, err
		}
		ids[name] = id
	}
	return ids, nil
}

// metricRow is the i-th row as stored: the key of a metric with one value a
// run is empty, and n is a whole number.
func metricRow(t *table.Table, i int, ids map[string]int64) []any {
	name, _ := t.Value(i, "run").(string)
	row := []any{nil}
	if id, ok := ids[name]; ok {
		row[0] = id
	}
	for _, col := range metricColumns {
		v := t.Value(i, col)
		switch col {
		case "key":
			if v == nil {
				v = ""
			}
		case "n":
			if f, ok := v.(float64); ok && f == math.Trunc(f) {
				v = int64(f)
			}
		}
		row = append(row, v)
	}
	return row
}

// StoredMetricValues returns the rows of metric_values that are in the
// archive for a run, even where a session has computed newer ones.
func (s *Session) StoredMetricValues(ctx context.Context, run string) (*table.Table, error) {
	return s.Query(ctx, "select * from main.metric_values where run = :run order by metric, key", map[string]any{"run": run})
}
