package query

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// kind is the kind of a token.
type kind uint8

const (
	word   kind = iota // unquoted identifier or keyword; text is in lower case
	quoted             // "name", [name] or `name`; text is the name as written
	str                // 'text'
	number
	param // :name, @name, $name or ?; text is the name without its mark
	punct // one character
)

// token is a token of a SQL text.
type token struct {
	kind  kind
	text  string
	start int // byte offset of its first character in the text
	end   int
}

func (t token) is(words ...string) bool {
	if t.kind != word && t.kind != punct {
		return false
	}
	for _, w := range words {
		if t.text == w {
			return true
		}
	}
	return false
}

// name returns the identifier that t is, and whether it is one.
func (t token) name() (string, bool) {
	return strings.ToLower(t.text), t.kind == word || t.kind == quoted
}

// lexError is a text that SQLite could not read either.
type lexError struct {
	offset int
	msg    string
}

func (e *lexError) Error() string { return e.msg }

// lex splits a SQL text into tokens and leaves out space and comments.
func lex(text string) ([]token, *lexError) {
	out := make([]token, 0, len(text)/5+8)
	for i := 0; i < len(text); {
		start := i
		c := text[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f':
			i++
			continue
		case strings.HasPrefix(text[i:], "--"):
			i = indexFrom(text, i, "\n")
			if i < 0 {
				return out, nil
			}
			continue
		case strings.HasPrefix(text[i:], "/*"):
			if i = indexFrom(text, i+2, "*/"); i < 0 {
				return out, &lexError{start, "this comment is not closed"}
			}
			i += 2
			continue
		case c == '\'' || c == '"' || c == '`' || c == '[':
			end, body := scanQuoted(text, i)
			if end < 0 {
				return out, &lexError{start, fmt.Sprintf("this %c is not closed", c)}
			}
			i = end
			k := quoted
			if c == '\'' {
				k = str
			}
			out = append(out, token{k, body, start, i})
		case isDigit(c) || c == '.' && i+1 < len(text) && isDigit(text[i+1]):
			i = scanNumber(text, i)
			out = append(out, token{number, text[start:i], start, i})
		case (c == ':' || c == '@' || c == '$') && i+1 < len(text) && isNameByte(text[i+1]):
			i = scanName(text, i+1)
			out = append(out, token{param, text[start+1 : i], start, i})
		case c == '?':
			for i++; i < len(text) && isDigit(text[i]); i++ {
			}
			out = append(out, token{param, "", start, i})
		case isNameByte(c):
			i = scanName(text, i)
			out = append(out, token{word, strings.ToLower(text[start:i]), start, i})
		default:
			_, n := utf8.DecodeRuneInString(text[i:])
			i += n
			out = append(out, token{punct, text[start:i], start, i})
		}
	}
	return out, nil
}

func indexFrom(s string, from int, sub string) int {
	if i := strings.Index(s[from:], sub); i >= 0 {
		return from + i
	}
	return -1
}

// scanQuoted returns the end of the quoted text at i and what it holds;
// a doubled quote stands for itself.
func scanQuoted(text string, i int) (end int, body string) {
	closing := text[i]
	if closing == '[' {
		closing = ']'
	}
	var b strings.Builder
	for j := i + 1; j < len(text); j++ {
		if text[j] != closing {
			b.WriteByte(text[j])
			continue
		}
		if closing == ']' || j+1 >= len(text) || text[j+1] != closing {
			return j + 1, b.String()
		}
		b.WriteByte(closing)
		j++
	}
	return -1, ""
}

func scanNumber(text string, i int) int {
	for i < len(text) && (isNameByte(text[i]) || text[i] == '.') {
		// 1e-3: the sign belongs to the number.
		if (text[i] == 'e' || text[i] == 'E') && i+1 < len(text) && (text[i+1] == '-' || text[i+1] == '+') {
			i++
		}
		i++
	}
	return i
}

func scanName(text string, i int) int {
	for i < len(text) && (isNameByte(text[i]) || text[i] == '$') {
		i++
	}
	return i
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isNameByte holds for what SQLite allows in a name: letters, digits,
// underscores and everything beyond ASCII.
func isNameByte(c byte) bool {
	return c == '_' || isDigit(c) || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
