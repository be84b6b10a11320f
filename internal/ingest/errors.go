package ingest

import (
	"errors"
	"fmt"

	"github.com/profreport/profreport/internal/profile"
)

// SyntaxError is input that cannot be read as what it claims to be. File is
// the path of the source, relative to the folder given, with the path inside
// a nested payload appended (`configmap_data.json: decode_raw_data.json`).
// Line is 1-based, 0 when the input has no lines or the line is unknown.
type SyntaxError struct {
	File string
	Line int
	Msg  string
}

// Error gives the position first, in the form editors open.
func (e *SyntaxError) Error() string {
	switch {
	case e.File == "":
		return e.Msg
	case e.Line > 0:
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Msg)
	default:
		return e.File + ": " + e.Msg
	}
}

// Classes of problems, for counting in the command's output.
const (
	ReasonSyntax      = "syntax error"
	ReasonBadNumber   = "bad number"
	ReasonLayout      = "unknown layout"
	ReasonTooLarge    = "too large"
	ReasonTruncated   = "truncated"
	ReasonDuplicate   = "duplicate"
	ReasonDisagree    = "inputs disagree"
	ReasonNotRegular  = "not a regular file"
	ReasonUnreadable  = "unreadable"
	ReasonMissing     = "missing"
	ReasonUnsupported = "unsupported"
)

// problem turns an error of a reader into the row of `problems` it becomes: a
// SyntaxError keeps its position, anything else is about the whole file.
func problem(path, severity, reason string, err error) profile.Problem {
	p := profile.Problem{Path: path, Severity: severity, Reason: reason, Message: err.Error()}
	var syn *SyntaxError
	if errors.As(err, &syn) {
		p.Line, p.Message = syn.Line, syn.Msg
		if syn.File != "" {
			p.Path = syn.File
		}
	}
	return p
}
