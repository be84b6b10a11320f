package notebook

import (
	"context"
	"database/sql"
	"regexp"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/profreport/profreport/internal/query"
	"github.com/profreport/profreport/internal/table"
)

// memDB is a Querier over SQLite in memory.
type memDB struct{ db *sql.DB }

func newMemDB(t testing.TB, setup ...string) *memDB {
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
	var named []any
	for k, v := range args {
		named = append(named, sql.Named(k, v))
	}
	rows, err := m.db.QueryContext(ctx, text, named...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	t := &table.Table{Columns: columnsOf(types)}
	for rows.Next() {
		row, ptrs := make([]any, len(types)), make([]any, len(types))
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

// columnsOf reads the declared types; an expression's is not known.
func columnsOf(types []*sql.ColumnType) []table.Column {
	var out []table.Column
	for _, c := range types {
		typ := table.Any
		switch strings.ToLower(c.DatabaseTypeName()) {
		case "integer":
			typ = table.Int
		case "real":
			typ = table.Float
		case "text":
			typ = table.Text
		}
		out = append(out, table.Column{Name: c.Name(), Type: typ})
	}
	return out
}

func (m *memDB) Materialize(ctx context.Context, name, text string, args map[string]any) (*table.Table, error) {
	t, err := m.Query(ctx, text, args)
	if err != nil {
		return nil, err
	}
	return t, m.Put(ctx, name, t)
}

func (m *memDB) Put(ctx context.Context, name string, t *table.Table) error {
	var cols, marks []string
	for _, c := range t.Columns {
		typ := map[table.Type]string{table.Int: " integer", table.Float: " real", table.Text: " text"}[c.Type]
		cols, marks = append(cols, `"`+c.Name+`"`+typ), append(marks, "?")
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

var sqlParam = regexp.MustCompile(`:[A-Za-z_]\w*`)

func (m *memDB) Prepare(ctx context.Context, text string) ([]table.Column, error) {
	rows, err := m.db.QueryContext(ctx, "select * from ("+sqlParam.ReplaceAllString(text, "null")+"\n) limit 0")
	if err != nil {
		if _, own := m.db.PrepareContext(ctx, text); own != nil {
			return nil, own
		}
		return nil, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	return columnsOf(types), err
}

// world is the database of the tests: two runs, four candidates.
var world = []string{
	`create table runs(run text, method text, kind text, duration_s real, gpu_hours real, deployments integer, sla_ttft_ms real) strict`,
	`insert into runs values ('aic', 'AIC-Search', 'simulated', 27, 0, 0, 500), ('online', 'Profile-ALL', 'measured', 2703, 2.1428, 10, null)`,
	`create table candidates(run text, phase text, mapping text, concurrency integer, itl_ms real, meets_sla integer) strict`,
	`insert into candidates values ('aic', 'decode', 'TP=1', 8, 12.5, 1), ('aic', 'decode', 'TP=2', 218, 30.68, 1),
		('online', 'decode', 'TP=1', 3, 20.67, 0), ('online', 'decode', 'TP=2', 3, null, null)`,
	`create table sources(run text, path text, kind text, bytes integer, sha256 text) strict`,
	`insert into sources values ('aic', 'profile_sla.log', 'log', 1234, 'abc')`,
	`create temp table selected(run text)`,
	`insert into selected values ('aic'), ('online')`,
}

var testMetrics = []MetricDef{
	{Name: "regret", Format: "percent", Better: "lower", Doc: "lost throughput"},
	{Name: "duration", Unit: "s", Format: "duration", Better: "lower"},
	{Name: "ttft_error", Format: "signed_percent"},
}

var metricTable = &table.Table{
	Columns: []table.Column{{Name: "run", Type: table.Text}, {Name: "metric", Type: table.Text}, {Name: "key", Type: table.Text},
		{Name: "value", Type: table.Float}, {Name: "unit", Type: table.Text}, {Name: "low", Type: table.Float}, {Name: "high", Type: table.Float},
		{Name: "n", Type: table.Int}, {Name: "verdict", Type: table.Text}, {Name: "note", Type: table.Text}},
	Rows: [][]any{
		{"aic", "regret", "decode", 0.123, "", nil, nil, nil, "fail", "at 3"},
		{"aic", "regret", "prefill", nil, "", nil, nil, nil, "unknown", "not measured"},
		{"online", "duration", "", 2703.0, "s", 2702.0, 2704.0, nil, nil, nil},
		{"aic", "ttft_error", "medium", -0.044, "", -0.06, -0.02, int64(100), "pass", nil},
	},
}

// testEnv is an Env over the world, with the query files given as name, text.
func testEnv(t testing.TB, params map[string]any, files ...string) Env {
	t.Helper()
	views := []string{"runs", "candidates", "sources", "selected"}
	set := query.NewSet(append(views, "metric_values")...)
	for i := 0; i < len(files); i += 2 {
		q, faults := query.Parse(files[i], files[i+1], query.Origin{File: "queries/" + files[i] + ".sql"})
		if faults.Err() != nil {
			t.Fatal(faults)
		}
		if f := set.Add(q); f != nil {
			t.Fatal(f)
		}
	}
	return Env{
		Runner: query.NewRunner(set, newMemDB(t, world...), params), Params: params, Views: views, Metrics: testMetrics,
		MetricValues: func(context.Context) (*table.Table, error) { return metricTable, nil },
		Methods:      []string{"AIC-Search", "Profile-ALL"},
	}
}
