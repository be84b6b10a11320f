package ingest

import (
	"fmt"
	"strconv"
	"strings"
)

// parseNpyHeader reads the Python literal of a .npy header:
//
//	{'descr': '<f8', 'fortran_order': False, 'shape': (3, 9), }
func parseNpyHeader(s string) (descr string, fortran bool, shape []int, err error) {
	p := npyLiteral{rest: strings.TrimSpace(s)}
	if !p.take("{") {
		return "", false, nil, fmt.Errorf("damaged header %q", clip(s))
	}
	seen := map[string]bool{}
	for !p.take("}") {
		key, ok := p.str()
		if !ok || !p.take(":") || seen[key] {
			return "", false, nil, fmt.Errorf("damaged header %q", clip(s))
		}
		seen[key] = true
		switch key {
		case "descr":
			if strings.HasPrefix(p.rest, "[") {
				return "", false, nil, fmt.Errorf("structured type is not read")
			}
			descr, ok = p.str()
		case "fortran_order":
			fortran = p.take("True")
			ok = fortran || p.take("False")
		case "shape":
			shape, ok = p.tuple()
		default:
			ok = false
		}
		if !ok {
			return "", false, nil, fmt.Errorf("damaged header at %s: %q", clip(key), clip(s))
		}
		p.take(",")
	}
	if !seen["descr"] || !seen["fortran_order"] || !seen["shape"] || strings.TrimSpace(p.rest) != "" {
		return "", false, nil, fmt.Errorf("damaged header %q", clip(s))
	}
	return descr, fortran, shape, nil
}

// npyLiteral is what is left to read of a header.
type npyLiteral struct{ rest string }

// take drops the token if it comes next, and blanks after it.
func (p *npyLiteral) take(token string) bool {
	rest, ok := strings.CutPrefix(p.rest, token)
	if ok {
		p.rest = strings.TrimLeft(rest, " \t\r\n")
	}
	return ok
}

// str reads a quoted string without escapes.
func (p *npyLiteral) str() (string, bool) {
	if p.rest == "" || (p.rest[0] != '\'' && p.rest[0] != '"') {
		return "", false
	}
	quote := p.rest[:1]
	text, rest, ok := strings.Cut(p.rest[1:], quote)
	if !ok || strings.Contains(text, `\`) {
		return "", false
	}
	p.rest = strings.TrimLeft(rest, " \t\r\n")
	return text, true
}

// tuple reads a tuple of at most 32 whole numbers: (), (5,), (3, 9).
func (p *npyLiteral) tuple() ([]int, bool) {
	shape := []int{}
	if !p.take("(") {
		return nil, false
	}
	for !p.take(")") {
		end := strings.IndexAny(p.rest, ",) \t\r\n")
		if end < 1 || len(shape) == 32 {
			return nil, false
		}
		n, err := strconv.Atoi(strings.TrimSuffix(p.rest[:end], "L")) // Python 2 wrote 5L
		if err != nil {
			return nil, false
		}
		shape = append(shape, n)
		p.rest = strings.TrimLeft(p.rest[end:], " \t\r\n")
		if !p.take(",") && !strings.HasPrefix(p.rest, ")") {
			return nil, false
		}
	}
	return shape, true
}
