package query

import (
	"strings"
	"testing"
)

func TestReads(t *testing.T) {
	for _, c := range []struct{ sql, want string }{
		{"select 1", ""},
		{"select * from a", "a"},
		{"select * from A, b as x, c", "a b c"},
		{"select * from a x join b y on x.i = y.i left join c using (i)", "a b c"},
		{"select * from a join b on f(a.x, b.y) = 1, c", "a b c"},
		{"select x, y from a where z in b and w in (select w from c) order by x, y", "a b c"},
		{"select * from a where run in selected", "a selected"},
		{"select * from a where x in json_each(:l)", "a"},
		{"select * from json_each(:l) j, a", "a"},
		{"select * from a where x not in b", "a b"},
		{"select * from (select * from a), b", "a b"},
		{"select * from (a join b on a.x = b.x) join c", "a b c"},
		{"select * from ((a)), b", "a b"},
		{"select * from main.a, temp.b, c", "c"},
		{"select * from \"Quoted Name\", [b], `c`", "quoted name b c"},
		{"select * from \"a\"\"b\", c where x = 'it''s' and y in d", "a\"b c d"},
		{"select 'from x', \"from\" from a -- from y\n/* from z */", "a"},
		{"select 'it''s from x' from a", "a"},
		{"select * from a where x is distinct from y and z is not distinct from w", "a"},
		{"select distinct from_x from a", "a"},
		{"with w as (select * from a) select * from w, b", "a b"},
		{"with w(x, y) as materialized (select 1, 2), v as not materialized (select * from w join a) select * from v", "a"},
		{"with recursive n(i) as (values (1) union all select i + 1 from n, a where i < 9) select i from n", "a"},
		{"with w as (select * from later), later as (select * from a) select * from w", "a"},
		// A common table expression is known in its own statement only.
		{"select * from (with w as (select * from a) select * from w) join w", "a w"},
		{"select exists (select 1 from a) from b union select 1 from c", "a b c"},
		{"select a.x, (select max(y) from b where b.i = a.i), z from a", "b a"},
		{"select x filter, count(*) filter (where y in (1, 2)) from a", "a"},
		{"select sum(x) over (partition by y order by z) from a window w as (order by x)", "a"},
		{"select * from a cross join b natural join c", "a b c"},
		{"select case when x in (1, 2) then 'a' else 'b' end from a group by 1, 2 limit 3, 4", "a"},
		{"values (1), (2)", ""},
		{"select * from a, a a2", "a"},
	} {
		q, faults := Parse("q", c.sql, Origin{File: "q.sql"})
		if faults != nil {
			t.Errorf("%s: %v", c.sql, faults)
		}
		if got := strings.Join(q.Reads(), " "); got != c.want {
			t.Errorf("%s\n reads %q, want %q", c.sql, got, c.want)
		}
	}
}

func TestUses(t *testing.T) {
	q, _ := Parse("q", "select :a, ':no', @b, $c, x'00', 1e-3:d -- :no\n, :a, \":no\"", Origin{})
	if got := strings.Join(q.Uses(), " "); got != "a b c d" {
		t.Errorf("uses %q", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"select * from a where x in b", "with w(x) as (select 1) select * from w", "-- name: q\n-- param: x int 1\nselect :x",
		"select 'a", "/*", "((((", "with", "from", "select * from (", "-- param:", "-- column: x", "select [", "\xff\xfe", "in",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, faults := Parse("q", text, Origin{File: "q.sql"})
		if faults.Err() == nil && q.SQL() == "" {
			t.Error("no fault and no statement")
		}
		for _, f := range faults {
			if f.Line < 1 || f.Column < 1 || f.Line > strings.Count(text, "\n")+1 {
				t.Errorf("fault outside the text: %v", f)
			}
		}
		s := NewSet("selected")
		s.Add(q)
		s.Check()
	})
}
