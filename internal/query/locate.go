package query

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What SQLite says when a text is wrong. It gives no position, only the word
// it stumbled over.
var messages = []struct {
	re     *regexp.Regexp
	syntax bool
}{
	{re: regexp.MustCompile(`near "([^"]+)": syntax error`), syntax: true},
	{re: regexp.MustCompile(`no such (?:column|table|function|window): ("?[\w.]+"?)`)},
	{re: regexp.MustCompile(`ambiguous column name: ([\w.]+)`)},
	{re: regexp.MustCompile(`wrong number of arguments to function (\w+)`)},
	{re: regexp.MustCompile(`misuse of (?:aggregate|window function|aliased aggregate|aliased window function):? (?:function )?(\w+)`)},
	{re: regexp.MustCompile(`unrecognized token: "([^"]+)"`)},
	{re: regexp.MustCompile(`circular reference: (\w+)`)},
}

// placed is how a Querier that knows the place of an error in the text says so.
var placed = regexp.MustCompile(`\bline (\d+) column (\d+): `)

// locate turns a message of the database into a fault at the place that it is
// about, as near as can be told.
func (r *Runner) locate(ctx context.Context, q *Query, err error) error {
	msg := cleanMessage(err.Error())
	if m := placed.FindStringSubmatchIndex(msg); m != nil {
		line, _ := strconv.Atoi(msg[m[2]:m[3]])
		column, _ := strconv.Atoi(msg[m[4]:m[5]])
		sql := q.SQL()
		offset := offsetOfLine(sql, line-1)
		for ; column > 1 && offset < len(sql) && sql[offset] != '\n'; column-- {
			_, size := utf8.DecodeRuneInString(sql[offset:])
			offset += size
		}
		return &sqlError{q.fault(q.body+offset, "%s", msg[m[1]:]), err}
	}
	fault := func(offset int) error {
		f := q.fault(offset, "%s", msg)
		return &sqlError{f, err}
	}
	if strings.Contains(msg, "incomplete input") {
		return fault(q.end)
	}
	for _, m := range messages {
		match := m.re.FindStringSubmatch(msg)
		if match == nil {
			continue
		}
		places := q.find(strings.Trim(match[1], `"`))
		if len(places) == 0 {
			break
		}
		if m.syntax && len(places) > 1 {
			return fault(r.firstBad(ctx, q, places))
		}
		return fault(places[0][0])
	}
	return fault(q.body)
}

// firstBad tells which of several equal tokens the parser stumbled over: the
// first one up to which the text is not merely incomplete.
func (r *Runner) firstBad(ctx context.Context, q *Query, places [][2]int) int {
	for _, p := range places {
		_, err := r.db.Prepare(ctx, q.Text[q.body:p[1]])
		if err != nil && strings.Contains(err.Error(), "syntax error") {
			return p[0]
		}
	}
	return places[len(places)-1][0]
}

// find returns the start and end of each place where a name, possibly
// qualified, or a token stands.
func (q *Query) find(name string) [][2]int {
	parts := strings.Split(name, ".")
	var out [][2]int
	for i, t := range q.tokens {
		if strings.EqualFold(t.text, name) || q.Text[t.start:t.end] == name {
			if i == 0 || !q.tokens[i-1].is(".") || len(parts) > 1 {
				out = append(out, [2]int{t.start, t.end})
			}
			continue
		}
		if len(parts) == 2 && i+2 < len(q.tokens) && strings.EqualFold(t.text, parts[0]) &&
			q.tokens[i+1].is(".") && strings.EqualFold(q.tokens[i+2].text, parts[1]) {
			out = append(out, [2]int{t.start, q.tokens[i+2].end})
		}
	}
	return out
}

var wrapping = regexp.MustCompile(`^(?:SQL logic error: )?(.*?)(?: \(\d+\))?$`)

// cleanMessage drops what the driver puts around SQLite's own words.
func cleanMessage(msg string) string {
	if m := wrapping.FindStringSubmatch(msg); m != nil && m[1] != "" {
		return m[1]
	}
	return msg
}

// sqlError is a fault that keeps the database's error for errors.Is.
type sqlError struct {
	*Fault
	err error
}

// Unwrap gives both the fault and the cause.
func (e *sqlError) Unwrap() []error { return []error{e.Fault, e.err} }
