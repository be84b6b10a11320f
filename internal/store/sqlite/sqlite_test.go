package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func memory(t *testing.T) *Conn {
	t.Helper()
	c, err := Open("", Create)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// all runs a query and writes its cells as text.
func all(t *testing.T, c *Conn, text string, args ...any) string {
	t.Helper()
	s, err := c.Prepare(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer s.Close()
	for i, a := range args {
		if err := s.Bind(i+1, a); err != nil {
			t.Fatal(err)
		}
	}
	var lines []string
	for {
		row, err := s.Step()
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if !row {
			return strings.Join(lines, "\n")
		}
		var cells []string
		for i := range s.Columns() {
			cells = append(cells, fmt.Sprint(s.Value(i)))
		}
		lines = append(lines, strings.Join(cells, "|"))
	}
}

func TestValuesComeBack(t *testing.T) {
	c := memory(t)
	for _, v := range []any{nil, int64(-1 << 63), 1.5, "", "é\x00nul", []byte{}, []byte{0, 255}, true} {
		want := v
		if v == true {
			want = int64(1)
		}
		if got := all(t, c, "select ?", v); got != fmt.Sprint(want) {
			t.Errorf("%#v came back as %s", v, got)
		}
	}
	if s, err := c.Prepare("select ?"); err != nil {
		t.Error(err)
	} else {
		if err := s.Bind(1, struct{}{}); err == nil {
			t.Error("a struct was bound")
		}
		s.Close()
	}
}

// TestBoundTextsOutliveTheirArena binds more than a block holds, again and
// again.
func TestBoundTextsOutliveTheirArena(t *testing.T) {
	c := memory(t)
	if err := c.Exec("create table t (a text, b blob, c text)"); err != nil {
		t.Fatal(err)
	}
	s, err := c.Prepare("insert into t values (?, ?, ?)")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		n := 1 << i
		if err := s.Exec(strings.Repeat("a", n), []byte(strings.Repeat("b", n)), strings.Repeat("c", 7)); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	if got := all(t, c, "select count(*) from t where length(a) = 1 << (rowid - 1) "+
		"and trim(a, 'a') = '' and trim(cast(b as text), 'b') = '' and length(b) = length(a) and c = 'ccccccc'"); got != "20" {
		t.Errorf("%s of 20 rows are right", got)
	}
}

func TestErrorOffset(t *testing.T) {
	c := memory(t)
	for text, offset := range map[string]int{"select 1, x": 10, "select * form t": 9, "select no(1)": 7, "select * from none": -1} {
		_, err := c.Prepare(text)
		var e *Error
		if !errors.As(err, &e) || e.Offset != offset || e.Primary() != Generic {
			t.Errorf("%q: got %+v, want offset %d", text, err, offset)
		}
	}
}

func TestOneStatement(t *testing.T) {
	c := memory(t)
	for text, want := range map[string]error{
		"select 1": nil, "select 1;": nil, ";; select 1; -- end": nil, "select 1 /* ; */": nil, "select ';'": nil,
		"select 1; select 2": ErrTail, "select 1; x": ErrTail, "": ErrEmpty, " ; -- nothing": ErrEmpty,
	} {
		s, err := c.Prepare(text)
		if !errors.Is(err, want) {
			t.Errorf("%q: got %v, want %v", text, err, want)
		}
		s.Close()
	}
	if err := c.Exec("create table t (x); insert into t values (1); insert into t values (2);"); err != nil {
		t.Fatal(err)
	}
	if got := all(t, c, "select count(*) from t"); got != "2" {
		t.Errorf("a script ran %s of 2 inserts", got)
	}
}

func TestModes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	for _, m := range []Mode{ReadOnly, ReadWrite} {
		if c, err := Open(path, m); err == nil {
			t.Errorf("mode %d opened a missing file", m)
			c.Close()
		}
	}
	c := memory(t)
	if err := c.Attach(path, "other"); err == nil {
		t.Error("a missing file was attached")
	}
	if _, err := os.Stat(path); err == nil {
		t.Fatal("the file was made")
	}
	w, err := Open(path, Create)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Exec("create table t (x)"); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path, ReadOnly)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var e *Error
	if err := r.Exec("insert into t values (1)"); !errors.As(err, &e) || e.Primary() != ReadOnlyFile {
		t.Errorf("writing to a read-only file: %v", err)
	}
	if err := c.Attach(path, "other"); err != nil {
		t.Fatal(err)
	}
	if err := c.Exec("insert into other.t values (1)"); err == nil {
		t.Error("an attached file was changed")
	}
}

