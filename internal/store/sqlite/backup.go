package sqlite

import (
	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// BackupTo copies the whole database of c into dst, replacing what is there.
func (c *Conn) BackupTo(dst *Conn) error {
	name, err := libc.CString("main")
	if err != nil {
		return err
	}
	defer libc.Xfree(c.tls, name)
	b := lib.Xsqlite3_backup_init(c.tls, dst.db, name, c.db, name)
	if b == 0 {
		return dst.fail(lib.Xsqlite3_extended_errcode(c.tls, dst.db))
	}
	step := lib.Xsqlite3_backup_step(c.tls, b, -1)
	if rc := lib.Xsqlite3_backup_finish(c.tls, b); rc != lib.SQLITE_OK {
		return dst.fail(rc)
	}
	if step != lib.SQLITE_DONE {
		return dst.fail(step)
	}
	return nil
}

// Serialize returns the bytes of the database file.
func (c *Conn) Serialize() ([]byte, error) {
	name, err := libc.CString("main")
	if err != nil {
		return nil, err
	}
	defer libc.Xfree(c.tls, name)
	size := c.tls.Alloc(8)
	defer c.tls.Free(8)
	p := lib.Xsqlite3_serialize(c.tls, c.db, name, size, 0)
	if p == 0 {
		return nil, c.fail(lib.SQLITE_NOMEM)
	}
	defer lib.Xsqlite3_free(c.tls, p)
	return append([]byte{}, view(p, int(*(*int64)(ptr(size))))...), nil
}
