package sqlite

import (
	"fmt"
	"sync"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// Function is a SQL function written in Go: Scalar or New is set. All are
// deterministic.
type Function struct {
	Name   string
	Args   int // number of arguments, -1 for any
	Scalar func(Args) (any, error)
	New    func() Aggregate
}

// Aggregate is one evaluation of an aggregate function, which also serves as
// a window function.
type Aggregate interface {
	Step(Args) error
	Inverse(Args) error // removes the oldest row, given again
	Value() (any, error)
}

// Args are the arguments of one call, valid only during it.
type Args struct {
	tls *libc.TLS
	n   int
	p   uintptr
}

// Len returns the number of arguments.
func (a Args) Len() int { return a.n }

func (a Args) at(i int) uintptr { return *(*uintptr)(ptr(a.p + uintptr(i)*8)) }

// Null tells whether the i-th argument is null.
func (a Args) Null(i int) bool { return lib.Xsqlite3_value_type(a.tls, a.at(i)) == lib.SQLITE_NULL }

// Float returns a numeric argument; ok is false for null and for anything
// that is no number.
func (a Args) Float(i int) (f float64, ok bool) {
	v := a.at(i)
	switch lib.Xsqlite3_value_type(a.tls, v) {
	case lib.SQLITE_FLOAT:
		return lib.Xsqlite3_value_double(a.tls, v), true
	case lib.SQLITE_INTEGER:
		return float64(lib.Xsqlite3_value_int64(a.tls, v)), true
	}
	return 0, false
}

// Text returns an argument as text, "" for null.
func (a Args) Text(i int) string {
	v := a.at(i)
	p := lib.Xsqlite3_value_text(a.tls, v)
	return string(view(p, int(lib.Xsqlite3_value_bytes(a.tls, v))))
}

// functions holds every function registered with any connection, and numbers
// their numbers by name, so that the same function is kept once.
var (
	functions registry[Function]
	numbersMu sync.Mutex
	numbers   = map[string]uintptr{}
)

// funcBits is the room for a function's position in the word that the engine
// keeps for it; the rest is the connection.
const funcBits = 12

// Register adds the functions to the connection.
func (c *Conn) Register(fs []Function) error {
	for i := range fs {
		if err := c.register(&fs[i]); err != nil {
			return fmt.Errorf("function %s: %w", fs[i].Name, err)
		}
	}
	return nil
}

func (c *Conn) register(f *Function) error {
	data := c.id<<funcBits | define(f)
	name, err := libc.CString(f.Name)
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, name)
	const enc = lib.SQLITE_UTF8 | lib.SQLITE_DETERMINISTIC | lib.SQLITE_INNOCUOUS
	var rc int32
	if f.Scalar != nil {
		rc = lib.Xsqlite3_create_function_v2(c.tls, c.db, name, int32(f.Args), enc, data, funcPointer(scalarCallback), 0, 0, 0)
	} else {
		rc = lib.Xsqlite3_create_window_function(c.tls, c.db, name, int32(f.Args), enc, data, funcPointer(stepCallback),
			funcPointer(finalCallback), funcPointer(valueCallback), funcPointer(inverseCallback), 0)
	}
	if rc != lib.SQLITE_OK {
		return c.fail(rc)
	}
	return nil
}

// define returns the number of f.
func define(f *Function) uintptr {
	numbersMu.Lock()
	defer numbersMu.Unlock()
	key := fmt.Sprintf("%s/%d", f.Name, f.Args)
	id, ok := numbers[key]
	if !ok {
		id = functions.add(f)
		numbers[key] = id
	} else if functions.get(id) != f {
		functions.set(id, f)
	}
	return id
}

// called returns the connection and the function that a call is for.
func called(tls *libc.TLS, ctx uintptr) (*Conn, *Function) {
	data := lib.Xsqlite3_user_data(tls, ctx)
	return conns.get(data >> funcBits), functions.get(data & (1<<funcBits - 1))
}

