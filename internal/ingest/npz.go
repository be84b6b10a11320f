package ingest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/profreport/profreport/internal/profile"
)

// npzArrays holds the arrays of an npz archive by member name without ".npy".
type npzArrays map[string]*npyArray

// readNpz reads an npz archive: a ZIP of .npy members, stored or deflated. A
// member that cannot be believed costs that member and becomes a problem; an
// archive that is none is an error.
//
// Sizes written in the archive are claims: members, bytes and items are
// counted while they are read, and nothing is allocated by a claim alone.
func readNpz(b []byte, path string) (npzArrays, []profile.Problem, error) {
	// zip.NewReader makes a record for each directory entry it meets, so their
	// number is bounded before it runs.
	if n := bytes.Count(b, []byte("PK\x01\x02")); n > MaxNpzMembers {
		return nil, nil, &SyntaxError{File: path, Msg: fmt.Sprintf("npz: %d members, more than %d are not read", n, MaxNpzMembers)}
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, nil, &SyntaxError{File: path, Msg: fmt.Sprintf("npz: not a whole ZIP archive: %v", err)}
	}
	arrays := npzArrays{}
	var problems []profile.Problem
	budget := npzBudget{bytes: MaxNpzBytes, items: MaxNpyItems}
	for _, f := range z.File {
		name, ok := strings.CutSuffix(f.Name, ".npy")
		if !ok {
			continue // not an array
		}
		if arrays[name] != nil {
			problems = append(problems, profile.Problem{Path: path, Severity: profile.SeverityWarning, Reason: ReasonDuplicate,
				Message: fmt.Sprintf("npz: member %s occurs twice, the first is kept", clip(name))})
			continue
		}
		a, err := budget.member(f)
		if err != nil {
			problems = append(problems, profile.Problem{Path: path, Severity: profile.SeverityError, Reason: npzReason(err),
				Message: fmt.Sprintf("npz: %s: %v", clip(name), err)})
			continue
		}
		arrays[name] = a
	}
	return arrays, problems, nil
}

// npzBudget is what is left of the limits of one archive.
type npzBudget struct{ bytes, items int64 }

// member inflates and decodes one member, and charges it to the budget.
func (left *npzBudget) member(f *zip.File) (*npyArray, error) {
	if f.Flags&1 != 0 {
		return nil, fmt.Errorf("encrypted")
	}
	if f.Method != zip.Store && f.Method != zip.Deflate {
		return nil, fmt.Errorf("compression method %d is not known", f.Method)
	}
	if f.UncompressedSize64 > uint64(left.bytes) {
		return nil, errTooLarge{fmt.Sprintf("claims %d bytes, an archive may hold %d", f.UncompressedSize64, MaxNpzBytes)}
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	// The claimed size may be a lie in either direction: one byte more is asked
	// for, so that archive/zip compares it and the checksum at the end.
	data, err := io.ReadAll(io.LimitReader(r, int64(f.UncompressedSize64)+1))
	if err != nil {
		return nil, fmt.Errorf("truncated or damaged: %w", err)
	}
	left.bytes -= int64(len(data))
	a, err := decodeNpy(data, left.items)
	if err != nil {
		return nil, err
	}
	left.items -= int64(a.Len())
	return a, nil
}

// errTooLarge marks a refusal by a limit.
type errTooLarge struct{ msg string }

func (e errTooLarge) Error() string { return e.msg }

// npzReason classes the refusal of a member.
func npzReason(err error) string {
	if _, ok := err.(errTooLarge); ok {
		return ReasonTooLarge
	}
	if strings.HasPrefix(err.Error(), "truncated") {
		return ReasonTruncated
	}
	return ReasonUnsupported
}

// clip shortens a name taken from an input for a message.
func clip(s string) string {
	const most = 80
	if len(s) > most {
		s = s[:most] + "..."
	}
	return strings.ToValidUTF8(s, "?")
}
