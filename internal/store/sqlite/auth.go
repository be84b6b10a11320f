package sqlite

import (
	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// Action is what a statement asks for while it is compiled.
type Action struct {
	Code int // an action code of sqlite3_set_authorizer
	// Arg1 is that of sqlite3_set_authorizer, such as the table read, and
	// Arg2 the name of a function called.
	Arg1, Arg2 string
}

// Action codes of reading statements.
const (
	ActionSelect    = lib.SQLITE_SELECT
	ActionRead      = lib.SQLITE_READ
	ActionFunction  = lib.SQLITE_FUNCTION
	ActionRecursive = lib.SQLITE_RECURSIVE
)

// Authorize makes allow decide over every action of statements prepared from
// now on; nil allows everything.
func (c *Conn) Authorize(allow func(Action) bool) {
	c.authorizer = allow
	if allow == nil {
		lib.Xsqlite3_set_authorizer(c.tls, c.db, 0, 0)
		return
	}
	lib.Xsqlite3_set_authorizer(c.tls, c.db, funcPointer(authorizeCallback), c.id)
}

func authorizeCallback(_ *libc.TLS, id uintptr, action int32, z1, z2, _, _ uintptr) int32 {
	c := conns.get(id)
	if c == nil || c.authorizer == nil {
		return lib.SQLITE_DENY
	}
	// Callers look at the names of tables and functions only.
	a := Action{Code: int(action)}
	switch action {
	case lib.SQLITE_SELECT, lib.SQLITE_RECURSIVE:
	case lib.SQLITE_FUNCTION:
		a.Arg2 = libc.GoString(z2)
	default:
		a.Arg1 = libc.GoString(z1)
	}
	if c.authorizer(a) {
		return lib.SQLITE_OK
	}
	return lib.SQLITE_DENY
}

// names of what a reading connection refuses, as SQL spells it.
var names = map[int]string{
	lib.SQLITE_DELETE: "delete", lib.SQLITE_INSERT: "insert", lib.SQLITE_PRAGMA: "pragma", lib.SQLITE_TRANSACTION: "a transaction",
	lib.SQLITE_UPDATE: "update", lib.SQLITE_ATTACH: "attach", lib.SQLITE_DETACH: "detach",
	lib.SQLITE_ALTER_TABLE: "alter table", lib.SQLITE_REINDEX: "reindex", lib.SQLITE_ANALYZE: "analyze",
	lib.SQLITE_SAVEPOINT: "savepoint",
}

// Name returns what the action is called in SQL.
func (a Action) Name() string {
	switch {
	case a.Code == lib.SQLITE_READ:
		return "pragma"
	case a.Code == lib.SQLITE_FUNCTION:
		return a.Arg2
	case a.Arg1 == "sqlite_master", a.Arg1 == "sqlite_temp_master":
		return "changing the schema"
	}
	if n, ok := names[a.Code]; ok {
		return n
	}
	return "this statement"
}
