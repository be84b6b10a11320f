package ingest

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// npyArray is one array of NumPy's .npy format. Values are row-major whatever
// the file's order; numbers and booleans are in Num, texts in Text.
type npyArray struct {
	Shape []int
	Num   []float64 // f2 f4 f8, i1..i8, u1..u8, b1; NaN is kept
	Text  []string  // U and S, trailing NULs removed
}

// Len returns the number of values.
func (a *npyArray) Len() int { return max(len(a.Num), len(a.Text)) }

// npyDtype is a NumPy type string such as "<f8": order, kind, item size.
type npyDtype struct {
	order binary.ByteOrder
	kind  byte
	size  int // bytes of one item
}

// decodeNpy decodes one .npy file of at most maxItems values. The header's
// shape must account for every byte that follows it, so a shape can neither
// claim memory nor leave values unread. Object arrays (pickle), structured,
// complex and date types are refused.
func decodeNpy(b []byte, maxItems int64) (*npyArray, error) {
	header, data, err := npyHeader(b)
	if err != nil {
		return nil, err
	}
	descr, fortran, shape, err := parseNpyHeader(header)
	if err != nil {
		return nil, err
	}
	dt, err := parseDtype(descr)
	if err != nil {
		return nil, err
	}
	n, err := itemCount(shape, maxItems)
	if err != nil {
		return nil, err
	}
	// n <= maxItems and size <= 1<<20, so this product does not overflow.
	if want := int64(n) * int64(dt.size); want != int64(len(data)) {
		what := "damaged"
		if int64(len(data)) < want {
			what = "truncated"
		}
		return nil, fmt.Errorf("%s: shape %v of %s needs %d bytes, %d are there", what, shape, descr, want, len(data))
	}
	a := &npyArray{Shape: shape}
	if dt.kind == 'U' || dt.kind == 'S' {
		a.Text = make([]string, n)
		for i := range a.Text {
			a.Text[i] = dt.text(data[i*dt.size : (i+1)*dt.size])
		}
	} else {
		a.Num = make([]float64, n)
		for i := range a.Num {
			a.Num[i] = dt.number(data[i*dt.size : (i+1)*dt.size])
		}
	}
	if fortran && len(shape) > 1 {
		a.Num, a.Text = rowMajor(a.Num, shape), rowMajor(a.Text, shape)
	}
	return a, nil
}

// npyHeader splits a .npy file into its header text and its data.
func npyHeader(b []byte) (string, []byte, error) {
	if len(b) < 10 || string(b[:6]) != "\x93NUMPY" {
		return "", nil, fmt.Errorf("not a .npy member (no NumPy magic)")
	}
	var n, start int
	switch b[6] {
	case 1:
		n, start = int(binary.LittleEndian.Uint16(b[8:])), 10
	case 2, 3:
		if len(b) < 12 {
			return "", nil, fmt.Errorf("truncated header")
		}
		size := binary.LittleEndian.Uint32(b[8:])
		if size > MaxNpyHeader {
			return "", nil, errTooLarge{fmt.Sprintf("header claims %d bytes, at most %d are read", size, MaxNpyHeader)}
		}
		n, start = int(size), 12
	default:
		return "", nil, fmt.Errorf(".npy version %d is not known", b[6])
	}
	if len(b)-start < n {
		return "", nil, fmt.Errorf("truncated header: %d bytes claimed, %d are there", n, len(b)-start)
	}
	return string(b[start : start+n]), b[start+n:], nil
}

// itemCount returns the product of the shape, refusing negative dimensions,
// overflow and more than most items.
func itemCount(shape []int, most int64) (int, error) {
	n := int64(1)
	for _, d := range shape {
		if d < 0 {
			return 0, fmt.Errorf("damaged: negative dimension in shape %v", shape)
		}
		if d > 0 && n > math.MaxInt64/int64(d) {
			return 0, errTooLarge{fmt.Sprintf("shape %v overflows", shape)}
		}
		n *= int64(d)
	}
	if n > most {
		return 0, errTooLarge{fmt.Sprintf("shape %v holds %d values, at most %d are read", shape, n, most)}
	}
	return int(n), nil
}