// guard turns a panic of f into an error.
func guard(f func() (any, error)) (v any, err error) {
	defer recovered(&err)
	return f()
}

// guardRow is guard for a step of an aggregate.
func guardRow(f func(Args) error, a Args) (err error) {
	defer recovered(&err)
	return f(a)
}

func recovered(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("failed: %v", p)
	}
}

func scalarCallback(tls *libc.TLS, ctx uintptr, n int32, argv uintptr) {
	_, f := called(tls, ctx)
	v, err := guard(func() (any, error) { return f.Scalar(Args{tls, int(n), argv}) })
	result(tls, ctx, f, v, err)
}

// aggregate returns the state of the evaluation ctx belongs to, made on the
// first call, and its number. The engine's word for it holds number + 1.
func aggregate(tls *libc.TLS, ctx uintptr) (*Conn, *Function, Aggregate, uintptr) {
	c, f := called(tls, ctx)
	slot := (*uintptr)(ptr(lib.Xsqlite3_aggregate_context(tls, ctx, 8)))
	if *slot == 0 {
		*slot = c.addAggregate(f.New()) + 1
	}
	return c, f, c.aggregates[*slot-1], *slot - 1
}

func (c *Conn) addAggregate(a Aggregate) uintptr {
	if n := len(c.freeAggs); n > 0 {
		id := c.freeAggs[n-1]
		c.freeAggs = c.freeAggs[:n-1]
		c.aggregates[id] = a
		return id
	}
	c.aggregates = append(c.aggregates, a)
	return uintptr(len(c.aggregates) - 1)
}

func stepCallback(tls *libc.TLS, ctx uintptr, n int32, argv uintptr) {
	_, f, a, _ := aggregate(tls, ctx)
	if err := guardRow(a.Step, Args{tls, int(n), argv}); err != nil {
		result(tls, ctx, f, nil, err)
	}
}

func inverseCallback(tls *libc.TLS, ctx uintptr, n int32, argv uintptr) {
	_, f, a, _ := aggregate(tls, ctx)
	if err := guardRow(a.Inverse, Args{tls, int(n), argv}); err != nil {
		result(tls, ctx, f, nil, err)
	}
}

func valueCallback(tls *libc.TLS, ctx uintptr) {
	_, f, a, _ := aggregate(tls, ctx)
	v, err := guard(a.Value)
	result(tls, ctx, f, v, err)
}

func finalCallback(tls *libc.TLS, ctx uintptr) {
	c, f, a, id := aggregate(tls, ctx)
	v, err := guard(a.Value)
	result(tls, ctx, f, v, err)
	c.aggregates[id] = nil
	c.freeAggs = append(c.freeAggs, id)
}

func result(tls *libc.TLS, ctx uintptr, f *Function, v any, err error) {
	if err == nil {
		switch v := v.(type) {
		case nil:
			lib.Xsqlite3_result_null(tls, ctx)
			return
		case float64:
			lib.Xsqlite3_result_double(tls, ctx, v)
			return
		case int64:
			lib.Xsqlite3_result_int64(tls, ctx, v)
			return
		case bool:
			var n int64
			if v {
				n = 1
			}
			lib.Xsqlite3_result_int64(tls, ctx, n)
			return
		case string:
			text(tls, v, func(z uintptr, n int32) { lib.Xsqlite3_result_text(tls, ctx, z, n, transient) })
			return
		}
		err = fmt.Errorf("gave a %T", v)
	}
	text(tls, f.Name+": "+err.Error(), func(z uintptr, n int32) { lib.Xsqlite3_result_error(tls, ctx, z, n) })
}

// transient tells the engine to copy a result.
const transient = ^uintptr(0)

func text(tls *libc.TLS, s string, use func(z uintptr, n int32)) {
	z, err := libc.CString(s)
	if err != nil {
		panic(err)
	}
	use(z, int32(len(s)))
	libc.Xfree(tls, z)
}
