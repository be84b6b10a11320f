package store

import (
	"fmt"
	"math"

	"github.com/profreport/profreport/internal/stats"
	"github.com/profreport/profreport/internal/store/sqlite"
)

// functions are the SQL functions that every connection has beside SQLite's
// own. Aggregates also work as window functions. Nulls are skipped; what is
// empty, constant or undefined gives null (DEFINITIONS 29 and 30).
var functions = []sqlite.Function{
	{Name: "median", Args: 1, New: one(stats.Median)},
	{Name: "stddev_pop", Args: 1, New: one(stats.StddevPop)},
	{Name: "geomean", Args: 1, New: one(stats.Geomean)},
	{Name: "percentile", Args: 2, New: ranked(stats.Percentile)},
	{Name: "percentile_low", Args: 2, New: ranked(stats.PercentileLow)},
	{Name: "percentile_high", Args: 2, New: ranked(stats.PercentileHigh)},
	{Name: "pearson", Args: 2, New: pairs(stats.Pearson)},
	{Name: "kendall_tau", Args: 2, New: pairs(stats.KendallTau)},
	{Name: "linear_at", Args: 3, New: func() sqlite.Aggregate { return &linear{} }},
	{Name: "wilson_low", Args: 2, Scalar: share(stats.WilsonLow)},
	{Name: "wilson_high", Args: 2, Scalar: share(stats.WilsonHigh)},
	{Name: "choose", Args: 2, Scalar: choose},
	{Name: "regexp", Args: 2, Scalar: regexpMatch},
}

// optional is a result as SQL has it: null when undefined.
func optional(v float64, ok bool) (any, error) {
	if !ok || math.IsNaN(v) {
		return nil, nil
	}
	return v, nil
}

// sample is an aggregate over one column of numbers. A window that moves
// forward drops its oldest value from the front.
type sample struct {
	x    []float64
	head int // values before it have left the window
	of   func([]float64) (float64, bool)
}

// one makes an aggregate of a statistic over one column.
func one(f func([]float64) (float64, bool)) func() sqlite.Aggregate {
	return func() sqlite.Aggregate { return &sample{of: f} }
}

func (s *sample) Step(a sqlite.Args) error {
	v, ok, err := numeric(a, 0)
	if ok {
		s.x = append(s.x, v)
	}
	return err
}

func (s *sample) Inverse(a sqlite.Args) error {
	if _, ok, _ := numeric(a, 0); ok {
		s.head++
	}
	return nil
}

func (s *sample) Value() (any, error) { return optional(s.of(s.x[s.head:])) }

// numeric returns an argument as a number; ok is false for null, and anything
// else that is no number is an error.
func numeric(a sqlite.Args, i int) (v float64, ok bool, err error) {
	if v, ok = a.Float(i); ok || a.Null(i) {
		return v, ok && !math.IsNaN(v), nil
	}
	return 0, false, fmt.Errorf("want a number, got %q", a.Text(i))
}

// percentileOf is an aggregate with a constant second argument.
type percentileOf struct {
	sample
	p   float64
	set bool
	f   func([]float64, float64) (float64, bool)
}

// ranked makes an aggregate of a statistic that takes a percentage.
func ranked(f func([]float64, float64) (float64, bool)) func() sqlite.Aggregate {
	return func() sqlite.Aggregate { return &percentileOf{f: f} }
}

func (s *percentileOf) Step(a sqlite.Args) error {
	p, ok, err := numeric(a, 1)
	switch {
	case err != nil:
		return err
	case !ok:
		return nil // a percentile of unknown rank is unknown
	case p < 0 || p > 100:
		return fmt.Errorf("want a percentage from 0 to 100, got %g", p)
	case s.set && p != s.p:
		return fmt.Errorf("the percentage must be the same for all rows, got %g and %g", s.p, p)
	}
	s.p, s.set = p, true
	return s.sample.Step(a)
}

func (s *percentileOf) Inverse(a sqlite.Args) error {
	if a.Null(1) {
		return nil
	}
	return s.sample.Inverse(a)
}

func (s *percentileOf) Value() (any, error) { return optional(s.f(s.x[s.head:], s.p)) }

// pair is an aggregate over two columns; a row with a null in either is
// skipped.
type pair struct {
	x, y []float64
	head int
	of   func(x, y []float64) (float64, bool)
}

// pairs makes an aggregate of a statistic over two columns.
func pairs(f func(x, y []float64) (float64, bool)) func() sqlite.Aggregate {
	return func() sqlite.Aggregate { return &pair{of: f} }
}

func (p *pair) Step(a sqlite.Args) error {
	x, okX, err := numeric(a, 0)
	if err != nil {
		return err
	}
	y, okY, err := numeric(a, 1)
	if okX && okY {
		p.x, p.y = append(p.x, x), append(p.y, y)
	}
	return err
}

func (p *pair) Inverse(a sqlite.Args) error {
	_, okX, _ := numeric(a, 0)
	_, okY, _ := numeric(a, 1)
	if okX && okY {
		p.head++
	}
	return nil
}

func (p *pair) Value() (any, error) { return optional(p.of(p.x[p.head:], p.y[p.head:])) }

// linear is linear_at(x, y, at): y at the place at, linear between the knots
// (x, y). The place must be the same for all rows.
type linear struct {
	pair
	at    float64
	known bool
}

func (l *linear) Step(a sqlite.Args) error {
	at, ok, err := numeric(a, 2)
	switch {
	case err != nil:
		return err
	case ok && l.known && at != l.at:
		return fmt.Errorf("the place must be the same for all rows, got %g and %g; group by it", l.at, at)
	case ok:
		l.at, l.known = at, true
	}
	return l.pair.Step(a)
}

func (l *linear) Value() (any, error) {
	if !l.known {
		return nil, nil
	}
	return optional(stats.LinearAt(l.x[l.head:], l.y[l.head:], l.at))
}

// share makes a scalar function of k successes among n.
func share(f func(k, n float64) (float64, bool)) func(sqlite.Args) (any, error) {
	return func(a sqlite.Args) (any, error) {
		k, okK, err := numeric(a, 0)
		if err != nil {
			return nil, err
		}
		n, okN, err := numeric(a, 1)
		if err != nil || !okK || !okN {
			return nil, err
		}
		if k < 0 || n < 0 || k > n {
			return nil, fmt.Errorf("want 0 <= k <= n, got k = %g, n = %g", k, n)
		}
		return optional(f(k, n))
	}
}

// choose is choose(n, k): the number of ways to pick k of n.
func choose(a sqlite.Args) (any, error) {
	n, okN, err := numeric(a, 0)
	if err != nil {
		return nil, err
	}
	k, okK, err := numeric(a, 1)
	if err != nil || !okN || !okK {
		return nil, err
	}
	return optional(stats.Choose(n, k))
}

// FunctionNames lists the SQL functions that every connection has beside
// SQLite's own.
func FunctionNames() []string {
	names := make([]string, len(functions))
	for i, f := range functions {
		names[i] = f.Name
	}
	return names
}
