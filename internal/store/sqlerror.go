package store

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/profreport/profreport/internal/store/sqlite"
)

// SQLError is a fault in a SQL text.
type SQLError struct {
	Line, Column int // 1-based, in characters; 0 when unknown
	Msg          string
	Hint         string // a remedy, or ""
}

func (e *SQLError) Error() string {
	msg := e.Msg
	if e.Hint != "" {
		msg += " (" + e.Hint + ")"
	}
	if e.Line > 0 {
		return fmt.Sprintf("line %d column %d: %s", e.Line, e.Column, msg)
	}
	return msg
}

const onlySelect = "only select statements run here"

// at is a fault at a byte offset of text; below 0 the place is unknown.
func at(text string, offset int, msg string) *SQLError {
	e := &SQLError{Msg: msg}
	if offset >= 0 && offset <= len(text) {
		before := text[:offset]
		e.Line = strings.Count(before, "\n") + 1
		e.Column = utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	}
	return e
}

// sqlError places an error of the engine in text. denied is what the
// authorizer refused, if it did.
func sqlError(text string, err error, denied string) error {
	if errors.Is(err, sqlite.ErrTail) {
		return at(text, tailOffset(text), "more than one statement; give one at a time")
	}
	if errors.Is(err, sqlite.ErrEmpty) {
		return &SQLError{Msg: "no statement"}
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Primary() {
	case sqlite.Denied:
		if denied == "" {
			denied = "this"
		}
		return &SQLError{Msg: denied + " is refused", Hint: onlySelect}
	case sqlite.NoMemory:
		return &SQLError{Msg: "takes more memory than a query may", Hint: "sort or group fewer rows"}
	case sqlite.Generic, sqlite.TooBig:
	default:
		return err
	}
	offset := e.Offset
	if offset < 0 {
		offset = tokenOffset(text, e.Msg)
	}
	return at(text, offset, e.Msg)
}

// namedToken finds the name that a message of the engine is about.
var namedToken = regexp.MustCompile(`^(?:near "(.+)"|no such (?:column|table|function|module): ?(\S+)|ambiguous column name: (\S+)|wrong number of arguments to function (\w+)\(\)|misuse of (?:aggregate|window) function:? (\w+)\(\)|(\w+): )`)

// tokenOffset finds the token that msg names in text, -1 when it is not
// there as a word.
func tokenOffset(text, msg string) int {
	m := namedToken.FindStringSubmatch(msg)
	if m == nil {
		return -1
	}
	token := strings.Join(m[1:], "")
	for from := 0; ; {
		i := strings.Index(strings.ToLower(text[from:]), strings.ToLower(token))
		if i < 0 {
			if _, rest, ok := strings.Cut(token, "."); ok { // main.name
				return tokenOffset(text, "no such table: "+rest)
			}
			return -1
		}
		i += from
		if !wordByte(text, i-1) && !wordByte(text, i+len(token)) {
			return i
		}
		from = i + len(token)
	}
}

func wordByte(s string, i int) bool {
	if i < 0 || i >= len(s) {
		return false
	}
	c := s[i]
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || c >= utf8.RuneSelf
}

// tailOffset is where the second statement of text begins; a semicolon in a
// text or a comment is none.
func tailOffset(text string) int {
	for i := 0; i < len(text); {
		switch {
		case text[i] == ';':
			i++
			for i < len(text) && strings.IndexByte(" \t\r\n;", text[i]) >= 0 {
				i++
			}
			return i
		case strings.HasPrefix(text[i:], "--"):
			i += skip(text[i:], "\n")
		case strings.HasPrefix(text[i:], "/*"):
			i += 2 + skip(text[i+2:], "*/")
		case strings.IndexByte("'\"`", text[i]) >= 0:
			i += 1 + skip(text[i+1:], text[i:i+1])
		case text[i] == '[':
			i += skip(text[i:], "]")
		default:
			i++
		}
	}
	return -1
}

// skip is the length of s up to and with end.
func skip(s, end string) int {
	if i := strings.Index(s, end); i >= 0 {
		return i + len(end)
	}
	return len(s)
}