// parseDtype reads a type string of NumPy's array interface.
func parseDtype(s string) (npyDtype, error) {
	var dt npyDtype
	dt.order = binary.LittleEndian
	rest := s
	if rest != "" {
		switch rest[0] {
		case '>':
			dt.order, rest = binary.BigEndian, rest[1:]
		case '<', '|', '=':
			rest = rest[1:]
		}
	}
	if rest == "" {
		return dt, fmt.Errorf("type %q is not known", clip(s))
	}
	dt.kind = rest[0]
	n, err := strconv.Atoi(rest[1:])
	if err != nil || n < 0 || n > 1<<18 {
		n = -1
	}
	dt.size = n
	ok := false
	switch dt.kind {
	case 'f':
		ok = n == 2 || n == 4 || n == 8
	case 'i', 'u':
		ok = n == 1 || n == 2 || n == 4 || n == 8
	case 'b':
		ok = n == 1
	case 'S':
		ok = n >= 0
	case 'U':
		ok, dt.size = n >= 0, 4*n
	case 'O':
		return dt, fmt.Errorf("type %q is a pickled object, which is never loaded", clip(s))
	}
	if !ok {
		return dt, fmt.Errorf("type %q is not read (want f, i, u, b, U or S)", clip(s))
	}
	return dt, nil
}

// number decodes one numeric item; integers beyond 2^53 are rounded.
func (dt npyDtype) number(b []byte) float64 {
	var u uint64
	switch dt.size {
	case 1:
		u = uint64(b[0])
	case 2:
		u = uint64(dt.order.Uint16(b))
	case 4:
		u = uint64(dt.order.Uint32(b))
	default:
		u = dt.order.Uint64(b)
	}
	switch dt.kind {
	case 'f':
		switch dt.size {
		case 2:
			return halfFloat(uint16(u))
		case 4:
			return float64(math.Float32frombits(uint32(u)))
		}
		return math.Float64frombits(u)
	case 'i':
		shift := 64 - 8*dt.size
		return float64(int64(u<<shift) >> shift)
	case 'b':
		if u != 0 {
			return 1
		}
		return 0
	}
	return float64(u)
}

// text decodes one U (UTF-32 in the file's byte order) or S (bytes) item.
func (dt npyDtype) text(b []byte) string {
	if dt.kind == 'S' {
		return strings.ToValidUTF8(strings.TrimRight(string(b), "\x00"), "\uFFFD")
	}
	var s strings.Builder
	for ; len(b) >= 4; b = b[4:] {
		r := rune(dt.order.Uint32(b))
		if !utf8.ValidRune(r) {
			r = utf8.RuneError
		}
		s.WriteRune(r)
	}
	return strings.TrimRight(s.String(), "\x00")
}

// halfFloat widens an IEEE 754 binary16.
func halfFloat(h uint16) float64 {
	sign, exp, frac := 1.0, int(h>>10)&0x1f, float64(h&0x3ff)
	if h>>15 != 0 {
		sign = -1
	}
	switch exp {
	case 0:
		return sign * math.Ldexp(frac, -24)
	case 31:
		if frac != 0 {
			return math.NaN()
		}
		return sign * math.Inf(1)
	}
	return sign * math.Ldexp(1024+frac, exp-25)
}

// rowMajor reorders values given in column-major (Fortran) order.
func rowMajor[T any](v []T, shape []int) []T {
	if len(v) == 0 {
		return v
	}
	out := make([]T, len(v))
	at := make([]int, len(shape)) // the index of v[i], first dimension fastest
	for i := range v {
		flat := 0
		for d, x := range at {
			flat = flat*shape[d] + x
		}
		out[flat] = v[i]
		for d := range at {
			if at[d]++; at[d] < shape[d] {
				break
			}
			at[d] = 0
		}
	}
	return out
}
