package sqlite

import (
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// Columns returns the number of result columns.
func (s *Stmt) Columns() int { return int(lib.Xsqlite3_column_count(s.c.tls, s.p)) }

// ColumnName returns the name of the i-th result column, counted from 0.
func (s *Stmt) ColumnName(i int) string {
	return libc.GoString(lib.Xsqlite3_column_name(s.c.tls, s.p, int32(i)))
}

// ColumnDecl returns the declared type of the table column behind the i-th
// result column, "" for an expression.
func (s *Stmt) ColumnDecl(i int) string {
	return libc.GoString(lib.Xsqlite3_column_decltype(s.c.tls, s.p, int32(i)))
}

// ReadOnly tells whether the statement leaves the database file as it is.
func (s *Stmt) ReadOnly() bool { return lib.Xsqlite3_stmt_readonly(s.c.tls, s.p) != 0 }

// Value returns the i-th cell of the row at hand: nil, int64, float64, string
// or []byte.
func (s *Stmt) Value(i int) any {
	switch lib.Xsqlite3_column_type(s.c.tls, s.p, int32(i)) {
	case lib.SQLITE_INTEGER:
		return int64(lib.Xsqlite3_column_int64(s.c.tls, s.p, int32(i)))
	case lib.SQLITE_FLOAT:
		return lib.Xsqlite3_column_double(s.c.tls, s.p, int32(i))
	case lib.SQLITE_TEXT:
		return s.Text(i)
	case lib.SQLITE_BLOB:
		return s.Blob(i)
	}
	return nil
}

// Int returns a cell as an integer, 0 for null.
func (s *Stmt) Int(i int) int64 { return int64(lib.Xsqlite3_column_int64(s.c.tls, s.p, int32(i))) }

// Text returns a cell as text, "" for null.
func (s *Stmt) Text(i int) string {
	p := lib.Xsqlite3_column_text(s.c.tls, s.p, int32(i))
	n := int(lib.Xsqlite3_column_bytes(s.c.tls, s.p, int32(i)))
	return string(view(p, n))
}

// Blob returns a copy of the bytes of a cell.
func (s *Stmt) Blob(i int) []byte { return append([]byte{}, s.RawBlob(i)...) }

// RawBlob returns the bytes of a cell; they are valid until the next Step.
func (s *Stmt) RawBlob(i int) []byte {
	p := lib.Xsqlite3_column_blob(s.c.tls, s.p, int32(i))
	n := int(lib.Xsqlite3_column_bytes(s.c.tls, s.p, int32(i)))
	return view(p, n)
}

// view is engine memory as a slice.
func view(p uintptr, n int) []byte {
	if p == 0 || n <= 0 {
		return nil
	}
	return unsafe.Slice((*byte)(ptr(p)), n)
}
