package query

import (
	"fmt"
	"slices"
	"strings"
)

// Check finds what is wrong with the named queries and all they read from, or
// with all queries when none is named: unknown names, cycles, parameters that
// nobody declares or nobody uses. It runs nothing.
func (s *Set) Check(names ...string) Faults {
	if len(names) == 0 {
		names = s.Names()
	}
	var faults Faults
	queries := s.closure(names...)
	for _, q := range queries {
		faults = append(faults, s.checkNames(q)...)
		faults = append(faults, s.checkParams(q)...)
	}
	faults = append(faults, s.checkCycles(names)...)
	faults = append(faults, checkSameParams(queries)...)
	faults.Sort()
	return faults
}

// systemTable holds for tables that every SQLite database has.
func systemTable(name string) bool {
	return strings.HasPrefix(name, "sqlite_") || strings.HasPrefix(name, "pragma_")
}

func (s *Set) checkNames(q *Query) Faults {
	var faults Faults
	if s.known[q.Name] && q.Name != "" {
		faults = append(faults, q.fault(q.body, "%s is a table of the database; a query needs another name", q.Name))
	}
	if len(s.known) == 0 {
		return faults // nothing is known of the database: it will say so itself
	}
	for _, r := range q.refs {
		if s.byName[r.name] != nil || s.known[r.name] || systemTable(r.name) {
			continue
		}
		f := q.fault(r.offset, "there is no table or query %s", r.name)
		f.Hint = DidYouMean(r.name, s.tables())
		faults = append(faults, f)
	}
	return faults
}

// tables returns all names that a statement may read from.
func (s *Set) tables() []string {
	out := slices.Clone(s.order)
	for k := range s.known {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func (s *Set) checkParams(q *Query) Faults {
	var faults Faults
	used := q.Uses()
	for _, name := range used {
		if _, ok := s.lookup(q, name); ok {
			continue
		}
		var declared []string
		for _, p := range q.Params {
			declared = append(declared, p.Name)
		}
		for n := range s.params {
			declared = append(declared, n)
		}
		i := slices.IndexFunc(q.tokens, func(t token) bool { return t.kind == param && t.text == name })
		f := q.fault(q.tokens[i].start, "parameter :%s is not declared", name)
		f.Hint = DidYouMean(name, declared)
		if f.Hint == "" {
			f.Hint = fmt.Sprintf("declare it with `-- param: %s TYPE DEFAULT`", name)
		}
		faults = append(faults, f)
	}
	for _, p := range q.Params {
		if !slices.Contains(used, p.Name) {
			f := q.fault(offsetOfLine(q.Text, p.Line-max(q.Origin.Line, 1)), "parameter %s is declared and not used", p.Name)
			f.Warning = true
			faults = append(faults, f)
		}
	}
	return faults
}

func offsetOfLine(text string, n int) int {
	offset := 0
	for range n {
		i := strings.IndexByte(text[offset:], '\n')
		if i < 0 {
			break
		}
		offset += i + 1
	}
	return offset
}

// checkCycles reports each query that reads from itself, directly or through
// others, once, where the circle closes.
func (s *Set) checkCycles(names []string) Faults {
	var faults Faults
	const open, done = 1, 2
	state := map[string]int{}
	var trail []string
	var visit func(q *Query)
	visit = func(q *Query) {
		state[q.Name] = open
		trail = append(trail, q.Name)
		for _, r := range q.refs {
			next := s.byName[r.name]
			switch {
			case next == nil || state[r.name] == done:
			case state[r.name] == open:
				ring := append(slices.Clone(trail[slices.Index(trail, r.name):]), r.name)
				msg := "reads from itself"
				if len(ring) > 2 {
					msg += ": " + strings.Join(ring, " -> ")
				}
				faults = append(faults, q.fault(r.offset, "%s %s", r.name, msg))
			default:
				visit(next)
			}
		}
		trail = trail[:len(trail)-1]
		state[q.Name] = done
	}
	for _, n := range names {
		if q := s.Get(n); q != nil && state[q.Name] == 0 {
			visit(q)
		}
	}
	return faults
}

// checkSameParams warns where two queries give one parameter different types
// or defaults: a user who sets it sets both, one who does not gets two values.
func checkSameParams(queries []*Query) Faults {
	type decl struct {
		q *Query
		p Param
	}
	var faults Faults
	first := map[string]decl{}
	for _, q := range queries {
		for _, p := range q.Params {
			d, ok := first[p.Name]
			if !ok {
				first[p.Name] = decl{q, p}
				continue
			}
			if d.p.Type == p.Type && d.p.Default == p.Default {
				continue
			}
			f := q.fault(offsetOfLine(q.Text, p.Line-max(q.Origin.Line, 1)), "parameter %s is %s with default %s here, but %s with default %s in %s:%d",
				p.Name, p.Type, shown(p.Default), d.p.Type, shown(d.p.Default), d.q.Origin.File, d.p.Line)
			f.Warning = d.p.Type == p.Type
			faults = append(faults, f)
		}
	}
	return faults
}

func shown(v any) string {
	if v == nil {
		return "null"
	}
	return fmt.Sprint(v)
}
