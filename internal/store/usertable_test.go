package store

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/profreport/profreport/internal/table"
)

func TestUserTables(t *testing.T) {
	db := open(t)
	ctx := context.Background()
	tab := &table.Table{Columns: []table.Column{{Name: "host", Type: table.Text}, {Name: "n", Type: table.Int}, {Name: "x", Type: table.Any}},
		Rows: [][]any{{"a", int64(1), "mixed"}, {"b", nil, 2.5}}}
	u := UserTable{Name: "hosts", Path: "hosts.csv", SHA256: "1", Columns: tab.Columns, Rows: RowsOf(tab), Now: clock}
	for _, c := range []struct {
		sum, name string
		same      bool
	}{{"1", "hosts", false}, {"1", "hosts", true}, {"2", "hosts_2", false}, {"2", "hosts_2", true}} {
		u.SHA256 = c.sum
		res, err := db.LoadTable(ctx, u)
		if err != nil || res.Name != c.name || res.Same != c.same {
			t.Errorf("%s: %+v %v", c.sum, res, err)
		}
	}
	s := session(t, db)
	if got := rows(t, s, "select host, n, typeof(x) from hosts"); got != "a|1|text\nb|NULL|real" {
		t.Errorf("got %s", got)
	}
	if got := rows(t, s, "select * from user_tables"); got != "hosts|hosts.csv|1|2|2026-01-02T03:04:05Z\nhosts_2|hosts.csv|2|2|2026-01-02T03:04:05Z" {
		t.Errorf("got %s", got)
	}
	for _, name := range []string{"runs", "RUNS", "stored_x", "selected", "user_tables", "sqlite_x", "a b", `x"; drop table stored_runs; --`, "", "1st"} {
		u.Name = name
		if res, err := db.LoadTable(ctx, u); err == nil {
			t.Errorf("%q was made as %s", name, res.Name)
		}
	}
	u.Name, u.SHA256 = "bad", "3"
	bad := &table.Table{Columns: tab.Columns, Rows: [][]any{{"a", int64(1), nil}, {"b", "many", nil}}}
	u.Rows = RowsOf(bad)
	if _, err := db.LoadTable(ctx, u); err == nil || !strings.Contains(err.Error(), "row 2") {
		t.Errorf("a text in a column of numbers: %v", err)
	}
	if got := rows(t, s, "select count(*) from sqlite_schema where name = 'bad'"); got != "0" {
		t.Error("half a table was left")
	}
	if err := errors.Join(db.DropTable(ctx, "hosts")); err != nil {
		t.Fatal(err)
	}
	if err := db.DropTable(ctx, "stored_runs"); err == nil {
		t.Error("a table of ours was dropped")
	}
}