func TestContextStopsAStatement(t *testing.T) {
	c := memory(t)
	const forever = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	if err := c.WithContext(ctx, func() error { return c.Exec(forever) }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	ran := false
	if err := c.WithContext(ctx, func() error { ran = true; return nil }); !errors.Is(err, context.DeadlineExceeded) || ran {
		t.Errorf("a context that has ended: %v, ran %v", err, ran)
	}
	if got := all(t, c, "select 1"); got != "1" {
		t.Errorf("afterwards: %s", got)
	}
}

// adder is the sum of a column, in integers; it panics at 13 and fails at 7.
type adder struct{ sum int64 }

func (a *adder) Step(args Args) error {
	f, ok := args.Float(0)
	switch {
	case !ok:
		return nil
	case f == 7:
		return errors.New("seven")
	case f == 13:
		panic("thirteen")
	}
	a.sum += int64(f)
	return nil
}

func (a *adder) Inverse(args Args) error {
	f, _ := args.Float(0)
	a.sum -= int64(f)
	return nil
}

func (a *adder) Value() (any, error) {
	if a.sum == 42 {
		panic("at the end")
	}
	return a.sum, nil
}

func TestFunctions(t *testing.T) {
	c := memory(t)
	err := c.Register([]Function{
		{Name: "adder", Args: 1, New: func() Aggregate { return &adder{} }},
		{Name: "twice", Args: 1, Scalar: func(a Args) (any, error) { return a.Text(0) + a.Text(0), nil }},
		{Name: "count_args", Args: -1, Scalar: func(a Args) (any, error) { return int64(a.Len()), nil }},
		{Name: "give", Args: 1, Scalar: func(a Args) (any, error) {
			return map[string]any{"nil": nil, "true": true, "float": 0.5, "text": "é", "bad": []int{1}}[a.Text(0)], nil
		}},
		{Name: "boom", Args: 0, Scalar: func(a Args) (any, error) { return []int{}[a.Len()], nil }},
	})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"select twice('ab'), twice(12), twice(null)":                                "abab|1212|",
		"select count_args(), count_args(1, 2, 3)":                                  "0|3",
		"select give('nil'), give('true'), give('float'), give('text')":             "<nil>|1|0.5|é",
		"select adder(column1) from (values (1), (null), (2))":                      "3",
		"select adder(1) where 0":                                                   "0",
		"select adder(column1) over (rows 1 preceding) from (values (1), (2), (3))": "1\n3\n5",
		"select a, adder(b), adder(c) from (select column1 a, column2 b, column3 c from (values (1, 1, 10), (2, 2, 20), (1, 3, 30))) group by a": "1|4|40\n2|2|20",
	} {
		if got := all(t, c, text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"select adder(7)": "adder: seven", "select adder(13)": "adder: failed: thirteen", "select adder(42)": "adder: failed: at the end",
		"select boom()": "boom: failed: runtime error: index out of range", "select give('bad')": "give: gave a []int",
	} {
		if err := c.Exec(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", text, err, want)
		}
	}
	for i, a := range c.aggregates {
		if a != nil {
			t.Errorf("evaluation %d was never given back", i)
		}
	}
}

func TestAuthorizer(t *testing.T) {
	c := memory(t)
	if err := c.Exec("create table t (x)"); err != nil {
		t.Fatal(err)
	}
	var seen []string
	c.Authorize(func(a Action) bool {
		seen = append(seen, fmt.Sprint(a.Code == ActionSelect, a.Code == ActionRead)+a.Arg1+a.Arg2)
		return a.Code == ActionSelect || a.Code == ActionRead
	})
	if err := c.Exec("select x from t"); err != nil {
		t.Error(err)
	}
	if got := strings.Join(seen, ","); got != "true false,false truet" {
		t.Errorf("seen: %q", got)
	}
	var e *Error
	if err := c.Exec("delete from t"); !errors.As(err, &e) || e.Primary() != Denied {
		t.Errorf("delete: %v", err)
	}
	c.Authorize(nil)
	if err := c.Exec("delete from t"); err != nil {
		t.Error(err)
	}
}

func TestManyConnections(t *testing.T) {
	memory(t)
	before := len(*conns.list.Load())
	for range 100 {
		c, err := Open("", Create)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if after := len(*conns.list.Load()); after > before+1 {
		t.Errorf("closed connections are kept: %d, then %d", before, after)
	}
}

func TestBackupAndSerialize(t *testing.T) {
	c, dst := memory(t), memory(t)
	if err := c.Exec("create table t (x); insert into t values (5)"); err != nil {
		t.Fatal(err)
	}
	if err := c.BackupTo(dst); err != nil {
		t.Fatal(err)
	}
	if got := all(t, dst, "select x from t"); got != "5" {
		t.Errorf("got %s", got)
	}
	b, err := c.Serialize()
	if err != nil || !strings.HasPrefix(string(b), "SQLite format 3\x00") || len(b)%4096 != 0 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}
