package store

import "github.com/profreport/profreport/internal/store/sqlite"

// statements are prepared once and run many times, by text.
type statements struct {
	conn *sqlite.Conn
	m    map[string]*sqlite.Stmt
}

func newStatements(c *sqlite.Conn) *statements {
	return &statements{conn: c, m: map[string]*sqlite.Stmt{}}
}

func (p *statements) get(text string) (*sqlite.Stmt, error) {
	if s, ok := p.m[text]; ok {
		return s, nil
	}
	s, err := p.conn.Prepare(text)
	if err != nil {
		return nil, err
	}
	p.m[text] = s
	return s, nil
}

// exec runs a statement to its end.
func (p *statements) exec(text string, args ...any) error {
	s, err := p.get(text)
	if err != nil {
		return err
	}
	return s.Exec(args...)
}

// each runs a statement and calls f for every row; f must not run the same
// statement.
func (p *statements) each(text string, args []any, f func(s *sqlite.Stmt) error) error {
	s, err := p.get(text)
	if err != nil {
		return err
	}
	err = rowsOf(s, args, f)
	if rerr := s.Reset(); err == nil {
		err = rerr
	}
	return err
}

// number runs a statement that gives one number.
func (p *statements) number(text string, args ...any) (n int64, err error) {
	err = p.each(text, args, func(s *sqlite.Stmt) error {
		n = s.Int(0)
		return nil
	})
	return n, err
}

func (p *statements) close() {
	for _, s := range p.m {
		s.Close()
	}
	clear(p.m)
}
